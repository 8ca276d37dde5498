"""What a recorded session needs to live through turns: engines, a library to compile in, a thread that runs guests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from workbench.runtime.surroundings import Surroundings
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

    def close(self) -> None: ...
