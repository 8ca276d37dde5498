"""What of a node's recording goes into a bundle: the one place that reads it, page by page, from the disk.

Turns and changes of what services hold lie in one order. They wait in a file of their own until it is known which of
them are wanted, and which secrets are in them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import merge
from math import inf
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, TypeAlias

from workbench.api.changes import RecordedChange, ServiceChange
from workbench.api.errors import NotFound
from workbench.api.node import Node
from workbench.api.recordings import RecordedTurn
from workbench.api.turn_text import to_line
from workbench.api.turns import Outcome, Turn
from workbench.debug.bundle import layout, records, tables
from workbench.debug.bundle.journals import Journals
from workbench.debug.bundle.spool import Spool

MOST = layout.TURNS_TOTAL
"""How many turns a bundle takes: the newest."""
PAGE, LEAST = 2_000, 50
"""So many turns are read at once, of several actors together; of each at least LEAST."""
TURN, CHANGE = "T", "C"
"""What a waiting line begins with."""
TURN_ON = "turn recording on with: workbench debug record --level full"
Ran: TypeAlias = tuple[str, str]
"""A module and its interpreter."""


class Mark(NamedTuple):
    """Of a turn: its actor, by number; whether it began at the wanted time or later, and gave a state; of a birth how
    many turns before it the one is from which it was brought back (0: from none); what ran."""

    actor: int
    is_late: bool
    back: int | None
    gave_state: bool
    ran: Ran


@dataclass(slots=True)
class Gathered:
    """A session on its way into a bundle. `kept` says of each turn whether it is wanted, None: all are.

    `names` are those of all actors with a recorded turn, `early` how many of the wanted turns began before the time
    that was asked for, `completed` how many turns of whom come from their journals. `number` is that of the last change
    in what was `held`, per table; without tables services were not recorded.
    """

    lines: Spool
    names: set[str]
    modules: set[Ran]
    turns: int
    changes: int
    kept: bytearray | None
    early: int
    held: dict[str, Spool]
    number: int
    completed: dict[str, int] = field(default_factory=dict)

    def close(self) -> None:
        for spool in (self.lines, *self.held.values()):
            spool.close()

    def wanted(self) -> Iterator[tuple[bool, int, str]]:
        """The lines that are wanted: whether it is a turn's, how many turns are before it, and the line."""
        at = over = 0
        for line in self.lines:
            if line[0] == CHANGE:
                yield False, over, line[1:]
                continue
            if self.kept is None or self.kept[at]:
                yield True, over, line[1:]
                over += 1
            at += 1


def gather(
    node: Node, folder: Path, actors: Collection[str] = (), *, since: float = 0.0, until: float = 0.0
) -> Gathered:
    """Read it; turns of durable actors that are not recorded come from their journals.

    With `since` the turns that began then or later, and before them what each actor's replay begins with; with `until`
    those that began by then. What services held is always that at the end, with the changes back to it.
    NotFound: nothing is recorded.
    """
    newest = node.debugger.turns(limit=1, newest=True)
    end = newest[-1].position if newest else 0
    with ExitStack() as undo:
        lines = Spool(folder)
        undo.callback(lines.close)
        found = Gathered(lines, set(), set(), 0, 0, None, 0, {}, 0)
        if node.debugger.level().has_calls or node.debugger.changes(limit=1):
            undo.callback(found.close)
            _hold(node, folder, found)
        _read(node, found, actors, since, until or inf, end)
        undo.pop_all()
    return found


def _hold(node: Node, folder: Path, found: Gathered) -> None:
    for piece in node.debugger.holdings():
        found.number = piece.number
        spool = found.held.get(piece.table)
        if spool is None:
            spool = found.held[piece.table] = Spool(folder)
        for row in piece.rows:
            spool.add(records.text(tables.written(row)))


def _read(node: Node, found: Gathered, actors: Collection[str], since: float, until: float, end: int) -> None:
    whose: Sequence[str | None] = sorted(set(actors)) or (None,)
    streams: list[Iterable[RecordedTurn | RecordedChange]] = [
        _turns(node, name, end, max(LEAST, PAGE // len(whose))) for name in whose
    ]
    if found.held:
        streams.append(_changes(node, since, found.number))
    journals = Journals(node, actors)
    numbers: dict[str, int] = {}
    marks: list[Mark] = []
    rans: dict[Ran, Ran] = {}
    for each in journals.woven(merge(*streams, key=attrgetter("position"))):
        if isinstance(each, RecordedChange):
            found.lines.add(CHANGE + change_line(each.change))
            found.changes += 1
            continue
        turn = each.turn
        found.names.add(turn.actor.name)
        if turn.started > until:
            continue
        found.lines.add(TURN + to_line(turn))
        if (ran := (turn.module, turn.interpreter)) not in found.modules:
            found.modules.add(ran)
            rans[ran] = ran
        found.turns += 1
        if since:
            number = numbers.setdefault(turn.actor.name, len(numbers))
            marks.append(Mark(number, turn.started >= since, _back(turn), is_state(turn), rans[ran]))
    found.completed = journals.completed
    if not found.names and not found.changes and not actors:
        raise NotFound(f"nothing is recorded of this tenant and namespace yet; {TURN_ON}")
    if since:
        found.kept = _from(marks)
        found.early = sum(1 for keep, mark in zip(found.kept, marks, strict=True) if keep and not mark.is_late)
        found.turns = sum(found.kept)
        found.modules = {mark.ran for keep, mark in zip(found.kept, marks, strict=True) if keep}
    if found.turns > MOST:
        _cut(found)


def _turns(node: Node, actor: str | None, end: int, limit: int) -> Iterator[RecordedTurn]:
    after = 0
    while page := node.debugger.turns(actor, after=after, limit=limit):
        for turn in page:
            if turn.position > end:
                return
            yield turn
        after = page[-1].position


def _changes(node: Node, since: float, number: int) -> Iterator[RecordedChange]:
    """Those that are in what is held."""
    after = 0
    while page := node.debugger.changes(after=after, since=since, limit=PAGE):
        for change in page:
            if change.change.number > number:
                return
            yield change
        after = page[-1].position


def _cut(found: Gathered) -> None:
    """The newest turns alone."""
    kept = found.kept = found.kept or bytearray(b"\1") * found.turns
    excess = found.turns - MOST
    for at, keep in enumerate(kept):
        if not excess:
            break
        if keep:
            kept[at] = 0
            excess -= 1
            found.early = max(0, found.early - 1)
    found.turns = MOST


def _from(marks: Sequence[Mark]) -> bytearray:
    by_actor: dict[int, list[int]] = {}
    for at, mark in enumerate(marks):
        by_actor.setdefault(mark.actor, []).append(at)
    kept = bytearray(len(marks))
    for places in by_actor.values():
        first = next((at for at, place in enumerate(places) if marks[place].is_late), None)
        if first is not None:
            for place in (*places[first:], *_beginning(marks, places[: first + 1])):
                kept[place] = 1
    return kept


def _beginning(marks: Sequence[Mark], places: Sequence[int]) -> Iterable[int]:
    """What a replay of the last of these turns begins with: the birth and all after it, or the birth and a state. Who
    was brought back has lived through the turns before its birth, which have a beginning of their own."""
    state: int | None = None
    for at in range(len(places) - 1, -1, -1):
        mark = marks[places[at]]
        if mark.back is not None:
            if state is not None:
                return (places[at], *places[state:])
            base = max(0, at - mark.back)
            before = _beginning(marks, places[: base + 1]) if mark.back else ()
            return (*before, *places[base:])
        if state is None and mark.gave_state:
            state = at
    return ()


def _back(turn: Turn) -> int | None:
    birth = turn.birth
    if birth is None or turn.outcome is not Outcome.REPLY:
        return None
    return turn.seq - birth.replayed_after if birth.replayed_after else 0


def is_state(turn: Turn) -> bool:
    """Whether a turn gave the whole state, so that an instance can be made of it."""
    return turn.operation == "snapshot-state" and turn.outcome is Outcome.REPLY


def change_line(change: ServiceChange) -> str:
    """A change as one line of JSON, without what is absent."""
    found = {"number": change.number, "time": change.time, "table": change.table}
    if change.before is not None:
        found["before"] = tables.written(change.before)
    if change.after is not None:
        found["after"] = tables.written(change.after)
    return records.text(found)
