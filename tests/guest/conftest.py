"""The SDK as authors have it: the installed package, or the one of this checkout under its own name."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from workbench.guest.build import sdk_folder

if find_spec("plexspaces") is None:
    sys.path.append(str(sdk_folder().parent))
