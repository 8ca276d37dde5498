"""A node that starts brings back who ran when it ended: durable actors from their journals, others from the roster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from workbench.api.errors import WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.turns import Turn
from workbench.runtime import life
from workbench.runtime.actor import Actor
from workbench.runtime.births import spec_again

if TYPE_CHECKING:
    from workbench.runtime.supervision.trees import Trees
    from workbench.runtime.system import ActorSystem


def revive(system: ActorSystem, *, only: ActorId | None = None) -> None:
    """All who were not moved away, or `only` one. Who cannot be brought back is crashed, or away, and stays where it is
    kept until the node starts again."""
    around, there = system.around, list[Actor]()
    plain = [(each.actor, each.birth) for each in around.returning.roster.running() if not each.pool]
    for durable, found in ((True, around.journal.running()), (False, plain)):
        for who, birth in found:  # all are there before one sends another what it owes
            if system.moves.forward(who) is not None or only not in (None, who):
                continue
            made = _registered(system, who, birth, durable=durable)
            if made is not None:
                there.append(made)
    lost = {actor.id for actor in there if not actor.spec.durable and not around.returning.goes_on(actor.id)}
    system.moves.anew |= {who for who in lost if system.moves.origin(who) is not None}
    begun = []
    for actor in there:
        begin = life.come_back if actor.spec.durable else Actor.begin
        begun.append((actor, around.scheduler.start(partial(system.birth, actor, begin))))
    for actor, answer in begun:
        around.scheduler.wait(answer, float("inf"))
        if answer.error is not None:
            listed = system.has(actor.id)
            system.away.stays(actor.id, str(answer.error), durable=actor.spec.durable, listed=listed)


def _registered(system: ActorSystem, who: ActorId, birth: Turn | str, *, durable: bool) -> Actor | None:
    if isinstance(birth, str):
        system.away.stays(who, birth, durable=durable)
        return None
    try:
        spec = spec_again(system.library, birth, durable=durable)
        return system.register((who.tenant, who.namespace), who.name, spec)
    except WorkbenchError as error:
        system.away.stays(who, str(error), durable=durable)
        return None


def refill(system: ActorSystem, trees: Trees) -> None:
    """The copies of pools, once their supervisors are back. A pool that is gone, or has given up, has none."""
    for each in system.around.returning.roster.running():
        if not each.pool:
            continue
        who, birth = each.actor, each.birth
        if isinstance(birth, str) or birth.birth is None:
            system.away.stays(who, str(birth), durable=False)
            continue
        try:
            trees.bring_back((who.tenant, who.namespace), each.pool, who.name, birth.birth.state)
        except WorkbenchError as error:
            system.away.stays(who, str(error), durable=False, listed=system.has(who))
