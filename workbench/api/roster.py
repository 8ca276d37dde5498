"""Which actors run, kept on disk: so that a node that starts can start them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from workbench.api.identity import ActorId
from workbench.api.turns import Turn


@dataclass(frozen=True, slots=True)
class Drained:
    """Where an actor was when its node ended in order: a birth with the state, time and chance that it goes on with.

    `passive`: it had no instance; `suspended`: it handled no messages until it is resumed.
    """

    birth: Turn
    passive: bool = False
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """Who runs, and how it was started; or the sentence that says why that cannot be known. `pool` is the supervisor
    whose copy it is, empty for others."""

    actor: ActorId
    birth: Turn | str
    pool: str = ""


class Roster(Protocol):
    """The actors that are in no tree and not durable (those are in their journals), and the copies of pools.
    Thread-safe.

    Exhausted, Unavailable: the disk is full, or cannot be written.
    """

    def running(self) -> Sequence[Running]:
        """In the order of their first start."""
        ...

    def enter(self, birth: Turn, pool: str) -> None:
        """It runs, and is started again like this. A second time changes how."""
        ...

    def leave(self, actor: ActorId) -> None:
        """It has ended. Idempotent."""
        ...

    def drained(self) -> Mapping[ActorId, Drained]:
        """Where those were that ended with their node, also under a supervisor. A damaged one is named in the log."""
        ...

    def keep(self, found: Sequence[Drained]) -> None:
        """Write down where actors are, all or none."""
        ...

    def settled(self) -> None:
        """All go on from there: forget where they were."""
        ...

    def needing(self, module: str) -> Sequence[ActorId]:
        """Who runs this module."""
        ...
