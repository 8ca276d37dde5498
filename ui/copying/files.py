"""Which file the bytes of a call came from, so that a copied line can name it: bytes themselves fit into no line."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

KEPT = 50
SHORT_BYTES = 4_096
"""Longer ones are not kept with a call that was done."""
_paths: OrderedDict[bytes, Path] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class Bytes:
    """Stands for the bytes of a call that was done."""

    size: int
    path: Path | None


def remember(data: bytes, path: Path) -> None:
    """What was read from there."""
    with _lock:
        _paths[sha256(data).digest()] = path.absolute()
        while len(_paths) > KEPT:
            _paths.popitem(last=False)


def path_of(data: Any) -> Path | None:
    """Where these bytes came from, when that is known."""
    if isinstance(data, Bytes):
        return data.path
    if not isinstance(data, bytes):
        return None
    with _lock:
        return _paths.get(sha256(data).digest())


def small(data: Any) -> Any:
    """What is kept of an argument."""
    return Bytes(len(data), path_of(data)) if isinstance(data, bytes) and len(data) > SHORT_BYTES else data
