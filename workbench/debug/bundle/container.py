"""The zip of a bundle, read as what a stranger wrote. Nothing is unpacked to a disk, and nothing it says is believed.

What is wrong with the file as a whole refuses it; what is wrong with one entry refuses that one, and the rest opens.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from workbench.api.errors import Invalid, NotFound
from workbench.debug.bundle import layout

_START, _END, _END_64 = b"PK\3\4", b"PK\5\6", b"PK\6\7"
_END_BYTES, _END_64_BYTES, _COMMENT_BYTES = 22, 20, 65_535
_DIRECTORY_BYTES = layout.ENTRIES * 512
_ENCRYPTED, _SIZES_BEHIND = 0x1, 0x8
_HEAD = struct.Struct("<4s2xHHHHIIIHH")
"""Of an entry: flags, method, time, date, sum, sizes, and how long its name is and what follows."""
_DAMAGE = (
    BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeError, ValueError, OSError, RuntimeError,
    struct.error, KeyError, OverflowError, IndexError,
)  # fmt: skip
"""What Python's reader raises over a file that is not as it should be."""


class Container:
    """Thread-safe. `names` are the entries in their order. NotFound, Invalid: it is not there, or it is no bundle."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file = _opened(path)
        try:
            self.size_bytes = _checked(self._file, path)
            self._zip = ZipFile(self._file)
            self._entries = _entries(self._zip, self.size_bytes)
        except Invalid:
            self._file.close()
            raise
        except _DAMAGE as error:
            self._file.close()
            raise Invalid(f"{path.name} is damaged: {_said(error)}") from None
        self.names = tuple(self._entries)

    def packed_bytes(self, name: str) -> int:
        """What an entry takes in the file; 0 when there is none."""
        entry = self._entries.get(name)
        return entry.compress_size if entry is not None else 0

    def check_headers(self) -> Iterator[str]:
        """What is wrong with the heads that stand before the entries: they must say what the directory at the end says.

        Versions, rights and attributes, of which nothing is read here, are not compared.
        """
        for name, entry in self._entries.items():
            with self._lock:
                self._file.seek(entry.header_offset)
                head = self._file.read(_HEAD.size)
                its_name = self._file.read(len(name))
            if len(head) < _HEAD.size:
                yield f"{name} is damaged: the head before it is cut off"
                continue
            start, flags, method, clock, date, crc, packed, size, name_bytes, _ = _HEAD.unpack(head)
            year, month, day, hour, minute, second = entry.date_time
            said = (start, flags, method, clock, date, name_bytes, its_name)
            wanted = (
                _START, entry.flag_bits, entry.compress_type, hour << 11 | minute << 5 | second // 2,
                (year - 1980) << 9 | month << 5 | day, len(name), name.encode(),
            )  # fmt: skip
            sizes, theirs = (crc, packed, size), (entry.CRC, entry.compress_size, entry.file_size)
            if said != wanted or (sizes != theirs and not (flags & _SIZES_BEHIND and sizes == (0, 0, 0))):
                yield f"{name} is damaged: the head before it is not what the directory of the zip says"

    def read(self, name: str, size_bytes: int, sha256: str) -> bytes:
        """One entry, which must be as it was written. Invalid says what is wrong with it, and begins with its name."""
        data = self._read(name, size_bytes)
        if len(data) != size_bytes:
            more = "more than " if len(data) > size_bytes else ""
            raise Invalid(f"{name} is damaged: it has {more}{min(len(data), size_bytes):,} of {size_bytes:,} bytes")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise Invalid(f"{name} is damaged: its bytes are not those that the manifest names")
        return data

    def manifest(self) -> bytes:
        """The entry that speaks for the others."""
        data = self._read(layout.MANIFEST, layout.MANIFEST_BYTES)
        if len(data) > layout.MANIFEST_BYTES:
            raise Invalid(f"{layout.MANIFEST} has more than {layout.MANIFEST_BYTES:,} bytes: this is no session bundle")
        return data

    def _read(self, name: str, most: int) -> bytes:
        """Up to one byte more than `most`."""
        entry = self._entries.get(name)
        if entry is None:
            raise Invalid(f"{name} is missing")
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) or entry.flag_bits & _ENCRYPTED:
            raise Invalid(f"{name} is damaged: it is packed in a way that no bundle is")
        try:
            with self._lock, self._zip.open(entry) as file:
                data = file.read(min(most, _most(entry)) + 1)
        except _DAMAGE as error:
            raise Invalid(f"{name} is damaged: {_said(error)}") from None
        if len(data) > _most(entry):
            raise Invalid(f"{name} becomes more than {layout.RATIO} times what it is in the file: this is a zip bomb")
        return data

    def close(self) -> None:
        self._zip.close()
        self._file.close()


def _opened(path: Path) -> BufferedReader:
    try:
        if path.is_dir():
            raise Invalid(f"{path} is a folder; a session bundle is a file")
        if not path.is_file():
            raise NotFound(f"there is no file {path}")
        return path.open("rb")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None


def _checked(file: BufferedReader, path: Path) -> int:
    """The size of the file, when the little that can be read without a reader of zips is right."""
    size = file.seek(0, 2)
    if not size:
        raise Invalid(f"{path.name} is empty")
    if size > layout.FILE_BYTES:
        raise Invalid(f"{path.name} has {size:,} bytes; a session bundle has up to {layout.FILE_BYTES:,}")
    file.seek(0)
    start = file.read(len(_START))
    if start != _START:
        raise Invalid(f"{path.name} is no session bundle: it starts with the bytes {start.hex(' ')}")
    file.seek(max(0, size - _COMMENT_BYTES - _END_BYTES - _END_64_BYTES))
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < _END_BYTES:
        raise Invalid(f"{path.name} is cut off: the end of it is missing")
    count, directory_bytes = struct.unpack("<HI", tail[end + 10 : end + 16])
    if count > layout.ENTRIES or directory_bytes > _DIRECTORY_BYTES:
        raise Invalid(f"{path.name} says that it has {count:,} entries; a session bundle has up to {layout.ENTRIES:,}")
    if tail[max(0, end - _END_64_BYTES) : end].startswith(_END_64):
        raise Invalid(f"{path.name} is no session bundle: it is a zip of the form for larger files")
    return size


def _entries(archive: ZipFile, size_bytes: int) -> dict[str, ZipInfo]:
    found: dict[str, ZipInfo] = {}
    listed: Sequence[ZipInfo] = archive.infolist()
    names = {entry.orig_filename for entry in listed}
    if layout.MANIFEST not in names:
        raise Invalid(f"it is no session bundle: there is no {layout.MANIFEST} in this zip")
    if len(listed) > layout.ENTRIES:
        raise Invalid(f"it has {len(listed):,} entries; a session bundle has up to {layout.ENTRIES:,}")
    for entry in listed:
        name = entry.orig_filename
        if not layout.is_safe(name):
            raise Invalid(f"the entry {name[:100]!r} has a name that leads elsewhere, or that no bundle has")
        if name in found:
            raise Invalid(f"the entry {name} is in it twice")
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            raise Invalid(f"the entry {name} is no plain file, but a link or a device")
        found[name] = entry
    if sum(entry.compress_size for entry in listed) > size_bytes:
        raise Invalid("its entries lie on top of each other: this is a zip bomb")
    return found


def _most(entry: ZipInfo) -> int:
    """How many bytes an entry may become: beyond a ratio it is a bomb, and the writer stores such data as they are."""
    return max(layout.RATIO_FROM_BYTES, layout.RATIO * entry.compress_size)


def _said(error: BaseException) -> str:
    said = str(error).rstrip(".")
    if isinstance(error, KeyError):
        said = said.strip("'\"")
    return said[:200] or type(error).__name__
