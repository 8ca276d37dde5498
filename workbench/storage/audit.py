"""The audit log of a workspace: one JSON object per line in `logs/audit.jsonl`, rotated and bounded.

A line that cannot be written (a full disk) is lost and that is logged, once until one is written again: a node that
stopped answering then could be stopped by whoever fills its disk.
"""

from __future__ import annotations

import json
import logging
from dataclasses import fields
from pathlib import Path

from workbench.api.audit import AuditEntry
from workbench.storage.rotating import RotatingLines

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
        self._lines = RotatingLines(self.path, file_bytes=file_bytes, files=files, failed=self._failed)

    def note(self, entry: AuditEntry) -> None:
        line = json.dumps({name: getattr(entry, name) for name in MEMBERS}, ensure_ascii=False)
        self._lines.write(f"{line}\n".encode(errors="replace"))

    def _failed(self, why: str) -> None:
        logger.error("calls that change something could not be written to %s: %s", self.path, why)

    def close(self) -> None:
        self._lines.close()
