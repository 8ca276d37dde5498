"""Which files of a shared folder this process and other live processes have mapped.

Each process writes the names into a file of its own and holds a lock beside it, which the system frees when the process
ends however it ends. The caller guards all of it by one lock on the folder.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

_PREFIX, _LOCK_SUFFIX = ".mapped-", ".lock"


class InUse:
    """The names that are in use in `folder`. Nothing is written before the first `add`."""

    def __init__(self, folder: Path) -> None:
        self._list = folder / f"{_PREFIX}{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._alive = _lock(self._list)
        self.own: set[str] = set()

    def add(self, name: str) -> None:
        if name in self.own:
            return
        if not self._alive.is_locked:
            self._alive.acquire()
        self.own.add(name)
        self._write()

    def discard(self, name: str) -> None:
        if name in self.own:
            self.own.discard(name)
            self._write()

    def _write(self) -> None:
        self._list.write_text("\n".join(sorted(self.own)), encoding="ascii")

    def everybody(self) -> frozenset[str]:
        """The names that any live process uses; the lists of processes that ended are thrown away."""
        found = set(self.own)
        for path in self._list.parent.glob(f"{_PREFIX}*"):
            if path != self._list and path.suffix != _LOCK_SUFFIX:
                found.update(_names(path))
        return frozenset(found)

    def close(self) -> None:
        """Nothing is in use any more; idempotent."""
        self.own.clear()
        self._alive.release(force=True)
        _remove(self._list)


def _names(path: Path) -> list[str]:
    lock = _lock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return path.read_text(encoding="ascii").splitlines()
    lock.release()
    _remove(path)
    return []


def _remove(path: Path) -> None:
    for each in (path, path.with_name(path.name + _LOCK_SUFFIX)):
        each.unlink(missing_ok=True)


def _lock(path: Path) -> FileLock:
    return FileLock(path.with_name(path.name + _LOCK_SUFFIX), thread_local=False)
