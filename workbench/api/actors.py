"""Actors: what is known about one, how to start one, and the facet `node.actors`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workbench.api.errors import Cause
from workbench.api.identity import ActorId
from workbench.api.limits import DEFAULT_PROFILE, Limits
from workbench.api.messages import NO_HEADERS, Cast, Envelope, Kind, Payload, Reply, Told
from workbench.api.migration import Arrival, Frame, Migration, Parcel
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.turns import Turn
from workbench.api.value import value


class ActorState(StrEnum):
    """Where an actor is in its life; `waiting` = inside a blocking host call, `passive` = snapshot without instance."""

    STARTING = "starting"
    IDLE = "idle"
    RUNNING = "running"
    WAITING = "waiting"
    SUSPENDED = "suspended"
    PASSIVE = "passive"
    STOPPING = "stopping"
    STOPPED = "stopped"
    CRASHED = "crashed"


@dataclass(frozen=True, slots=True)
class SpawnOptions:
    """How to start an actor. An empty name asks for a free one; grants come on top of the profile's.

    A durable one has each turn on disk before anybody learns of it, and comes back as it was, after a crash and after
    the node's own end.
    """

    name: str = ""
    profile: str = DEFAULT_PROFILE
    grants: tuple[str, ...] = ()
    limits: Limits | None = None
    durable: bool = False


@value
class ActorInfo:
    """One row of the actor list, a consistent picture of one moment.

    `module` is a hash, `module_name` its newest alias (or its file's name). Rates cover the last full second.
    `memory_bytes` is None before the first turn was measured. `parent` is empty for actors under the node's root.
    """

    id: ActorId
    state: ActorState
    module: str
    module_name: str
    behaviors: tuple[str, ...]
    parent: str
    profile: str
    grants: tuple[str, ...]
    limits: Limits
    spawned: float
    turns: int = 0
    crashes: int = 0
    restarts: int = 0
    mailbox: int = 0
    mailbox_oldest_seconds: float = 0.0
    fuel: int = 0
    fuel_per_second: float = 0.0
    messages_per_second: float = 0.0
    memory_bytes: int | None = None
    last_turn_ns: int = 0
    fsm_state: str = ""
    waiting_for: str = ""
    carries_state: bool = True
    last_cause: Cause | None = None
    killed_by: str = ""  # the message type whose turn ended in the last cause
    links: tuple[str, ...] = ()  # actors whose abnormal end it is told of, and they of its own
    monitors: tuple[str, ...] = ()  # actors whose end it is told of
    supervisor: str = ""  # who starts it again; empty when nobody does
    durable: bool = False


@value
class DeadLetter:
    """A message that nobody handled: a cast over which `actor` crashed, or that waited when it was stopped.

    `seq` is its number, by which it is sent again; `time` when it was put aside.
    """

    seq: int
    time: float
    actor: ActorId
    envelope: Envelope
    reason: str
    cause: Cause | None = None


def why_it_waits(info: ActorInfo) -> str:
    """Of a message that was put into this actor's mailbox: why nobody handles it now. Empty when somebody does."""
    if info.state is not ActorState.CRASHED:
        return ""
    name, end = info.id.name, f" ({info.last_cause})" if info.last_cause else ""
    until = f"until its supervisor {info.supervisor} starts it again" if info.supervisor else "until it is restarted"
    return f"{name} has crashed{end}: the message waits in its mailbox, as number {info.mailbox:,}, {until}"


class Actors(Protocol):
    """The facet `node.actors`. Every method is thread-safe and blocks at most as long as its timeout.

    `actor` is an ActorId, or a name in the connection's tenant and namespace (`name` or `name@node`).
    """

    def spawn(
        self, module: str, state: Payload = "", *, options: SpawnOptions | None = None, timeout: float = 30.0
    ) -> ActorInfo:
        """Start an actor of the module `module` (alias, `name@version`, hash or prefix) and run its init.

        NotFound: no such module. AlreadyExists: the name is taken. Rejected: init refused. Crashed: init died;
        the actor is then not listed.
        """
        ...

    def list(self) -> Sequence[ActorInfo]:
        """All actors of the tenant and namespace, by name."""
        ...

    def get(self, actor: ActorId | str) -> ActorInfo:
        """What is known about one actor; NotFound when there is none."""
        ...

    def ask(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        kind: Kind = Kind.CALL,
        headers: Mapping[str, str] = NO_HEADERS,
        timeout: float = 60.0,
    ) -> Reply:
        """Send one message, wait for the end of its turn, return the reply with fuel, memory and time.

        With `kind=Kind.CAST` it travels as a cast: the reply is empty, but a refusal or crash is still raised.
        Raises Rejected, Crashed, Timeout, Exhausted (mailbox or size), NotFound, Invalid (not routable).
        """
        ...

    def tell(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        """Put one cast into the mailbox and return its message id at once."""
        ...

    def tell_many(self, casts: Iterable[Cast], *, timeout: float = 60.0) -> Told:
        """Put casts into mailboxes, in their order, as `casts` gives them; over a connection many at a time.

        One that is refused (no such actor, a full mailbox) stops none of the others. Timeout: not all were in mailboxes
        in time; how many are is not known. What `casts` raises ends it, and what it gave before was told.
        """
        ...

    def stop(self, actor: ActorId | str, *, timeout: float = 5.0) -> None:
        """Finish the turn in hand, run `shutdown`, answer what still waits, and forget the actor. Idempotent.

        A supervised one ends normally by it, and its supervisor decides whether it is started again: to keep it
        stopped use `supervision.stop_child`.
        """
        ...

    def kill(self, actor: ActorId | str) -> None:
        """End the actor at once, in the middle of a turn if need be, without `shutdown`. It stays listed as crashed."""
        ...

    def restart(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        """Start a crashed actor again from its initial state; it keeps its id and its mailbox.

        A durable one is as it was before the message over which it crashed. A supervised one that was stopped by hand,
        or given up, is started by this too.
        """
        ...

    def upgrade(self, actor: ActorId | str, module: str, *, timeout: float = 30.0) -> ActorInfo:
        """Give a running actor other code between two turns, its state carried over by `snapshot-state` and `init`.

        When the old code cannot hand out its state or the new one refuses it, the old instance serves on and the
        error says why. A crashed actor is started from its initial state. Invalid: the module lacks a behavior that
        the actor has now.
        """
        ...

    def suspend(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        """Let it handle no more messages after the turn in hand; they wait in its mailbox. Idempotent."""
        ...

    def resume(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        """Let a suspended actor go on. Idempotent."""
        ...

    def passivate(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        """Keep the state of an idle actor and free its instance; the next message brings it back.

        Invalid: it is at work, or cannot hand out its state.
        """
        ...

    def set_limits(self, actor: ActorId | str, limits: Limits, *, timeout: float = 30.0) -> ActorInfo:
        """Other limits from the next turn on; `stack_bytes` from the next start of the instance on."""
        ...

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:
        """The state as `snapshot-state` gives it."""
        ...

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        """The newest turns still kept, oldest first: of one actor with seq > `after`, or of all of them."""
        ...

    def dead_letters(self, *, after: int = 0, limit: int = 1000) -> Sequence[DeadLetter]:
        """The newest messages that nobody handled, still kept, with seq > `after`, oldest first."""
        ...

    def resend(self, letter: int, *, message_type: str | None = None, payload: Payload | None = None) -> str:
        """Send the dead letter with this number to its actor again, as it was or edited; gives the new message's id.

        It is no dead letter any more then. NotFound: it, or its actor, is not there.
        """
        ...

    def migrate(
        self,
        actor: ActorId | str,
        to: str,
        *,
        token: str = "",
        progress: ProgressCallback | None = None,
        cancel: CancelToken | None = None,
        timeout: float = 60.0,
    ) -> Migration:
        """Let a running actor go on at another node: `to` is HOST:PORT, or a connection stored where this node runs.

        Its state, mailbox and timers go along; who stays behind reaches it by its name as before, and it reaches them.
        `token` is shown there instead of the stored one. On any failure before it is there it serves on here; setting
        `cancel` is one (Conflict).

        Invalid: it cannot hand out its state, has a supervisor, or `to` is this node. AlreadyExists: its name is taken
        there. Unavailable: nobody answers there; or, when that was lost at the last moment, where it lives is settled
        as soon as that node answers again: until then it runs nowhere.
        """
        ...

    def arrive(self, parcel: Parcel, *, timeout: float = 30.0) -> Arrival:
        """Between nodes: bring the actor to life, but let it do nothing before it is settled. Idempotent."""
        ...

    def settle(self, migration: str, *, commit: bool) -> bool:
        """Between nodes: let the one that arrived with this number go on, or forget it; whether it is here now."""
        ...

    def relay(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """Between nodes: what those who were moved and those who stayed say to each other, both ways, for good."""
        ...
