"""Turns and changes become segments, and those rows of the database; the ring decides what goes for them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable
from typing import TypeAlias

from workbench.api.errors import WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.recordings import Pin
from workbench.api.turn_row import OUTCOME, STARTED, Row
from workbench.api.turns import Outcome
from workbench.clock import Clock
from workbench.services.recording import store
from workbench.services.recording.ring import Bounds, Held, Ring
from workbench.services.recording.segment import NUMBER, PLACES, TIME, Key, Scope, Segment
from workbench.storage.database import Database

OPEN_SECONDS = 60.0
"""A segment that is not full by then is left as it is."""
PINNED_BACK = 64
"""A crash pins the segments with turns of its actor back to its birth, among so many of the newest ones."""

Entry: TypeAlias = tuple[ActorId | Scope, Row, int]
"""A turn or a change: whose, what is recorded of it, and about how many bytes that is."""
CRASHED = Outcome.CRASHED.value


class Writer:
    """Used by one thread at a time."""

    def __init__(self, database: Database, clock: Clock, bounds: Bounds) -> None:
        self._database, self._clock, self._bounds = database, clock, bounds
        self.kept: set[ActorId] = set()
        self.lost = 0
        """Turns that cannot be recorded, because of what they carry."""
        self.fresh_bytes = 0
        """Bytes of segments that are not on disk."""
        self._known: Ring | None = None
        self._open: dict[Key, Segment] = {}
        self._unwritten: dict[int, Segment] = {}
        self._pins: dict[int, Pin] = {}
        self._recent: deque[Segment] = deque(maxlen=PINNED_BACK)
        self._newest = 0
        self._places: dict[Scope, int] = {}
        self._bases: dict[Scope, int] = {}
        self._last: dict[Scope, int] = {}

    @property
    def ring(self) -> Ring:
        """What is on disk; read when it is first needed, for most commands on a workspace record nothing."""
        if self._known is None:
            self._known = Ring(self._bounds, store.held(self._database))
        return self._known

    @property
    def unwritten(self) -> int:
        """Turns in segments that are not on disk."""
        return sum(segment.turns + segment.changes for segment in self._unwritten.values())

    def add(self, batch: Iterable[Entry]) -> None:
        """Put these turns into segments, for the next `write`."""
        touched: set[Segment] = set()
        before, segment = None, None
        for whose, row, _ in batch:
            if segment is None or whose is not before:
                before, segment = whose, self._segment_of(whose, row)
            scope = segment.scope
            place = self._places[scope]
            self._places[scope] = place + 1
            if isinstance(whose, tuple):
                segment.add_change(self._numbered(scope, row), place)
            else:
                if row[OUTCOME] == CRASHED:
                    self._pin_back(whose, segment)
                segment.add(row, place)
            touched.add(segment)
        for segment in touched:
            size = segment.raw_bytes
            self.lost += segment.settle()
            self.fresh_bytes += segment.raw_bytes - size
            if segment.full:
                self._close(segment)

    def _segment_of(self, whose: ActorId | Scope, row: Row) -> Segment:
        """What is to be kept of an actor lies with what services hold meanwhile, or it could not be shown."""
        if isinstance(whose, tuple):
            kept = bool(self.kept) and any((actor.tenant, actor.namespace) == whose for actor in self.kept)
            key, began = (*whose, kept), row[TIME]
        else:
            kept = bool(self.kept) and whose in self.kept
            key, began = (whose.tenant, whose.namespace, kept), row[STARTED]
        found = self._open.get(key)
        if found is None:
            self._newest = max(self._newest, self.ring.newest) + 1
            pin = Pin.KEPT if kept else Pin.NONE
            found = self._open[key] = Segment(self._newest, key, pin, began, time.monotonic())
            self._places[found.scope] = self._newest << PLACES
        self._unwritten[found.id] = found
        return found

    def base(self, scope: Scope) -> int:
        """What the numbers of changes of this process are added to: those of the processes before come first."""
        found = self._bases.get(scope)
        if found is None:
            found = self._bases[scope] = store.last_change(self._database, scope)
        return found

    def _numbered(self, scope: Scope, row: Row) -> Row:
        number = self._last[scope] = self.base(scope) + row[NUMBER]
        return (number, *row[1:])

    def _pin_back(self, actor: ActorId, segment: Segment) -> None:
        """Pin where the life that ends now lies, as far as it goes back."""
        segment.pin = segment.pin or Pin.CRASH
        born = segment.actors.get(actor.name)
        for found in reversed(self._recent):
            if born:
                return
            if found.scope == segment.scope and actor.name in found.actors:
                self._pins[found.id] = Pin.CRASH
                born = found.actors[actor.name]

    def _close(self, segment: Segment) -> None:
        del self._open[segment.key]
        self._recent.append(segment)

    def close(self, scope: Scope | None = None, *, opened_before: float = float("inf")) -> None:
        """Let what comes next of a tenant and namespace go into new segments."""
        for segment in list(self._open.values()):
            if (scope is None or segment.scope == scope) and segment.opened < opened_before:
                self._close(segment)

    def write(self) -> WorkbenchError | None:
        """Put all segments on disk, and let go of what is too much then; why that failed, if it did."""
        ring = self.ring
        packed = [(segment, segment.packed()) for segment in self._unwritten.values()]
        for segment, data in packed:
            ring.put(_held(segment, len(data)))
        pins = [number for number, pin in self._pins.items() if ring.pin(number, pin)]
        excess = ring.settle(self._clock.now())
        for segment in self._unwritten.values():
            if segment.id in excess.unpinned:
                segment.pin = Pin.NONE
        try:
            with self._database.transaction(noted=False) as tx:
                store.settle(tx, excess)
                for segment, data in packed:
                    if ring.get(segment.id) is not None:
                        store.save(tx, segment, data)
                for scope, number in self._last.items():
                    store.save_last_change(tx, scope, number)
                for number in pins:
                    store.pin(tx, number, self._pins[number])
        except WorkbenchError as error:
            self._known = None  # it is read again, as it is
            return error
        self._unwritten.clear()
        self._last.clear()
        self._pins.clear()
        self.fresh_bytes = 0
        self.close(opened_before=time.monotonic() - OPEN_SECONDS)
        for segment, _ in packed:
            if self._open.get(segment.key) is not segment:
                segment.forget()
        return None

    def pin(self, held: Held, pin: Pin) -> None:
        """By hand."""
        with self._database.transaction(noted=False) as tx:
            store.pin(tx, held.id, pin)
        self.ring.pin(held.id, pin)

    def remove(self, scope: Scope, *, pinned: bool) -> int:
        """Throw away what is recorded of a tenant and namespace; how many segments that were."""
        self.close(scope)
        gone = [held.id for held in self.ring.of(scope) if pinned or held.pin is Pin.NONE]
        with self._database.transaction(noted=False) as tx:
            for number in gone:
                store.delete(tx, number)
        for number in gone:
            self.ring.drop(number)
        return len(gone)


def _held(segment: Segment, size_bytes: int) -> Held:
    return Held(
        segment.id, segment.scope, segment.turns, segment.first, segment.last, size_bytes, segment.pin, segment.changes
    )
