"""The C compiler of this machine, where it has one that builds WebAssembly."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from workbench.data import directory

WORDS = directory("resources") / "actors" / "words"


def missing() -> str:
    """Why nothing can be built here; empty when it can."""
    if shutil.which("clang") is None or shutil.which("wasm-ld") is None:
        return "clang and lld are not installed, so no actor is built from C here"
    targets = subprocess.run(["clang", "--print-targets"], capture_output=True, text=True, check=True).stdout
    return "" if "wasm32" in targets else "the clang of this machine has no target wasm32"


def build_line(text: str) -> list[str]:
    """The command that a comment tells behind BUILD, or that a page shows."""
    found = re.search(r"\bclang .*?-o \S+ \S+\.c\b", text, re.DOTALL)
    assert found is not None
    return re.sub(r"\n \*|\\\n", " ", found[0]).split()


def build(source: str, folder: Path, line: list[str]) -> bytes:
    """What the line makes of the source, with the header beside it; a warning is an error."""
    shutil.copy(WORDS / "plexspaces.h", folder)
    (folder / line[-1]).write_text(source, encoding="utf-8")
    done = subprocess.run([*line, "-Werror"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return (folder / line[-2]).read_bytes()
