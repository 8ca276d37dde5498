"""Events say that something changed; whoever shows it reads it again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Protocol


class Area(StrEnum):
    """What part of the node changed."""

    ACTORS = "actors"
    CAPABILITIES = "capabilities"
    BLOBS = "blobs"
    CHANNELS = "channels"
    JOURNAL = "journal"
    KEYVALUE = "keyvalue"
    LOCKS = "locks"
    MODULES = "modules"
    PROCESS_GROUPS = "process-groups"
    REGISTRY = "registry"
    TURNS = "turns"
    LOGS = "logs"
    METRICS = "metrics"
    SUPERVISION = "supervision"
    DEAD_LETTERS = "dead-letters"
    TUPLESPACE = "tuplespace"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `subject` (an actor's name, a module's hash). `kind` is `area.verb`, e.g. `actors.crashed`.

    `seq` grows by one with each event of the node; a jump means that this subscriber was too slow.
    """

    seq: int
    time: float
    area: Area
    kind: str
    subject: str = ""
    text: str = ""


class Subscription(Protocol):
    """Events since it was made, in order. Close it, or use it in a `with`."""

    @property
    def lost(self) -> int:
        """How many events were dropped because nobody fetched them in time."""
        ...

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        """All that waits, at least one unless the timeout passes; empty then and after close()."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Subscription: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
