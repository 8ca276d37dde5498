"""The way from widgets to the node and back: calls on an own pool, results on the Qt thread, events from one thread.

No call to a node is ever made on the Qt thread. A coroutine belongs to a widget and ends with it.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import threading
from collections.abc import Callable, Collection, Coroutine, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal
from qasync import QEventLoop  # type: ignore[import-untyped]
from shiboken6 import isValid

from ui.watchdog import WATCHDOG
from workbench.api import GAP, Area, Event, Node, Subscription, Unavailable, WorkbenchError

logger = logging.getLogger(__name__)

THREADS = 16
COALESCE_SECONDS = 0.05
LISTED = frozenset({Area.ACTORS, Area.METRICS, Area.NODE})
"""Areas whose events show in the list of actors; the turns between two of them show a little later."""
P = ParamSpec("P")
R = TypeVar("R")
Failed = Callable[[Exception], None]


class Bridge(QObject):
    """Owns the pool; `changed` carries the areas of the node's events, at most every 50 ms."""

    changed = Signal(object)
    """frozenset[Area]"""
    happened = Signal(object)
    """tuple[Event, ...]: what was coalesced into one `changed`."""

    def __init__(self, loop: QEventLoop) -> None:
        super().__init__()
        self.loop = loop
        numbers = itertools.count(1)
        self._pool = ThreadPoolExecutor(THREADS, initializer=lambda: _name_thread(next(numbers)))
        self._tasks: set[asyncio.Task[None]] = set()
        self._pump: _Pump | None = None
        self._closed = False
        self.versions = 0
        """Grows whenever the list of actors may have changed, before anybody is told."""

    async def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run an API call on the pool and wait for it here, with the Qt loop turning. After the end it is cancelled."""
        if self._closed:
            raise asyncio.CancelledError
        return await asyncio.wrap_future(self._pool.submit(function, *args, **kwargs), loop=self.loop)

    def start(self, owner: QObject, work: Coroutine[object, None, None], failed: Failed) -> asyncio.Task[None]:
        """Run a coroutine for `owner`; what goes wrong reaches `failed` while the owner lives."""
        task: asyncio.Task[None] = self.loop.create_task(self._guard(owner, work, failed))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: _close(work))  # one that was cancelled before it began
        return task

    async def _guard(self, owner: QObject, work: Coroutine[object, None, None], failed: Failed) -> None:
        try:
            await _While(owner, work)
        except WorkbenchError as error:
            if isValid(owner):
                failed(error)
        except Exception as error:
            logger.exception("a task of %s failed", type(owner).__name__)
            if isValid(owner):
                failed(error)

    def follow(self, node: Node, *, far: bool = False) -> None:
        """Turn this node's events into `changed`. One that is `far` is asked for them off the Qt thread, and everything
        counts as changed then: it may have, before they came."""
        self.unfollow()
        self._pump = _Pump(node.subscribe if far else _there(node.subscribe()), self._deliver, far=far)

    def unfollow(self) -> None:
        if self._pump is not None:
            self._pump.stop()
            self._pump = None

    def _deliver(self, events: Collection[Event]) -> None:
        # Where events are missing, anything may have changed.
        whole = not events or any(event.kind == GAP for event in events)
        areas = frozenset(Area) if whole else frozenset(event.area for event in events)
        self.versions += not areas.isdisjoint(LISTED)
        with suppress(RuntimeError):  # the bridge is gone: the app is closing
            self.changed.emit(areas)
            self.happened.emit(tuple(events))

    async def finish(self) -> None:
        """Close, and wait until every coroutine has seen that it is over."""
        self.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def close(self) -> None:
        """Stop the events and drop what has not begun; calls in progress end on their own threads."""
        self._closed = True
        self.unfollow()
        for task in tuple(self._tasks):
            task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)


class _While:
    """Awaits a coroutine, but closes instead of resuming it once its owner has been deleted; each step is watched."""

    def __init__(self, owner: QObject, work: Coroutine[object, None, None]) -> None:
        self._owner, self._work = owner, work

    def __await__(self) -> Generator[object, None, None]:
        steps = self._work.__await__()
        advance: Callable[[], object] = partial(next, steps)
        while True:
            try:
                waited = self._step(advance)
            except StopIteration:
                return
            try:
                yield waited
                advance = partial(next, steps)
            except BaseException as error:
                advance = partial(steps.throw, error)

    def _step(self, advance: Callable[[], object]) -> object:
        if not isValid(self._owner):
            with suppress(RuntimeError):  # its last lines may still reach for the widget that is gone
                self._work.close()
            raise asyncio.CancelledError
        started = WATCHDOG.enter()
        try:
            return advance()
        finally:
            WATCHDOG.leave(getattr(self._work, "__qualname__", "a coroutine"), started)


class _Pump:
    """The thread that waits for events. It sleeps 50 ms after each delivery, so that bursts arrive as one."""

    def __init__(
        self, subscribe: Callable[[], Subscription], deliver: Callable[[Collection[Event]], None], *, far: bool
    ) -> None:
        self._subscribe, self._deliver, self._far = subscribe, deliver, far
        self._subscription: Subscription | None = None
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        threading.Thread(target=self._run, name="ui-events", daemon=True).start()

    def _run(self) -> None:
        with suppress(WorkbenchError):  # for good: its panels keep their last data
            subscription = self._subscribe()
            with self._lock:
                self._subscription = subscription
                if self._stopped.is_set():
                    subscription.close()
                    return
            if self._far:
                self._deliver(())
            while not self._stopped.is_set():
                with suppress(Unavailable):  # until the node is back; what is missing then is a gap
                    events = subscription.get(1.0)
                    if events and not self._stopped.is_set():
                        self._deliver(events)
                self._stopped.wait(COALESCE_SECONDS)

    def stop(self) -> None:
        self._stopped.set()
        with self._lock:
            if self._subscription is not None:
                self._subscription.close()


def _there(subscription: Subscription) -> Callable[[], Subscription]:
    return lambda: subscription


def _close(work: Coroutine[object, None, None]) -> None:
    with suppress(RuntimeError):  # it reaches for a widget that is gone
        work.close()


def _name_thread(number: int) -> None:
    threading.current_thread().name = f"ui-call-{number}"
