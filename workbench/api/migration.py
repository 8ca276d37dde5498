"""A running actor on its way from one node to another: what is carried, and what nodes say to each other afterwards."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from workbench.api.errors import Cause, Exhausted, WorkbenchError, by_code
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import Envelope, Payload, Reply
from workbench.api.value import value


@value
class Phase:
    """One step of a move: what was done, how long it took, and how many bytes went to the other node for it."""

    name: str
    ms: float
    bytes: int = 0


@value
class Migration:
    """An actor that was moved: `actor` runs on the node `node` at `address` now.

    `phases` are in order; of those from `pause` on nobody was served, which took `paused_ms` in all. `messages` waited
    in its mailbox and were handed over, `timers` run on there.
    """

    id: str
    actor: str
    node: str
    address: str
    phases: tuple[Phase, ...]
    paused_ms: float
    messages: int = 0
    timers: int = 0

    @property
    def ms(self) -> float:
        return sum(phase.ms for phase in self.phases)

    @property
    def bytes(self) -> int:
        return sum(phase.bytes for phase in self.phases)


@value
class MovedTimer:
    """A message that the actor will send to itself in `seconds`; `number` is what it knows the timer by."""

    number: int
    seconds: float
    envelope: Envelope


@value
class Belonging:
    """One row of a durable actor's journal that goes along: an `event` (its number, type, payload and time), an
    `effect` (key and value) or a `reply` (key, the turn as a line, and when it expires)."""

    kind: str
    number: int
    name: str
    payload: Payload
    time: float


@value
class Parcel:
    """A running actor between two of its turns, whole.

    `migration` is the number of this move, `origin` the id of the node that it comes from and `origin_name` what comes
    behind the `@` there; `visited` are the ids of the nodes where it has been, `through` the names of those that are
    reached by way of the origin. `state` is its snapshot after turn `seq`, `initial` what it was born with. `events` is
    the number of the last event that a durable one kept.
    """

    migration: str
    origin: str
    origin_name: str
    visited: tuple[str, ...]
    through: tuple[str, ...]
    name: str
    module: str
    state: Payload
    initial: Payload
    profile: str
    grants: tuple[str, ...]
    limits: Limits
    parent: str
    durable: bool
    suspended: bool
    fsm_state: str
    seq: int
    clock_ns: int
    drawn: int
    restarts: int
    spawned: float
    events: int = 0
    timers: tuple[MovedTimer, ...] = ()
    belongings: tuple[Belonging, ...] = ()


@value
class Arrival:
    """Who took an actor in: the id and the name of the node."""

    node: str
    name: str


class FrameKind(StrEnum):
    """What one node says to another about actors that were moved between them."""

    HELLO = "hello"  # the first each way: who it is, and how far it has heard
    BEAT = "beat"
    ACK = "ack"  # everything up to `about` is where it belongs
    TELL = "tell"
    CALL = "call"
    REPLY = "reply"  # to the call `about`
    ENDED = "ended"  # the actor `to` is not there any more, or crashed
    ASK_PRESENT = "present"  # if `to` is not there, say that it ended
    MARK = "mark"  # what was sent to `to` before has passed
    BIND = "bind"  # `near` does to `to` what `text` says: monitor, demonitor, link, unlink


@value
class Failure:
    """An error of the tree on its way."""

    code: str
    message: str
    cause: Cause | None = None
    limit: str = ""
    limit_value: int = 0
    used: int | None = None


@value
class Frame:
    """One thing said. `number` counts what must arrive, from 1; 0 for what need not.

    `to` is an actor by name, or, with `near`, an address as the moved actor `near` means it. `about` is a number of the
    other side's; in a tell to a durable actor that under which its source keeps it on disk.
    """

    kind: FrameKind
    number: int = 0
    to: str = ""
    near: str = ""
    text: str = ""
    about: int = 0
    abnormal: bool = False
    envelope: Envelope | None = None
    reply: Reply | None = None
    failure: Failure | None = None


def failure_of(error: BaseException) -> Failure:
    """As it travels; what is no error of the tree is a fault of ours, and its text stays here."""
    if not isinstance(error, WorkbenchError):
        return Failure("internal", "the node failed inside; its log says more")
    used = (error.limit, error.value, error.used) if isinstance(error, Exhausted) else ("", 0, None)
    return Failure(error.code, error.message, getattr(error, "cause", None), *used)


def error_of(failure: Failure) -> WorkbenchError:
    """The error that it was."""
    kind = by_code(failure.code)
    if kind is Exhausted:
        return Exhausted(failure.message, limit=failure.limit, value=failure.limit_value, used=failure.used)
    error = kind(failure.message)
    if failure.cause is not None:
        error.cause = failure.cause  # type: ignore[attr-defined]  # of Crashed, which has one
    return error


class Stage(StrEnum):
    """How far a move is, as its source has written it down."""

    BEGUN = "begun"  # it lives at the source
    MOVED = "moved"  # it lives at the target, which has not said yet that it knows
    DONE = "done"


@value
class ForwardAddress:
    """Where an actor is that was here: `to` is how its node is reached, `node` that node's id, `node_name` its name."""

    actor: ActorId
    migration: str
    to: str
    node: str
    node_name: str
    stage: Stage
    durable: bool


@value
class Origin:
    """Where an actor that is here came from; see Parcel. `relayed` is the newest kept message of that node's that is on
    disk here."""

    actor: ActorId
    migration: str
    node: str
    node_name: str
    visited: tuple[str, ...]
    through: tuple[str, ...]
    relayed: int = 0


class MovesLog(Protocol):
    """What the runtime needs to keep of moves. Thread-safe; all of it outlives a kill of the process."""

    @property
    def node(self) -> str:
        """The id of this node, which is its workspace's."""
        ...

    def forwards(self) -> list[ForwardAddress]: ...
    def origins(self) -> list[Origin]: ...

    def write(self, forward: ForwardAddress) -> None:
        """In the place of what was known of this actor; on the disk when this returns if it is MOVED."""
        ...

    def forget(self, actor: ActorId) -> None:
        """There is no forward address any more."""
        ...

    def arrived(self, origin: Origin) -> None:
        """It is here: its origin in the place of another, and no forward address any more."""
        ...

    def left(self, actor: ActorId) -> None:
        """Its origin does not matter any more."""
        ...
