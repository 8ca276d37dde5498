"""A database in a file apart from the workspace, used by one process at a time."""

from __future__ import annotations

from errno import EDQUOT, ENOSPC
from pathlib import Path

from filelock import FileLock
from filelock import Timeout as LockTimeout

from workbench.api.errors import Exhausted, Invalid, Unavailable
from workbench.storage.database import Database
from workbench.storage.schema import migrate


class SeparateDatabase(Database):
    """Made when it is not there. Unavailable: another process has it, or it cannot be written."""

    def __init__(self, path: Path) -> None:
        if path.is_dir():
            raise Invalid(f"{path} is a folder; name a file")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file_lock = FileLock(f"{path}.lock", thread_local=False)
            self._file_lock.acquire(timeout=0)
        except LockTimeout:
            raise Unavailable(f"{path} is in use by another process; close it or name another file") from None
        except OSError as error:
            kind = Exhausted if error.errno in (ENOSPC, EDQUOT) else Unavailable
            raise kind(f"{path} cannot be used: {(error.strerror or str(error)).lower()}") from error
        try:
            super().__init__(path)
            migrate(self)
        except BaseException:
            self._file_lock.release()
            raise

    def close(self) -> None:
        super().close()
        self._file_lock.release()
