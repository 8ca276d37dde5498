"""Where each supervisor and each child is drawn: from left to right, children below one another. Pure.

Many actors under one supervisor stand in a grid, column by column, so that a thousand of them fit into a window.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workbench.api import ActorState, ChildInfo, SupervisorInfo

WRAPPED = 6
"""More actors than this in a row stand in a grid."""
MOST_COLUMNS = 6
TALL = 0.45
"""How many columns a grid has for each of its rows: about twice as wide as high."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Sizes of the drawing, from the height of a line of its text."""

    line: float

    @property
    def width(self) -> float:
        return self.line * 14

    @property
    def leaf(self) -> float:
        return self.line * 2 + 12

    @property
    def branch(self) -> float:
        return self.line * 3 + 20

    @property
    def gap(self) -> float:
        return self.line * 0.6

    @property
    def across(self) -> float:
        return self.line * 2.6


@dataclass(frozen=True, slots=True)
class Card:
    """One supervisor or actor in the drawing. `info` is there for supervisors, `child` for all but the roots.

    `inside` counts what is not drawn because the card is closed.
    """

    name: str
    parent: str
    info: SupervisorInfo | None
    child: ChildInfo | None
    x: float
    y: float
    width: float
    height: float
    inside: int = 0

    @property
    def state(self) -> ActorState:
        return self.info.state if self.info is not None else self.child.state if self.child else ActorState.STOPPED

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Forest:
    """All cards by name, parents before their children, and how large the drawing is."""

    cards: Mapping[str, Card] = field(default_factory=dict)
    width: float = 0.0
    height: float = 0.0

    def beside(self, name: str, way: tuple[int, int]) -> Card | None:
        """The card that an arrow key leads to; the first one when there is none of that name."""
        here = self.cards.get(name)
        if here is None:
            return next(iter(self.cards.values()), None)
        ahead = [(card, *_steps(here, card, way)) for card in self.cards.values() if card is not here]
        straight = [(along, card) for card, along, aside in ahead if along > 0 and aside == 0]
        if way == (-1, 0) and not any(card.parent == here.parent for _, card in straight):
            return self.cards.get(here.parent)
        if way == (1, 0) and here.info is not None:
            return next((card for card in self.cards.values() if card.parent == name), None)
        found = straight or [(along + 2 * aside, card) for card, along, aside in ahead if along > 0 and way[1]]
        return min(found, key=lambda pair: pair[0])[1] if found else None


def _steps(here: Card, card: Card, way: tuple[int, int]) -> tuple[float, float]:
    """How far the other card is along a way, and beside it; 0 beside when they lie in one line."""
    x, y = card.middle[0] - here.middle[0], card.middle[1] - here.middle[1]
    along = x * way[0] + y * way[1]
    if way[0]:
        return along, max(0.0, card.y - here.bottom, here.y - card.bottom)
    return along, max(0.0, card.x - here.right, here.x - card.right)


def grow(trees: Sequence[SupervisorInfo], closed: Collection[str], measures: Measures) -> Forest:
    """Lay out every tree below the other, in as many columns as make the whole about twice as wide as high."""
    known = {info.name: info for info in trees}
    grower = _Grower(known, closed, measures)
    blocks = [list(grower.tree(root, None, 0.0, 0.0)) for root in trees if root.parent not in known]
    if not blocks:
        return Forest()
    gap = measures.line * 1.6
    planted = (_plant(blocks, columns, gap) for columns in range(1, min(len(blocks), MOST_COLUMNS) + 1))
    return min(planted, key=lambda forest: max(forest.width / 2, forest.height))


def _plant(blocks: Sequence[Sequence[Card]], columns: int, gap: float) -> Forest:
    """The trees in their order, a new column when one has its share of the height."""
    heights = [max(card.bottom for card in block) for block in blocks]
    share = (sum(heights) + gap * (len(blocks) - 1)) / columns
    cards: dict[str, Card] = {}
    x = y = width = tallest = 0.0
    for block, height in zip(blocks, heights, strict=True):
        if y and y + height / 2 > share:
            x, y = width + 2 * gap, 0.0
        for card in block:
            moved = cards[card.name] = replace(card, x=card.x + x, y=card.y + y)
            width = max(width, moved.right)
        tallest = max(tallest, y + height)
        y += height + gap
    return Forest(cards, width, tallest)


class _Grower:
    def __init__(self, known: Mapping[str, SupervisorInfo], closed: Collection[str], measures: Measures) -> None:
        self._known, self._closed, self._m = known, closed, measures

    def tree(self, info: SupervisorInfo, child: ChildInfo | None, x: float, y: float) -> Iterator[Card]:
        m = self._m
        hidden = _below(info, self._known) if info.name in self._closed else 0
        yield Card(info.name, info.parent, info, child, x, y, m.width, m.branch, hidden)
        if info.name in self._closed:
            return
        x += m.width + m.across
        for run in _runs(info.children):
            below = y
            for card in self._run(info, run, x, y):
                yield card
                below = max(below, card.bottom)
            y = below + m.gap

    def _run(self, info: SupervisorInfo, run: Sequence[ChildInfo], x: float, y: float) -> Iterator[Card]:
        """One supervisor with what is below it, or actors that follow each other."""
        m = self._m
        if run[0].supervisor:
            if (found := self._known.get(run[0].name)) is not None:
                yield from self.tree(found, run[0], x, y)
            return
        rows = len(run) if len(run) <= WRAPPED else max(WRAPPED, math.ceil(math.sqrt(len(run) / TALL)))
        for at, child in enumerate(run):
            column, place = divmod(at, rows)
            left, top = x + column * (m.width + m.gap), y + place * (m.leaf + m.gap)
            yield Card(child.name, info.name, None, child, left, top, m.width, m.leaf)


def _runs(children: Sequence[ChildInfo]) -> Iterator[list[ChildInfo]]:
    """Each supervisor alone, actors that follow each other together."""
    run: list[ChildInfo] = []
    for child in children:
        if child.supervisor:
            if run:
                yield run
            run = []
            yield [child]
        else:
            run.append(child)
    if run:
        yield run


def _below(info: SupervisorInfo, known: Mapping[str, SupervisorInfo]) -> int:
    """How many stand below, at any depth."""
    inner = (known[child.name] for child in info.children if child.supervisor and child.name in known)
    return len(info.children) + sum(_below(found, known) for found in inner)
