"""Where the files that ship with the program are: `wit`, `resources`, `proto`; `interpreter`, when it is packaged. And
where those are that its user's choices are kept in.

A wheel carries them inside the package; a checkout has them beside it. Nobody else may know the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).parent


def directory(name: str) -> Path:
    """The folder `name` of the installed package, or of the checkout it runs from."""
    installed = PACKAGE / name
    return installed if installed.is_dir() else PACKAGE.parent / name


def config_directory() -> Path:
    """The folder of settings and connections; `WORKBENCH_CONFIG_DIR` overrides the platform's."""
    chosen = os.environ.get("WORKBENCH_CONFIG_DIR", "")
    return Path(chosen) if chosen else platformdirs.user_config_path("actor-workbench", appauthor=False)
