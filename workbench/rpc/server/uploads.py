"""Modules on their way to the node. One whose way was cut keeps what has arrived, and goes on from there."""

from __future__ import annotations

import hashlib
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition
from weakref import finalize

from workbench.api import Conflict, Exhausted, Invalid, WorkbenchError
from workbench.rpc.sizes import CHUNK_BYTES

TOTAL_BYTES = 256 << 20
"""Of all of them together."""
KEPT_SECONDS = 600.0
"""Of one that was cut."""
NOTICE_SECONDS = 2.0
"""Who comes again at once may be quicker than the end of the call that was cut."""
NAMES = 1_000
Key = tuple[str, ...]
"""Whose it is, and the SHA-256 that was announced: nobody goes on with the bytes of another caller."""


class TooFew(Invalid):
    """The requests ended before the bytes did: so it looks too, at times, when the way is cut."""


class Upload:
    """The bytes of one module so far, in a file without a name."""

    def __init__(self, size: int) -> None:
        self.size, self.received, self.kept = size, 0, 0.0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- it outlives this call
        self._close = finalize(self, self._file.close)
        self._digest = hashlib.sha256()

    def add(self, chunk: bytes) -> None:
        """Invalid: larger than a chunk may be, or more than was announced."""
        if len(chunk) > CHUNK_BYTES:
            raise Invalid(f"a chunk of {len(chunk):,} bytes; {CHUNK_BYTES:,} is the most")
        if self.received + len(chunk) > self.size:
            raise Invalid(f"the module was announced with {self.size:,} bytes, {self.received + len(chunk):,} arrived")
        try:
            self._file.write(chunk)
        except OSError as error:
            why = (error.strerror or "unknown error").lower()
            raise Exhausted(f"there is no room for the module on its way: {why}", limit="uploads") from error
        self._digest.update(chunk)
        self.received += len(chunk)

    def data(self, announced: str) -> bytes:
        """All of it. Invalid: it is not what was announced."""
        if self.received != self.size:
            raise TooFew(f"the module was announced with {self.size:,} bytes, {self.received:,} arrived")
        if announced not in ("", self._digest.hexdigest()):
            raise Invalid(f"the bytes of the module have another hash than {announced}, which was announced")
        self._file.seek(0)
        return self._file.read()

    def close(self) -> None:
        self._close()


class Uploads:
    """All of one listener. Thread-safe."""

    def __init__(self, *, total_bytes: int = TOTAL_BYTES, kept_seconds: float = KEPT_SECONDS) -> None:
        self._total_bytes, self._kept_seconds = total_bytes, kept_seconds
        self._changed = Condition()
        self._bytes = 0
        self._coming: set[Key] = set()
        self._cut: OrderedDict[Key, Upload] = OrderedDict()
        self._modules: OrderedDict[str, str] = OrderedDict()

    def module(self, announced: str) -> str:
        """The hash of the module that bytes with this hash became: that of a text or an archive is another."""
        with self._changed:
            return self._modules.get(announced, announced)

    def became(self, announced: str, module: str) -> None:
        with self._changed:
            self._modules[announced] = module
            self._modules.move_to_end(announced)
            while len(self._modules) > NAMES:
                self._modules.popitem(last=False)

    @contextmanager
    def taken(self, key: Key, size: int) -> Iterator[Upload]:
        """A new one, or what was cut. It is kept again unless it ends well or its bytes are refused.

        Exhausted: too many bytes are on their way already.
        """
        upload = self._begin(key, size)
        keep = False
        try:
            yield upload
        except BaseException as error:
            keep = bool(key[-1]) and (isinstance(error, Conflict | TooFew) or not isinstance(error, WorkbenchError))
            raise
        finally:
            self._end(key, upload, keep=keep)

    def _begin(self, key: Key, size: int) -> Upload:
        with self._changed:
            self._changed.wait_for(lambda: not key[-1] or key not in self._coming, NOTICE_SECONDS)
            self._forget(key, size)
            found = self._cut.pop(key, None)
            if found is not None and found.size == size:
                self._coming.add(key)
                return found
            if found is not None:
                self._drop(found)
            if self._bytes + size > self._total_bytes:
                said = f"{self._bytes:,} bytes of modules are on their way to this node, and {self._total_bytes:,} fit"
                raise Exhausted(f"{said}; try again when one has arrived", limit="uploads", value=self._total_bytes)
            self._bytes += size
            self._coming.add(key)
        return Upload(size)

    def _forget(self, key: Key, size: int) -> None:
        """Those that were cut too long ago, and others that stand in the way."""
        oldest = time.monotonic() - self._kept_seconds
        for other, upload in tuple(self._cut.items()):
            is_in_the_way = other != key and self._bytes + size > self._total_bytes
            if upload.kept < oldest or is_in_the_way:
                self._drop(self._cut.pop(other))

    def _end(self, key: Key, upload: Upload, *, keep: bool) -> None:
        with self._changed:
            self._coming.discard(key)
            self._changed.notify_all()
            if keep and key not in self._cut:
                upload.kept = time.monotonic()
                self._cut[key] = upload
            else:
                self._drop(upload)

    def _drop(self, upload: Upload) -> None:
        self._bytes -= upload.size
        upload.close()
