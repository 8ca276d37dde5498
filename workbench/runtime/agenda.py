"""One thing after another without a thread of its own: a job that waits gives its thread back.

A job is a generator that yields each answer it waits for. The next job begins when the one before has ended, so what
the jobs of one agenda share needs no lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Generator
from typing import Any, TypeVar

from workbench.answer import Answer
from workbench.runtime.scheduler import Scheduler

T = TypeVar("T")
Steps = Generator[Answer[Any], None, T]


class Agenda:
    """Thread-safe. Jobs run on workers of the scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._jobs: deque[tuple[Callable[[], Steps[Any]], Answer[Any]]] = deque()
        self._running: tuple[Steps[Any], Answer[Any]] | None = None
        self._waiting: Answer[Any] | None = None
        self._active = False  # submitted, running or waiting
        self._lock = threading.Lock()

    def submit(self, job: Callable[[], Steps[T]]) -> Answer[T]:
        """Let it run when its turn comes; the answer is what it returned, or the error that it ended in."""
        answer: Answer[T] = Answer()
        with self._lock:
            self._jobs.append((job, answer))
            begin, self._active = not self._active, True
        if begin:
            self._scheduler.submit(self)
        return answer

    def run(self) -> None:
        """On a worker: go on with the job in hand, then with the next ones, until one has to wait."""
        while (step := self._running or self._next()) is not None:
            steps, answer = self._running = step
            try:
                waited = next(steps)
            except StopIteration as ended:
                self._running = None
                answer.set(ended.value)
                continue
            except BaseException as error:
                self._running = None
                answer.fail(error)
                continue
            if not waited.done:
                self._waiting = waited
                waited.then(self._go_on)
                return

    def _next(self) -> tuple[Steps[Any], Answer[Any]] | None:
        with self._lock:
            if not self._jobs:
                self._active = False
                return None
            job, answer = self._jobs.popleft()
        return job(), answer

    def _go_on(self) -> None:
        """What it waited for is there; said once or twice, on any thread."""
        with self._lock:
            waited, self._waiting = self._waiting, None
        if waited is not None:
            self._scheduler.submit(self)


def done(answer: Answer[Any]) -> Generator[Answer[Any], None, Any]:
    """Wait for it and give its value, or raise its error."""
    if not answer.done:
        yield answer
    return answer.take()
