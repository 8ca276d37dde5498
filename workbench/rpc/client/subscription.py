"""Events over gRPC: a thread reads the stream into a bounded queue."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from threading import Condition, Thread
from types import TracebackType
from typing import Any

import grpc

from workbench.api import Event, Unavailable, WorkbenchError
from workbench.rpc.convert import from_message

KEPT_EVENTS = 10_000
ENDED = (grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE)
"""How a stopping node ends a stream, in order or with its connection; after our own `close` nobody is told."""


class RemoteSubscription:
    """What a node's `Watch` sends. When the connection breaks, `get` raises it once nothing is left to give."""

    def __init__(self, call: Any, address: str, failure: Callable[[grpc.RpcError], WorkbenchError]) -> None:
        self._call = call
        self._address = address
        self._failure = failure
        self._changed = Condition()
        self._events: deque[Event] = deque(maxlen=KEPT_EVENTS)
        self._dropped = 0
        self._lost_there = 0
        self._error: WorkbenchError | None = None
        self._closed = False
        self._begin()
        Thread(target=self._read, name="grpc-watch", daemon=True).start()

    def _begin(self) -> None:
        """Wait for the first answer: from it on nothing is missed."""
        try:
            next(self._call)
        except grpc.RpcError as error:
            raise self._failure(error) from None
        except StopIteration:
            raise Unavailable(f"the node at {self._address} is stopping") from None

    @property
    def lost(self) -> int:
        with self._changed:
            return self._lost_there + self._dropped

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._error or self._closed, timeout)
            if self._closed:
                return ()
            if self._error is not None and not self._events:
                raise self._error
            waiting = tuple(self._events)
            self._events.clear()
            return waiting

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._call.cancel()

    def __enter__(self) -> RemoteSubscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _read(self) -> None:
        try:
            for answer in self._call:
                self._keep([from_message(event, Event) for event in answer.events], answer.lost)
            self._fail(self._stopped())
        except grpc.RpcError as error:
            ended = isinstance(error, grpc.Call) and error.code() in ENDED
            self._fail(self._stopped() if ended else self._failure(error))

    def _stopped(self) -> Unavailable:
        return Unavailable(f"the node at {self._address} stopped")

    def _keep(self, events: Sequence[Event], lost: int) -> None:
        with self._changed:
            self._dropped += max(0, len(self._events) + len(events) - KEPT_EVENTS)
            self._events.extend(events)
            self._lost_there = lost
            self._changed.notify_all()

    def _fail(self, error: WorkbenchError) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()
