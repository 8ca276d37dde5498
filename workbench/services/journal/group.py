"""Group commit: whoever has something for the disk joins a queue, and one of them writes for all.

The first to come leads: its own thread writes everything that waits, in one transaction. What came meanwhile is led by
the first who waits for it, so that no thread has to stand in line behind threads that are done: 64 in a line for one
lock kept the disk idle most of the time. Who does not wait is told on a thread of its own, which leads when nobody else
is there to.
"""

from __future__ import annotations

import logging
import threading
from _thread import LockType, allocate_lock
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from workbench.api.errors import Internal, WorkbenchError

logger = logging.getLogger(__name__)
T = TypeVar("T")
Told = Callable[[WorkbenchError | None], object]


class Entry(Generic[T]):
    """Something that waits for the disk. `error` is why it is not there; `told` is called instead of a wait."""

    __slots__ = ("done", "error", "gate", "told", "what")

    def __init__(self, what: T, told: Told | None = None) -> None:
        self.what, self.told = what, told
        self.done = False
        self.error: WorkbenchError | None = None
        self.gate: LockType | None = None


class GroupCommit(Generic[T]):
    """Thread-safe. `write(all)` is called by one thread at a time, and raises when nothing of it was written."""

    def __init__(self, name: str, write: Callable[[Sequence[T]], None]) -> None:
        self._name, self._write = name, write
        self._waiting: list[Entry[T]] = []
        self._led = self._closed = False
        self._lock = threading.Lock()
        self._asked = threading.Semaphore(0)
        self._thread: threading.Thread | None = None

    def commit(self, what: T) -> None:
        """Returns when it is written. Raises what `write` raised."""
        entry = Entry(what)
        with self._lock:
            self._waiting.append(entry)
            lead, self._led = not self._led, True
            if not lead:
                gate = entry.gate = allocate_lock()
                gate.acquire()
        if not lead:
            gate.acquire()  # until it is written, or is to lead
        if not entry.done:
            self._lead()
        if entry.error is not None:
            raise entry.error

    def commit_soon(self, what: T, told: Told) -> None:
        """The same without waiting: `told` gets None, or why it is not written, on a thread of the journal or of
        somebody who leads."""
        with self._lock:
            self._waiting.append(Entry(what, told))
            lead, self._led = not self._led, True
        if lead:
            self._let_thread_lead()

    def _let_thread_lead(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
        self._asked.release()

    def _run(self) -> None:
        while True:
            self._asked.acquire()
            if self._closed:
                return
            self._lead()

    def close(self) -> None:
        """Everything has been written by then if nobody writes any more; idempotent."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
        if thread is not None:
            self._asked.release()
            thread.join()

    def _lead(self) -> None:
        """Write what waits, hand over, and let those go who waited for it."""
        with self._lock:
            entries, self._waiting = self._waiting, []
        error: WorkbenchError | None = None
        try:
            self._write([entry.what for entry in entries])
        except WorkbenchError as failed:
            error = failed
        except Exception:  # or nobody would ever lead again
            logger.exception("a group could not be written")
            error = Internal("the journal failed inside; the log of the node has the details")
        with self._lock:
            following = next((entry for entry in self._waiting if entry.gate is not None), None)
            left = bool(self._waiting)
            self._led = left
        if following is not None and following.gate is not None:
            following.gate.release()
        elif left:
            self._let_thread_lead()
        self._tell(entries, error)

    def _tell(self, entries: Sequence[Entry[T]], error: WorkbenchError | None) -> None:
        """No lock is held."""
        for entry in entries:
            entry.error, entry.done = error, True
            if entry.gate is not None:
                entry.gate.release()
            elif entry.told is not None:
                try:
                    entry.told(error)
                except Exception:
                    logger.exception("somebody could not be told that it was written")
