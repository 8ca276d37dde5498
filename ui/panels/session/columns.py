"""The columns of the Session panel: turns, waiting messages, and what a replay came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ui import format as show
from ui.models import Column, always
from ui.states import OUTCOMES
from workbench.api import Envelope
from workbench.api.bundles import ActorReplay
from workbench.api.session import TimelineEntry

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """One turn of the session; `entry` is None while it is fetched."""

    position: int
    entry: TimelineEntry | None = None


def blank(position: int, _gone: bool) -> Place:
    return Place(position)


def _of(function: Callable[[TimelineEntry], T], otherwise: T) -> Callable[[Place], T]:
    return lambda place: function(place.entry) if place.entry is not None else otherwise


TURNS: tuple[Column[Place], ...] = (
    Column("position", "Position", lambda p: p.position, lambda p: f"{p.position:,}", 76, right=True,
           words=_of(lambda e: f"{e.actor.name} {e.type}", "")),
    Column("actor", "Actor", _of(lambda e: e.actor.name, ""), _of(lambda e: e.actor.name, "…"), 100, bold=True),
    Column("turn", "Turn", _of(lambda e: e.seq, None), _of(lambda e: f"{e.seq:,}", ""), 56, right=True),
    Column("type", "Type", _of(lambda e: e.type, ""), _of(lambda e: e.type, ""), 110),
    Column("outcome", "Outcome", _of(lambda e: str(e.outcome), ""), _of(lambda e: str(e.outcome), ""), 100,
           icon=_of(lambda e: OUTCOMES[e.outcome], ("", "icon")), tone=_of(lambda e: OUTCOMES[e.outcome][1], "muted")),
    Column("time", "Time", _of(lambda e: e.started, None), _of(lambda e: show.clock(e.started), ""), 104,
           tone=always("muted")),
    Column("calls", "Host calls", _of(lambda e: e.calls, None), _of(lambda e: show.count(e.calls), ""), 80, right=True),
    Column("fuel", "Fuel", _of(lambda e: e.fuel, None),
           _of(lambda e: show.count(e.fuel) if e.fuel is not None else "unknown", ""), 78, right=True),
    Column("memory", "Memory", _of(lambda e: e.memory_bytes, None), _of(lambda e: show.size(e.memory_bytes), ""), 78,
           right=True, hidden=True),
    Column("took", "Took", _of(lambda e: e.wall_ns / 1e9, None), _of(lambda e: show.nanoseconds(e.wall_ns), ""), 74,
           right=True),
    Column("trace", "Trace", _of(lambda e: e.trace, ""), _of(lambda e: e.trace[:8], ""), 84, tone=always("muted"),
           hidden=True, tip=_of(lambda e: e.trace, "")),
    Column("replays", "Replays", _of(lambda e: "no" if e.unrepeatable else "yes", ""),
           _of(lambda e: "not exactly" if e.unrepeatable else "", ""), 90,
           icon=_of(lambda e: ("warning", "warn") if e.unrepeatable else ("", "icon"), ("", "icon")),
           tone=always("warn"), tip=_of(lambda e: e.unrepeatable or "From its recording it comes out the same", "")),
)  # fmt: skip


def _payload(envelope: Envelope) -> str:
    found = envelope.payload
    return show.one_line(found) if isinstance(found, str) else show.plural(len(found), "byte")


MAILBOX: tuple[Column[Envelope], ...] = (
    Column("type", "Type", lambda e: e.type, lambda e: e.type, 110, bold=True),
    Column("kind", "Kind", lambda e: str(e.kind), lambda e: str(e.kind), 60, tone=always("muted")),
    Column("from", "From", lambda e: e.sender or "outside", lambda e: e.sender or "outside", 100, tone=always("muted")),
    Column("sent", "Sent", lambda e: e.time, lambda e: show.clock(e.time), 104, tone=always("muted")),
    Column("payload", "Payload", _payload, _payload, 200),
)  # fmt: skip


def verdict(found: ActorReplay) -> str:
    if found.divergence is not None:
        return "differs"
    return "not replayed" if found.problem else "equal"


VERDICTS = {"equal": ("ok", "ok"), "differs": ("diff", "error"), "not replayed": ("warning", "warn")}


def first(found: ActorReplay) -> str:
    if found.divergence is not None:
        return f"turn {found.divergence.seq:,}: {found.divergence.what}"
    return show.one_line(found.problem)


REPLAYS: tuple[Column[ActorReplay], ...] = (
    Column("actor", "Actor", lambda r: r.actor.name, lambda r: r.actor.name, 120, bold=True),
    Column("result", "Result", verdict, verdict, 110, icon=lambda r: VERDICTS[verdict(r)],
           tone=lambda r: VERDICTS[verdict(r)][1]),
    Column("turns", "Turns", lambda r: r.turns, lambda r: f"{r.replayed:,} of {r.turns:,}", 100, right=True),
    Column("equal", "Equal", lambda r: r.equal, lambda r: show.count(r.equal), 70, right=True),
    Column("uncertain", "Uncertain", lambda r: r.uncertain, lambda r: show.count(r.uncertain) if r.uncertain else "",
           76, right=True, tip=always("They came out otherwise after something that cannot be lived through again")),
    Column("fuel", "Fuel of", lambda r: r.fuel_compared, lambda r: show.count(r.fuel_compared), 70, right=True,
           tip=always("Turns whose fuel was compared")),
    Column("first", "First difference", first, first, 240),
)  # fmt: skip
