"""Writes a bundle entry by entry into a file beside the target, which takes its place when it is complete.

The same entries give the same bytes: fixed times and rights, one order, one level of compression.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tempfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, LargeZipFile, ZipFile, ZipInfo

from workbench.api.errors import Exhausted, Invalid
from workbench.debug.bundle import layout
from workbench.debug.bundle import manifest as manifests
from workbench.debug.bundle.manifest import Entry, Manifest

T = TypeVar("T")
LEVEL = 6
TOO_LARGE = (
    f"the bundle has more than {layout.ENTRIES:,} entries or {layout.FILE_BYTES:,} bytes; "
    "export fewer actors, or a shorter time"
)
_TIME = (1980, 1, 1, 0, 0, 0)


class Writer:
    """Used in a `with`: what was not finished leaves nothing behind. The file can be read by its user alone."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._entries: list[Entry] = []
        self._packed = 0
        self._scratch: Path | None = None
        self._zip = self._guarded(self._begin)

    def _begin(self) -> ZipFile:
        if self._target.is_dir():
            raise Invalid(f"{self._target} is a folder; give the bundle a name of its own")
        descriptor, name = tempfile.mkstemp(prefix=f".{self._target.name}.", dir=self._target.parent)
        os.close(descriptor)
        self._scratch = Path(name)
        return ZipFile(self._scratch, "w", allowZip64=False)

    def add(self, name: str, data: bytes) -> None:
        """One entry. Invalid: it, or the bundle with it, is larger than a bundle may be."""
        if len(data) > layout.ENTRY_BYTES:
            raise Invalid(f"{name} has {len(data):,} bytes; an entry of a bundle has up to {layout.ENTRY_BYTES:,}")
        self._write(name, data)
        self._entries.append(Entry(name, len(data), hashlib.sha256(data).hexdigest()))
        if len(self._entries) >= layout.ENTRIES or self._packed > layout.FILE_BYTES - layout.MANIFEST_BYTES:
            raise Invalid(TOO_LARGE)

    def _write(self, name: str, data: bytes) -> None:
        entry = ZipInfo(name, _TIME)
        entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
        entry.compress_type = ZIP_STORED if _would_be_refused(data) else ZIP_DEFLATED
        self._guarded(lambda: self._zip.writestr(entry, data, compresslevel=LEVEL))
        self._packed += entry.compress_size

    def finish(self, manifest: Manifest) -> None:
        """Put the manifest in, with the entries that were added, and the file in its place."""
        data = manifests.written(replace(manifest, entries=tuple(self._entries)))
        self._write(layout.MANIFEST, data)
        self._guarded(self._end)

    def _end(self) -> None:
        self._zip.close()
        assert self._scratch is not None
        self._scratch.replace(self._target)
        self._scratch = None

    def _guarded(self, do: Callable[[], T]) -> T:
        """What the system refuses is named."""
        try:
            return do()
        except LargeZipFile:
            raise Invalid(TOO_LARGE) from None
        except OSError as error:
            kind = Exhausted if error.errno == errno.ENOSPC else Invalid
            said = (error.strerror or str(error)).lower()
            raise kind(f"{self._target} cannot be written: {said}; nothing was changed") from None

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._scratch is not None:
            with suppress(OSError, ValueError):  # a full disk refuses the end of the zip too
                self._zip.close()
            self._scratch.unlink(missing_ok=True)
            self._scratch = None


def _would_be_refused(data: bytes) -> bool:
    """Whether a reader would take it for a bomb when it were packed."""
    return len(data) > layout.RATIO_FROM_BYTES and len(zlib.compress(data, LEVEL)) * layout.RATIO < len(data)
