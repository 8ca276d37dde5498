"""A node that is about to end: what was accepted is handled, and actors are stored where they are.

Whether a system is at rest is looked at and not waited on: whoever hands a message on would have to tell it otherwise.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.errors import WorkbenchError
from workbench.api.roster import Drained
from workbench.runtime import life
from workbench.runtime.actor import ENDED
from workbench.runtime.returning import birth_of

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.system import ActorSystem

LOOK_SECONDS = 0.01
ECHO_SECONDS = 1.0
"""What the last messages caused is handled too, if it is over so soon: actors that never rest are not waited for."""


@dataclass(frozen=True, slots=True)
class Due:
    """`turns`: when the actor has had so many, all that waited for it at the beginning is handled."""

    actor: Actor
    turns: int


def dues(actors: Sequence[Actor]) -> list[Due]:
    """What waits now, and what is in hand."""
    return [Due(each, each.body.counters.turns + len(each.mailbox) + each.owned) for each in actors if not rests(each)]


def rests(actor: Actor) -> bool:
    """Whether it has nothing to do, or nothing that it may do. From any thread."""
    if actor.state in ENDED or (actor.state is ActorState.SUSPENDED and not actor.owned):
        return True
    return not actor.owned and not actor.mailbox.letters


def settle(system: ActorSystem, seconds: float) -> Sequence[Actor]:
    """Wait until what was accepted is handled, and what that caused if it is over soon; who is at work still."""
    around, looked = system.around, threading.Event()
    now = around.clock.monotonic
    ends, waiting = now() + seconds, dues(system.all())
    while waiting and now() < ends:
        waiting = [due for due in waiting if due.actor.body.counters.turns < due.turns and not rests(due.actor)]
        if waiting:
            looked.wait(LOOK_SECONDS)
    ends = min(ends, now() + ECHO_SECONDS)
    while (busy := [actor for actor in system.all() if not rests(actor)]) and now() < ends:
        looked.wait(LOOK_SECONDS)
    left = {due.actor for due in waiting}
    return [actor for actor in busy if actor in left]


def checkpoint(system: ActorSystem, seconds: float) -> tuple[int, Sequence[str]]:
    """Store the state of every durable actor that has had turns since; how many, and why others could not be.

    Who has no checkpoint comes back all the same, by living through its turns.
    """
    scheduler, now = system.around.scheduler, system.around.clock.monotonic
    ends = now() + seconds
    begun = [(actor, actor.control(partial(life.checkpoint, actor))) for actor in system.all() if _due(actor)]
    failed = list[str]()
    for actor, answer in begun:
        if not scheduler.wait(answer, max(0.0, ends - now())):
            failed.append(f"{actor.id.name} did not hand out its state in time")
        elif isinstance(answer.error, WorkbenchError):
            failed.append(answer.error.message)
    return len(begun) - len(failed), failed


def _due(actor: Actor) -> bool:
    durable = actor.durable
    if durable is None or actor.gone or actor.body.instance is None:
        return False
    return durable.is_ahead and actor.spec.runnable.info.carries_state


def store(system: ActorSystem, seconds: float) -> tuple[int, Sequence[str]]:
    """Write down where every actor is that is not durable; how many, and why others begin anew.

    From now on whoever ends comes back.
    """
    returning, scheduler, now = system.around.returning, system.around.scheduler, system.around.clock.monotonic
    returning.ends = True
    begun = [(actor, actor.control(partial(_drain, actor))) for actor in system.all() if _carries(actor)]
    ends, found, failed = now() + seconds, list[Drained](), list[str]()
    for actor, answer in begun:
        if not scheduler.wait(answer, max(0.0, ends - now())):
            failed.append(f"{actor.id.name} did not hand out its state in time")
        elif answer.error is not None:
            failed.append(str(answer.error))
        else:
            found.append(answer.take())
    if found:
        try:
            returning.roster.keep(found)
        except WorkbenchError as error:
            return 0, [error.message]
    return len(found), failed


def _carries(actor: Actor) -> bool:
    return not actor.spec.durable and not actor.gone and actor.spec.runnable.info.carries_state


def _drain(actor: Actor) -> Drained:
    """From then on it handles nothing more: what it would do were not in that state."""
    suspended, state = actor.suspended, life.snapshot(actor)
    actor.state = ActorState.SUSPENDED
    return Drained(birth_of(actor, state=state), actor.body.instance is None, suspended)
