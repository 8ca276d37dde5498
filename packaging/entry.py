"""What both packaged programs run: a child process of theirs, the app, or the command line.

The app's own program takes files without an option before them, as desktops hand them over.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

from workbench import child

APP = "actor-workbench"


def main() -> None:
    if child.give_way(sys.argv):
        return
    if Path(sys.executable).stem != APP:
        import_module("workbench.cli").main()
        return
    files = len(sys.argv) > 1 and not any(word.startswith("-") for word in sys.argv[1:])
    arguments = [f"--open={word}" for word in sys.argv[1:]] if files else sys.argv[1:]
    sys.exit(import_module("ui.app").main(arguments))


main()
