"""Curves from samples: what was not measured is a gap, and no curve has more points than the screen has pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workbench.api import Sample

Array = NDArray[np.float64]
GAP_SECONDS = 2.5
"""Two samples that lie further apart are not joined: nobody measured in between."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One graph: its name, the unit of its axis, and where its value comes from."""

    key: str
    title: str
    unit: str
    value: Callable[[Sample], float | None]


MEASURES = (
    Measure("fuel", "Fuel/s", "fuel/s", lambda s: s.fuel_per_second),
    Measure("messages", "Messages/s", "msgs/s", lambda s: s.messages_per_second),
    Measure("turn", "Turn time", "seconds", lambda s: None if s.turn_ms is None else s.turn_ms / 1000),
    Measure("memory", "Memory", "bytes", lambda s: s.memory_bytes),
    Measure("mailbox", "Mailbox", "messages", lambda s: s.mailbox),
    Measure("cpu", "Processor, node", "percent", lambda s: s.cpu_percent),
)


def curve(samples: Sequence[Sample], value: Callable[[Sample], float | None], now: float) -> tuple[Array, Array]:
    """(seconds before `now`, value), with NaN where nothing was measured."""
    times: list[float] = []
    values: list[float] = []
    last = None
    for sample in samples:
        if last is not None and sample.time - last > GAP_SECONDS:
            times.append((sample.time + last) / 2 - now)
            values.append(float("nan"))
        last = sample.time
        found = value(sample)
        times.append(sample.time - now)
        values.append(float("nan") if found is None else float(found))
    return np.array(times, dtype=np.float64), np.array(values, dtype=np.float64)


def decimated(times: Array, values: Array, pixels: int) -> tuple[Array, Array]:
    """At most two points for each pixel: the least and the greatest of its share. Gaps and extremes stay."""
    if len(times) <= 2 * pixels or pixels < 1:
        return times, values
    kept: list[int] = []
    for share in np.array_split(np.arange(len(times)), pixels):
        part = values[share]
        if np.all(np.isnan(part)):
            kept.append(int(share[0]))
        else:
            kept.extend(sorted({int(share[np.nanargmin(part)]), int(share[np.nanargmax(part)])}))
    chosen = np.array(kept)
    return times[chosen], values[chosen]
