"""A workspace: one directory with the database, the modules and the compiled code, locked by one process at a time."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from filelock import FileLock
from filelock import Timeout as LockTimeout

from workbench.api.errors import Exhausted, Invalid, Unavailable
from workbench.storage.database import Database
from workbench.storage.schema import migrate

ENDPOINT = "endpoint.json"


class Workspace:
    """An open, locked workspace. Unavailable says who holds it, or why it cannot be used; `close()` is idempotent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if folder.exists() and not folder.is_dir():
            raise Invalid(f"{folder} is a file; a workspace must be a folder")
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = FileLock(folder / ".lock", thread_local=False)  # closed by whichever thread ends the node
            self._lock.acquire(timeout=0)
        except LockTimeout:
            raise Unavailable(f"the workspace {folder} is in use{_holder(folder)}") from None
        except OSError as error:
            kind = Exhausted if error.errno == 28 else Unavailable
            raise kind(f"the workspace {folder} cannot be used: {error.strerror}") from error
        try:
            self._write_holder()
            self.database = Database(folder / "workbench.db")
            try:
                migrate(self.database)
            except BaseException:
                self.database.close()
                raise
        except BaseException:
            self._lock.release()
            raise

    @property
    def modules(self) -> Path:
        return self.folder / "modules"

    @property
    def compiled(self) -> Path:
        return self.folder / "compiled"

    @property
    def blobs(self) -> Path:
        return self.folder / "blobs"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def _write_holder(self) -> None:
        holder = {"pid": os.getpid(), "program": Path(sys.argv[0]).name, "since": time.strftime("%Y-%m-%d %H:%M:%S")}
        try:
            (self.folder / "holder.json").write_text(json.dumps(holder), encoding="utf-8")
        except OSError as error:
            kind = Exhausted if error.errno == 28 else Unavailable
            raise kind(f"the workspace {self.folder} cannot be written: {error.strerror}") from error

    def close(self) -> None:
        if not self._lock.is_locked:
            return
        self.database.close()
        for name in (ENDPOINT, "holder.json"):
            (self.folder / name).unlink(missing_ok=True)
        self._lock.release()


def _holder(folder: Path) -> str:
    try:
        found = json.loads((folder / "holder.json").read_text(encoding="utf-8"))
        who = f"{found['program']} (process {found['pid']}, since {found['since']})"
        return f" by {who}; close it or choose another workspace"
    except (OSError, ValueError, KeyError):
        return " by another process; close it or choose another workspace"
