"""How an actor passes from one node to another and back, as those see it who send to it: nothing is lost, and what one
sender sends stays in order. By whoever moves the actor; it is held, or lives here again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.errors import WorkbenchError
from workbench.runtime.moving.forward import Forward, Rejoining
from workbench.runtime.moving.link import Mark

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.mailbox import Letter


def go(actor: Actor, to: Forward) -> int:
    """It runs elsewhere from now on: what waits goes there, and what comes after it; how many messages waited."""
    with actor._lock:
        actor.state, actor.moved = ActorState.STOPPED, to
        letters = actor.mailbox.clear()
        for letter in letters:
            to.pass_on(letter)
    actor.drop()
    return sum(not isinstance(letter, Mark) for letter in letters)


def dismissed(actor: Actor) -> list[Letter]:
    """It does not live here, and never did; what was sent to it meanwhile."""
    with actor._lock:
        waits, actor.moved, actor.state = actor.moved, None, ActorState.STOPPED
        letters = [*actor.mailbox.clear(), *(waits.letters if isinstance(waits, Rejoining) else ())]
    actor.drop()
    actor.let_go()
    return letters


def put_mark(actor: Actor, mark: Mark) -> None:
    """Behind what was sent to it before."""
    with actor._lock:
        if isinstance(actor.moved, Forward):
            actor.moved.pass_on(mark)
        else:
            actor.mailbox.put(mark, actor.id.name, True)


def reopen(actor: Actor) -> None:
    """What was sent to it before has come back: what was sent here since goes behind it."""
    with actor._lock:
        waits = actor.moved
        if not isinstance(waits, Rejoining):
            return
        for letter in waits.letters:
            if actor.durable is not None and letter.answer is None and not letter.number:
                letter.number = actor.durable.accept(letter.envelope)
            try:
                actor.mailbox.put(letter, actor.id.name)
            except WorkbenchError as error:
                _refuse(actor, letter, error)
        actor.moved = None
    actor.control(lambda: None)  # whoever owns it looks into the mailbox then


def _refuse(actor: Actor, letter: Letter, error: WorkbenchError) -> None:
    if letter.answer is not None:
        letter.answer.fail(error)
    else:
        actor.around.dead_letters.add(actor.id, letter.envelope, f"{actor.id.name} could not take it: {error}")
