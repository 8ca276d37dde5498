"""Durable actors come back: the newest checkpoint, then every turn since, through the same gate that recorded them.

By the thread that owns the actor. What is not lived through again are births (the state is carried on through them) and
turns that ended in a crash. Their host calls are answered from the record, so that nothing is done twice.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.errors import Cause, Crashed, Internal, Rejected, Unavailable, WorkbenchError
from workbench.api.journal import KEY_HEADER, Post, Stored
from workbench.api.limits import MOST_FUEL, Limits
from workbench.api.logs import Level
from workbench.api.messages import Kind, Payload, Reply
from workbench.api.replay import Divergence
from workbench.api.turns import BirthReason, HostCall, Outcome, Turn
from workbench.api.words import plural
from workbench.runtime.durable import Durable
from workbench.runtime.mailbox import Letter
from workbench.runtime.replay import Replay, lived_again
from workbench.wasm.script import Script

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.body import Spec
    from workbench.wasm.library import Runnable

logger = logging.getLogger(__name__)
REPLAY_MS = 600_000


def begin(actor: Actor) -> None:
    """Be born as a durable actor, or go on as the one whose journal there is, whatever ended it."""
    around = actor.around
    durable = actor.durable = Durable(
        actor.body, around, around.host.messaging.deliver, supervised=actor.keeper is not None
    )
    stored = durable.stored
    if stored.birth is not None:
        recover(actor, actor.spec)
        take_up(actor, durable)
        return
    try:
        actor.start(actor.spec, actor.spec.state, BirthReason.SPAWN)
        durable.commit()
    except BaseException:
        durable.ended()
        raise


def take_up(actor: Actor, durable: Durable) -> None:
    """The messages that were accepted and not handled wait in its mailbox again."""
    actor.take_up([Letter(post.envelope, None, post.number) for post in durable.kept()])


def recover(actor: Actor, spec: Spec) -> None:
    """A new instance that is where the journal ends. Crashed, Rejected, Unavailable: it cannot be brought back."""
    durable, body = actor.durable, actor.body
    assert durable is not None, "only durable actors are recovered"
    durable.drop()
    stored = durable.refresh()
    state, after, world = _start(actor, stored)
    actor.around.residents.admit()
    body.repeat(None, stored.last)
    body.start(spec, state, BirthReason.RECOVERY, after, world)
    if stored.checkpoint is not None:
        body.fsm_state = stored.checkpoint.fsm_state
    elif stored.first is not None:
        body.fsm_state = stored.first.state
    _live_through(actor, durable, after, stored.last)
    # Its birth is written with its first turn: that makes one wait for the disk less before the first reply.
    if (cut_off := durable.cut_off()) is not None:
        actor.next(lambda: _go_on(actor, spec, *cut_off))  # it may wait for long, and nobody else for it
    durable.rearm()
    actor.begun()


def _go_on(actor: Actor, spec: Spec, post: Post, calls: Sequence[HostCall]) -> None:
    """Finish the turn that was cut off, before any other."""
    durable = actor.durable
    assert durable is not None, "only durable actors have such turns"
    actor.state = ActorState.RUNNING
    done = plural(len(calls), "host call")
    actor.log(Level.INFO, f"goes on with {post.envelope.type!r}, which was cut off after {done}")
    try:
        if _finish(actor, durable, post, calls):
            actor.rest()
        else:
            recover(actor, spec)  # what it died over is written as that, and not tried again
    except WorkbenchError as refused:
        logger.error("durable actor %s could not be brought back: %s", actor.id, refused)
        actor.died(getattr(refused, "cause", None) or Cause("crashed", refused.message), None)


def _start(actor: Actor, stored: Stored) -> tuple[Payload, int, tuple[int, int]]:
    """The state to begin with, the turn that it belongs to, and where time and chance go on."""
    if (found := stored.checkpoint) is not None:
        return found.state, found.seq, (found.clock_ns, found.drawn)
    if stored.first is not None and (birth := stored.first.birth) is not None:
        return birth.state, stored.first.seq, (birth.clock_ns, birth.drawn)
    raise Unavailable(
        f"{actor.id.name} cannot be brought back: its journal has neither a checkpoint nor its birth; what is left of "
        f"it is shown by workbench journal show {actor.id.name}"
    )


def _live_through(actor: Actor, durable: Durable, after: int, upto: int) -> None:
    body, context = actor.body, actor.body.context
    run, limits = Replay.into(body, actor.around, _no_birth), context.limits
    context.muted, context.limits = True, _generous(limits)
    born = upto + 1
    try:
        for turn in lived_again(durable.since(after, upto)):
            if (found := run.step(turn)) is not None:
                raise _nondeterministic(actor, found)
    except BaseException:
        durable.drop()
        body.drop()
        raise
    finally:
        context.muted, context.limits = False, limits
        body.repeat(None, born)


def _finish(actor: Actor, durable: Durable, post: Post, calls: Sequence[HostCall]) -> bool:
    """Go on with the turn in whose middle the process ended: what it has done is not done again. Whether it lives.

    Nobody waits for the reply any more; who sends the message again with the same idempotency-key gets it.
    """
    body, envelope = actor.body, post.envelope
    key = envelope.headers.get(KEY_HEADER, "")
    durable.handles(post.number, len(calls))
    body.context.script = Script(calls, goes_on=True)
    try:
        outcome = body.handle(actor.route(envelope.kind), envelope)
    finally:
        body.context.script = None
    durable.commit(key)
    if type(outcome) is not Crashed:
        return True
    logger.warning("the turn of %s that was cut off could not be finished: %s", actor.id, outcome.message)
    return False


def _generous(limits: Limits) -> Limits:
    """Whether a turn was too dear was decided when it was recorded; a restored instance takes other fuel."""
    return replace(limits, fuel=MOST_FUEL, time_ms=max(limits.time_ms, REPLAY_MS))


def _nondeterministic(actor: Actor, found: Divergence) -> Crashed:
    text = (
        f"{actor.id.name} cannot be brought back to turn {found.seq:,}: the {found.what} differs; recorded: "
        f"{found.recorded}; now: {found.now}"
    )
    return Crashed(text, cause=Cause("nondeterministic", text))


def _no_birth(module: str, _stack_bytes: int) -> Runnable:
    raise Internal(f"a birth of {module} was met inside of a recovery")


def answered(turn: Turn, kind: Kind) -> Reply | WorkbenchError:
    """What a recorded turn ended in, as it was told then."""
    if turn.outcome is Outcome.REJECTED:
        return Rejected(turn.text, figures=turn.figures)
    if turn.outcome is Outcome.CRASHED:
        return Rejected(f"the message with this key was what {turn.actor.name} crashed over: {turn.cause}")
    return Reply(turn.reply if kind is Kind.CALL else "", turn.figures, turn.seq, turn.state)
