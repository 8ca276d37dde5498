"""The registry of a node: what is registered is kept on disk; how well it does follows from the clock."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Mapping
from functools import partial

from workbench.api.errors import AlreadyExists, Exhausted, Invalid, NotFound, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.names import SHOWN
from workbench.api.registry import UNHEALTHY_AFTER, Health
from workbench.services.alarm import RETRY_SECONDS, Alarm
from workbench.services.means import Means, Scope
from workbench.services.registry import store
from workbench.services.registry.entries import Entry, Space

logger = logging.getLogger(__name__)
MOST = 100_000
"""Entries of one tenant and namespace."""
REAP_AFTER = 6
"""Missed heartbeats after which an entry is removed, unless the node's settings say otherwise."""
GRACE_SECONDS = 30.0
"""So long after the start of a node an actor may come back for what it had registered before."""


class RegistryService:
    """All entries of a node. Thread-safe."""

    def __init__(self, means: Means, *, reap_after: int = REAP_AFTER) -> None:
        if reap_after <= UNHEALTHY_AFTER:
            said = f"the setting registry_reap_after is more than {UNHEALTHY_AFTER}, not {reap_after}"
            raise Invalid(f"{said}: an entry is unhealthy before it is removed")
        self.means, self.reap_after = means, reap_after
        self._spaces: dict[Scope, Space] = {}
        self._lock = threading.Lock()
        self._heap: list[tuple[float, int, Space, Entry]] = []
        self._numbers = itertools.count(1)
        self._alarm = Alarm(means, "heartbeats could not be looked after", self._tick)
        self._kept = False

    def start(self) -> None:
        """Take up what was registered before, and look after some time for actors that have not come back."""
        for scope, entry in store.load(self.means.database, self.means.clock.now()):
            space = self.space(scope)
            space.put(entry)
            self._watch(space, entry)
        if any(space.actors() for space in self._spaces.values()):
            self.means.timers.after(GRACE_SECONDS, self._forsaken)

    def restore(self) -> None:
        """Show what the table holds; heartbeats are missed from the last one on. Nothing is decided or written."""
        for scope, entry in store.load(self.means.database, 0.0):
            self.space(scope).put(entry)

    def keep(self) -> None:
        """The node ends: what belongs to the actors that end with it stays."""
        self._kept = True

    def close(self) -> None:
        self._alarm.close()

    def space(self, scope: Scope) -> Space:
        found = self._spaces.get(scope)
        if found is None:
            with self._lock:
                found = self._spaces.setdefault(scope, Space(scope))
        return found

    def find(self, space: Space, identity: str) -> Entry | None:
        """The entry that is there now; one that has missed too many heartbeats is not."""
        found = space.entries.get(identity)
        return found if found is not None and not self.over(found) else None

    def over(self, entry: Entry) -> bool:
        return entry.ttl_ms is not None and self.means.clock.now() >= entry.due(self.reap_after)

    # Changing.

    def register(
        self, space: Space, identity: str, object_type: str, address: str, labels: Mapping[str, str],
        ttl_ms: int | None, owner: str, outside: bool,
    ) -> Entry:  # fmt: skip
        with self.means.write() as tx:
            now, before = self.means.clock.now(), self.find(space, identity)
            if before is not None and (before.owner, before.outside) != (owner, outside):
                raise AlreadyExists(f"{identity[:SHOWN]!r} is registered already, by {spoken(before)}")
            if before is None and len(space.entries) >= MOST:
                said = f"there are {len(space.entries):,} entries already, which is the most; unregister some"
                raise Exhausted(said, limit="entries", value=MOST, used=len(space.entries) + 1)
            entry = Entry(
                identity, object_type, address, labels, ttl_ms, Health.HEALTHY, now, now, owner, outside, now
            )  # fmt: skip
            tx.settle(partial(space.put, entry))
            store.put(tx, space.scope, entry)
            tx.emit(partial(self._tell, space, "registered", entry, f"{object_type} at {address}"))
            tx.returns(None)
        self._watch(space, entry)
        return entry

    def heartbeat(self, space: Space, identity: str, health: Health) -> Entry:
        with self.means.write() as tx:
            entry, now = self._found(space, identity), self.means.clock.now()
            store.heartbeat(tx, space.scope, identity, health, now)

            def beat() -> None:
                entry.said, entry.heartbeat, entry.alive = health, now, now

            tx.settle(beat)
            tx.emit(partial(self._look, space, entry))
            tx.emit(partial(self.means.events.touch, Area.REGISTRY, space.scope))
            tx.returns(None)
        return entry

    def unregister(self, space: Space, identity: str) -> None:
        with self.means.write() as tx:
            entry = self._found(space, identity)
            store.delete(tx, space.scope, identity)
            tx.settle(partial(space.drop, entry))
            tx.emit(partial(self._tell, space, "unregistered", entry))
            tx.returns(None)

    def _found(self, space: Space, identity: str) -> Entry:
        found = self.find(space, identity)
        if found is None:
            raise NotFound(f"nothing is registered as {identity[:SHOWN]!r}")
        return found

    def _remove(self, space: Space, entry: Entry, what: str, why: str) -> None:
        """Of the node's own accord, now or as soon as the disk allows it."""
        try:
            with self.means.write() as tx:
                if space.entries.get(entry.id) is not entry or (what == "reaped" and not self.over(entry)):
                    return
                store.delete(tx, space.scope, entry.id)
                tx.settle(partial(space.drop, entry))
                tx.emit(partial(self._tell, space, what, entry, why))
        except WorkbenchError as error:
            logger.warning("%r could not be removed from the registry: %s", entry.id, error)
            self.means.timers.after(RETRY_SECONDS, partial(self._remove, space, entry, what, why))

    # Ends.

    def ended(self, actor: ActorId) -> None:
        """An actor is gone, and what it registered with it."""
        space = self._spaces.get((actor.tenant, actor.namespace))
        if space is not None and not self._kept:
            for entry in space.of_actor(actor.name):
                self._remove(space, entry, "unregistered", f"{actor.name}, which registered it, has ended")

    def _forsaken(self) -> None:
        for space in tuple(self._spaces.values()):
            tenant, namespace = space.scope
            for name in space.actors():
                if not self.means.present(ActorId(name, namespace, tenant)):
                    for entry in space.of_actor(name):
                        said = f"{name}, which registered it, did not come back after the node's start"
                        self._remove(space, entry, "unregistered", said)

    # Time.

    def _watch(self, space: Space, entry: Entry) -> None:
        """Look at an entry when missed heartbeats make a difference; later heartbeats only move that on."""
        if entry.ttl_ms is None:
            return
        when = entry.following(self.means.clock.now(), self.reap_after)
        with self._lock:
            if not entry.watched:
                entry.watched = True
                heapq.heappush(self._heap, (when, next(self._numbers), space, entry))
                self._alarm.at(when)

    def _tick(self) -> float | None:
        due: list[tuple[Space, Entry]] = []
        with self._lock:
            while self._heap and self._heap[0][0] <= self.means.clock.now():
                _, _, space, entry = heapq.heappop(self._heap)
                entry.watched = False
                due.append((space, entry))
        for space, entry in due:
            if space.entries.get(entry.id) is not entry:
                continue
            if self.over(entry):
                self._remove(space, entry, "reaped", f"it missed {self.reap_after} heartbeats")
            else:
                self._look(space, entry)
                self._watch(space, entry)
        with self._lock:
            return self._heap[0][0] if self._heap else None

    def _look(self, space: Space, entry: Entry) -> None:
        """Tell of another health than before."""
        health = entry.health(self.means.clock.now())
        with self._lock:
            before, entry.told = entry.told, health
        if health is not before:
            self._tell(space, health.value, entry, f"it was {before.value}")

    def _tell(self, space: Space, what: str, entry: Entry, text: str = "") -> None:
        self.means.events.publish(Area.REGISTRY, f"registry.{what}", entry.id, text, space.scope)


def spoken(entry: Entry) -> str:
    """The owner in a sentence."""
    if not entry.outside:
        return f"actor {entry.owner[:SHOWN]!r}"
    return f"session {entry.owner[:SHOWN]!r}" if entry.owner else "somebody outside of the actors"
