"""What is done to an actor between two turns: by its owner alone, mostly as a control job.

The names are those of the facet `node.actors`; `halt`, `leave` and `rise` are what a supervisor does.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.capabilities import Grant
from workbench.api.errors import Cause, Conflict, Crashed, Exhausted, Invalid, Rejected, WorkbenchError
from workbench.api.limits import Limits
from workbench.api.logs import Level
from workbench.api.messages import Payload
from workbench.api.supervision import Ending
from workbench.api.turns import BirthReason
from workbench.api.words import plural
from workbench.runtime import recovery

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.runtime.actor import Actor
    from workbench.runtime.body import Spec


def restart(actor: Actor) -> None:
    """Start a crashed one again from its initial state; the mailbox stays."""
    actor.check_present()
    if actor.state is not ActorState.CRASHED:
        raise Invalid(f"actor {actor.id.name} is {actor.state}, only a crashed one is restarted")
    rise(actor, actor.spec)


def come_back(actor: Actor) -> None:
    """Be born again when the node starts. One that cannot be is crashed: it is seen, and can be mended or given up."""
    try:
        recovery.begin(actor)
    except BaseException as refused:
        durable = actor.durable
        if durable is None or not isinstance(refused, WorkbenchError):
            actor.end()
            raise
        actor.died(getattr(refused, "cause", None) or Cause("crashed", refused.message), None)
        recovery.take_up(actor, durable)
        raise
    finally:
        actor.release()


def rise(actor: Actor, spec: Spec) -> None:
    """Live again after an end, with the initial state. When that fails it is as dead as before."""
    actor.state = ActorState.STARTING
    actor.restarts += 1  # before it is idle: whoever sees it alive sees it counted
    try:
        if actor.durable is not None:
            recovery.recover(actor, spec)
        else:
            actor.start(spec, spec.state, BirthReason.RESTART)
    except BaseException as refused:
        actor.restarts -= 1
        actor.last_cause = getattr(refused, "cause", None) or Cause("crashed", str(refused))
        actor.state, actor.body.ending = ActorState.CRASHED, None
        actor.around.bonds.ended(actor.id, str(actor.last_cause), abnormal=True)  # what it took hold of meanwhile
        raise
    actor.around.returning.entered(actor)
    actor.announce("actors.restarted")


def upgrade(actor: Actor, spec: Spec) -> None:
    """Go on with other code; on any refusal the old instance serves on."""
    actor.check_present()
    if actor.state is ActorState.CRASHED and actor.keeper is not None:
        name, above = actor.id.name, actor.keeper.supervisor
        raise Invalid(f"{name} has crashed, and its supervisor {above} starts it: restart it first, then upgrade it")
    if actor.state is ActorState.CRASHED:
        rise(actor, spec)
    else:
        _hand_over(actor, spec)
        actor.around.returning.entered(actor)
    actor.announce("actors.upgraded", spec.runnable.info.name)


def renew(actor: Actor) -> None:
    """Go on in a fresh instance with the state of this one: its memory is as small as that, and from its birth on all
    that it takes is known exactly."""
    if actor.body.instance is None:
        return
    try:
        _hand_over(actor, actor.spec, BirthReason.CHECKPOINT)
    except WorkbenchError as refused:
        actor.log(Level.WARN, f"it goes on as it was, and not in a fresh instance: {refused.message}")


def _hand_over(actor: Actor, spec: Spec, reason: BirthReason = BirthReason.UPGRADE) -> None:
    name = actor.id.name
    if not actor.spec.runnable.info.carries_state:
        raise Invalid(f"{name} cannot hand out its state: it has no snapshot_state; stop it and spawn it anew")
    state = snapshot(actor)
    with _busy(actor):
        try:
            actor.body.start(spec, state, reason)
            _written(actor)
        except (Crashed, Rejected, Invalid) as refused:
            text = f"{name} was not changed, the new code does not take its state over: {refused.message}"
            raise type(refused)(text, figures=refused.figures) from refused
    actor.stored = ""
    actor.begun()


@contextmanager
def _busy(actor: Actor) -> Iterator[None]:
    """While a turn of the lifecycle runs; the state before comes back unless the actor died of it."""
    before, actor.state = actor.state, ActorState.RUNNING
    try:
        yield
    finally:
        if actor.state is ActorState.RUNNING:
            actor.state = before


def checkpoint(actor: Actor) -> int:
    """Store the state of a durable one; the turn that it belongs to."""
    if actor.durable is None:
        raise Conflict(f"{actor.id.name} is not durable and has no journal; spawn it with --durable")
    actor.check_alive()
    if actor.body.instance is not None:
        snapshot(actor)
    return actor.durable.checkpoint_seq


def _written(actor: Actor) -> None:
    if actor.durable is not None:
        actor.durable.commit()


def snapshot(actor: Actor) -> Payload:
    """The state as the guest gives it, which of a durable one is a checkpoint. A guest that dies of it is crashed."""
    actor.check_alive()
    if actor.body.instance is None:
        return actor.stored
    with _busy(actor):
        try:
            state = actor.body.snapshot()
            if actor.durable is not None:
                actor.durable.commit_checkpoint(state)
            return state
        except Crashed as died:
            actor.died(died.cause, None)
            raise


def raise_successor(actor: Actor, spec: Spec) -> None:
    """The first half of a replacement: one with other code, state, grants or limits comes to life beside this one.

    When that fails, or until `succeed`, this one serves on as before. Nothing is done when it is dead, or runs like
    this already.
    """
    if actor.gone or not differences(actor, spec):
        return
    holdings = actor.body.holdings
    before = holdings.lasting()
    holdings.exchange(spec.grants)  # before the start, which hands folders to the instance
    try:
        with _busy(actor):
            actor.around.residents.admit()
            actor.body.raise_successor(spec)
    finally:
        holdings.exchange(before)


def succeed(actor: Actor, spec: Spec) -> None:
    """The second half: the successor, if there is one, takes over. A dead one takes the spec on for its next life."""
    before = actor.body.holdings.lasting()
    if actor.gone:
        actor.body.dismiss()
        actor.body.spec = spec
        actor.body.holdings.exchange(spec.grants)
        actor.mailbox.limit = spec.limits.mailbox
        _tell_grants(actor, before)
        return
    if actor.body.successor is None:
        return
    actor.body.holdings.exchange(spec.grants)
    actor.body.succeed()
    _tell_grants(actor, before)
    actor.stored = ""
    actor.mailbox.limit = spec.limits.mailbox
    actor.begun()
    actor.announce("actors.replaced", spec.runnable.info.name)


def _tell_grants(actor: Actor, before: Sequence[Grant]) -> None:
    """Into the audit: a tree that is applied is a change of grants as any other."""
    after, grants = actor.body.holdings.lasting(), actor.around.grants
    if taken := [grant for grant in before if grant not in after]:
        grants.changed(actor.id, "revoked", taken)
    if given := [grant for grant in after if grant not in before]:
        grants.changed(actor.id, "granted", given, duration="always")


def differences(actor: Actor, spec: Spec) -> tuple[str, ...]:
    """In what `spec` differs from how the actor runs, in the keys of a tree file. From any thread."""
    now = actor.spec
    found = {
        "module": now.runnable.info.hash != spec.runnable.info.hash,
        "state": now.state != spec.state,
        "profile": now.profile != spec.profile,
        "grants": set(actor.body.holdings.lasting()) != set(spec.grants),
        "limits": now.limits != spec.limits,
    }
    return tuple(key for key, other in found.items() if other)


def suspend(actor: Actor) -> None:
    """Handle no more messages until it is resumed, whatever becomes of it meanwhile; they wait."""
    actor.check_alive()
    if actor.state is not ActorState.SUSPENDED:
        actor.state, actor.suspended = ActorState.SUSPENDED, True
        actor.announce("actors.suspended")


def resume(actor: Actor) -> None:
    actor.check_alive()
    actor.suspended = False
    if actor.state is ActorState.SUSPENDED:
        actor.state = ActorState.IDLE if actor.body.instance is not None else ActorState.PASSIVE
        actor.announce("actors.resumed")


def passivate(actor: Actor) -> None:
    """Keep the state, free the instance. Invalid: it is at work, or cannot hand out its state."""
    actor.check_alive()
    if actor.state is ActorState.PASSIVE:
        return
    name = actor.id.name
    if not actor.spec.runnable.info.carries_state:
        raise Invalid(f"{name} cannot become passive: it has no snapshot_state, so its state would be lost")
    if actor.state is not ActorState.IDLE or actor.mailbox.letters:
        raise Invalid(
            f"{name} is {actor.state} with {plural(len(actor.mailbox), 'message')}; only an idle one becomes passive"
        )
    actor.stored = snapshot(actor)
    actor.body.drop()
    actor.state = ActorState.PASSIVE
    actor.around.residents.leave(actor)
    actor.announce("actors.passivated")


def wake(actor: Actor) -> WorkbenchError | None:
    """Bring a passive one back with its state, or say why not: it died of it, or there is no room and it sleeps on."""
    try:
        actor.around.residents.admit()
    except Exhausted as full:
        return full
    actor.state = ActorState.STARTING
    try:
        actor.body.start(actor.spec, actor.stored, BirthReason.WAKE)
        _written(actor)
    except WorkbenchError as refused:
        cause = getattr(refused, "cause", None)
        actor.died(cause or Cause("crashed", f"it could not be woken: {refused.message}"), None)
        return refused
    actor.stored = ""
    actor.begun()
    actor.announce("actors.woken")
    return None


def turn_away(actor: Actor, refused: WorkbenchError) -> None:
    """Nobody can be woken now: who waits for an answer is told so, the other messages are dead letters."""
    if actor.state is not ActorState.PASSIVE:
        return  # it died of it, and all was told
    for letter in actor.take_letters():
        if letter.answer is not None:
            letter.answer.fail(refused)
        else:
            reason = f"{actor.id.name} slept on: {refused.message}"
            actor.around.dead_letters.add(actor.id, letter.envelope, reason)


def set_limits(actor: Actor, spec: Spec) -> None:
    """Take on other limits from the next turn on; another stack from the next start on."""
    actor.check_present()
    actor.body.set_limits(spec)
    keep_terms(actor)
    actor.mailbox.limit = spec.limits.mailbox
    actor.announce("actors.limited", changes(actor.spec.limits, spec.limits))


def keep_terms(actor: Actor) -> None:
    """Let an actor come back with the grants and limits that it has now. From any thread."""
    if actor.durable is not None:
        actor.around.journal.terms(actor.id, actor.body.holdings.lasting(), actor.body.spec.limits)
    elif not actor.gone:
        actor.around.returning.entered(actor)


def changes(before: Limits, after: Limits) -> str:
    """What differs, in words."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in Limits.__slots__)
    return ", ".join(f"{name} {old:,} -> {new:,}" for name, old, new in pairs if old != new)


def stop(actor: Actor, *, closing: bool = False) -> None:
    """Run `shutdown`, answer what still waits, and be gone. When the node closes, passive ones are not woken for it."""
    dead = actor.gone  # crashed, or held by its supervisor: what waits for it is answered all the same
    if not dead:
        _shut_down(actor, closing=closing)
    if actor.durable is not None and not closing:
        actor.durable.ended()
    if not closing:
        actor.around.returning.left(actor)
    actor.end()
    actor.announce("actors.removed" if dead else "actors.stopped")


def leave(actor: Actor) -> None:
    """Stop by oneself or from outside: the supervisor then decides whether it starts again."""
    if halt(actor) and actor.keeper is not None:
        actor.keeper.ended(Ending.NORMAL, None, "")


def halt(actor: Actor) -> bool:
    """Stop, but stay listed and keep the mailbox: the supervisor will start it again. Whether there was life in it."""
    if actor.gone:
        return False
    actor.awaited = True  # from now on: who sends to it meanwhile waits for the next life
    _shut_down(actor)
    if actor.state is ActorState.CRASHED:
        return False
    actor.state = ActorState.STOPPED
    actor.body.ending = None
    actor.drop()
    actor.around.returning.left(
        actor
    )  # a copy that is stopped by hand stays so; one that is started again enters again
    actor.around.bonds.ended(actor.id, "its supervisor stopped it", abnormal=False)
    actor.announce("actors.stopped")
    return True


def _shut_down(actor: Actor, *, closing: bool = False) -> None:
    if actor.state is ActorState.PASSIVE and not closing:
        wake(actor)
    if actor.body.instance is not None:
        actor.state, actor.says_goodbye = ActorState.STOPPING, True
        try:
            cause = actor.body.shutdown()
            if actor.durable is not None:
                actor.durable.commit_end()
        finally:
            actor.says_goodbye = False
        if cause is not None:
            actor.log(Level.WARN, f"shutdown crashed: {cause}")
