"""What the listeners of a node have answered: how many calls of each method ended how, and how long they took."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from threading import Lock

from workbench.api.value import value

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0)
"""Seconds. A call is counted at the first bound that it did not exceed, beyond the last one at none."""
METHODS = 1_000
"""So many are counted apart: more than there are, so that a name from outside can never take all the memory."""
OTHERS = "others"


@value
class CallTimes:
    """Of one method: how many took up to each of BOUNDS, each with those below it, how many in all, and seconds."""

    method: str
    up_to: tuple[int, ...]
    count: int
    seconds: float


class Calls:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ended: dict[tuple[str, str], int] = {}
        self._taken: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}

    def add(self, method: str, code: str, seconds: float) -> None:
        """A call has ended, with this status."""
        at = bisect_left(BOUNDS, seconds)
        with self._lock:
            if method not in self._taken:
                method = method if len(self._taken) < METHODS else OTHERS
            self._ended[method, code] = self._ended.get((method, code), 0) + 1
            self._taken.setdefault(method, [0] * (len(BOUNDS) + 1))[at] += 1
            self._seconds[method] = self._seconds.get(method, 0.0) + seconds

    def ended(self) -> Sequence[tuple[str, str, int]]:
        """Method, status and how many, by method."""
        with self._lock:
            return [(*key, count) for key, count in sorted(self._ended.items())]

    def times(self) -> Sequence[CallTimes]:
        """By method."""
        with self._lock:
            return [
                CallTimes(method, tuple(accumulate(taken))[:-1], sum(taken), self._seconds[method])
                for method, taken in sorted(self._taken.items())
            ]
