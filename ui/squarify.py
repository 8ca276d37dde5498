"""Rectangles whose areas are as their sizes, and whose sides are as alike as can be.

After Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """A place: left, top, width and height."""

    x: float
    y: float
    width: float
    height: float

    def inside(self, margin: float, head: float = 0.0) -> Box:
        """What is left within a margin, below a head."""
        width, height = self.width - 2 * margin, self.height - 2 * margin - head
        return Box(self.x + margin, self.y + margin + head, max(width, 0.0), max(height, 0.0))

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


NOWHERE = Box(0.0, 0.0, 0.0, 0.0)


def squarify(sizes: Sequence[int], box: Box) -> list[Box]:
    """One box for each size, in the order of `sizes`; together they fill `box`. What has no size has no place."""
    places = [NOWHERE] * len(sizes)
    order = sorted((at for at, size in enumerate(sizes) if size > 0), key=lambda at: -sizes[at])
    scale = box.width * box.height / max(sum(sizes[at] for at in order), 1)
    while order and min(box.width, box.height) > 0:
        count = _best_row([sizes[at] * scale for at in order], min(box.width, box.height))
        row, order = order[:count], order[count:]
        placed, box = _lay_row([sizes[at] * scale for at in row], box)
        for at, place in zip(row, placed, strict=True):
            places[at] = place
    return places


def _best_row(areas: Sequence[float], side: float) -> int:
    """How many of the falling areas stand in one row along `side`: as many as do not make its worst box longer."""
    count, total, worst = 1, areas[0], _worst(areas[0], areas[0], areas[0], side)
    for area in areas[1:]:
        longer = _worst(areas[0], area, total + area, side)
        if longer > worst:
            break
        count, total, worst = count + 1, total + area, longer
    return count


def _worst(largest: float, smallest: float, total: float, side: float) -> float:
    """The longest of a row's boxes: its longer side over its shorter one."""
    return max(side**2 * largest / total**2, total**2 / (side**2 * smallest))


def _lay_row(areas: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """The boxes of a row along the shorter side, and what is left of `box`."""
    total = sum(areas)
    placed, at = [], 0.0
    if box.width >= box.height:
        thick = min(total / box.height, box.width)
        for area in areas:
            long = area / total * box.height
            placed.append(Box(box.x, box.y + at, thick, long))
            at += long
        return placed, Box(box.x + thick, box.y, box.width - thick, box.height)
    thick = min(total / box.width, box.height)
    for area in areas:
        long = area / total * box.width
        placed.append(Box(box.x + at, box.y, long, thick))
        at += long
    return placed, Box(box.x, box.y + thick, box.width, box.height - thick)
