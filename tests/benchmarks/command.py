"""Figures of the command line: whole processes, in pairs with what their libraries cost alone."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.figure import Figure, middle
from workbench.data import directory

LIBRARIES = ("click", "filelock", "platformdirs", "sqlite3", "wasmtime", "wasmtime.component")
"""What `workbench run` imports from outside, and nothing that it does not."""
PAIRS = 11


def environment() -> dict[str, str]:
    """A user's: a warm start has the bytecode of our modules, as it has that of the libraries."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def seconds(command: list[str], folder: Path) -> float:
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True)
    return time.perf_counter() - started


def imported(arguments: list[str], folder: Path) -> frozenset[str]:
    """Every module that one command imports, from Python's own account of it."""
    program = "from workbench.cli import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", program, *arguments]
    done = subprocess.run(command, cwd=folder, env=environment(), check=True, capture_output=True, text=True)
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    return frozenset(line.rpartition("|")[2].strip() for line in lines)


def whole_process() -> Figure:
    """`workbench run FILE --call x`, warm, from start to exit, against importing its libraries."""
    source = (directory("resources") / "actors" / "counter_actor.py").read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "counter.py").write_bytes(source)
        arguments = ["run", "counter.py", "--call", "increment"]
        run = [str(Path(sys.executable).with_name("workbench")), *arguments]
        assert frozenset(LIBRARIES) <= imported(arguments, folder), "a library is counted that is not imported"
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
