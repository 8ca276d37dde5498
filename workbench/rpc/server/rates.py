"""How many calls a caller may make: a token bucket for each, of so many callers and no more."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from workbench.api import Exhausted

PER_SECOND = 2_000
BURST = 10_000
CALLERS = 10_000
"""Beyond that the one that called longest ago is forgotten: it begins with a full bucket again."""
FAILED_PER_SECOND, FAILED_BURST = 10, 100
"""Of calls by nobody who is known, by address."""
LIMIT = "calls per second"


class Rates:
    """Thread-safe. `per_second` 0 is no limit."""

    def __init__(
        self,
        per_second: int = PER_SECOND,
        burst: int = BURST,
        *,
        callers: int = CALLERS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second, self._burst = per_second, max(burst, 1)
        self._callers, self._clock = callers, clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, what: str = "calls") -> None:
        """One call more; Exhausted when its bucket is empty."""
        if not self._per_second:
            return
        now = self._clock()
        with self._lock:
            left, then = self._buckets.pop(caller, (float(self._burst), now))
            left = min(self._burst, left + (now - then) * self._per_second)
            self._buckets[caller] = (left - 1 if left >= 1 else left), now
            if len(self._buckets) > self._callers:
                self._buckets.popitem(last=False)
        if left < 1:
            bounds = f"{self._per_second:,} in a second, {self._burst:,} at once"
            raise Exhausted(f"too many {what}: the most are {bounds}; go slower", limit=LIMIT, value=self._per_second)

    def __len__(self) -> int:
        return len(self._buckets)
