"""Old builds of the interpreter are thrown away, but not under a process that runs on one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from workbench.wasm.artifacts import Artifacts
from workbench.wasm.interpreter import KEPT_BUILDS, Interpreter

NOTHING: Any = None


def builds(folder: Path, artifacts: Artifacts, count: int) -> list[str]:
    """As many builds, the oldest first, each with compiled code."""
    found = []
    for number in range(count):
        module = f"{number:064x}"
        (folder / f"{module}.wasm").write_bytes(b"\0asm")
        pointer = folder / f"current-{number}"
        pointer.write_text(module, encoding="ascii")
        os.utime(pointer, (number, number))
        scratch = artifacts.scratch(module)
        scratch.write_bytes(b"compiled")
        artifacts.keep(module, scratch)
        found.append(module)
    return found


def test_the_newest_builds_and_what_a_live_process_runs_on_are_kept(tmp_path: Path) -> None:
    artifacts, elsewhere = Artifacts(tmp_path / "compiled"), Artifacts(tmp_path / "compiled")
    found = builds(tmp_path, artifacts, KEPT_BUILDS + 3)
    used = found[1]
    assert elsewhere.use(used) is not None
    interpreter = Interpreter(tmp_path, artifacts, NOTHING, NOTHING, NOTHING, NOTHING)
    interpreter._prune()
    kept = {path.stem for path in tmp_path.glob("*.wasm")}
    assert kept == {used, *found[-KEPT_BUILDS:]}
    assert {path.read_text(encoding="ascii") for path in tmp_path.glob("current-*")} == kept
    elsewhere.close()
    interpreter._prune()
    assert {path.stem for path in tmp_path.glob("*.wasm")} == set(found[-KEPT_BUILDS:])
    assert artifacts.find(used) is None
