"""The ticks of a session's timeline: round times of day where turns then were, readable beside each other. Pure."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ui import format as show
from ui.panels.session.map import Extent

STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
         7200, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 2 * 86_400, 7 * 86_400, 28 * 86_400)  # fmt: skip
TRIED = 2_000
"""So many times are looked at for one step: what is not worked through at once is too fine to be read."""
GAP = 14.0
EVENLY = 160.0
"""Pixels from tick to tick where no round time lies among the turns."""


@dataclass(frozen=True, slots=True)
class Tick:
    """`x` is counted from the left end of the axis."""

    x: float
    text: str


def ticks(seen: Extent, ended: NDArray[np.float64], width: float, wide: Callable[[str], float]) -> list[Tick]:
    """`ended` is when each of the turns that are seen was over, rising. Turns stand evenly, whatever the time between
    them, so a time stands where the first turn after it does; of times that fall together the first is shown."""
    if not len(ended):
        return []
    first = seen.turns.start + 1

    def place(at: NDArray[np.int64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = (at + first - seen.first) * (width / seen.span)
        return found

    start, end = float(ended[0]), float(ended[-1])
    best: list[Tick] = []
    wanted = max(width / EVENLY, 2.0)
    for step in reversed(STEPS):
        if (end - start) / step > TRIED:
            break
        times = _round_times(start, end, step)
        found = _readable(times, place(np.searchsorted(ended, times)), step, width, wide)
        if len(found) > len(best):
            best = found
        if len(best) >= wanted:
            return best
    if len(best) >= 2:
        return best
    evenly = np.unique(np.linspace(0, len(ended) - 1, max(int(width / EVENLY), 1) + 1).astype(np.int64)[:-1])
    return _readable(ended[evenly], place(evenly), STEPS[0], width, wide)


def _round_times(start: float, end: float, step: float) -> NDArray[np.float64]:
    """Those of the local clock."""
    ahead = time.localtime(start).tm_gmtoff
    first = np.ceil((start + ahead) / step)
    found: NDArray[np.float64] = np.arange(first, np.floor((end + ahead) / step) + 1) * step - ahead
    return found


def _readable(
    times: Sequence[float] | NDArray[np.float64], places: NDArray[np.float64], step: float, width: float,
    wide: Callable[[str], float],
) -> list[Tick]:  # fmt: skip
    """From left to right, those that do not touch; the day only where it is another one."""
    found: list[Tick] = []
    free, day = 0.0, ""
    for when, x in zip(times, places, strict=True):
        if x < free or x > width - GAP:
            continue
        text, its_day = _named(float(when), day, step)
        if x + wide(text) > width:
            continue
        found.append(Tick(float(x), text))
        free, day = float(x) + wide(text) + GAP, its_day
    return found


def _named(when: float, day: str, step: float) -> tuple[str, str]:
    """The text of a tick, and its day."""
    its_day, _, clock = show.clock(when + 1e-6, milliseconds=step < 1).rpartition(" ")
    if step >= 60:
        clock = clock[:5]
    return (f"{its_day} {clock}" if its_day and its_day != day else clock), its_day
