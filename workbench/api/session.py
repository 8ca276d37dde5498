"""A recorded session as a node has it beside the facets of every node: where one is in it, and how to go elsewhere.

All facets of the node (actors, their states and mailboxes, tuples, keys, locks, queues, metrics) show one moment: after
`position` turns were over, in the order in which they ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workbench.api.identity import ActorId
from workbench.api.messages import Envelope, Payload
from workbench.api.modules import CancelToken
from workbench.api.turns import Outcome, Turn


@dataclass(frozen=True, slots=True)
class Moment:
    """After `position` of `total` turns; `time` in seconds since 1970. `turn` is the one that was over last, None
    before the first. `notes` say what of this moment is not known, and why."""

    position: int
    total: int
    time: float
    turn: Turn | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One turn on the timeline, without what is in it. `position` is that of the moment after it, from 1; `type` the
    type of its message or the operation; `fuel` and `memory_bytes` None where they were not measured. `unrepeatable`
    says why the turn cannot be lived through again. `trace` is the id of that of its message, empty for none."""

    position: int
    actor: ActorId
    seq: int
    type: str
    outcome: Outcome
    started: float
    wall_ns: int
    fuel: int | None
    memory_bytes: int | None
    calls: int
    unrepeatable: str = ""
    trace: str = ""


class Certainty(StrEnum):
    """How a state is known: recorded as it is, lived through again equal to the recording, or not at all."""

    RECORDED = "recorded"
    REPLAYED = "replayed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StateView:
    """The state of an actor after its turn `seq` (0: it was not born). `note` says why it is unknown or in doubt."""

    actor: ActorId
    seq: int
    state: Payload
    certainty: Certainty
    note: str = ""


class Direction(StrEnum):
    """Which way to look for a turn."""

    FORWARD = "forward"
    BACK = "back"


class Session(Protocol):
    """Thread-safe. A move publishes one event in each area, so that whoever shows the node reads it again."""

    @property
    def name(self) -> str:
        """The name of the file."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """What was found damaged in it so far: sentences that begin with the name of the entry."""
        ...

    def now(self) -> Moment: ...

    def go(self, position: int) -> Moment:
        """Show the moment after so many turns. Invalid: there is none."""
        ...

    def turn(self, position: int) -> Turn:
        """The turn after which the moment `position` is, whole. Invalid: there is none, or it is damaged."""
        ...

    def entries(self, *, after: int = 0, limit: int = 1_000) -> Sequence[TimelineEntry]:
        """Up to `limit` turns behind the moment `after`, in the order in which they ended."""
        ...

    def find(
        self,
        position: int,
        *,
        where: str = "",
        actor: ActorId | str | None = None,
        direction: Direction = Direction.FORWARD,
        cancel: CancelToken | None = None,
    ) -> int | None:
        """The moment after the next turn behind `position` (or before it) of this actor for which `where` holds.

        `where` is a filter as in every table, over the fields of a turn, its host calls and the state after it
        (docs/sessions.md). None: there is no such turn. Invalid: it is no filter. Conflict: cancelled.
        """
        ...

    def state(
        self, actor: ActorId | str, position: int | None = None, *, cancel: CancelToken | None = None
    ) -> StateView:
        """The state of an actor at a moment (now). NotFound: no turn of it is recorded. Conflict: cancelled.

        It is unknown behind what cannot be read, if turns of the actor may be among that. A `position` that is named is
        the moment before such damage, for the actor whose turn ended then.
        """
        ...

    def mailbox(self, actor: ActorId | str, position: int | None = None) -> Sequence[Envelope]:
        """The messages that it handled later and that were sent by then, oldest first."""
        ...
