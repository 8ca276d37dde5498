"""Tests that run in several processes at once, and those among them that must have the machine for themselves."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def room(folder: Path, *, alone: bool) -> Iterator[None]:
    """Hold a place among the processes that share `folder`: one of many, or the only one.

    Whoever wants to be alone waits in the doorway, and nobody enters past it meanwhile; else it might wait for ever.
    """
    import fcntl  # Linux and macOS; elsewhere the tests run in one process

    doorway, inside = (os.open(folder / name, os.O_RDWR | os.O_CREAT) for name in ("doorway", "inside"))
    try:
        fcntl.flock(doorway, fcntl.LOCK_EX)
        fcntl.flock(inside, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        if not alone:
            fcntl.flock(doorway, fcntl.LOCK_UN)
        yield
    finally:
        os.close(inside)
        os.close(doorway)
