"""What a recorded session needs to live through turns: engines, a library to compile in, a thread that runs guests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from workbench.runtime.surroundings import Surroundings
from workbench.services.all import Views
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library

T = TypeVar("T")


class Workshop(Protocol):
    """A node of its own in a temporary workspace, made when it is first needed. Thread-safe."""

    @property
    def around(self) -> Surroundings: ...
    @property
    def library(self) -> Library: ...
    @property
    def interpreter(self) -> Interpreter: ...
    def call(self, job: Callable[[], T]) -> T:
        """Do it on a thread that may run guests."""
        ...

    def views(self, tenant: str, namespace: str) -> Views:
        """Its own services, which are empty."""
        ...

    def close(self) -> None: ...


class RecordedServices(Protocol):
    """What services held at any recorded moment."""

    def at(self, position: int, time: float) -> Views: ...
    def notes(self, position: int) -> tuple[str, ...]:
        """What of that moment is not known."""
        ...

    def close(self) -> None: ...


class NoServices:
    """Of a bundle in which nothing is recorded of services: they are shown empty, and that is said."""

    def __init__(self, workshop: Workshop, tenant: str, namespace: str) -> None:
        self._workshop, self._scope = workshop, (tenant, namespace)
        self._views: Views | None = None

    def at(self, position: int, time: float) -> Views:  # noqa: ARG002 -- the same at every moment
        if self._views is None:
            self._views = self._workshop.views(*self._scope)
        return self._views

    def notes(self, position: int) -> tuple[str, ...]:  # noqa: ARG002
        return ("what services held (tuples, keys, queues, locks, groups, registry, blobs) is not recorded here",)

    def close(self) -> None:
        return
