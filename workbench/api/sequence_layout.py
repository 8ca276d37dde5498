"""Where the columns and arrows of a sequence diagram stand, in a picture and in the window. Pure; units are pixels."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.sequence import Diagram

CHARACTER = 6.6
ROW, TOP, MARGIN = 34.0, 58.0, 24.0
LEAST_GAP, MOST_GAP = 130.0, 340.0
NAME_CHARACTERS = 28
"""Of a longer name no more is drawn."""
LOOP = 34.0
"""How far an arrow from a column to itself reaches."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` are the middles of the columns; arrow `at` stands at the height `row(at)`."""

    columns: tuple[float, ...]
    width: float
    height: float

    @staticmethod
    def row(at: int) -> float:
        return TOP + ROW * (at + 1)

    @staticmethod
    def at(y: float) -> int:
        """The arrow nearest to a height; it may lie outside of the diagram."""
        return round((y - TOP) / ROW - 1)


def lay_out(diagram: Diagram) -> Layout:
    """Columns as far apart as the texts between neighbours need, within bounds."""
    count = len(diagram.parties)
    if not count:
        return Layout((), 2 * MARGIN, TOP + MARGIN)
    gaps = [LEAST_GAP] * count
    for at, party in enumerate(diagram.parties):
        gaps[at] = max(gaps[at], _name_width(party.name) + 40)
    for arrow in diagram.arrows:
        left, right = sorted((arrow.source, arrow.target))
        if right - left <= 1:
            reach = LOOP if left == right else 0.0
            gaps[left] = max(gaps[left], len(arrow.label) * CHARACTER + 28 + reach)
    gaps = [min(gap, MOST_GAP) for gap in gaps]
    columns, x = [], MARGIN + max(_name_width(diagram.parties[0].name) / 2 + 14, 50.0)
    for gap in gaps:
        columns.append(x)
        x += gap
    return Layout(tuple(columns), x + MARGIN, TOP + ROW * (len(diagram.arrows) + 1) + MARGIN)


def _name_width(name: str) -> float:
    return min(len(name), NAME_CHARACTERS) * CHARACTER


def room(layout: Layout, source: int, target: int) -> float:
    """How wide the text of an arrow may be."""
    if source == target:
        after = layout.columns[source + 1] if source + 1 < len(layout.columns) else layout.width
        return after - layout.columns[source] - LOOP - 14
    return abs(layout.columns[source] - layout.columns[target]) - 18


def fitted(text: str, width: float) -> str:
    """As much of it as has room."""
    most = max(int(width / CHARACTER), 1)
    return text if len(text) <= most else f"{text[: most - 1]}…"
