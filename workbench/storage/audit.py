"""The audit log of a workspace: one JSON object per line in `logs/audit.jsonl`, rotated and bounded.

A line that cannot be written (a full disk) is lost and that is logged, once until one is written again: a node that
stopped answering then could be stopped by whoever fills its disk.
"""

from __future__ import annotations

import json
import logging
from contextlib import nullcontext
from dataclasses import fields
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from workbench.api.audit import AuditEntry

logger = logging.getLogger(__name__)
FILE = "audit.jsonl"
FILE_BYTES = 10 << 20
MEMBERS = tuple(field.name for field in fields(AuditEntry))
FILES = 5
"""Besides the one that is written."""


class AuditLog:
    """Thread-safe. The file is made with the first line, readable by its user alone; `close()` is idempotent."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, files: int = FILES) -> None:
        self.path = folder / FILE
        self._handler = _Handler(self.path, maxBytes=file_bytes, backupCount=files, encoding="utf-8", delay=True)

    def note(self, entry: AuditEntry) -> None:
        line = json.dumps({name: getattr(entry, name) for name in MEMBERS}, ensure_ascii=False)
        self._handler.write(f"{line}\n".encode(errors="replace"))

    def close(self) -> None:
        self._handler.close()


class _Handler(RotatingFileHandler):
    """The rotation of the standard library, for bytes instead of records: making one cost more than writing it."""

    failing = False
    size = 0

    def _open(self) -> Any:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        stream = path.open("ab", buffering=0)
        self.size = stream.tell()
        return stream

    def write(self, line: bytes) -> None:
        with self.lock or nullcontext():
            try:
                if self.stream is None:
                    self.stream = self._open()
                if self.size and self.size + len(line) > self.maxBytes:
                    self.doRollover()
                    self.stream = self.stream or self._open()
                self.stream.write(line)  # type: ignore[arg-type]  # it was opened for bytes
                self.size += len(line)
                self.failing = False
            except (OSError, ValueError) as error:
                if not self.failing:
                    logger.error("calls that change something could not be written to %s: %s", self.baseFilename, error)
                self.failing = True
