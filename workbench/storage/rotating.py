"""A file of lines that is rotated by size: `FILE`, `FILE.1` (the one before), … up to a number of them.

A line that cannot be written (a full disk, a folder that is gone and cannot be made again) is lost and counted; that is
told once until one is written again. Whoever writes lines never stops because of it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import nullcontext
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

LOOK_SECONDS = 1.0
"""So often it is looked whether the file is still where it was opened: somebody may have moved or removed it."""


class RotatingLines:
    """Thread-safe. The file is made with the first line, readable by its user alone; `close()` is idempotent."""

    def __init__(
        self,
        path: Path,
        *,
        file_bytes: int,
        files: int,
        failed: Callable[[str], None] = lambda _: None,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`files` are kept besides the one that is written. `failed` is told why lines are lost, once."""
        self.path, self._failed = path, failed
        self._handler = _Handler(path, maxBytes=file_bytes, backupCount=files, encoding="utf-8", delay=True)
        self._handler.look_seconds = look_seconds
        self.lost = 0
        """Lines since one was written last."""

    def write(self, line: bytes) -> bool:
        """One line, which ends with a newline; whether it is written."""
        try:
            self._handler.write(line)
        except (OSError, ValueError) as error:
            self._handler.reopen()
            self.lost += 1
            if self.lost == 1:
                self._failed(str(error))
            return False
        self.lost = 0
        return True

    def close(self) -> None:
        self._handler.close()


class _Handler(RotatingFileHandler):
    """The rotation of the standard library, for bytes instead of records: making one cost more than writing it."""

    size = 0
    looked = 0.0
    look_seconds = LOOK_SECONDS

    def _open(self) -> Any:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        stream = path.open("ab", buffering=0)
        self.size = stream.tell()
        return stream

    def write(self, line: bytes) -> None:
        with self.lock or nullcontext():
            if self.stream is not None and time.monotonic() - self.looked > self.look_seconds:
                self.looked = time.monotonic()
                if not self._is_there():
                    self.reopen()
            if self.stream is None:
                self.stream = self._open()
            if self.size and self.size + len(line) > self.maxBytes:
                self.doRollover()
                self.stream = self.stream or self._open()
            written = self.stream.write(line)  # type: ignore[arg-type]  # it was opened for bytes
            if written != len(line):
                self.stream.truncate(self.size)
                raise OSError("the disk is full")
            self.size += written

    def reopen(self) -> None:
        """With the next line."""
        with self.lock or nullcontext():
            if self.stream is not None:
                self.stream.close()
                self.stream = None

    def _is_there(self) -> bool:
        assert self.stream is not None, "it is looked for while it is open"
        try:
            found, mine = Path(self.baseFilename).stat(), os.fstat(self.stream.fileno())
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == (mine.st_dev, mine.st_ino)
