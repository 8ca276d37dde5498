"""The requests of a stream as they come, from a caller that keeps on sending."""

from __future__ import annotations

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Semaphore, Thread
from typing import Any

from workbench.api import Timeout


def paced(requests: Iterator[Any], seconds: float) -> Iterator[Any]:
    """`requests`; Timeout when none comes for so long. gRPC's own iterator waits for ever, so a thread waits there; it
    takes one ahead and no more, and ends with the call."""
    arrived: SimpleQueue[tuple[Any, Exception | None]] = SimpleQueue()
    wanted, done = Semaphore(), False

    def fetch() -> None:
        while wanted.acquire() and not done:
            try:
                arrived.put((next(requests), None))
            except Exception as error:  # StopIteration is the end; anything else is raised where they are read
                arrived.put((None, error))
                return

    Thread(target=fetch, name="grpc-requests", daemon=True).start()
    try:
        while True:
            try:
                request, error = arrived.get(timeout=seconds)
            except Empty:
                raise Timeout(f"the caller sent nothing for {seconds:g} s; the call was ended") from None
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            wanted.release()
            yield request
    finally:
        done = True
        wanted.release()
