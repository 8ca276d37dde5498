"""The event bus: what changed goes to whoever subscribed, in order, without ever waiting for them.

It remembers the newest events of all, so that who was cut off can go on where it was; who asks for older ones is told
that there is a gap.
"""

from __future__ import annotations

import secrets
import threading
from collections import deque
from collections.abc import Collection, Sequence
from itertools import islice
from types import TracebackType

from workbench.api.event_queue import EventQueue
from workbench.api.events import Area, Event, Position
from workbench.clock import Clock

Scope = tuple[str, str]
"""(tenant, namespace)"""
TEXT_CHARACTERS = 1_000
"""Of an event's text: what is remembered is bounded. Whoever wants the whole reads the thing itself."""


class Bus:
    """Thread-safe. An event with a scope reaches only subscribers of that tenant and namespace.

    `buffer` is how many events it remembers, and how many may wait for one subscriber.
    """

    def __init__(self, clock: Clock, *, buffer: int) -> None:
        self._clock, self._buffer = clock, buffer
        self._stream = secrets.token_hex(8)
        self._lock = threading.Lock()
        self._subscribers: tuple[BusSubscription, ...] = ()
        self._newest: deque[tuple[Event, Scope | None]] = deque(maxlen=buffer)
        self._touched: set[Area] = set()
        self._seq = 0

    def subscribe(self, areas: Collection[Area], scope: Scope, after: Position | None = None) -> BusSubscription:
        """From now on, or from `after` on: with a gap at its begin where that is not remembered any more."""
        with self._lock:
            here = Position(self._stream, self._seq)
            found = BusSubscription(self, frozenset(areas or Area), scope, self._buffer, here)
            if after is not None:
                self._catch_up(found, after)
            self._subscribers = (*self._subscribers, found)
        return found

    def _catch_up(self, found: BusSubscription, after: Position) -> None:
        now = self._clock.now()
        first = self._seq - len(self._newest) + 1
        if after.stream != self._stream:
            found.miss(self._seq, now, "the node was started anew, or is another one")
        elif not first - 1 <= after.seq <= self._seq:
            kept = f"the node remembers its events from number {first:,} on"
            found.miss(self._seq, now, f"{kept}, and those after {after.seq:,} were asked for")
        else:
            for event, scope in islice(self._newest, after.seq + 1 - first, None):
                found.offer(event, scope)
            # Touches are not even made where nobody waits for them.
            for area in self._touched:
                found.offer(Event(self._seq, now, area, f"{area}.changed"), None)

    def drop(self, subscription: BusSubscription) -> None:
        with self._lock:
            self._subscribers = tuple(other for other in self._subscribers if other is not subscription)

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None:
        """Tell that something happened."""
        with self._lock:
            self._seq += 1
            event = Event(self._seq, self._clock.now(), area, kind, subject, text[:TEXT_CHARACTERS])
            self._newest.append((event, scope))
            subscribers = self._subscribers
            for subscriber in subscribers:
                subscriber.offer(event, scope)

    def touch(self, area: Area, scope: Scope | None = None) -> None:
        """Tell that an area moved on, where every single step would be too many: one event until it is fetched."""
        self._touched.add(area)
        for subscriber in self._subscribers:
            if subscriber.wants_touch(area, scope):
                self.publish(area, f"{area}.changed", scope=scope)
                return

    def close(self) -> None:
        for subscriber in self._subscribers:
            subscriber.close()


class BusSubscription:
    """See api.Subscription."""

    def __init__(self, bus: Bus, areas: frozenset[Area], scope: Scope, buffer: int, here: Position) -> None:
        self._bus, self._areas, self._scope = bus, areas, scope
        self._waiting = EventQueue(buffer)
        self._touched: set[Area] = set()
        self._ready = threading.Condition()
        self._closed = False
        self._position, self._offered = here, here.seq

    @property
    def lost(self) -> int:
        return self._waiting.lost

    @property
    def position(self) -> Position:
        return self._position

    def wants_touch(self, area: Area, scope: Scope | None) -> bool:
        return area in self._areas and area not in self._touched and (scope is None or scope == self._scope)

    def offer(self, event: Event, scope: Scope | None) -> None:
        """Called for each event, one after the other."""
        if event.area not in self._areas or (scope is not None and scope != self._scope):
            self._offered = event.seq
            return
        with self._ready:
            self._offered = event.seq
            if event.kind.endswith(".changed"):
                if event.area in self._touched:
                    return
                self._touched.add(event.area)
            self._waiting.put(event)
            self._ready.notify()

    def miss(self, seq: int, now: float, why: str) -> None:
        with self._ready:
            self._waiting.miss(seq, now, why)

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        with self._ready:
            self._ready.wait_for(lambda: self._waiting or self._closed, timeout)
            self._position = Position(self._position.stream, self._offered)
            self._touched.clear()
            return self._waiting.take()

    def close(self) -> None:
        self._bus.drop(self)
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def __enter__(self) -> BusSubscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
