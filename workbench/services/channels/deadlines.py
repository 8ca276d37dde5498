"""Things whose time comes: which are due, and when the next one is. No locks."""

from __future__ import annotations

import heapq
from collections.abc import Hashable, Iterator
from itertools import count
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)
SLACK = 64


class Deadlines(Generic[T]):
    """Each thing has one time; giving it another replaces that."""

    def __init__(self) -> None:
        self._when: dict[T, float] = {}
        self._heap: list[tuple[float, int, T]] = []
        self._numbers = count()

    def add(self, thing: T, when: float) -> None:
        self._when[thing] = when
        heapq.heappush(self._heap, (when, next(self._numbers), thing))
        if len(self._heap) > 2 * len(self._when) + SLACK:
            self._heap = [entry for entry in self._heap if self._holds(entry)]
            heapq.heapify(self._heap)

    def discard(self, thing: T) -> None:
        self._when.pop(thing, None)

    def due(self, now: float) -> Iterator[T]:
        """Those whose time has come, which leave with that."""
        while self._heap and self._heap[0][0] <= now:
            entry = heapq.heappop(self._heap)
            if self._holds(entry):
                del self._when[entry[2]]
                yield entry[2]

    def next(self) -> float | None:
        while self._heap and not self._holds(self._heap[0]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _holds(self, entry: tuple[float, int, T]) -> bool:
        return self._when.get(entry[2]) == entry[0]
