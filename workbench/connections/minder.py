"""Runs a program until it ends or until whoever started this has gone, killed or not: then its input is at its end.

python -m workbench.connections.minder PROGRAM ARGUMENT…
"""

from __future__ import annotations

import os
import subprocess
import sys
from threading import Thread

END_SECONDS = 2.0


def main(line: list[str]) -> int:
    """The exit code of the program."""
    child = subprocess.Popen(line, stdin=subprocess.DEVNULL)
    Thread(target=_end_with_input, args=(child,), daemon=True).start()
    return child.wait()


def _end_with_input(child: subprocess.Popen[bytes]) -> None:
    while os.read(0, 1_024):
        pass
    child.terminate()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
