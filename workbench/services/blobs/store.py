"""Where the bytes of blobs lie: whatever `obstore` reaches, behind a protocol with a conformance suite.

An object is written whole or not at all, under a name that nobody used before, and never changed: so a reader needs no
lock, and a crash leaves at most an object that nothing points at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from workbench.api.blobs import CHUNK_BYTES
from workbench.api.errors import Exhausted, Internal, NotFound, Unavailable, WorkbenchError

PART_BYTES = 4 << 20
PARTS_AT_ONCE = 2
"""So many parts of an upload are on their way: with the one that is filled this bounds its memory to about 12 MiB."""
DISK_FULL = re.compile(r"no space left|os error 28|disk quota|os error 122", re.IGNORECASE)
BEYOND = re.compile(r"InvalidRange|StartTooLarge|\b416\b")
REASON = re.compile(
    r"<Message>([^<]{1,160})</Message>|error sending request|dns error|Client error with status \d+[^:]*"
)


class BlobStore(Protocol):
    """Objects by name. Thread-safe. NotFound: no such object. Exhausted: no room. Unavailable: it cannot be reached.

    `forgets`: what it holds is gone when the node ends.
    """

    @property
    def forgets(self) -> bool: ...
    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Store the parts, in order. What they raise is raised here, and nothing is stored."""
        ...

    def read(self, name: str, offset: int, length: int) -> Iterator[bytes]:
        """`length` bytes from `offset` on, in parts of up to CHUNK_BYTES; fewer when it has no more."""
        ...

    def copy(self, source: str, name: str) -> None: ...
    def delete(self, name: str) -> None:
        """Remove it, and what an interrupted `put` left of it. Idempotent."""
        ...


class ObjectStore:
    """A BlobStore in the folder `prefix` of a store of `obstore`. `place` is how people call it."""

    def __init__(self, store: Any, prefix: str, place: str, *, forgets: bool = False) -> None:
        self._store, self._prefix, self._place, self._forgets = store, prefix, place, forgets

    @property
    def forgets(self) -> bool:
        return self._forgets

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        import obstore

        source = _Source(parts)
        try:
            with self._translated(name):
                obstore.put(self._store, self._path(name), source, chunk_size=PART_BYTES, max_concurrency=PARTS_AT_ONCE)
        except WorkbenchError as error:
            if source.error is None or source.error is error:
                raise
            raise source.error from None

    def read(self, name: str, offset: int, length: int) -> Iterator[bytes]:
        """By ranges: a stream of the whole would be read ahead of whoever takes it."""
        import obstore

        end = offset + length
        while offset < end:
            upto = min(end, offset + CHUNK_BYTES)
            try:
                with self._translated(name):
                    part = bytes(obstore.get_range(self._store, self._path(name), start=offset, end=upto))
            except Unavailable as error:
                if BEYOND.search(str(error.__cause__)):
                    return
                raise
            offset += len(part)
            yield part

    def copy(self, source: str, name: str) -> None:
        import obstore

        with self._translated(source):
            obstore.copy(self._store, self._path(source), self._path(name))

    def delete(self, name: str) -> None:
        import obstore

        try:
            with self._translated(name):
                obstore.delete(self._store, self._path(name))
        except NotFound:
            return

    def _path(self, name: str) -> str:
        """In 256 folders: one with a million files is slow everywhere."""
        return f"{self._prefix}/{name[:2]}/{name}"

    @contextmanager
    def _translated(self, name: str) -> Iterator[None]:
        """The library's errors in our words: the one border for them."""
        try:
            yield
        except WorkbenchError:
            raise
        except Exception as error:
            raise ours(self._place, name, error) from error


class _Source:
    """The parts of an upload on their way into the library; what they raised is kept as it was."""

    def __init__(self, parts: Iterable[bytes]) -> None:
        self._parts = parts
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        except GeneratorExit:  # the store has given up
            raise
        except BaseException as error:
            self.error = error
            raise


def ours(place: str, name: str, error: Exception) -> WorkbenchError:
    """What went wrong in the store at `place`, as an error of the tree."""
    said = str(error)
    if isinstance(error, FileNotFoundError):
        return NotFound(f"the bytes of the blob are not in the store {place} any more (object {name})")
    if DISK_FULL.search(said):
        return Exhausted(f"the disk of the store of blobs {place} is full; nothing was changed", limit="disk")
    if isinstance(error, OSError) or type(error).__module__.startswith("obstore"):
        return Unavailable(f"the store of blobs {place} cannot be used: {words(error)}")
    return Internal(f"the store of blobs {place} failed: {words(error)}")


def words(error: Exception) -> str:
    """The reason that the service gave, else the last thing that the first line says. The rest is debris."""
    said = str(error).strip()
    if found := REASON.search(said):
        return found.group(1).rstrip(".")
    return (said.splitlines() or [type(error).__name__])[0].rpartition(" - ")[2][:200].rstrip(".")
