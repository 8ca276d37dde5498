"""Child processes of this program's own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from workbench import child


def test_a_module_runs_as_a_program_whatever_lies_in_the_current_folder(tmp_path: Path) -> None:
    for name in ("json", "wasmtime", "workbench"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)\n")
    done = subprocess.run(child.command("workbench.wasm.compile_worker"), cwd=tmp_path, input=b"", check=False)
    assert done.returncode == 0


@pytest.mark.parametrize(
    "argv", [[], ["x"], ["x", "run"], ["x", child.FLAG], ["x", child.FLAG, "http.server"], ["x", "y", "workbench.cli"]]
)
def test_a_program_gives_way_to_modules_of_ours_alone(argv: list[str]) -> None:
    assert not child.give_way(argv)
