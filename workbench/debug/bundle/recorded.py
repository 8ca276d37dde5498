"""Which recorded turns of a node go into a bundle: the one place that asks a node for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from heapq import merge

from workbench.api.node import Node
from workbench.api.turns import Outcome, Turn

MOST = 1_000_000
"""How many turns a bundle takes: the newest."""


def turns_of(node: Node, actors: Collection[str] = (), *, since: float = 0.0) -> Sequence[Turn]:
    """The recorded turns in the order in which they ended: all, or those of some actors by name.

    With `since` those that started then or later, and before them what each actor's replay has to begin with.
    """
    if actors:
        each = [node.actors.turns(name, limit=MOST) for name in sorted(set(actors))]
        found = list(merge(*each, key=_ended))
    else:
        found = list(node.actors.turns(limit=MOST))
    return _from(found, since) if since else found


def _ended(turn: Turn) -> float:
    return turn.started + turn.figures.wall_ns / 1e9


def _from(turns: Sequence[Turn], since: float) -> Sequence[Turn]:
    by_actor: dict[tuple[str, str, str], list[int]] = {}
    for at, turn in enumerate(turns):
        by_actor.setdefault((turn.actor.tenant, turn.actor.namespace, turn.actor.name), []).append(at)
    kept: set[int] = set()
    for places in by_actor.values():
        first = next((at for at, place in enumerate(places) if turns[place].started >= since), None)
        if first is not None:
            kept.update(places[first:])
            kept.update(_beginning(turns, places[: first + 1]))
    return [turns[at] for at in sorted(kept)]


def _beginning(turns: Sequence[Turn], places: Sequence[int]) -> Iterable[int]:
    """What a replay of the last of these turns begins with: the birth and all after it, or the birth and a state."""
    state: int | None = None
    for at in range(len(places) - 1, -1, -1):
        turn = turns[places[at]]
        if turn.birth is not None and turn.outcome is Outcome.REPLY:
            return places[at:] if state is None else (places[at], *places[state:])
        if state is None and is_state(turn):
            state = at
    return ()


def is_state(turn: Turn) -> bool:
    """Whether a turn gave the whole state, so that an instance can be made of it."""
    return turn.operation == "snapshot-state" and turn.outcome is Outcome.REPLY
