"""Components that were built before: found again by everything that went in, since a build takes long.

Two builds of the same source differ in their bytes, so this also keeps a module one module.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from workbench.wasm.eviction import Entry, evicted

MOST_BYTES = 512 << 20


class Builds:
    """A folder of them, of up to MOST_BYTES; several processes may use it at once. What cannot be kept is not kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str) -> bytes | None:
        """What was built under this key."""
        path = self._path(key)
        try:
            data = path.read_bytes()
            os.utime(path)  # what was used longest ago goes first
        except OSError:
            return None
        return data

    def keep(self, key: str, data: bytes) -> None:
        """Keep what was built, and throw away what there is no room for."""
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as file:
                file.write(data)
            Path(file.name).replace(self._path(key))
            self._evict(key)

    def _evict(self, newest: str) -> None:
        entries = []
        for path in self.folder.glob("*.wasm"):
            with suppress(OSError):  # another process was faster
                found = path.stat()
                entries.append(Entry(path.stem, found.st_size, found.st_mtime))
        for name in evicted(entries, MOST_BYTES, {newest}):
            self._path(name).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.wasm"


def key(builder: str, files: Mapping[str, str], *described: Sequence[str]) -> str:
    """Of one build: the builder's fingerprint, the sources by path, and what the builder is told of them."""
    made = hashlib.sha256()
    for part in (builder, *(text for path in sorted(files) for text in (path, files[path])), *map(repr, described)):
        made.update(f"{len(part)}:".encode() + part.encode())
    return made.hexdigest()
