"""Actors that are not durable come back with the node: from where they were drained, else as they were started first.

Who runs is in the roster as long as it runs. What cannot be written there concerns nobody's turn: it is in the log.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.api.actors import ActorState
from workbench.api.errors import Figures, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.logs import Level
from workbench.api.messages import Payload
from workbench.api.roster import Drained, Roster
from workbench.api.turns import Birth, BirthReason, Outcome, Turn

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor

logger = logging.getLogger(__name__)
NOTHING = Figures(None, None, 0)


class Returning:
    """What is between the actors of a node and its roster. Thread-safe."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self._drained: dict[ActorId, Drained] = {}
        self.ends = False
        """The node is about to end: whoever ends now ends with it, and comes back."""

    def load(self) -> None:
        """Learn where actors are to go on."""
        self._drained = dict(self.roster.drained())

    def settled(self) -> None:
        """Whoever is to go on does: from now on a kill of the node lets them begin anew."""
        if self.roster.drained():
            self._drained = {}
            self._write(self.roster.settled, "where actors were drained could not be forgotten")

    def goes_on(self, actor: ActorId) -> bool:
        """Whether its state was stored when the node ended."""
        return actor in self._drained

    def take(self, actor: ActorId) -> Drained | None:
        return self._drained.pop(actor, None)

    def entered(self, actor: Actor) -> None:
        """It lives, or lives by other terms: with this code, these limits and grants it is started again."""
        keeper = actor.keeper
        if _stands_here(actor):
            pool = keeper.supervisor if keeper is not None else ""
            otherwise = f"{actor.id.name} does not come back with the node"
            self._write(lambda: self.roster.enter(birth_of(actor), pool), otherwise)

    def left(self, actor: Actor) -> None:
        """It has ended, and is not started again."""
        if _stands_here(actor) and not self.ends:
            self.gave_up(actor.id)

    def gave_up(self, who: ActorId) -> None:
        self._write(lambda: self.roster.leave(who), f"{who.name} comes back with the node though it has ended")

    def _write(self, write: Callable[[], None], otherwise: str) -> None:
        try:
            write()
        except WorkbenchError as error:
            logger.warning("%s: %s", otherwise, error)


def _stands_here(actor: Actor) -> bool:
    """Other children come back with their tree, and others that are durable from their journal."""
    return not actor.spec.durable if actor.keeper is None else actor.keeper.is_copy


def begin(actor: Actor) -> None:
    """Be born, and where it was drained from there. By its owner."""
    found = actor.around.returning.take(actor.id)
    if found is None:
        actor.start(actor.spec, actor.spec.state, BirthReason.SPAWN)
        return
    birth, body = found.birth.birth, actor.body
    assert birth is not None, "it was read as a birth"
    actor.suspended = found.suspended
    body.carry(found.birth.state, (birth.clock_ns, birth.drawn))
    if found.passive:
        actor.stored, actor.awaited = birth.state, False
        actor.state = ActorState.SUSPENDED if actor.suspended else ActorState.PASSIVE
        return
    try:
        actor.start(actor.spec, birth.state, BirthReason.SPAWN, body.world_position)
    except WorkbenchError as refused:
        text = f"it begins anew, for it did not take the state that it had when the node ended: {refused.message}"
        actor.log(Level.ERROR, text)
        body.carry("", (0, 0))
        actor.start(actor.spec, actor.spec.state, BirthReason.SPAWN)


def birth_of(actor: Actor, *, state: Payload | None = None) -> Turn:
    """As it would be born now: anew, or with the `state` that it has handed out."""
    spec, body = actor.spec, actor.body
    fsm_state, world = ("", (0, 0)) if state is None else (body.fsm_state, body.world_position)
    born = Birth(
        BirthReason.SPAWN, spec.state if state is None else state, spec.profile, body.holdings.lasting(), spec.limits,
        spec.parent, 0, *world,
    )  # fmt: skip
    module, interpreter = spec.runnable.names
    return Turn(
        actor.id, 1, "init", None, Outcome.REPLY, NOTHING, actor.around.clock.now(), module, interpreter,
        state=fsm_state, birth=born,
    )  # fmt: skip
