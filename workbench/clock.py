"""Time as a dependency: the system's clock, or a fake one that a test moves."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """`now` is seconds since the epoch, `monotonic` seconds from some start; both move forward together."""

    def now(self) -> float: ...

    def monotonic(self) -> float: ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


class FakeClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now

    def now(self) -> float:
        return self._now

    def monotonic(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        self._now += seconds
