"""How much memory a node may take where nobody says."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

MEMORY_MAX = Path("/sys/fs/cgroup/memory.max")
"""What a container or unit may take, as Linux says in version 2 of its control groups."""


def three_quarters() -> int:
    """Of the machine's memory, or of what a container may take of it, in bytes; 0 (no bound) where none says."""
    found = []
    with suppress(AttributeError, ValueError, OSError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with suppress(ValueError, OSError):
        found.append(int(MEMORY_MAX.read_text()))  # "max" is no bound
    return min(found, default=0) * 3 // 4
