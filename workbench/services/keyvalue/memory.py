"""Keys and values in memory: gone when the node ends."""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right, insort
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from workbench.api.keyvalue import KeyEntry, KeyLevel, next_prefix
from workbench.api.messages import Payload
from workbench.services.keyvalue.store import Change, Committed, Scope

SHOWN = 4 << 10
"""A list gives so many characters or bytes of a large value."""


class _Space:
    """What one scope holds: entries, and their keys in order (by code point, which is the order of UTF-8 bytes)."""

    def __init__(self) -> None:
        self.entries: dict[str, KeyEntry] = {}
        self.order: list[str] = []


class MemoryStore:
    """See Store. A change runs inside the lock; what follows it is told outside, in the order of the changes."""

    def __init__(self) -> None:
        self._spaces: dict[Scope, _Space] = {}
        self._lock, self._telling = threading.Lock(), threading.Lock()
        self._committed: deque[Committed] = deque()

    def get(self, scope: Scope, key: str, now: float) -> Payload | None:
        found = self.entry(scope, key, now)
        return None if found is None else found.value

    def entry(self, scope: Scope, key: str, now: float) -> KeyEntry | None:
        space = self._spaces.get(scope)
        found = space.entries.get(key) if space is not None else None
        return found if found is not None and _lives(found, now) else None

    def put(
        self, scope: Scope, key: str, value: Payload, now: float, *, expires: float | None, author: str,
        committed: Committed,
    ) -> None:  # fmt: skip
        with self._lock:
            self._set(scope, key, value, now, expires, author)
            self._committed.append(committed)
        self._tell()

    def delete(self, scope: Scope, key: str, now: float, *, committed: Committed) -> bool:
        with self._lock:
            found = self.entry(scope, key, now) is not None
            if found:
                self._forget(self._spaces[scope], key)
                self._committed.append(committed)
        self._tell()
        return found

    def change(
        self, scope: Scope, key: str, change: Change, now: float, *, author: str, committed: Committed
    ) -> Payload:
        with self._lock:
            before = self.entry(scope, key, now)
            value = change(before)
            self._set(scope, key, value, now, before.expires if before is not None else None, author)
            self._committed.append(committed)
        self._tell()
        return value

    def keys(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[str]:
        return [entry.key for entry in self._found(scope, prefix, now, after, limit)]

    def list(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[KeyEntry]:
        return [_short(entry) for entry in self._found(scope, prefix, now, after, limit)]

    def level(
        self, scope: Scope, prefix: str, delimiter: str, now: float, *, after: str | None, limit: int
    ) -> Sequence[KeyLevel]:
        found: list[KeyLevel] = []
        least: str | None = ""
        beyond = after
        if after is not None and after != prefix and after.endswith(delimiter):
            least, beyond = next_prefix(after), None
        while len(found) < limit and least is not None:
            entries = self._found(scope, prefix, now, beyond, 1, least)
            if not entries:
                break
            head, delimited, _ = entries[0].key.removeprefix(prefix).partition(delimiter)
            if delimited:
                found.append(KeyLevel(f"{prefix}{head}{delimiter}"))
                least, beyond = next_prefix(found[-1].prefix), None
            else:
                found.append(KeyLevel(entries[0].key, _short(entries[0])))
                beyond = entries[0].key
        return found

    def expire(self, now: float, expired: Callable[[Scope, str], None]) -> float | None:
        with self._lock:
            for scope, space in self._spaces.items():
                for entry in [entry for entry in space.entries.values() if not _lives(entry, now)]:
                    self._forget(space, entry.key)
                    self._committed.append(_told(expired, scope, entry.key))
        self._tell()
        return self.next_expiry()

    def next_expiry(self) -> float | None:
        with self._lock:
            times = (entry.expires for space in self._spaces.values() for entry in space.entries.values())
            return min((expires for expires in times if expires is not None), default=None)

    def close(self) -> None:
        self._spaces.clear()

    def _set(self, scope: Scope, key: str, value: Payload, now: float, expires: float | None, author: str) -> None:
        space = self._spaces.setdefault(scope, _Space())
        before = self.entry(scope, key, now)
        if key not in space.entries:
            insort(space.order, key)
        size = len(value.encode()) if isinstance(value, str) else len(value)
        version = before.version + 1 if before is not None else 1
        space.entries[key] = KeyEntry(key, value, size, version, now, expires, author)

    def _forget(self, space: _Space, key: str) -> None:
        del space.entries[key]
        del space.order[bisect_left(space.order, key)]

    def _found(
        self, scope: Scope, prefix: str, now: float, after: str | None, limit: int, least: str = ""
    ) -> Sequence[KeyEntry]:
        with self._lock:
            space = self._spaces.get(scope)
            return [] if space is None else list(_walk(space, prefix, now, after, limit, least))

    def _tell(self) -> None:
        """Whoever gets here first tells what everybody changed, without any lock that a change needs."""
        while self._committed and self._telling.acquire(blocking=False):
            try:
                while self._committed:
                    self._committed.popleft()()
            finally:
                self._telling.release()


def _walk(space: _Space, prefix: str, now: float, after: str | None, limit: int, least: str) -> Iterator[KeyEntry]:
    at = bisect_left(space.order, max(prefix, least))
    if after is not None:
        at = max(at, bisect_right(space.order, after))
    while at < len(space.order) and limit and space.order[at].startswith(prefix):
        entry = space.entries[space.order[at]]
        at += 1
        if _lives(entry, now):
            limit -= 1
            yield entry


def _lives(entry: KeyEntry, now: float) -> bool:
    return entry.expires is None or entry.expires > now


def _short(entry: KeyEntry) -> KeyEntry:
    return entry if len(entry.value) <= SHOWN else replace(entry, value=entry.value[:SHOWN], whole=False)


def _told(expired: Callable[[Scope, str], None], scope: Scope, key: str) -> Committed:
    return lambda: expired(scope, key)
