"""Compiled code on disk: mapped only after its hash was checked, private to the user, never taken from anybody.

An artifact is keyed by the module's hash, the engine's version, the platform and every setting that changes code.
Loading foreign compiled code would be running it, so a file that does not match its recorded hash is thrown away
and made again. The folder is bounded: what was used longest ago goes first, never what a live process has mapped.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock

from workbench.api.errors import Unavailable
from workbench.wasm import digests
from workbench.wasm.engine import CODE_KEY
from workbench.wasm.eviction import Entry, evicted
from workbench.wasm.in_use import InUse

logger = logging.getLogger(__name__)
LEFTOVER_SECONDS = 86_400.0
"""What a compilation left behind for longer than this, its process did not live to take."""
LOCK_SECONDS = 10.0
_SETTINGS = hashlib.sha256(CODE_KEY.encode()).hexdigest()[:16]
_SUFFIX, _RECORD_SUFFIX = ".cwasm", ".sha256"


class Artifacts:
    """A folder of compiled modules of up to `most_bytes` together. Thread-safe; processes may share one folder."""

    def __init__(self, folder: Path, most_bytes: int | None = None) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self._verified: dict[str, tuple[int, int, int]] = {}
        self._in_use = InUse(folder)
        self._lock = threading.Lock()

    def path(self, module: str) -> Path:
        """Where the artifact of the module with this hash is, or will be."""
        return self.folder / f"{module}-{_SETTINGS}{_SUFFIX}"

    def find(self, module: str) -> Path | None:
        """The verified artifact, or None when it has to be compiled."""
        path = self.path(module)
        with self._lock:
            return path if self._sound(module, path) else None

    def use(self, module: str) -> Path | None:
        """As `find`, to be mapped now: from here to `release` it is in use, and nobody evicts it."""
        path = self.path(module)
        with self._lock:
            if not path.exists():
                return None
            with self._shared():
                if not self._sound(module, path):
                    return None
                with contextlib.suppress(OSError):  # who may not write here, evicts nothing either
                    self._in_use.add(path.stem)
                    os.utime(_record(path))
        return path

    def release(self, module: str) -> None:
        """This process has it mapped no more."""
        name = self.path(module).stem
        with self._lock:
            if name in self._in_use.own:
                with self._shared():
                    self._in_use.discard(name)

    def used_modules(self) -> frozenset[str]:
        """The hashes of the modules that any live process has mapped."""
        if not self.folder.is_dir():
            return frozenset()
        with self._lock, self._shared():
            return frozenset(name.rpartition("-")[0] for name in self._in_use.everybody())

    def size_bytes(self, module: str) -> int | None:
        """The size of the artifact; None when it has to be compiled first."""
        try:
            return self.path(module).stat().st_size
        except OSError:
            return None

    def scratch(self, module: str) -> Path:
        """A file to compile into, in the same folder, so that `keep` is one rename."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _private(self.folder):
                self.folder.chmod(0o700)  # what is kept in it from now on, nobody else has put there
        except OSError as error:
            raise Unavailable(f"compiled code cannot be kept in {self.folder}: {error.strerror}") from error
        return self.folder / f".{module[:16]}-{os.getpid()}-{threading.get_ident()}.part"

    def keep(self, module: str, scratch: Path) -> Path:
        """Take over a freshly compiled file."""
        path = self.path(module)
        digest = digests.of(scratch)
        _record(path).write_text(digest, encoding="ascii")
        scratch.chmod(0o600)
        scratch.replace(path)
        with self._lock:
            self._verified[module] = _identity(path)
        return path

    def forget(self, module: str) -> None:
        self.release(module)
        with self._lock:
            self._verified.pop(module, None)
        _delete(self.path(module))

    @property
    def overfull(self) -> bool:
        """Whether something has to go; `evict` then says what."""
        return self.most_bytes is not None and sum(entry.size_bytes for entry in self.entries()) > self.most_bytes

    def evict(self) -> None:
        """Throw away what was used longest ago until the rest fits, and what compilations left behind."""
        if self.most_bytes is None or not self.folder.is_dir():
            return
        with self._lock, self._shared():
            for name in evicted(self.entries(), self.most_bytes, self._in_use.everybody()):
                if _delete(self.folder / f"{name}{_SUFFIX}"):
                    self._verified.pop(name.rpartition("-")[0], None)
                    logger.info("compiled code %s was thrown away: the most is %d bytes", name, self.most_bytes)
            self._sweep()

    def idle(self) -> list[Entry]:
        """What no live process has mapped."""
        if not self.folder.is_dir():
            return []
        with self._lock, self._shared():
            used = self._in_use.everybody()
            return [entry for entry in self.entries() if entry.name not in used]

    def clear(self) -> None:
        """Throw that away; it is compiled again when it is needed."""
        if not self.folder.is_dir():
            return
        with self._lock, self._shared():
            used = self._in_use.everybody()
            for entry in self.entries():
                if entry.name not in used and _delete(self.folder / f"{entry.name}{_SUFFIX}"):
                    self._verified.pop(entry.name.rpartition("-")[0], None)
            self._sweep()

    def close(self) -> None:
        """This process has nothing mapped any more; idempotent."""
        with self._lock:
            if self._in_use.own and self.folder.is_dir():
                with self._shared():
                    self._in_use.close()

    def entries(self) -> list[Entry]:
        """All that is there."""
        found = []
        for path in self.folder.glob(f"*{_SUFFIX}"):
            with contextlib.suppress(OSError):  # another process has just thrown it away
                used = _record(path) if _record(path).exists() else path
                found.append(Entry(path.stem, path.stat().st_size, used.stat().st_mtime))
        return found

    def _sweep(self) -> None:
        oldest = time.time() - LEFTOVER_SECONDS
        for pattern in (".*.part", ".*.input"):
            for path in self.folder.glob(pattern):
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < oldest or not _lives(path):
                        path.unlink()

    @contextlib.contextmanager
    def _shared(self) -> Iterator[None]:
        """Alone among all processes in what concerns the folder's use."""
        lock = FileLock(self.folder / ".lock", thread_local=False)
        with contextlib.suppress(OSError):  # a folder that cannot be written, or a process that was stopped in here
            lock.acquire(timeout=LOCK_SECONDS)
        try:
            yield
        finally:
            lock.release()

    def _sound(self, module: str, path: Path) -> bool:
        """Whether it is the file that was verified or, if it is not, can be."""
        try:
            if self._verified.get(module) == _identity(path):
                return True
            if _private(path.parent) and _private(path) and digests.of(path) == _recorded(path):
                self._verified[module] = _identity(path)
                return True
        except FileNotFoundError:
            return False
        except (OSError, UnicodeDecodeError):
            pass
        logger.warning("compiled code %s was changed by somebody or cut off; it is thrown away and made again", path)
        self._verified.pop(module, None)
        path.unlink(missing_ok=True)
        return False


def _lives(scratch: Path) -> bool:
    """Whether the process that compiles into this file may still be there; its number is in the name."""
    number = scratch.name.split("-")[1] if scratch.name.count("-") >= 2 else ""
    if os.name != "posix" or not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _identity(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _record(path: Path) -> Path:
    return path.with_suffix(_RECORD_SUFFIX)


def _recorded(path: Path) -> str:
    return _record(path).read_text(encoding="ascii")


def _delete(path: Path) -> bool:
    """Throw an artifact and its record away; False where it is mapped and the system keeps such files."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    _record(path).unlink(missing_ok=True)
    return True


def _private(path: Path) -> bool:
    """Whether nobody but this user could have written the file, or put it into the folder."""
    if os.name != "posix":
        return True
    found = path.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
