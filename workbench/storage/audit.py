"""The audit log of a workspace: one JSON object per line in `logs/audit.jsonl`, rotated and bounded.

A line that cannot be written (a full disk) is lost and that is logged, once until one is written again: a node that
stopped answering then could be stopped by whoever fills its disk.
"""

from __future__ import annotations

import json
import logging
from dataclasses import asdict
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from workbench.api.audit import AuditEntry

logger = logging.getLogger(__name__)
FILE = "audit.jsonl"
FILE_BYTES = 10 << 20
FILES = 5
"""Besides the one that is written."""


class AuditLog:
    """Thread-safe. The file is made with the first line, readable by its user alone; `close()` is idempotent."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES, files: int = FILES) -> None:
        self.path = folder / FILE
        self._handler = _Handler(self.path, maxBytes=file_bytes, backupCount=files, encoding="utf-8", delay=True)

    def note(self, entry: AuditEntry) -> None:
        line = json.dumps(asdict(entry), ensure_ascii=False)
        self._handler.handle(logging.LogRecord(FILE, logging.INFO, "", 0, line, None, None))

    def close(self) -> None:
        self._handler.close()


class _Handler(RotatingFileHandler):
    """Makes its folder and its files for the user alone, and does not complain once per line."""

    failing = False

    def _open(self) -> Any:
        path = Path(self.baseFilename)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        return super()._open()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self.shouldRollover(record):
                self.doRollover()
            if self.stream is None:
                self.stream = self._open()
            self.stream.write(f"{record.getMessage()}\n")
            self.stream.flush()
            self.failing = False
        except (OSError, ValueError) as error:
            if not self.failing:
                logger.error("calls that change something could not be written to %s: %s", self.baseFilename, error)
            self.failing = True
