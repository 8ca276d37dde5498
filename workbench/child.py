"""Other processes of this program: a module of it runs as a program of its own, installed or packaged.

An installed program starts its Python with the module's name. A packaged one has no Python to start, so it starts
itself, and its entry point gives way to the module.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Sequence

FLAG = "--as-module"
OURS = "workbench."


def is_packaged() -> bool:
    """Whether this runs from the packaged program, where there is neither a Python nor pip."""
    return bool(getattr(sys, "frozen", False))


def command(module: str, *arguments: str) -> list[str]:
    """How to start a module of ours as a program. Nothing in the current folder can get in its way (`-P`)."""
    return [sys.executable, *([FLAG] if is_packaged() else ["-P", "-m"]), module, *arguments]


def give_way(argv: Sequence[str]) -> bool:
    """Run the module that a packaged parent asked for with `command`; False when it asked for none."""
    if len(argv) < 3 or argv[1] != FLAG or not argv[2].startswith(OURS):
        return False
    sys.argv = list(argv[2:])
    runpy.run_module(argv[2], run_name="__main__")
    return True
