"""What the journals of durable actors have of their turns and the recording has not: where it is off, or lost its end.

A turn is the same in both: the same actor, number and time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from heapq import merge
from typing import TypeAlias

from workbench.api.changes import RecordedChange
from workbench.api.identity import ActorId
from workbench.api.journal import JournalInfo
from workbench.api.node import Node
from workbench.api.recordings import RecordedTurn
from workbench.api.turns import Turn

PAGE = 1_000
Known: TypeAlias = set[tuple[int, float]]
"""Number and time of turns of one actor."""


class Journals:
    """Of the actors with these names, of all when none is named. `completed` counts the turns that were taken from
    them, by the actor's name."""

    def __init__(self, node: Node, actors: Collection[str]) -> None:
        self._node = node
        wanted = (info for info in node.journal.list() if not actors or info.actor.name in actors)
        self._journals: Mapping[ActorId, JournalInfo] = {info.actor: info for info in wanted if info.last}
        self._known = {actor: self._recorded(actor, info.first) for actor, info in self._journals.items()}
        self.completed: dict[str, int] = {}

    def _recorded(self, actor: ActorId, first: int) -> Known:
        found: Known = set()
        after = 0
        while page := self._node.debugger.turns(actor, after=after, limit=PAGE):
            found.update((each.turn.seq, each.turn.started) for each in page if each.turn.seq >= first)
            after = page[-1].position
        return found

    def woven(self, recorded: Iterable[RecordedTurn | RecordedChange]) -> Iterator[RecordedTurn | RecordedChange]:
        """What is recorded, in its order, with the turns that are missing there where they ended."""
        missing = merge(*(self._missing(actor) for actor in self._journals), key=_ended)
        turn = next(missing, None)
        for each in recorded:
            while turn is not None and _ended(turn) <= _over(each):
                yield self._taken(turn)
                turn = next(missing, None)
            yield each
        while turn is not None:
            yield self._taken(turn)
            turn = next(missing, None)

    def _missing(self, actor: ActorId) -> Iterator[Turn]:
        """Its turns up to the one that was the last when this was made."""
        after, last, known = 0, self._journals[actor].last, self._known[actor]
        while page := self._node.journal.entries(actor, after=after, limit=PAGE):
            for turn in page:
                if turn.seq > last:
                    return
                if (turn.seq, turn.started) not in known:
                    yield turn
            after = page[-1].seq

    def _taken(self, turn: Turn) -> RecordedTurn:
        self.completed[turn.actor.name] = self.completed.get(turn.actor.name, 0) + 1
        return RecordedTurn(0, turn)


def _ended(turn: Turn) -> float:
    return turn.started + turn.figures.wall_ns / 1e9


def _over(each: RecordedTurn | RecordedChange) -> float:
    return each.change.time if isinstance(each, RecordedChange) else _ended(each.turn)
