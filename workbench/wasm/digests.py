"""Hashes of large files, computed beside whatever else the process has to do at its start.

Checking the interpreter's 40 MB takes as long as importing the engine, and needs the other core only. Standard library
alone, so that it can begin before anything is imported.
"""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

_begun: dict[tuple[str, int, int], tuple[threading.Thread, list[str]]] = {}
_lock = threading.Lock()


def begin(path: Path) -> None:
    """Start hashing a file on a thread; `of` waits for it. A file that is not there is no error yet."""
    try:
        key = _key(path)
    except OSError:
        return
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(_digest(path)), name="hash", daemon=True)
    with _lock:
        if key in _begun:
            return
        _begun[key] = thread, found
    thread.start()


def of(path: Path) -> str:
    """The SHA-256 of a file, in hex. Raises OSError."""
    with _lock:
        thread, found = _begun.pop(_key(path), (None, []))
    if thread is not None:
        thread.join()
    return found[0] if found else _digest(path)


def begin_interpreter(cache: Path) -> None:
    """Start with the compiled form of the interpreter that was used last, where there is one."""
    try:
        newest = max((cache / "interpreters").glob("current-*"), key=lambda pointer: pointer.stat().st_mtime)
        module = newest.read_text(encoding="ascii")
    except (OSError, ValueError):
        return
    for path in (cache / "compiled").glob(f"{module}-*.cwasm"):
        begin(path)


def _key(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return str(path), found.st_mtime_ns, found.st_size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
