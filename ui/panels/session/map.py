"""What the timeline knows of all turns, in arrays: who took each, how it ended, when. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workbench.api import Outcome
from workbench.api.session import TimelineEntry

LANES = 8
OTHERS = "others"
TOLD_APART = 4_096
"""Beyond so many actors some are taken for each other where turns are counted by column."""


@dataclass
class TurnMap:
    """Grows page by page; place `at` is the turn after which the moment `at + 1` is."""

    total: int = 0
    names: list[str] = field(default_factory=list)
    actors: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    crashed: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))
    known: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _column_of: tuple[int, NDArray[np.int32]] = field(default_factory=lambda: (0, np.zeros(0, np.int32)))

    @classmethod
    def of(cls, total: int) -> TurnMap:
        return cls(total, [], np.full(total, -1, np.int32), np.zeros(total, np.bool_))

    def add(self, entries: Sequence[TimelineEntry]) -> None:
        for entry in entries:
            name, at = entry.actor.name, entry.position - 1
            if name not in self._places:
                self._places[name] = len(self.names)
                self.names.append(name)
            if 0 <= at < self.total:
                self.actors[at] = self._places[name]
                self.crashed[at] = entry.outcome is Outcome.CRASHED
                self.known = max(self.known, at + 1)

    def lanes(self, most: int = LANES) -> list[str]:
        """Those with the most turns, in the order of their names; the others share the last lane."""
        if len(self.names) <= most:
            return sorted(self.names)
        counts = np.bincount(self.actors[self.actors >= 0], minlength=len(self.names))
        busiest = np.argsort(-counts, kind="stable")[: most - 1]
        return [*sorted(self.names[at] for at in busiest), OTHERS]

    def buckets(self, lane: str, lanes: Sequence[str], width: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Of each of `width` columns: how many turns of the lane lie in it, and whether one of them crashed."""
        if not self.total or width <= 0:
            return np.zeros(max(width, 0), np.int64), np.zeros(max(width, 0), np.bool_)
        if lane == OTHERS and lane not in self._places:
            named = [self._places[name] for name in lanes if name in self._places]
            mine = (self.actors >= 0) & ~np.isin(self.actors, named)
        else:
            mine = self.actors == self._places.get(lane, -2)
        columns = self._columns(width)
        crashed = np.zeros(width, np.bool_)
        crashed[columns[mine & self.crashed]] = True
        return np.bincount(columns[mine], minlength=width), crashed

    def _columns(self, width: int) -> NDArray[np.int32]:
        """In which of so many columns each turn lies."""
        if self._column_of[0] != width:
            self._column_of = width, (np.arange(self.total, dtype=np.int64) * width // self.total).astype(np.int32)
        return self._column_of[1]

    def density(self, width: int) -> NDArray[np.int64]:
        """How many actors took a turn in each of `width` columns: turns themselves are spread evenly."""
        if not self.total or width <= 0:
            return np.zeros(max(width, 0), np.int64)
        there = self.actors >= 0
        took = np.zeros((width, min(max(len(self.names), 1), TOLD_APART)), np.bool_)
        took[self._columns(width)[there], self.actors[there] % TOLD_APART] = True
        found: NDArray[np.int64] = took.sum(axis=1)
        return found
