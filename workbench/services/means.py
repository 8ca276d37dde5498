"""What every service is given: storage, time, events, messages; and who it works for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.errors import Conflict
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.api.modules import CancelToken
from workbench.clock import Clock
from workbench.storage.database import Database, Transaction

Scope = tuple[str, str]
"""(tenant, namespace)"""


class Timers(Protocol):
    """Short jobs, later."""

    def after(self, seconds: float, job: Callable[[], object]) -> int: ...
    def cancel(self, number: int) -> bool: ...


class Events(Protocol):
    """Where it is told that something changed."""

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None: ...
    def touch(self, area: Area, scope: Scope | None = None) -> None: ...


class Caller(Protocol):
    """Who uses a service: an actor, or somebody outside of the node's actors (`actor` is None)."""

    @property
    def scope(self) -> Scope: ...
    @property
    def actor(self) -> ActorId | None: ...
    def wait(self, answer: Answer[Any], seconds: float, what: str) -> bool:
        """Wait for it, while other actors go on; whether it came in time.

        Unavailable: the actor was stopped. Timeout: its limits end the wait before `seconds` do. `what` is a verb and
        its object, as `take ("job", ?)`.
        """
        ...


class Note(Protocol):
    """Told of what is held in memory alone: a row of a table was another, or none, and is this now, or none.

    Whoever tells it holds what keeps the row from changing again.
    """

    def __call__(
        self, scope: Scope, table: str, before: Sequence[Any] | None, after: Sequence[Any] | None, /
    ) -> None: ...


def unnoted(_scope: Scope, _table: str, _before: Sequence[Any] | None, _after: Sequence[Any] | None, /) -> None:
    """Nobody wants to know."""


CANCEL_POLL_SECONDS = 0.05


def wait_for(
    caller: Caller, answer: Answer[Any], seconds: float, what: str, clock: Clock, cancel: CancelToken | None
) -> None:
    """Wait, or until `cancel` is set (Conflict). That one is somebody else's: it is looked at, not waited on for good.

    Whether the answer came is for the caller of this to see.
    """
    if cancel is None:
        caller.wait(answer, seconds, what)
        return
    ends = clock.monotonic() + seconds
    while (left := ends - clock.monotonic()) > 0:
        if cancel.is_set():
            raise Conflict(f"the wait to {what} was cancelled")
        if caller.wait(answer, min(left, CANCEL_POLL_SECONDS), what):
            return


def author(caller: Caller) -> str:
    """The name under which a change is kept: the actor's, or nothing."""
    return caller.actor.name if caller.actor is not None else ""


@dataclass(frozen=True, slots=True)
class Means:
    """Put together once by the node. `tell` sends an actor a message of the system (kind info), unless it is gone.

    `cast` sends an actor a message (kind cast) from another one, or from outside; whether it found its place in the
    mailbox. One that did not is a dead letter, unless the actor is gone. `present`: whether an actor lives. `note` is
    told of what is held in memory alone.
    """

    clock: Clock
    timers: Timers
    events: Events
    database: Database
    tell: Callable[[ActorId, str, Payload], None]
    cast: Callable[[ActorId | None, ActorId, str, Payload], bool]
    present: Callable[[ActorId], bool]
    note: Note = unnoted

    def write(self) -> AbstractContextManager[Transaction]:
        """One transaction for services; its events follow the COMMIT."""
        return self.database.transaction()
