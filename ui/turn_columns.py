"""The columns of a table of turns."""

from __future__ import annotations

from ui import format as show
from ui.endings import ending
from ui.models import Column, always
from ui.states import OUTCOMES
from workbench.api import Turn
from workbench.api.traces import trace_of


def turn_text(turn: Turn) -> str:
    if turn.cause is not None:
        return show.one_line(str(turn.cause))
    shown = turn.text or turn.reply or ending(turn.envelope)
    return show.one_line(shown) if isinstance(shown, str) else show.plural(len(shown), "byte")


def turn_type(turn: Turn) -> str:
    return turn.envelope.type if turn.envelope is not None else turn.operation


def turn_kind(turn: Turn) -> str:
    return str(turn.envelope.kind) if turn.envelope is not None else "life cycle"


def sender(turn: Turn) -> str:
    return (turn.envelope.sender or "outside") if turn.envelope is not None else ""


Row = Column[Turn]
TURNS: tuple[Row, ...] = (
    Row("turn", "Turn", lambda t: t.seq, lambda t: f"{t.seq:,}", 62, right=True),
    Row("time", "Time", lambda t: t.started, lambda t: show.clock(t.started), 112, tone=always("muted")),
    Row("outcome", "Outcome", lambda t: str(t.outcome), lambda t: str(t.outcome), 100,
        icon=lambda t: OUTCOMES[t.outcome], tone=lambda t: OUTCOMES[t.outcome][1]),
    Row("kind", "Kind", turn_kind, turn_kind, 80, tone=always("muted")),
    Row("type", "Type", turn_type, turn_type, 100),
    Row("from", "From", sender, sender, 76, tone=always("muted")),
    Row("fuel", "Fuel", lambda t: t.figures.fuel,
        lambda t: show.count(t.figures.fuel) if t.figures.fuel is not None else "unknown", 78, right=True),
    Row("took", "Took", lambda t: t.figures.wall_ns / 1e9, lambda t: show.nanoseconds(t.figures.wall_ns), 78,
        right=True),
    Row("memory", "Memory", lambda t: t.figures.memory_bytes, lambda t: show.size(t.figures.memory_bytes), 82,
        right=True, hidden=True),
    Row("calls", "Host calls", lambda t: t.host_calls_total, lambda t: show.count(t.host_calls_total), 84, right=True),
    Row("reply", "Reply or reason", turn_text, turn_text, 200),
    Row("trace", "Trace", trace_of, lambda t: trace_of(t)[:8], 84, tone=always("muted"), hidden=True, tip=trace_of),
    Row("replays", "Replays", lambda t: t.unrepeatable, lambda t: "not exactly" if t.unrepeatable else "", 90,
        icon=lambda t: ("warning", "warn") if t.unrepeatable else ("", "icon"), tone=always("warn"),
        tip=lambda t: t.unrepeatable or "From its recording it comes out the same"),
)  # fmt: skip
