"""Programs: compiled modules loaded into an engine, ready to be instantiated by any number of actors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from wasmtime import Engine

from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context
from workbench.wasm.instance import Instance

BEHAVIORS = {
    "gen-server": "handle-request",
    "gen-event": "handle-event",
    "gen-fsm": "handle-transition",
    "generic": "handle-message",
}
"""The behavior interfaces and the handler that each exports."""
LIFECYCLE = "lifecycle"


@dataclass(frozen=True, slots=True)
class Program(ABC):
    """A module ready to be instantiated in `engine`; `memory_bytes` is what it declares at start. Thread-safe."""

    module: str
    engine: Engine
    memory_bytes: int
    behaviors: tuple[str, ...]

    @abstractmethod
    def instantiate(self, context: Context, engines: Engines) -> Instance:
        """A fresh guest for the actor of `context`. Raises Died when it does not come to life."""
