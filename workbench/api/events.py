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


GAP = "node.gap"
"""The kind of an event that stands where some are missing, whatever areas were asked for: read again what you show."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something happened to `subject` (an actor's name, a module's hash). `kind` is `area.verb`, e.g. `actors.crashed`.

    `seq` grows with each event of the node. Where events are missing there is one of the kind GAP in their place.
    """

    seq: int
    time: float
    area: Area
    kind: str
    subject: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """Where in a node's events somebody is: after the one with `seq`. A node that starts begins another `stream`."""

    stream: str
    seq: int


class Subscription(Protocol):
    """Events since it was made, in order. Close it, or use it in a `with`.

    Thread-safe. One of a remote node goes on by itself after its connection was cut.
    """

    @property
    def position(self) -> Position:
        """After everything that `get` has given: where `Node.subscribe` goes on."""
        ...

    @property
    def lost(self) -> int:
        """How many events were dropped because nobody fetched them in time."""
        ...

    def get(self, timeout: float = 5.0) -> Sequence[Event]:
        """All that waits, at least one unless the timeout passes; empty then and after close().

        Unavailable: the node cannot be reached now. Call it again: what it gives once the node is back follows on what
        it gave, with a GAP where something is missing. Any other error is for good.
        """
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Subscription: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
