"""What the graphs show, worked out off the Qt thread: curves of no more points than pixels, and the legend."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui.marks import Mark, told
from ui.panels.graphs.kills import Kills
from ui.panels.graphs.legend import NODE, Series
from ui.panels.graphs.samples import Samples
from ui.roster import Listing
from workbench.api import ActorInfo, ActorState, Sample

if TYPE_CHECKING:
    from ui.series import Array

    Curves = Mapping[str, tuple[Array, Array, str]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One picture: the curves of each measure by name, who ended when and why, and the newest values of the node."""

    curves: tuple[Curves, ...]
    kills: tuple[Mark, ...]
    newest: tuple[float | None, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be drawn: series with their colours, how far back, how wide a graph is."""

    colors: Mapping[str, str]
    seconds: float
    pixels: int


def drawing(samples: Samples, kills: Kills, asked: Asked) -> Drawing:
    from ui.series import MEASURES, curve, decimated

    now, series = samples.now(), samples.series
    kept = {
        name: [sample for sample in series[name] if sample.time >= now - asked.seconds - 2]
        for name in asked.colors if series.get(name)
    }  # fmt: skip
    newest = samples.newest(NODE)
    return Drawing(
        tuple(
            {
                name: (*decimated(*curve(found, measure.value, now), asked.pixels), asked.colors[name])
                for name, found in kept.items() if name == NODE or measure.key != "cpu"
            }
            for measure in MEASURES
        ),
        tuple(kills.marks(kept, now, asked.seconds)),
        tuple(measure.value(newest) if newest else None for measure in MEASURES), asked.seconds,
    )  # fmt: skip


def legend(listing: Listing, node: Sample | None, colors: Mapping[str, str], drawn: Mapping[str, bool]) -> list[Series]:
    """The node, then every actor; what is not drawn has no colour yet."""
    turn = None if node is None or node.turn_ms is None else node.turn_ms / 1000
    first = Series(NODE, colors.get(NODE, ""), drawn.get(NODE, False), False, node.fuel_per_second if node else None,
                   turn, node.memory_bytes if node else None)  # fmt: skip
    return [first, *(_series(info, colors, drawn) for info in listing.actors)]


def _series(info: ActorInfo, colors: Mapping[str, str], drawn: Mapping[str, bool]) -> Series:
    name = info.id.name
    turn = info.last_turn_ns / 1e9 if info.last_turn_ns else None
    return Series(name, colors.get(name, ""), drawn.get(name, False), info.state is ActorState.CRASHED,
                  info.fuel_per_second, turn, info.memory_bytes, info.crashes,
                  told(info.last_cause) if info.last_cause is not None else "")  # fmt: skip


def first_drawn(names: Sequence[str], seen: set[str], drawn: dict[str, bool], most: int) -> None:
    """New actors are drawn by themselves while there are only a few curves; what the user decided stays."""
    count = sum(drawn.values())
    for name in names:
        if name not in seen:
            seen.add(name)
            if name not in drawn and count <= most:
                drawn[name] = True
                count += 1
