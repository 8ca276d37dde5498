"""Where the bytes of blobs lie: a folder or what else `obstore` reaches, behind a protocol with a conformance suite.

An object is written whole or not at all, under a name that nobody used before, and never changed: so a reader needs no
lock, and a crash leaves at most an object that nothing points at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from workbench.api.blobs import CHUNK_BYTES
from workbench.api.errors import Exhausted, Internal, Invalid, NotFound, Unavailable, WorkbenchError

PART_BYTES = 4 << 20
PARTS_AT_ONCE = 2
"""So many parts of an upload are on their way: with the one that is filled this bounds its memory to about 12 MiB."""
DISK_FULL = re.compile(r"no space left|os error 28|disk quota|os error 122", re.IGNORECASE)


class BlobStore(Protocol):
    """Objects by name. Thread-safe. NotFound: no such object. Exhausted: no room. Unavailable: it cannot be reached."""

    def put(self, name: str, parts: Iterable[bytes]) -> None: ...
    def read(self, name: str, offset: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `offset` on, which are there, in parts."""
        ...

    def copy(self, source: str, name: str) -> None: ...
    def delete(self, name: str) -> None:
        """Idempotent."""
        ...

    def names(self) -> Iterator[str]: ...


class ObjectStore:
    """A BlobStore over one of `obstore`."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        import obstore

        with translated(name):
            obstore.put(self._store, _path(name), parts, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)

    def read(self, name: str, offset: int, length: int) -> Iterator[bytes]:
        """By ranges: a stream of the whole would be read ahead of whoever takes it."""
        import obstore

        end = offset + length
        for start in range(offset, end, CHUNK_BYTES):
            with translated(name):
                part = obstore.get_range(self._store, _path(name), start=start, end=min(end, start + CHUNK_BYTES))
            yield bytes(part)

    def copy(self, source: str, name: str) -> None:
        import obstore

        with translated(source):
            obstore.copy(self._store, _path(source), _path(name))

    def delete(self, name: str) -> None:
        import obstore

        try:
            with translated(name):
                obstore.delete(self._store, _path(name))
        except NotFound:
            return

    def names(self) -> Iterator[str]:
        import obstore

        with translated(""):
            for page in obstore.list(self._store):
                for found in page:
                    yield str(found["path"]).rpartition("/")[2]


def local(folder: Path) -> ObjectStore:
    """A folder, made when it is not there."""
    from obstore.store import LocalStore

    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        kind = Exhausted if error.errno == 28 else Unavailable
        raise kind(f"the folder of blobs {folder} cannot be used: {error.strerror}") from error
    return ObjectStore(LocalStore(folder))


def opened(url: str, default: Path) -> ObjectStore:
    """The store that a URL names: `file:DIR`, or one of the services that `obstore` knows (`s3://BUCKET/PREFIX`, …).

    Invalid: it is no such URL. An empty one is the default folder.
    """
    kind, _, rest = url.partition(":")
    if not url:
        return local(default)
    if kind == "file" and rest:
        return local(Path(rest.removeprefix("//")))
    from obstore.store import from_url

    try:
        return ObjectStore(from_url(url))
    except Exception as error:
        raise Invalid(f"{url!r} is no store of blobs: {_words(error)}; write file:DIR or s3://BUCKET/PREFIX") from error


def _path(name: str) -> str:
    """In 256 folders: one with a million files is slow everywhere."""
    return f"{name[:2]}/{name}"


@contextmanager
def translated(name: str) -> Iterator[None]:
    """The store's errors in our words: the one border for them."""
    try:
        yield
    except WorkbenchError:
        raise
    except Exception as error:
        raise _ours(name, error) from error


def _ours(name: str, error: Exception) -> WorkbenchError:
    said = _words(error)
    if isinstance(error, FileNotFoundError):
        return NotFound(f"the bytes of the blob are not in the store any more (object {name})")
    if DISK_FULL.search(str(error)):
        return Exhausted("the disk that holds the blobs is full; nothing was changed", limit="disk")
    if isinstance(error, PermissionError | OSError) or type(error).__module__.startswith("obstore"):
        return Unavailable(f"the store of blobs cannot be used: {said}")
    return Internal(f"the store of blobs failed: {said}")


def _words(error: Exception) -> str:
    """The first line: what follows are the insides of the library."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
