"""Timers: one thread that runs short jobs when their time has come; a test moves its own clock instead."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from workbench.api.messages import Envelope
from workbench.clock import Clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Armed:
    """A message that an actor sends to itself: the timer that `runs`, when it is due on the monotonic clock."""

    runs: int
    due: float
    envelope: Envelope


class Timers:
    """Thread-safe. A job must be short: it puts something into a mailbox and returns."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._heap: list[tuple[float, int]] = []
        self._jobs: dict[int, Callable[[], object]] = {}
        self._numbers = itertools.count(1)
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="timers", daemon=True)

    @property
    def now(self) -> float:
        """On the monotonic clock."""
        return self._clock.monotonic()

    def start(self) -> None:
        self._thread.start()

    def after(self, seconds: float, job: Callable[[], object]) -> int:
        """Run `job` in `seconds`; gives the timer's number."""
        with self._changed:
            number = next(self._numbers)
            self._jobs[number] = job
            heapq.heappush(self._heap, (self._clock.monotonic() + seconds, number))
            self._changed.notify()
            return number

    def cancel(self, number: int) -> bool:
        """Whether it had not run yet."""
        with self._changed:
            return self._jobs.pop(number, None) is not None

    def next_in(self) -> float | None:
        """Seconds to the next timer, None when there is none."""
        with self._changed:
            while self._heap and self._heap[0][1] not in self._jobs:
                heapq.heappop(self._heap)
            return max(0.0, self._heap[0][0] - self._clock.monotonic()) if self._heap else None

    def run_due(self) -> int:
        """Run every job whose time has come; how many there were."""
        ran = 0
        while True:
            with self._changed:
                now = self._clock.monotonic()
                if not self._heap or self._heap[0][0] > now:
                    return ran
                job = self._jobs.pop(heapq.heappop(self._heap)[1], None)
            if job is not None:
                ran += 1
                try:
                    job()
                except Exception:
                    logger.exception("a timer's job failed")

    def _run(self) -> None:
        while not self._closed:
            self.run_due()
            wait = self.next_in()
            with self._changed:
                if not self._closed and wait != 0.0:
                    self._changed.wait(wait)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
