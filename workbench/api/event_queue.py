"""What waits for one subscriber: the newest events in order, and a marker where older ones are missing."""

from __future__ import annotations

from collections import deque

from workbench.api.events import GAP, Area, Event


class EventQueue:
    """Bounded; whoever shares it locks it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._events: deque[Event] = deque()
        self._gap: Event | None = None
        self._dropped = 0
        self.lost = 0

    def __bool__(self) -> bool:
        return bool(self._events) or self._gap is not None

    def put(self, event: Event) -> None:
        """The newest; the oldest makes room when there is none."""
        if len(self._events) >= self._size:
            self._events.popleft()
            self._dropped += 1
            self.lost += 1
        self._events.append(event)

    def miss(self, seq: int, now: float, why: str) -> None:
        """What follows does not follow on what was given before."""
        self._gap = Event(seq, now, Area.NODE, GAP, "", f"{why}: read again what is shown")

    def take(self) -> tuple[Event, ...]:
        """All of it."""
        if self._dropped:
            first = self._events[0]
            self.miss(first.seq - 1, first.time, f"{self._dropped:,} events were lost, nobody fetched them in time")
        found = tuple(self._events) if self._gap is None else (self._gap, *self._events)
        self._events.clear()
        self._gap, self._dropped = None, 0
        return found
