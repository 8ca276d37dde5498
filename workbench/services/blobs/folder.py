"""Blobs in a folder of this machine: the embedded default."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from errno import EDQUOT, ENOSPC
from pathlib import Path

from workbench.api.errors import Exhausted, Unavailable
from workbench.services.blobs.store import ObjectStore


class Folder(ObjectStore):
    """A folder, made when it is not there. What is stored is on the disk itself when `put` returns."""

    def __init__(self, folder: Path, prefix: str) -> None:
        from obstore.store import LocalStore

        self._folder = folder
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            usable = os.access(folder, os.W_OK | os.X_OK)
        except OSError as error:
            kind = Exhausted if error.errno in (ENOSPC, EDQUOT) else Unavailable
            said = (error.strerror or str(error)).lower()
            raise kind(f"the folder of blobs {folder} cannot be used: {said}") from error
        if not usable:
            raise Unavailable(f"the folder of blobs {folder} cannot be used: it is not writable")
        super().__init__(LocalStore(folder), prefix, str(folder))

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        super().put(name, parts)
        with self._translated(name):
            _sync(self._file(name))
            _sync(self._file(name).parent)

    def copy(self, source: str, name: str) -> None:
        """A second name for the same file: objects are never changed."""
        super().copy(source, name)
        with self._translated(name):
            _sync(self._file(name).parent)

    def delete(self, name: str) -> None:
        """The library writes into `NAME#1` first, which a kill leaves behind."""
        super().delete(name)
        for left in self._file(name).parent.glob(f"{name}#*"):
            with suppress(FileNotFoundError), self._translated(name):
                left.unlink()

    def _file(self, name: str) -> Path:
        return self._folder / self._path(name)


def _sync(path: Path) -> None:
    """Everything of it onto the disk. A folder cannot be opened on every system; there it is not needed."""
    try:
        opened = os.open(path, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
