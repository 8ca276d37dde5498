"""What was open in one window on one workspace. A session has one writer, so no window overwrites another's text.

The first window of a workspace writes `session-KEY.json`, a second one at the same time `session-KEY-2.json`. What a
second window left unsaved is taken over by the next first one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QLockFile

from ui.settings import Record, RecordFile, child, children

WINDOWS = 100
"""The most windows of one workspace that are told apart."""


class Session:
    """`held` while this window is the one that writes `file`; `position` counts the windows from 1."""

    def __init__(self, directory: Path, address: str) -> None:
        key = f"-{sha256(address.encode()).hexdigest()[:12]}" if address else ""
        self._stem = directory / f"session{key}"
        with suppress(OSError):
            directory.mkdir(parents=True, exist_ok=True)
        self.position, self._lock = self._claim()
        self.file = RecordFile(self._path(self.position))
        self._taken: list[tuple[Path, QLockFile]] = []

    @property
    def held(self) -> bool:
        return self._lock.isLocked()

    def _path(self, position: int) -> Path:
        return self._stem.with_name(self._stem.name + (f"-{position}" if position > 1 else "") + ".json")

    def _claim(self) -> tuple[int, QLockFile]:
        for position in range(1, WINDOWS):
            lock = _lock(self._path(position))
            if lock.tryLock(0) or lock.error() is not QLockFile.LockError.LockFailedError:
                break
        return position, lock

    def adopt(self) -> Iterator[Record]:
        """Unsaved tabs of windows that are gone; their files go with the first write of this one."""
        for position in range(2, WINDOWS if self.position == 1 else 2):
            path = self._path(position)
            if not path.exists():
                break
            lock = _lock(path)
            if lock.tryLock(0):
                self._taken.append((path, lock))
                editor = child(child(RecordFile(path).read(), "panels"), "editor")
                yield from (tab for tab in children(editor, "tabs") if tab.get("text") is not None)

    def write(self, record: Record) -> None:
        """Nothing once another window may have the file."""
        if self.held and self.file.write(record):
            for path, lock in self._taken:
                path.unlink(missing_ok=True)
                lock.unlock()
            self._taken.clear()

    def release(self) -> None:
        for _, lock in self._taken:
            lock.unlock()
        self._lock.unlock()


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only the end of its process frees it, not the time
    return lock
