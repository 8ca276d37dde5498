"""Figures of the command line: whole processes, in pairs with what their libraries cost alone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure, middle
from workbench.data import directory

LIBRARIES = ("click", "filelock", "platformdirs", "psutil", "sqlite3", "wasmtime", "wasmtime.component")
"""What `workbench run` imports from outside, and nothing that it does not."""
PAIRS = 11


def seconds(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - started


def whole_process() -> Figure:
    """`workbench run FILE --call x`, warm, from start to exit, against importing its libraries."""
    source = (directory("resources") / "actors" / "counter_actor.py").read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "counter.py").write_bytes(source)
        run = [str(Path(sys.executable).with_name("workbench")), "run", "counter.py", "--call", "increment"]
        imports = [sys.executable, "-c", f"import {', '.join(LIBRARIES)}"]
        for command in (run, imports):
            seconds(command, folder)
        pairs = [(seconds(run, folder), seconds(imports, folder)) for _ in range(PAIRS)]
    ratio = middle([ours / theirs for ours, theirs in pairs])
    ours, theirs = (middle(list(column)) for column in zip(*pairs, strict=True))
    return Figure(
        "workbench run FILE --call x, whole process",
        ratio,
        "x",
        "<= 3x of importing its libraries",
        ratio <= 3,
        f"{ours * 1000:,.0f} ms, its libraries alone {theirs * 1000:,.0f} ms",
        {"run_seconds": [pair[0] for pair in pairs], "import_seconds": [pair[1] for pair in pairs]},
    )
