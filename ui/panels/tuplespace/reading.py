"""What the TupleSpace panel reads from the node, bounded however many tuples there are. Without a widget in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ui.panels.tuplespace.columns import Waiting, marked_pattern, marked_tuple, sentences, shape_text
from workbench.api import (
    Exhausted,
    Invalid,
    NearMiss,
    NotFound,
    Pattern,
    TupleChange,
    TupleEntry,
    TupleShape,
    TupleSpace,
    TupleWaiter,
)
from workbench.api.patterns import parse_pattern

STEP, MOST = 1_000, 20_000
"""So many tuples are read at first, and more with each wish, up to MOST; a pattern finds the others."""
HISTORY_SHOWN, WAITERS_SHOWN, NEAR_SHOWN = 500, 1_000, 20
EXPLAINED = 20
COMPARED = 20_000
"""So many tuples are compared in one reading, to say of the first EXPLAINED of those who wait what comes closest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be read. `pattern` is empty for all tuples; `chosen` and `waiter` are ids, 0 for none."""

    pattern: str = ""
    limit: int = STEP
    chosen: int = 0
    waiter: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """`problem` says why there is no answer to the pattern; then `tuples` is None. `matching` are all that match.

    `near` is None when the one who was chosen waits no more.
    """

    shapes: Sequence[TupleShape]
    tuples: Sequence[TupleEntry] | None
    matching: int
    total: int
    waiting: Sequence[Waiting]
    near: Sequence[NearMiss] | None
    history: Sequence[TupleChange]
    problem: str = ""


def read(space: TupleSpace, asked: Asked) -> Answer:
    """One reading, the newest change first."""
    pattern = parse_pattern(asked.pattern) if asked.pattern else None
    shapes = space.shapes()
    total = sum(shape.count for shape in shapes)
    tuples: Sequence[TupleEntry] | None = None
    near: Sequence[NearMiss] | None = ()
    matching, problem = 0, ""
    try:
        tuples = space.list(pattern, limit=asked.limit)
        matching = _matching(space, pattern, shapes, total, len(tuples), asked.limit)
        near = _near(space, asked.waiter, pattern if pattern is not None and not matching else None)
    except (Invalid, Exhausted) as error:
        problem = str(error)
    waiting = _waiting(space, space.waiters()[:WAITERS_SHOWN], asked.chosen, total)
    history = [] if problem else _history(space, asked.chosen, pattern, tuples or ())
    return Answer(shapes, tuples, matching, total, waiting, near, history[::-1], problem)


def _matching(
    space: TupleSpace, pattern: Pattern | None, shapes: Sequence[TupleShape], total: int, listed: int, limit: int
) -> int:
    """How many match; nothing is counted that is known already."""
    if pattern is None:
        return total
    if listed < limit:
        return listed
    for shape in shapes:
        if parse_pattern(shape_text(shape)) == pattern:
            return shape.count
    return space.count(pattern)


def _near(space: TupleSpace, waiter: int, pattern: Pattern | None) -> Sequence[NearMiss] | None:
    """What comes closest to the pattern of the one who was chosen, or to one that nothing matches."""
    if waiter:
        try:
            return space.near_misses(waiter=waiter, limit=NEAR_SHOWN)
        except NotFound:
            return None
    return space.near_misses(pattern, limit=NEAR_SHOWN) if pattern is not None else ()


def _waiting(space: TupleSpace, waiters: Sequence[TupleWaiter], chosen: int, total: int) -> Sequence[Waiting]:
    if not waiters:
        return ()
    if chosen:
        try:
            found = {miss.waiter.id: miss for miss in space.why_not(chosen, limit=WAITERS_SHOWN)}
        except NotFound:
            chosen = 0  # somebody took it meanwhile
        else:
            return [
                Waiting(each, _line(marked_pattern(each.pattern, why.misses), why.sentence))
                if (why := found.get(each.id)) is not None else Waiting(each, "")
                for each in waiters
            ]  # fmt: skip
    most = max(1, min(EXPLAINED, COMPARED // max(1, min(total, COMPARED))))
    return [Waiting(each, _closest(space, each) if at < most else "") for at, each in enumerate(waiters)]


def _closest(space: TupleSpace, waiter: TupleWaiter) -> str:
    try:
        found = space.near_misses(waiter=waiter.id, limit=1)
    except NotFound:
        return ""
    return _line(marked_tuple(found[0]), sentences(found[0].misses)) if found else "There are no tuples."


def _line(shown: str, why: str) -> str:
    """The reason first: it is what is still seen where there is little room."""
    return f"{why}: {shown}"


def _history(
    space: TupleSpace, chosen: int, pattern: Pattern | None, tuples: Sequence[TupleEntry]
) -> Sequence[TupleChange]:
    """Of the tuple that is chosen and its equals; of what matches; or of all."""
    entry = next((each for each in tuples if each.id == chosen), None) if chosen else None
    if entry is None:
        return space.history(pattern, limit=HISTORY_SHOWN)
    if found := space.history(entry.fields, limit=HISTORY_SHOWN):
        return found
    kinds = [type(field) if field is not None else None for field in entry.fields]  # a large one, whose fields are cut
    return [change for change in space.history(kinds, limit=HISTORY_SHOWN) if change.id == chosen]
