"""A long job whose progress is a stream: it runs on a thread of its own, its reports come out as they are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

from workbench.api import Progress, ProgressCallback

T = TypeVar("T")


def reported(job: Callable[[ProgressCallback], T]) -> Iterator[Progress | T]:
    """What `job` reports, then what it returns; what it raises is raised here."""
    reports: SimpleQueue[Progress | None] = SimpleQueue()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(job(reports.put))
        except BaseException as error:
            errors.append(error)
        finally:
            reports.put(None)

    Thread(target=run, name="grpc-job", daemon=True).start()
    yield from iter(reports.get, None)
    if errors:
        raise errors[0]
    yield results[0]
