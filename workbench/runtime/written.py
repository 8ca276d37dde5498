"""Turns of durable actors: each is on disk before anybody learns what came of it.

On an asking thread the turn waits for the disk. On a worker it does not: the worker goes on with other actors, this one
stays its own until the journal says that the turn is written, and its messages wait. So the turns of many actors are
written together. In virtual time nobody else would write: there every turn waits.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.errors import Cause, Crashed, WorkbenchError
from workbench.api.journal import KEY_HEADER
from workbench.api.logs import Level
from workbench.api.messages import Reply
from workbench.runtime import recovery

if TYPE_CHECKING:
    from workbench.api.messages import Envelope
    from workbench.runtime.actor import Actor
    from workbench.runtime.behaviors import Route
    from workbench.runtime.durable import Durable
    from workbench.runtime.mailbox import Letter


def turn(actor: Actor, way: Route, envelope: Envelope) -> Reply | WorkbenchError:
    """Run a message's turn and wait until it is written; one that was answered before is not handled again."""
    durable, key = _durable(actor), envelope.headers.get(KEY_HEADER, "")
    if key and (found := _answered(durable, key, envelope)) is not None:
        return found
    outcome = actor.body.handle(way, envelope)
    try:
        durable.commit(key)
    except WorkbenchError as failed:
        return _given_up(actor, failed)
    if durable.checkpoint_due and type(outcome) is not Crashed:
        return _checkpoint(actor) or outcome
    return outcome


def handle(actor: Actor, letter: Letter) -> bool:
    """Run a message's turn on a worker; whether it is still to be written, by which the actor then goes on."""
    durable, envelope = _durable(actor), letter.envelope
    way = actor.route(envelope.kind)
    if not actor.around.scheduler.workers:
        durable.handles(letter.number)
        actor.handle(letter)
        return False
    key = envelope.headers.get(KEY_HEADER, "")
    if key and (found := _answered(durable, key, envelope)) is not None:
        if letter.number:
            durable.give_back(letter.number)
        actor.answer(letter, found)
        return False
    actor.state = ActorState.RUNNING
    durable.handles(letter.number)
    try:
        outcome = actor.body.handle(way, envelope)
    except BaseException as error:  # a fault of ours: the actor must not stay inside of a turn for ever
        outcome = actor.faulted(error, envelope)
    if type(outcome) is Crashed:
        durable.commit_end(key)
        actor.died(outcome.cause, envelope)
        actor.answer(letter, outcome)
        return False
    durable.commit_soon(key, partial(_written, actor, letter, outcome))
    return True


def _answered(durable: Durable, key: str, envelope: Envelope) -> Reply | WorkbenchError | None:
    """What a message with this key was told before; an error when that is damaged: it is not handled again."""
    try:
        found = durable.answered(key)
    except WorkbenchError as error:
        return error
    return None if found is None else recovery.answered(found, envelope.kind)


def _written(actor: Actor, letter: Letter, outcome: Reply | WorkbenchError, failed: WorkbenchError | None) -> None:
    """On the journal's thread: the turn is on disk, or could not be. What a guest must do comes next, on a worker."""
    if failed is None and not _durable(actor).checkpoint_due:
        actor.state = ActorState.IDLE
        actor.answer(letter, outcome)
    else:
        actor.next(partial(_afterwards, actor, letter, outcome, failed))
    actor.release()


def _afterwards(actor: Actor, letter: Letter, outcome: Reply | WorkbenchError, failed: WorkbenchError | None) -> None:
    died = _given_up(actor, failed) if failed is not None else _checkpoint(actor)
    if died is not None:
        actor.died(died.cause, letter.envelope if failed is not None else None)
    else:
        actor.state = ActorState.IDLE
    actor.answer(letter, died if failed is not None and died is not None else outcome)


def _given_up(actor: Actor, failed: WorkbenchError) -> Crashed:
    """The turn is as if it had never been: the instance, which has seen it, is given up."""
    _durable(actor).drop()
    then = f"when there is room: workbench actor restart {actor.id.name}"
    cause = Cause("exhausted", f"its turn could not be written: {failed.message}; {then}", limit="disk")
    return Crashed(f"actor {actor.id.name} crashed: {cause}", cause=cause)


def _checkpoint(actor: Actor) -> Crashed | None:
    """As the turn before has asked for; what it died of, if it did. A refusal leaves the one before in force."""
    durable = _durable(actor)
    try:
        durable.commit_checkpoint(actor.body.snapshot())
    except Crashed as died:
        return died
    except WorkbenchError as refused:
        durable.checkpoint_due = False
        actor.log(Level.WARN, f"no checkpoint could be taken: {refused.message}")
    return None


def _durable(actor: Actor) -> Durable:
    assert actor.durable is not None, "only the turns of durable actors are written"
    return actor.durable
