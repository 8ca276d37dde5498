"""The facet `node.debugger`: what is recorded of actors, and reading it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from workbench.api.changes import HeldRows, RecordedChange
from workbench.api.identity import ActorId
from workbench.api.modules import CancelToken
from workbench.api.recordings import RecordedTurn, RecordingLevel, RecordingSegment, RecordingStatistics
from workbench.api.session import StateView


class Debugger(Protocol):
    """For one tenant and namespace. Thread-safe. `segments`, `turns` and `changes` give everything that was over when
    they were asked for.
    """

    def level(self, actor: ActorId | str | None = None) -> RecordingLevel:
        """How much is recorded of this actor, or of those that have no level of their own."""
        ...

    def set_level(self, actor: ActorId | str | None, level: RecordingLevel | None) -> RecordingLevel:
        """Record so much of this actor in all its lives, or of those without a level of their own; the one in force.

        None leaves it to the level above: an actor's is that of its tenant and namespace, and that is the node's. It
        holds until the node ends.
        """
        ...

    def keep(self, actor: ActorId | str, *, kept: bool = True) -> None:
        """From now on what is recorded of this actor outlives the ring, or no longer. It holds until the node ends."""
        ...

    def statistics(self) -> RecordingStatistics:
        """What is on disk, and what waits for it."""
        ...

    def segments(self, *, after: int = 0, limit: int = 1_000) -> Sequence[RecordingSegment]:
        """Up to `limit` segments whose id is greater than `after`, in the order of their ids."""
        ...

    def turns(
        self,
        actor: ActorId | str | None = None,
        *,
        after: int = 0,
        since: float = 0.0,
        limit: int = 1_000,
        newest: bool = False,
        up_to: int = 0,
        until: float = 0.0,
        trace: str = "",
    ) -> Sequence[RecordedTurn]:
        """Up to `limit` recorded turns of this actor or of all, oldest first.

        They lie behind the place `after`, up to the place `up_to`, and began at `since` or later, by `until`; 0 is no
        bound. The first ones of them, or the newest ones. With a `trace` (its id, or its first 8 digits and more), only
        the turns of messages that belong to it. A damaged segment is passed over and told in the log.
        Invalid: it is no trace.
        """
        ...

    def changes(self, *, after: int = 0, since: float = 0.0, limit: int = 1_000) -> Sequence[RecordedChange]:
        """Up to `limit` recorded changes of what services hold, oldest first: those behind the place `after` that were
        made at `since` or later.

        They are recorded while the level of the tenant and namespace is `full`. Where a number is left out, some are
        missing. A damaged segment is passed over and told in the log.
        """
        ...

    def holdings(self) -> Iterator[HeldRows]:
        """What all services hold in this moment, in pieces of about 256 KiB, at least one for each table.

        A table that is not among them is of a store that the node cannot read this way.
        """
        ...

    def pin(self, segment: int, *, pinned: bool = True) -> RecordingSegment:
        """Let a segment outlive the ring, or no longer. NotFound: there is none with this id."""
        ...

    def clear(self, *, pinned: bool = False) -> int:
        """Throw the recording away, the pinned segments only if `pinned`; how many segments that were."""
        ...

    def state(
        self, actor: ActorId | str, seq: int, *, timeout: float = 30.0, cancel: CancelToken | None = None
    ) -> StateView:
        """The state of an actor after its newest recorded turn with this number: recorded, or lived through again.

        NotFound: no such turn is recorded. Timeout: it takes longer. Conflict: cancelled. A state that cannot be known
        says why.
        """
        ...
