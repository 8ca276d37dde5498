"""The entries of one tenant and namespace, in order of their ids, and how well they do."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workbench.api.registry import DEGRADED_AFTER, UNHEALTHY_AFTER, Health, RegistryEntry
from workbench.services.means import Scope

RANKS = (Health.HEALTHY, Health.DEGRADED, Health.UNHEALTHY)
PAGE = 256


@dataclass(slots=True, eq=False)
class Entry:
    """One entry. `said` is its own word for its health; `alive` the moment from which heartbeats are missed.

    `told` is the health that was told last, `watched` whether a timer looks at it.
    """

    id: str
    object_type: str
    address: str
    labels: Mapping[str, str]
    ttl_ms: int | None
    said: Health
    registered: float
    heartbeat: float
    owner: str
    outside: bool
    alive: float
    told: Health = Health.HEALTHY
    watched: bool = False

    def due(self, missed: int) -> float:
        """When it has missed so many heartbeats."""
        return self.alive + missed * (self.ttl_ms or 0) / 1000

    def missed(self, now: float) -> int:
        """How many heartbeats it has missed: one at each end of its time to live."""
        if self.ttl_ms is None or now < self.due(1):
            return 0
        found = int((now - self.alive) * 1000 / self.ttl_ms)
        while self.due(found + 1) <= now:  # a fraction of a microsecond must not decide otherwise than the timer
            found += 1
        while self.due(found) > now:
            found -= 1
        return found

    def health(self, now: float) -> Health:
        missed = self.missed(now)
        seen = (missed >= UNHEALTHY_AFTER and 2) or (missed >= DEGRADED_AFTER and 1) or 0
        return RANKS[max(seen, RANKS.index(self.said))]

    def following(self, now: float, reap_after: int) -> float:
        """When missed heartbeats next make a difference."""
        missed = self.missed(now)
        return self.due(next((each for each in (DEGRADED_AFTER, UNHEALTHY_AFTER) if each > missed), reap_after))

    def info(self, now: float) -> RegistryEntry:
        return RegistryEntry(
            self.id, self.object_type, self.address, self.labels, self.ttl_ms, self.health(now), self.missed(now),
            self.registered, self.heartbeat, self.owner, self.outside,
        )  # fmt: skip


class Space:
    """Changed after commits alone; `lock` guards what is looked through, for moments only."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.entries: dict[str, Entry] = {}
        self.lock = threading.Lock()
        self._ids: list[str] = []
        self._of_actors: dict[str, set[str]] = {}

    def put(self, entry: Entry) -> None:
        with self.lock:
            self._forget(entry.id)
            if entry.id not in self.entries:
                bisect.insort(self._ids, entry.id)
            self.entries[entry.id] = entry
            if not entry.outside:
                self._of_actors.setdefault(entry.owner, set()).add(entry.id)

    def drop(self, entry: Entry) -> None:
        with self.lock:
            if self.entries.get(entry.id) is entry:
                self._forget(entry.id)
                del self.entries[entry.id]
                del self._ids[bisect.bisect_left(self._ids, entry.id)]

    def _forget(self, identity: str) -> None:
        before = self.entries.get(identity)
        if before is not None and not before.outside:
            ids = self._of_actors[before.owner]
            ids.discard(identity)
            if not ids:
                del self._of_actors[before.owner]

    def of_actor(self, name: str) -> list[Entry]:
        if name not in self._of_actors:
            return []
        with self.lock:
            return [self.entries[each] for each in sorted(self._of_actors.get(name, ()))]

    def actors(self) -> list[str]:
        """Who has entries here."""
        with self.lock:
            return sorted(self._of_actors)

    def walk(self, after: str | None) -> Iterator[Entry]:
        """Entries by id, those after `after` only, a few at a time."""
        while True:
            with self.lock:
                first = 0 if after is None else bisect.bisect_right(self._ids, after)
                some = [self.entries[each] for each in self._ids[first : first + PAGE]]
            yield from some
            if len(some) < PAGE:
                return
            after = some[-1].id
