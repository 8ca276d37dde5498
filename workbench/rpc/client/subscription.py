"""Events over gRPC: a thread reads the stream into a bounded queue, and goes on where it was after a cut."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from threading import Event as Flag
from types import TracebackType
from typing import Any

import grpc

from workbench.api import (
    Conflict,
    Denied,
    Event,
    Exhausted,
    Invalid,
    Position,
    Unauthenticated,
    Unavailable,
    WorkbenchError,
)
from workbench.api.event_queue import EventQueue
from workbench.rpc.convert import from_message

KEPT_EVENTS = 10_000
SILENT_SECONDS = 2.5
"""A node says something every second: one that is silent for longer is out of reach."""
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 2.0
"""Between two tries to reach it again; with each that fails the pause doubles."""
FOR_GOOD = (Conflict, Denied, Invalid, Unauthenticated)
ENDED = (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
"""How a stopping node ends a stream, in order or with its connection; after our own `close` nobody is told."""


class RemoteSubscription:
    """What a node's `Watch` sends. `watch(position)` begins a call that goes on there.

    After a cut it tries at once; only when that fails, `get` raises, once nothing is left to give. It tries on in the
    background, and `get` gives events again when the node is back.
    """

    def __init__(
        self,
        watch: Callable[[Position | None], Any],
        after: Position | None,
        address: str,
        failure: Callable[[grpc.RpcError], WorkbenchError],
    ) -> None:
        self._watch, self._address, self._failure = watch, address, failure
        self._changed = Condition()
        self._waiting = EventQueue(KEPT_EVENTS)
        self._lost_there = self._lost_before = 0
        self._received = self._given = after or Position("", 0)
        self._error: WorkbenchError | None = None
        self._told = False
        self._closed = Flag()
        self._call: Any = None
        self._heard, self._beats = time.monotonic(), False
        self._begin(after)
        self._given = self._received if after is None else after
        Thread(target=self._run, name="grpc-watch", daemon=True).start()

    @property
    def lost(self) -> int:
        with self._changed:
            return self._lost_before + self._lost_there + self._waiting.lost

    @property
    def position(self) -> Position:
        return self._given

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        end = time.monotonic() + timeout
        with self._changed:
            while not self._closed.is_set() and not self._waiting:
                if self._error is not None and not self._told:
                    break
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._changed.wait(min(left, self._patience()))
            if self._closed.is_set():
                return ()
            if self._error is not None and not self._waiting:
                self._told = True
                raise self._error
            self._given = self._received
            return self._waiting.take()

    def close(self) -> None:
        with self._changed:
            self._closed.set()
            self._changed.notify_all()
            call = self._call
        call.cancel()

    def __enter__(self) -> RemoteSubscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _patience(self) -> float:
        """How long it may be silent still; a call in which nothing is heard any more is given up."""
        if self._error is not None or not self._beats:
            return SILENT_SECONDS
        left = self._heard + SILENT_SECONDS - time.monotonic()
        if left <= 0:
            self._error = Unavailable(f"the node at {self._address} has said nothing for {SILENT_SECONDS:g} s")
            self._told = False
            self._call.cancel()
        return max(left, 0.0)

    def _run(self) -> None:
        error, pause = self._read(), 0.0
        while not self._closed.wait(pause * random.uniform(0.5, 1.0)):
            if isinstance(error, FOR_GOOD):
                self._fail(error)
                return
            begun = time.monotonic()
            try:
                self._begin(self._received)
            except WorkbenchError as failed:
                if isinstance(failed, (*FOR_GOOD, Exhausted)):
                    error = failed
                self._fail(error)
                pause = min(2 * pause or FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
            else:
                error = self._read()
                pause = 0.0 if time.monotonic() - begun > LONGEST_PAUSE_SECONDS / 2 else FIRST_PAUSE_SECONDS

    def _begin(self, after: Position | None) -> None:
        """Wait for the first answer: from it on nothing is missed."""
        call = self._watch(after)
        with self._changed:
            self._call = call
            if self._closed.is_set():
                call.cancel()
        try:
            first = next(call)
        except grpc.RpcError as error:
            is_ended = isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.CANCELLED
            raise (self._stopped() if is_ended else self._failure(error)) from None
        except StopIteration:
            raise self._stopped() from None
        with self._changed:
            self._lost_before, self._lost_there = self._lost_before + self._lost_there, 0
            self._error, self._told = None, False
        if after is None:
            self._keep(first)
        else:
            self._hear()  # it stands where this one stood

    def _read(self) -> WorkbenchError:
        """Until the call ends; why it did."""
        try:
            for answer in self._call:
                self._keep(answer)
        except grpc.RpcError as error:
            ended = isinstance(error, grpc.Call) and error.code() in ENDED
            return self._stopped() if ended else self._failure(error)
        return self._stopped()

    def _stopped(self) -> Unavailable:
        return Unavailable(f"the node at {self._address} stopped")

    def _keep(self, answer: Any) -> None:
        events = [from_message(event, Event) for event in answer.events]
        with self._changed:
            for event in events:
                self._waiting.put(event)
            self._lost_there = answer.lost
            self._beats = answer.HasField("position")
            if self._beats:
                self._received = from_message(answer.position, Position)
        self._hear()

    def _hear(self) -> None:
        with self._changed:
            self._heard = time.monotonic()
            self._changed.notify_all()

    def _fail(self, error: WorkbenchError) -> None:
        with self._changed:
            if self._error is None or isinstance(error, FOR_GOOD):
                self._error, self._told = error, False
            self._changed.notify_all()
