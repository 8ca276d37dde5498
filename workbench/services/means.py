"""What every service is given: storage, time, events, messages; and who it works for."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
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


def author(caller: Caller) -> str:
    """The name under which a change is kept: the actor's, or nothing."""
    return caller.actor.name if caller.actor is not None else ""


@dataclass(frozen=True, slots=True)
class Means:
    """Put together once by the node. `tell` sends an actor a message of the system (kind info), unless it is gone.

    `cast` sends an actor a message (kind cast) from another one, or from outside; whether it found its place in the
    mailbox. One that did not is a dead letter, unless the actor is gone.
    """

    clock: Clock
    timers: Timers
    events: Events
    database: Database
    tell: Callable[[ActorId, str, Payload], None]
    cast: Callable[[ActorId | None, ActorId, str, Payload], bool]

    def write(self) -> AbstractContextManager[Transaction]:
        """One transaction for services; its events follow the COMMIT."""
        return self.database.transaction()
