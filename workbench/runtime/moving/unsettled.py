"""A move whose end was lost: its target is asked again until it says whether the actor is there."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.api.errors import Timeout, Unavailable, WorkbenchError
from workbench.api.migration import ForwardAddress, Stage
from workbench.runtime.revival import revive

if TYPE_CHECKING:
    from workbench.runtime.moving.moves import Moves

logger = logging.getLogger(__name__)
AGAIN_SECONDS = 0.3


def settle_again(moves: Moves, known: ForwardAddress, there: Callable[[], object], back: Callable[[], object]) -> None:
    """Until it is settled, or this node ends: then `there` is called if it lives there, `back` if it does not."""
    while not moves.stopping.wait(AGAIN_SECONDS):
        try:
            with moves.dial(known.to, (known.actor.tenant, known.actor.namespace), "") as peer:
                is_there = peer.actors.settle(known.migration, commit=True)
        except (Unavailable, Timeout):
            continue
        except WorkbenchError as error:
            logger.warning("whether %s is at the node %s is not known: %s", known.actor, known.node_name, error)
            continue
        (there if is_there else back)()
        return


def there(moves: Moves, known: ForwardAddress) -> None:
    """After a restart of this node: it is at its target."""
    moves.log.write(replace(known, stage=Stage.DONE))
    if known.durable:
        moves.around.journal.moved(known.actor)
    if (forward := moves.forward(known.actor)) is not None:
        forward.settled()


def back(moves: Moves, known: ForwardAddress) -> None:
    """After a restart of this node: it is not there, so it is here, if it is anywhere."""
    forward = moves.retract(known.actor)
    revive(moves.system, only=known.actor)
    for letter in forward.give_back() if forward is not None else ():
        try:
            if not letter.number:  # one that is on disk was taken up
                moves.system.receiver(known.actor).deliver(letter)
        except WorkbenchError as error:
            if letter.answer is not None:
                letter.answer.fail(error)
