"""The turns of a sequence diagram, from any node: those of some actors, and what their partners did meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.node import Node
from workbench.api.recordings import EVERYTHING, Range
from workbench.api.sequence import Diagram, of_actors, sequence
from workbench.api.traces import is_of, trace_id
from workbench.api.turns import Turn

PARTNERS_MOST = 20_000
"""Turns of all actors that are looked through for those of partners."""


def read(
    node: Node, actors: Sequence[str] = (), *, within: Range = EVERYTHING, limit: int = 200, services: bool = False
) -> Diagram:
    """The newest `limit` turns within a range of these actors or of all, with the messages that they got and sent.

    NotFound: there is no such actor, and nothing is recorded of it.
    """
    if not actors:
        return sequence(_turns(node, None, within, limit), services=services)
    own = [turn for name in dict.fromkeys(actors) for turn in _turns(node, name, within, limit)]
    own = sorted(own, key=lambda turn: turn.started)[-limit:]
    if not own:
        return Diagram((), ())
    first, last = own[0].started, max(turn.started + turn.figures.wall_ns / 1e9 for turn in own)
    mine = {(turn.actor, turn.seq) for turn in own}
    chosen = {turn.actor for turn in own}
    others = [
        turn for turn in _turns(node, None, Range(since=first, until=last + 60.0, trace=within.trace), PARTNERS_MOST)
        if turn.actor not in chosen
    ]  # fmt: skip
    whole = sequence([*own, *others], services=services)
    found = of_actors(whole, [actor.name for actor in chosen])
    return Diagram(found.parties, found.arrows, len(mine))


def _turns(node: Node, actor: str | None, within: Range, limit: int) -> Sequence[Turn]:
    """What is recorded; of a node that records nothing, what it keeps in memory, where there are no places."""
    recorded = node.debugger.turns(
        actor, after=within.after, up_to=within.up_to, since=within.since, until=within.until, limit=limit, newest=True,
        trace=within.trace,
    )  # fmt: skip
    if recorded or within.after or within.up_to:
        return [found.turn for found in recorded]
    wanted = trace_id(within.trace)
    return [
        turn for turn in node.actors.turns(actor, limit=limit)
        if within.has(1, turn.started) and (not wanted or is_of(turn, wanted))
    ]  # fmt: skip
