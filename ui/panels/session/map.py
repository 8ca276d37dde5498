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
NEAREST_TURNS = 10.0
"""Closer than so many turns nothing more is to be seen."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Extent:
    """Which part of the timeline is seen: from the moment `first` to the moment `last`."""

    total: int
    first: float
    last: float

    @classmethod
    def whole(cls, total: int) -> Extent:
        return cls(total, 0.0, float(total))

    @property
    def span(self) -> float:
        return max(self.last - self.first, 1.0)

    @property
    def is_whole(self) -> bool:
        return self.last - self.first >= self.total

    @property
    def turns(self) -> slice:
        """The places of the turns after which a moment lies in it."""
        return slice(max(int(self.first), 0), min(int(self.last), self.total))

    def _of_span(self, first: float, span: float) -> Extent:
        span = min(max(span, min(NEAREST_TURNS, self.total)), self.total)
        first = min(max(first, 0.0), self.total - span)
        return Extent(self.total, first, first + span)

    def zoomed(self, factor: float, around: float) -> Extent:
        """The moment `around` stays where it is."""
        around = min(max(around, self.first), self.last)
        span = min(max(self.span / factor, min(NEAREST_TURNS, self.total)), self.total)
        return self._of_span(around - (around - self.first) * span / self.span, span)

    def scrolled(self, part: float) -> Extent:
        """On by this part of what is seen."""
        return self._of_span(self.first + part * self.span, self.span)

    def showing(self, position: int) -> Extent:
        """The nearest one in which the moment is seen."""
        if self.first <= position <= self.last:
            return self
        return self._of_span(position - self.span / 2, self.span)


@dataclass
class TurnMap:
    """Grows page by page; place `at` is the turn after which the moment `at + 1` is. `ended` never falls."""

    total: int = 0
    names: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    actors: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    type_of: NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, np.int32))
    seqs: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    ended: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0, np.float64))
    crashed: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    marked: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    """For which the condition was found to hold."""
    any_marked: bool = False
    known: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _kinds: dict[str, int] = field(default_factory=dict)
    _columns: tuple[tuple[Extent, int], NDArray[np.int64]] = field(
        default_factory=lambda: ((Extent.whole(0), 0), np.zeros(0, np.int64))
    )
    _lanes: tuple[tuple[int, int, str], list[str]] = ((-1, 0, ""), [])

    @classmethod
    def of(cls, total: int) -> TurnMap:
        return cls(
            total, [], [], np.full(total, -1, np.int32), np.zeros(total, np.int32), np.zeros(total, np.int64),
            np.zeros(total), np.zeros(total, np.bool_), np.zeros(total, np.bool_),
        )  # fmt: skip

    def add(self, entries: Sequence[TimelineEntry]) -> None:
        newest = float(self.ended[self.known - 1]) if self.known else 0.0
        for entry in entries:
            name, at = entry.actor.name, entry.position - 1
            if name not in self._places:
                self._places[name] = len(self.names)
                self.names.append(name)
            if entry.type not in self._kinds:
                self._kinds[entry.type] = len(self.types)
                self.types.append(entry.type)
            if 0 <= at < self.total:
                newest = max(newest, entry.started + entry.wall_ns / 1e9)
                self.actors[at] = self._places[name]
                self.type_of[at] = self._kinds[entry.type]
                self.seqs[at] = entry.seq
                self.ended[at] = newest
                self.crashed[at] = entry.outcome is Outcome.CRASHED
                self.known = max(self.known, at + 1)

    # lanes

    def lanes(self, most: int = LANES, chosen: str = "") -> list[str]:
        """Those with the most turns and the chosen one, in the order of their names; the others share the last lane."""
        asked = self.known, most, chosen
        if self._lanes[0] != asked:
            self._lanes = asked, self._list_lanes(most, chosen)
        return self._lanes[1]

    def _list_lanes(self, most: int, chosen: str) -> list[str]:
        if len(self.names) <= most:
            return sorted(self.names)
        counts = np.bincount(self.actors[self.actors >= 0], minlength=len(self.names))
        busiest = [self.names[at] for at in np.argsort(-counts, kind="stable")[: most - 1]]
        if chosen in self._places and chosen not in busiest:
            busiest[-1] = chosen
        return [*sorted(busiest), OTHERS]

    def lane_of(self, lanes: Sequence[str], turns: slice) -> NDArray[np.int8]:
        """In which lane each of these turns lies; -1 where that is not known."""
        others = len(lanes) - 1 if OTHERS in lanes and OTHERS not in self._places else -1
        of_actor = np.full(len(self.names) + 1, others, np.int8)
        of_actor[-1] = -1
        for lane, name in enumerate(lanes):
            if name in self._places:
                of_actor[self._places[name]] = lane
        found: NDArray[np.int8] = of_actor[np.minimum(self.actors[turns], len(of_actor) - 1)]  # more may come meanwhile
        return found

    # columns

    def cells(self, lanes: Sequence[str], width: int, seen: Extent | None = None) -> tuple[Flags, Flags]:
        """By lane and column of `width`: whether a turn lies there, and whether one crashed."""
        some, crashed = np.zeros(len(lanes) * width, np.bool_), np.zeros(len(lanes) * width, np.bool_)
        if self.total and width > 0:
            seen = seen or Extent.whole(self.total)
            lane = self.lane_of(lanes, seen.turns)
            at = lane * np.int64(width) + self.columns(seen, width)
            some[at[lane >= 0]] = True
            crashed[at[(lane >= 0) & self.crashed[seen.turns]]] = True
        return some.reshape(len(lanes), width), crashed.reshape(len(lanes), width)

    def density(self, width: int, seen: Extent | None = None) -> NDArray[np.int64]:
        """How many actors took a turn in each of `width` columns: turns themselves are spread evenly."""
        if not self.total or width <= 0:
            return np.zeros(max(width, 0), np.int64)
        seen = seen or Extent.whole(self.total)
        actors, columns = self.actors[seen.turns], self.columns(seen, width)
        there = actors >= 0
        apart = min(max(len(self.names), 1), TOLD_APART)
        took = np.zeros(width * apart, np.int8)
        took[columns[there] * apart + actors[there] % apart] = 1
        found: NDArray[np.int64] = np.add.reduce(took.reshape(width, apart), axis=1, dtype=np.int16).astype(np.int64)
        return found

    def columns(self, seen: Extent, width: int) -> NDArray[np.int64]:
        """In which of so many columns each turn that is seen lies: the last one that its moment reaches into."""
        if self._columns[0] != (seen, width):
            turns = seen.turns
            moments = np.arange(turns.start + 1, turns.stop + 1, dtype=np.float64)
            found = np.ceil((moments - seen.first) * (width / seen.span) - 1e-9).astype(np.int64) - 1
            self._columns = (seen, width), found.clip(0, width - 1)
        return self._columns[1]

    # single turns

    def nearest(self, wanted: Flags, turns: slice, position: float, reach: float) -> int:
        """The moment after the one of these turns that is next to a place, no farther than `reach`; 0: none is."""
        places = np.flatnonzero(wanted) + turns.start + 1
        if not len(places):
            return 0
        found = int(places[np.abs(places - position).argmin()])
        return found if abs(found - position) <= reach else 0

    def actor(self, position: int) -> str:
        """Who took the turn after which this moment is; empty where it is not known."""
        at = position - 1
        known = 0 <= at < self.total and self.actors[at] >= 0
        return self.names[self.actors[at]] if known else ""

    def mark(self, positions: Sequence[int]) -> None:
        """The condition holds for the turns after which these moments are."""
        self.marked[[position - 1 for position in positions]] = True
        self.any_marked = self.any_marked or bool(positions)

    def unmark(self) -> None:
        self.marked[:] = False
        self.any_marked = False

    def type(self, position: int) -> str:
        return self.types[self.type_of[position - 1]] if self.actor(position) else ""
