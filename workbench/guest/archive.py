"""Zip archives of actors, read as what strangers wrote, and written in the one form that is stored.

Nothing is unpacked to a disk, and what an archive says about its sizes is not believed: what is inflated is counted.
The stored form has the Python files alone, sorted, uncompressed, with a fixed time. So the SHA-256 of its bytes is one
over the sorted names and bytes, and a folder and every zip of it are the same module.
"""

from __future__ import annotations

import re
import stat
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from workbench.api.errors import Invalid
from workbench.api.modules import SIZE_BYTES

FILES = 5_000
"""How many files an archive may hold, those that are left out included."""
RATIO = 200
"""How many bytes one compressed byte may become in a file beyond `RATIO_FROM_BYTES`; source text becomes 3 to 10."""
RATIO_FROM_BYTES = 1 << 20
MAIN = "actor.py"

_SIGNATURES = (b"PK\3\4", b"PK\5\6")
_ENTRY = b"PK\1\2"
_TIME = (1980, 1, 1, 0, 0, 0)
_NATIVE = re.compile(r"\.(pyd|dll|dylib|so(\.\d+)*)$", re.IGNORECASE)
_SYSTEM = frozenset({"__pycache__", "__MACOSX"})
_ENCRYPTED, _UTF8 = 0x1, 0x800
_TOLD = 5


@dataclass(frozen=True, slots=True)
class Contents:
    """The Python files of an actor by path, and the paths of what is left out because nothing would read it."""

    files: Mapping[str, bytes]
    left_out: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a deployer should know."""
        if not self.left_out:
            return ()
        return (f"left out, because only Python files are loaded: {some(self.left_out)}",)


def is_archive(data: bytes) -> bool:
    """Whether these bytes begin like a zip; no Python source does."""
    return data.startswith(_SIGNATURES)


def is_skipped(path: str) -> bool:
    """Whether a path is hidden or made by a system: such files are passed over without a word."""
    return any(part.startswith(".") or part in _SYSTEM for part in PurePosixPath(path).parts) or path.endswith(".pyc")


def read(data: bytes) -> Contents:
    """The actor in an archive. Invalid says what is wrong with it."""
    return gather(unpacked(data).items())


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The files of any archive by path. Invalid says which entry is refused, and why."""
    if data.count(_ENTRY) > FILES:
        raise Invalid(f"the archive holds more than {FILES:,} files")
    try:
        with ZipFile(BytesIO(data)) as archive:
            return unique(_entries(archive))
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, UnicodeDecodeError, ValueError, OSError) as error:
        raise Invalid(f"the archive is damaged: {str(error).rstrip('.') or type(error).__name__}") from None


def gather(entries: Iterable[tuple[str, bytes]]) -> Contents:
    """What of these files is an actor. Invalid: a native extension, a name twice, or no actor."""
    found = _without_folder(unique(entries))
    python = {path: found[path] for path in sorted(found) if path.endswith(".py")}
    if not python:
        raise Invalid(f"there is no Python file in it{f', only {some(sorted(found))}' if found else ''}")
    if len(python) > 1 and MAIN not in python:
        raise Invalid(f"an actor of several files needs {MAIN}, with the actor's class; there is {some(python)}")
    return Contents(python, tuple(sorted(set(found) - set(python))))


def unique(entries: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
    """The files by path. Invalid: a native extension, or a name twice."""
    found: dict[str, bytes] = {}
    for path, data in entries:
        if _NATIVE.search(path):
            raise Invalid(f"{path} is a native extension: an actor is pure Python, for its sandbox runs no native code")
        if path in found:
            raise Invalid(f"{path} is in it twice")
        found[path] = data
    return found


def write(files: Mapping[str, bytes]) -> bytes:
    """The one archive of these files: equal files give equal bytes."""
    output = BytesIO()
    with ZipFile(output, "w", ZIP_STORED) as archive:
        for path in sorted(files, key=str.encode):
            entry = ZipInfo(path, _TIME)
            entry.create_system, entry.external_attr = 3, (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[path])
    made = output.getvalue()
    if len(made) > SIZE_BYTES:
        raise Invalid(f"its files have {len(made):,} bytes together; up to {SIZE_BYTES:,} are taken")
    return made


def check_path(path: str) -> None:
    """Invalid for a path that could mean another place on some system."""
    parts = path.split("/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path):
        raise Invalid(f"{path!r} is an absolute path; the paths of an actor's files begin at its folder")
    if "\\" in path or ".." in parts or "." in parts or "" in parts or not path.isprintable():
        raise Invalid(
            f"{path!r} is no path of an actor's file: it has .., a backslash, an empty or an unprintable part"
        )


def some(paths: Iterable[str]) -> str:
    """A few of them, and how many more there are."""
    names = list(paths)
    more = f" and {len(names) - _TOLD:,} more" if len(names) > _TOLD else ""
    return ", ".join(names[:_TOLD]) + more


def _entries(archive: ZipFile) -> Iterable[tuple[str, bytes]]:
    left = SIZE_BYTES
    for entry in archive.infolist():
        path = _path(entry)
        check_path(path.removesuffix("/"))
        _check_kind(entry, path)
        if entry.is_dir() or is_skipped(path):
            continue
        data = _inflated(archive, entry, path, left)
        left -= len(data)
        yield path, data


def _path(entry: ZipInfo) -> str:
    """The name as it was written: UTF-8, which some programs do not mark as such."""
    name = entry.orig_filename
    if name.isascii() or entry.flag_bits & _UTF8:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        raise Invalid(f"the name {name!r} is not UTF-8; pack the actor with a program that writes UTF-8") from None


def _check_kind(entry: ZipInfo, path: str) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise Invalid(f"{path} is a symbolic link; put the file itself there")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Invalid(f"{path} is neither a file nor a folder")
    if entry.flag_bits & _ENCRYPTED:
        raise Invalid(f"{path} is encrypted; pack the actor without a password")
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Invalid(f"{path} is compressed by method {entry.compress_type}; stored and deflated are read")


def _inflated(archive: ZipFile, entry: ZipInfo, path: str, left: int) -> bytes:
    most = max(RATIO_FROM_BYTES, RATIO * entry.compress_size)
    with archive.open(entry) as file:
        data = file.read(min(left, most) + 1)
    if len(data) > most:
        raise Invalid(f"{path} inflates to more than {RATIO} times its size: this is a zip bomb, or no source")
    if len(data) > left:
        raise Invalid(f"its files have more than {SIZE_BYTES:,} bytes together, which is what is taken")
    return data


def _without_folder(files: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """The files as seen from inside the one folder that all are in, as in a zip of a folder."""
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or f"{next(iter(tops))}/{MAIN}" not in files:
        return files
    return {path.partition("/")[2]: data for path, data in files.items()}
