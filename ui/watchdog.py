"""Says which of our slots held the Qt main thread too long, and where it was while it did.

It is logged at debug level, as a warning when WORKBENCH_DEBUG is set: a user can do nothing about it.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import traceback
from collections.abc import Callable
from functools import wraps
from time import perf_counter, thread_time
from typing import ParamSpec, TypeVar

logger = logging.getLogger(__name__)

SLOW_SECONDS = 0.05
P = ParamSpec("P")
R = TypeVar("R")


class Watchdog:
    """One thread that looks at the main thread's stack when a watched call is still running after 50 ms.

    `slow` are the newest calls that took longer, `busy` those that used the processor for longer: these are slow on a
    machine that has nothing else to do, too.
    """

    def __init__(self) -> None:
        self.slow: list[str] = []
        self.busy: list[str] = []
        self._used = 0.0
        self._entered = threading.Event()
        self._left = threading.Event()
        self._main = threading.main_thread().ident or 0
        self._depth = 0
        self._stack = ""
        self._thread: threading.Thread | None = None

    def enter(self) -> float:
        self._depth += 1
        if self._depth == 1:
            self._used = thread_time()
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="ui-watchdog", daemon=True)
                self._thread.start()
            self._stack = ""
            self._left.clear()
            self._entered.set()
        return perf_counter()

    def leave(self, name: str, started: float) -> None:
        self._depth -= 1
        if self._depth:
            return
        self._left.set()
        took, used = perf_counter() - started, thread_time() - self._used
        if used > SLOW_SECONDS:
            self.busy = [*self.busy[-99:], f"{name} {used * 1000:.0f} ms"]
        if took > SLOW_SECONDS:
            self.slow = [*self.slow[-99:], f"{name} {took * 1000:.0f} ms"]
            level = logging.WARNING if os.environ.get("WORKBENCH_DEBUG") else logging.DEBUG
            logger.log(level, "%s took %.0f ms on the Qt thread\n%s", name, took * 1000, self._stack)

    def _watch(self) -> None:
        while True:
            self._entered.wait()
            self._entered.clear()
            if not self._left.wait(SLOW_SECONDS):
                frame = sys._current_frames().get(self._main)
                self._stack = "".join(traceback.format_stack(frame)[-12:]) if frame else ""


WATCHDOG = Watchdog()


def watched(slot: Callable[P, R]) -> Callable[P, R]:
    """Mark a slot of ours: over 50 ms it is logged with the stack it was in."""

    @wraps(slot)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        started = WATCHDOG.enter()
        try:
            return slot(*args, **kwargs)
        finally:
            WATCHDOG.leave(slot.__qualname__, started)

    return run
