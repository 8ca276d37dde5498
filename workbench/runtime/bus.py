"""The event bus: what changed goes to whoever subscribed, in order, without ever waiting for them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Collection, Sequence
from types import TracebackType

from workbench.api.events import Area, Event
from workbench.clock import Clock

Scope = tuple[str, str]
"""(tenant, namespace)"""


class Bus:
    """Thread-safe. An event with a scope reaches only subscribers of that tenant and namespace."""

    def __init__(self, clock: Clock, *, buffer: int) -> None:
        self._clock, self._buffer = clock, buffer
        self._lock = threading.Lock()
        self._subscribers: tuple[BusSubscription, ...] = ()
        self._seq = 0

    def subscribe(self, areas: Collection[Area], scope: Scope) -> BusSubscription:
        found = BusSubscription(self, frozenset(areas or Area), scope, self._buffer)
        with self._lock:
            self._subscribers = (*self._subscribers, found)
        return found

    def drop(self, subscription: BusSubscription) -> None:
        with self._lock:
            self._subscribers = tuple(other for other in self._subscribers if other is not subscription)

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None:
        """Tell that something happened."""
        with self._lock:
            self._seq += 1
            event = Event(self._seq, self._clock.now(), area, kind, subject, text)
            subscribers = self._subscribers
            for subscriber in subscribers:
                subscriber.offer(event, scope)

    def touch(self, area: Area, scope: Scope | None = None) -> None:
        """Tell that an area moved on, where every single step would be too many: one event until it is fetched."""
        for subscriber in self._subscribers:
            if subscriber.wants_touch(area, scope):
                self.publish(area, f"{area}.changed", scope=scope)
                return

    def close(self) -> None:
        for subscriber in self._subscribers:
            subscriber.close()


class BusSubscription:
    """See api.Subscription."""

    def __init__(self, bus: Bus, areas: frozenset[Area], scope: Scope, buffer: int) -> None:
        self._bus, self._areas, self._scope = bus, areas, scope
        self._events: deque[Event] = deque()
        self._touched: set[Area] = set()
        self._buffer = buffer
        self._ready = threading.Condition()
        self._closed = False
        self._lost = 0

    @property
    def lost(self) -> int:
        return self._lost

    def wants_touch(self, area: Area, scope: Scope | None) -> bool:
        return area in self._areas and area not in self._touched and (scope is None or scope == self._scope)

    def offer(self, event: Event, scope: Scope | None) -> None:
        if event.area not in self._areas or (scope is not None and scope != self._scope):
            return
        with self._ready:
            if event.kind.endswith(".changed"):
                if event.area in self._touched:
                    return
                self._touched.add(event.area)
            if len(self._events) >= self._buffer:
                self._events.popleft()
                self._lost += 1
            self._events.append(event)
            self._ready.notify()

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        with self._ready:
            self._ready.wait_for(lambda: self._events or self._closed, timeout)
            found = tuple(self._events)
            self._events.clear()
            self._touched.clear()
            return found

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
