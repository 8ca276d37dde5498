"""The scheduler: as many threads as cores run turns, and one more for each turn that waits inside a host call.

With `workers=0` there are no threads: a test calls `run_until_idle()`, and a wait runs the other runnable actors, then
moves the fake clock to the next timer, else raises Deadlock. Order and time are then the test's own.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.errors import Conflict, Exhausted
from workbench.clock import Clock, FakeClock
from workbench.runtime.threads import inside_turn, may_run_guest, start
from workbench.runtime.timers import Timers

logger = logging.getLogger(__name__)
WAITING_CAP = 512
"""How many turns may wait at once; each holds a thread."""
IDLE_SECONDS = 5.0
CLOSE_SECONDS = 5.0


class Deadlock(Conflict):
    """Nothing can run any more and no timer is set, but somebody waits."""


class Runnable(Protocol):
    def run(self) -> None: ...


class Scheduler:
    """Thread-safe. `submit` what is runnable; its `run()` is called on a worker, once per submission."""

    def __init__(self, timers: Timers, clock: Clock, *, workers: int) -> None:
        self._timers, self._clock = timers, clock
        self.workers = workers
        self._queue: deque[Runnable] = deque()
        self._ready = threading.Condition()
        self._threads = self._idle = self._waiting = self._number = 0
        self._closed = False

    def submit(self, what: Runnable) -> None:
        with self._ready:
            if self._closed:
                return
            self._queue.append(what)
            if self._idle:
                self._ready.notify()
            else:
                self._grow()

    def _grow(self) -> None:
        """Start a worker if fewer run than there may; the lock is held."""
        if self.workers and self._threads - self._waiting < self.workers:
            self._number += 1
            self._threads += 1
            start(f"worker-{self._number}", self._work)

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._queue:
                    surplus = self._threads - self._waiting > self.workers
                    if self._closed or surplus:
                        self._leave()
                        return
                    self._idle += 1
                    woken = self._ready.wait(IDLE_SECONDS)
                    self._idle -= 1
                    if not woken and not self._queue:
                        self._leave()
                        return
                what = self._queue.popleft()
            try:
                what.run()
            except BaseException:
                logger.exception("a worker met a bug in %r", what)
            del what  # or an idle worker would keep an actor that is gone

    def _leave(self) -> None:
        self._threads -= 1
        self._ready.notify_all()

    @contextmanager
    def blocked(self) -> Iterator[None]:
        """The calling thread is about to wait: somebody else may work meanwhile. Exhausted when too many wait."""
        if not inside_turn():
            yield
            return
        with self._ready:
            if self._waiting >= WAITING_CAP:
                text = f"{self._waiting} actors wait inside host calls already, each on a thread; use a cast instead"
                raise Exhausted(text, limit="waiting", value=WAITING_CAP, used=self._waiting)
            self._waiting += 1
            if self._queue and not self._idle:
                self._grow()
        try:
            yield
        finally:
            with self._ready:
                self._waiting -= 1

    def wait(self, answer: Answer[Any], timeout: float) -> bool:
        """Wait for an answer; whether it came in time."""
        if self.workers:
            return answer.wait(timeout)
        deadline = self._clock.monotonic() + timeout
        while not answer.done:
            if self._clock.monotonic() > deadline:  # another one's wait has moved the clock: others may go on for ever
                return answer.done
            if self._step():
                continue
            left = deadline - self._clock.monotonic()
            following = self._timers.next_in()
            if not isinstance(self._clock, FakeClock):
                raise Deadlock("a scheduler without workers needs a fake clock to wait with")
            if following is None or following > left:
                if timeout == float("inf"):
                    raise Deadlock("nothing can run and no timer is set")
                self._clock.advance(max(0.0, left))
                return answer.done
            self._clock.advance(following)
        return True

    def start(self, job: Callable[[], Any]) -> Answer[Any]:
        """Run `job` on a worker."""
        answer: Answer[Any] = Answer()
        self.submit(_Job(job, answer))
        return answer

    def call(self, job: Callable[[], Any], timeout: float) -> Any:
        """Run `job` where guests may run: right here if that is such a thread, else on a worker. Returns its value."""
        if may_run_guest() or not self.workers:
            return job()
        answer = self.start(job)
        with self.blocked():
            if not answer.wait(timeout):
                raise TimeoutError
        return answer.take()

    def _step(self) -> bool:
        """Run one runnable or due timer in a scheduler without workers; whether there was one."""
        if self._timers.run_due():
            return True
        with self._ready:
            what = self._queue.popleft() if self._queue else None
        if what is None:
            return False
        what.run()
        return True

    def run_until_idle(self, until: float = float("inf")) -> None:
        """Run everything that can run without time passing. A turn that waits lets it pass; none begins after `until`.

        Actors that wait in turn are never idle: there this ends with `until`, on the monotonic clock.
        """
        while self._clock.monotonic() <= until and self._step():
            pass

    def close(self) -> None:
        with self._ready:
            self._closed = True
            self._queue.clear()
            self._ready.notify_all()
            self._ready.wait_for(lambda: not self._threads, CLOSE_SECONDS)


class _Job:
    def __init__(self, job: Callable[[], Any], answer: Answer[Any]) -> None:
        self._job, self._answer = job, answer

    def run(self) -> None:
        try:
            self._answer.set(self._job())
        except BaseException as error:
            self._answer.fail(error)


def default_workers() -> int:
    """One per core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
