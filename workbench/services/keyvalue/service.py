"""KeyValue: what callers may ask, who is told of changes, and when a key's time is over."""

from __future__ import annotations

import itertools
import json
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.api.errors import Invalid, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.keyvalue import (
    KeyChange,
    KeyEntry,
    KeyLevel,
    check_key,
    check_ttl,
)
from workbench.api.messages import Payload
from workbench.api.names import INT_LEAST, INT_MOST, check_number
from workbench.services.alarm import Alarm
from workbench.services.keyvalue.store import Change, Scope, Store
from workbench.services.means import Caller, Means, author

KEPT_CHANGES = 10_000
"""So many of the newest changes are kept for a look back, with the first SHOWN characters or bytes of each value."""
SHOWN = 1_000
WATCHES = 1_000
"""The most watches of one actor."""
KEY_CHANGED = "key-changed"


@dataclass(frozen=True, slots=True)
class Watch:
    """Who wants to know of changes under a prefix."""

    id: str
    actor: ActorId
    prefix: str


class KeyValueService:
    """All keys of a node. Thread-safe."""

    def __init__(self, means: Means, store: Store) -> None:
        self.means, self.store = means, store
        self._changes: deque[tuple[Scope, KeyChange]] = deque(maxlen=KEPT_CHANGES)
        self._numbers = itertools.count(1)
        self._watches: dict[str, Watch] = {}
        self._lock = threading.Lock()
        self._alarm = Alarm(means, "keys whose time is over could not be removed", self._expire)

    def start(self) -> None:
        """Remove what expired while the node was down, and wait for what is next."""
        self._alarm.ring()

    def close(self) -> None:
        self._alarm.close()
        self.store.close()

    def changed(self, scope: Scope, key: str, change: str, value: Payload = "", by: str = "") -> None:
        """After a commit, in the order of the commits."""
        size = len(value.encode()) if isinstance(value, str) else len(value)
        entry = KeyChange(next(self._numbers), self.means.clock.now(), key, change, value[:SHOWN], size, by)
        self._changes.append((scope, entry))
        self.means.events.touch(Area.KEYVALUE, scope)
        if self._watches:
            for watch in tuple(self._watches.values()):
                if (watch.actor.tenant, watch.actor.namespace) == scope and key.startswith(watch.prefix):
                    text = {"watch": watch.id, "key": key, "change": change}
                    self.means.tell(watch.actor, KEY_CHANGED, json.dumps(text, ensure_ascii=False))

    def history(self, scope: Scope, prefix: str, limit: int) -> Sequence[KeyChange]:
        found = [change for whose, change in tuple(self._changes) if whose == scope and change.key.startswith(prefix)]
        return found[-limit:]

    def watch(self, actor: ActorId, prefix: str) -> str:
        with self._lock:
            if sum(watch.actor == actor for watch in self._watches.values()) >= WATCHES:
                raise Invalid(f"{actor.name} watches {WATCHES:,} prefixes already, which is the most")
            identity = f"w{next(self._numbers)}"
            self._watches[identity] = Watch(identity, actor, prefix)
            return identity

    def unwatch(self, actor: ActorId, watch: str) -> None:
        with self._lock:
            found = self._watches.get(watch)
            if found is None or found.actor != actor:
                raise NotFound(f"{actor.name} has no watch {watch[:40]!r}")
            del self._watches[watch]

    def ended(self, actor: ActorId) -> None:
        """An actor is gone, and its watches with it."""
        if self._watches:
            with self._lock:
                self._watches = {name: watch for name, watch in self._watches.items() if watch.actor != actor}

    def expires(self, when: float) -> None:
        """A key has got a time to live: look at it then."""
        self._alarm.at(when)

    def _expire(self) -> float | None:
        return self.store.expire(self.means.clock.now(), self._expired)

    def _expired(self, scope: Scope, key: str) -> None:
        self.changed(scope, key, "expired")
        self.means.events.publish(Area.KEYVALUE, "keyvalue.expired", key, scope=scope)


class LocalKeyValue:
    """The keys of one caller's tenant and namespace. See api.KeyValue and api.KeyValueOfActor."""

    def __init__(self, service: KeyValueService, caller: Caller) -> None:
        self._service, self._caller, self._scope = service, caller, caller.scope
        self._store, self._clock = service.store, service.means.clock

    def get(self, key: str) -> Payload | None:
        return self._store.get(self._scope, check_key(key), self._clock.now())

    def entry(self, key: str) -> KeyEntry | None:
        return self._store.entry(self._scope, check_key(key), self._clock.now())

    def exists(self, key: str) -> bool:
        return self.get(key) is not None

    def put(self, key: str, value: Payload, *, ttl_ms: int | None = None) -> None:
        now, by = self._clock.now(), author(self._caller)
        expires = now + ttl_ms / 1000 if check_ttl(ttl_ms) is not None and ttl_ms is not None else None
        self._store.put(
            self._scope, check_key(key), value, now, expires=expires, author=by,
            committed=lambda: self._service.changed(self._scope, key, "put", value, by),
        )  # fmt: skip
        if expires is not None:
            self._service.expires(expires)

    def delete(self, key: str) -> bool:
        by = author(self._caller)
        return self._store.delete(
            self._scope, check_key(key), self._clock.now(),
            committed=lambda: self._service.changed(self._scope, key, "deleted", by=by),
        )  # fmt: skip

    def keys(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[str]:
        return self._store.keys(self._scope, _prefix(prefix), self._clock.now(), after=after, limit=_limit(limit))

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[KeyEntry]:
        return self._store.list(self._scope, _prefix(prefix), self._clock.now(), after=after, limit=_limit(limit))

    def level(
        self, prefix: str = "", *, delimiter: str = ":", limit: int = 1_000, after: str | None = None
    ) -> Sequence[KeyLevel]:
        if not delimiter:
            raise Invalid("a delimiter is at least one character; to see all keys in a row use list")
        now = self._clock.now()
        return self._store.level(self._scope, _prefix(prefix), delimiter, now, after=after, limit=_limit(limit))

    def compare_and_swap(self, key: str, expected: Payload | None, replacement: Payload) -> bool:
        def swap(entry: KeyEntry | None) -> Payload:
            if (entry.value if entry is not None else None) != expected:
                raise _Unchanged
            return replacement

        try:
            self._change(key, swap)
        except _Unchanged:
            return False
        return True

    def increment(self, key: str, delta: int = 1) -> int:
        check_number(delta, "what is added")

        def add(entry: KeyEntry | None) -> Payload:
            total = _whole(entry) + delta
            if not INT_LEAST <= total <= INT_MOST:
                raise Invalid(f"{key[:40]!r} would be {total:,}, beyond 64 bits; nothing was changed")
            return str(total)

        return int(self._change(key, add))

    def _change(self, key: str, change: Change) -> Payload:
        by, now = author(self._caller), self._clock.now()
        made: list[Payload] = []

        def keep(entry: KeyEntry | None) -> Payload:
            made.append(change(entry))
            return made[0]

        return self._store.change(
            self._scope, check_key(key), keep, now, author=by,
            committed=lambda: self._service.changed(self._scope, key, "put", made[0], by),
        )  # fmt: skip

    def ttl(self, key: str) -> int | None:
        found = self.entry(key)
        if found is None:
            raise NotFound(f"no key {key[:40]!r}")
        return None if found.expires is None else max(0, round((found.expires - self._clock.now()) * 1000))

    def history(self, prefix: str = "", *, limit: int = 200) -> Sequence[KeyChange]:
        return self._service.history(self._scope, _prefix(prefix), _limit(limit))

    def watch(self, prefix: str) -> str:
        return self._service.watch(self._actor(), _prefix(prefix))

    def unwatch(self, watch: str) -> None:
        self._service.unwatch(self._actor(), watch)

    def _actor(self) -> ActorId:
        assert self._caller.actor is not None, "only an actor can watch"
        return self._caller.actor


class _Unchanged(Exception):
    """A compare-and-swap found another value: the transaction is rolled back."""


def _whole(entry: KeyEntry | None) -> int:
    """The whole number that a key holds."""
    if entry is None:
        return 0
    held = entry.value
    digits = held.removeprefix("-") if isinstance(held, str) else ""
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20 and INT_LEAST <= int(held) <= INT_MOST):
        raise Invalid(
            f"{entry.key[:40]!r} holds {held[:40]!r}, which is no whole number of 64 bits; nothing was changed"
        )
    return int(held)


def _prefix(prefix: str) -> str:
    return check_key(prefix) if prefix else prefix


def _limit(limit: int) -> int:
    if not 1 <= limit <= 100_000:
        raise Invalid(f"a limit is 1 to 100,000, not {limit:,}")
    return limit
