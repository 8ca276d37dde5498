"""Actors that come from another node: brought to life, held until it is settled that they live here, then let go."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.api.capabilities import check_folder, parse_grant
from workbench.api.errors import AlreadyExists, Invalid, NotFound, Timeout, Unavailable, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import Checkpoint
from workbench.api.limits import profile
from workbench.api.migration import Arrival, Frame, FrameKind, Origin, Parcel
from workbench.api.turns import BirthReason
from workbench.runtime.body import Spec
from workbench.runtime.durable import Durable
from workbench.runtime.moving import passage
from workbench.runtime.moving.forward import Rejoining
from workbench.runtime.reminders import arm

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor
    from workbench.runtime.moving.forward import Forward
    from workbench.runtime.moving.moves import Moves

logger = logging.getLogger(__name__)
Scope = tuple[str, str]
HELD_SECONDS = 600.0
"""So long one is held whose source says nothing more."""
MARK_SECONDS = 5.0
"""So long what is sent to one that came back waits for what was sent before, at most."""


@dataclass(slots=True)
class Held:
    """One that arrived: `returns` to where it was before."""

    parcel: Parcel
    scope: Scope
    actor: Actor
    returns: bool
    timer: int = 0


class Arrivals:
    """Thread-safe."""

    def __init__(self, moves: Moves) -> None:
        self._moves = moves
        self._held: dict[str, Held] = {}
        self._rejoining: dict[ActorId, Actor] = {}
        self._lock = threading.Lock()

    def prepare(self, scope: Scope, parcel: Parcel, timeout: float) -> Arrival:
        """See api.Actors.arrive."""
        moves, system = self._moves, self._moves.system
        arrival = Arrival(moves.node, system.node_name)
        if parcel.origin == moves.node:
            raise Invalid(f"{parcel.name} is at this node already ({system.node_name})")
        identity = ActorId(parcel.name, *reversed(scope))
        with self._lock:
            known = self._held.get(parcel.migration)
            before = [each for each in self._held.values() if each.actor.id == identity and each is not known]
            given_up = [each.parcel.migration for each in before if each.parcel.origin == parcel.origin]
        for number in given_up:  # its source could not say so
            self._give_up(number)
        if known is not None or self._is_here(identity, parcel.migration):
            return arrival
        spec, returns = self._spec(parcel), moves.node in parcel.visited
        if not returns and moves.forward(identity) is not None:
            raise AlreadyExists(
                f"another {parcel.name} was moved away from there, and has its forward address there; give it up "
                f"first: workbench actor stop {parcel.name}"
            )
        if system.has(identity):
            raise AlreadyExists(f"another {parcel.name} runs there; stop it first: workbench actor stop {parcel.name}")
        actor = system.register(scope, parcel.name, spec, returns=True)
        actor.arriving = True
        held = Held(parcel, scope, actor, returns)
        if moves.forward(identity) is not None:
            actor.moved = Rejoining(parcel.migration)
        try:
            moves.around.scheduler.call(lambda: self._bear(held), timeout)
        except TimeoutError:
            self._dismiss(held)
            raise Timeout(f"{parcel.name} did not come to life within {timeout:g} s") from None
        except BaseException:
            self._dismiss(held)
            raise
        held.timer = moves.around.timers.after(HELD_SECONDS, lambda: self._give_up(parcel.migration))
        with self._lock:
            self._held[parcel.migration] = held
        return arrival

    def _is_here(self, actor: ActorId, migration: str) -> bool:
        origin = self._moves.origin(actor)
        return origin is not None and origin.migration == migration and self._moves.system.has(actor)

    def _spec(self, parcel: Parcel) -> Spec:
        profile(parcel.profile)  # it must be known here too
        grants = tuple(map(parse_grant, parcel.grants))
        for grant in grants:
            if grant.capability == "filesystem":
                check_folder(grant)
        runnable = self._moves.open(parcel.module, parcel.limits.stack_bytes)
        return Spec(runnable, parcel.initial, parcel.profile, grants, parcel.limits, parcel.parent, parcel.durable)

    def _bear(self, held: Held) -> None:
        """Its instance takes the state over; it does nothing yet, since nobody lets it go."""
        parcel, actor = held.parcel, held.actor
        world = parcel.clock_ns, parcel.drawn
        if parcel.durable:
            around = actor.around
            found = Checkpoint(
                parcel.seq, parcel.events, parcel.state, parcel.fsm_state, *world, taken=around.clock.now()
            )
            around.journal.take_over(
                actor.id, parcel.module, found, parcel.belongings, parcel.timers, returns=held.returns
            )
            actor.durable = Durable(actor.body, around, around.host.messaging.deliver, supervised=False)
        actor.around.residents.admit()
        actor.body.fsm_state = parcel.fsm_state
        actor.body.repeat(None, parcel.seq)
        actor.body.start(actor.spec, parcel.state, BirthReason.MIGRATION, 0, world)

    def _dismiss(self, held: Held) -> None:
        """It does not live here."""
        actor, moves = held.actor, self._moves
        durable, actor.durable = actor.durable, None
        moves.system.forget(actor)
        letters = passage.dismissed(actor)
        if durable is not None:
            moves.around.journal.ended(actor.id)
        forward = moves.forward(actor.id)
        for letter in letters:
            if forward is not None:
                forward.pass_on(letter)
            elif letter.answer is not None:
                letter.answer.fail(NotFound(f"{actor.id.name} did not come here"))

    def _give_up(self, migration: str) -> None:
        """Its source was not heard of again."""
        with self._lock:
            held = self._held.pop(migration, None)
        if held is not None:
            logger.warning("%s, which was to come here, was given up: nobody has settled it", held.actor.id)
            self._dismiss(held)

    def settle(self, scope: Scope, migration: str, *, commit: bool) -> bool:
        """See api.Actors.settle."""
        with self._lock:
            held = self._held.get(migration)
            if held is not None and held.scope != scope:
                held = None
            if held is not None:
                del self._held[migration]
        if held is None:
            return any(
                origin.migration == migration and self._moves.system.has(origin.actor)
                for origin in self._moves.origins()
                if (origin.actor.tenant, origin.actor.namespace) == scope
            )
        self._moves.around.timers.cancel(held.timer)
        if not commit:
            self._dismiss(held)
            return False
        self._lives(held)
        return True

    def _lives(self, held: Held) -> None:
        """On disk first, then it goes on."""
        parcel, actor, moves = held.parcel, held.actor, self._moves
        forward = moves.comes(self._origin(held))
        if actor.durable is not None:
            actor.durable.commit()
            actor.durable.rearm()
        else:
            for timer in parcel.timers:
                arm(moves.system, actor, timer.seconds, timer.envelope, timer.number)
        actor.restarts, actor.spawned, actor.suspended = parcel.restarts, parcel.spawned, parcel.suspended
        actor.arriving = False
        actor.begun()
        actor.around.returning.entered(actor)  # not before it is known to be here, or it would come back in two places
        if isinstance(actor.moved, Rejoining):
            self._wait_for_mark(actor, actor.moved, forward)
        actor.announce("actors.arrived", f"from {parcel.origin_name}")
        actor.release()

    def _origin(self, held: Held) -> Origin:
        """Where it came from: of one that returns, where it came from the first time."""
        parcel, actor = held.parcel, held.actor.id
        before = self._moves.origin(actor)
        if held.returns:
            known = before or Origin(actor, "", "", "", (), ())  # it was born here
            return replace(known, migration=parcel.migration, visited=parcel.visited)
        relayed = before.relayed if before is not None and before.node == parcel.origin else 0
        return Origin(
            actor, parcel.migration, parcel.origin, parcel.origin_name, parcel.visited, parcel.through, relayed
        )

    def _wait_for_mark(self, actor: Actor, waits: Rejoining, forward: Forward | None) -> None:
        """What was sent after it comes back by the way that it went."""
        self._rejoining[actor.id] = actor
        token = waits.token
        self._moves.around.timers.after(MARK_SECONDS, lambda: self.passed(actor.id, token))
        try:
            if forward is None:
                raise Unavailable("there was no way")
            forward.link.say(Frame(FrameKind.MARK, to=actor.id.name, text=token))
        except WorkbenchError:
            self.passed(actor.id, token)

    def passed(self, actor: ActorId, token: str) -> bool:
        """Whether it was waited for here that what was sent to it before has passed."""
        found = self._rejoining.get(actor)
        if found is None or not isinstance(found.moved, Rejoining) or found.moved.token != token:
            return False
        self._rejoining.pop(actor, None)
        passage.reopen(found)
        return True
