"""Where the files that ship with the program are: `wit`, `resources`, `proto`; `interpreter`, when it is packaged.

A wheel carries them inside the package; a checkout has them beside it. Nobody else may know the difference.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent


def directory(name: str) -> Path:
    """The folder `name` of the installed package, or of the checkout it runs from."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name
