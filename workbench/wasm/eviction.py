"""What to throw away when compiled code takes more room than it may: what was used longest ago. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of compiled code; `used` is when, in seconds since 1970."""

    name: str
    size_bytes: int
    used: float


def evicted(entries: Iterable[Entry], most_bytes: int, in_use: Collection[str]) -> tuple[str, ...]:
    """The names to throw away, so that the rest fits. What is in use stays, even if then it does not."""
    ordered = sorted(entries, key=lambda entry: (entry.used, entry.name))
    total = sum(entry.size_bytes for entry in ordered)
    found: list[str] = []
    for entry in ordered:
        if total <= most_bytes:
            break
        if entry.name not in in_use:
            found.append(entry.name)
            total -= entry.size_bytes
    return tuple(found)
