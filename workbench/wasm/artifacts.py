"""Compiled code on disk: mapped only after its hash was checked, private to the user, never taken from anybody.

An artifact is keyed by the module's hash, the engine's version, the platform and every setting that changes code.
Loading foreign compiled code would be running it, so a file that does not match its recorded hash is thrown away
and made again.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import threading
from pathlib import Path

from workbench.api.errors import Unavailable
from workbench.wasm import digests
from workbench.wasm.engine import CODE_KEY

logger = logging.getLogger(__name__)
_SETTINGS = hashlib.sha256(CODE_KEY.encode()).hexdigest()[:16]


class Artifacts:
    """A folder of compiled modules. Thread-safe; several processes may share one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified: set[str] = set()
        self._lock = threading.Lock()

    def path(self, module: str) -> Path:
        """Where the artifact of the module with this hash is, or will be."""
        return self.folder / f"{module}-{_SETTINGS}.cwasm"

    def find(self, module: str) -> Path | None:
        """The verified artifact, or None when it has to be compiled."""
        path = self.path(module)
        with self._lock:
            if module in self._verified and path.exists():
                return path
            if not self._matches(path):
                return None
            self._verified.add(module)
        return path

    def size_bytes(self, module: str) -> int | None:
        """The size of the artifact; None when it has to be compiled first."""
        try:
            return self.path(module).stat().st_size
        except OSError:
            return None

    def scratch(self, module: str) -> Path:
        """A file to compile into, in the same folder, so that `keep` is one rename."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise Unavailable(f"compiled code cannot be kept in {self.folder}: {error.strerror}") from error
        return self.folder / f".{module[:16]}-{os.getpid()}-{threading.get_ident()}.part"

    def keep(self, module: str, scratch: Path) -> Path:
        """Take over a freshly compiled file."""
        path = self.path(module)
        digest = digests.of(scratch)
        self._record(path).write_text(digest, encoding="ascii")
        scratch.chmod(0o600)
        scratch.replace(path)
        with self._lock:
            self._verified.add(module)
        return path

    def forget(self, module: str) -> None:
        path = self.path(module)
        with self._lock:
            self._verified.discard(module)
        self._record(path).unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    @staticmethod
    def _record(path: Path) -> Path:
        return path.with_suffix(".sha256")

    def _matches(self, path: Path) -> bool:
        try:
            recorded = self._record(path).read_text(encoding="ascii")
            if _private(path) and digests.of(path) == recorded:
                return True
        except (OSError, UnicodeDecodeError):
            return False
        logger.warning("compiled code %s was changed by somebody or cut off; it is thrown away and made again", path)
        path.unlink(missing_ok=True)
        return False


def _private(path: Path) -> bool:
    """Whether nobody but this user could have written the file."""
    if os.name != "posix":
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
