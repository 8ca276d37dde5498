"""The columns of what was sent."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from ui.sending import Sent
from ui.states import error_look

Col = Column[Sent]


def written_headers(sent: Sent) -> str:
    return ", ".join(f"{name}={value}" for name, value in sent.headers.items())


def _look(sent: Sent) -> tuple[str, str]:
    return error_look(sent.code) if sent.code else ("ok", "ok")


def _answer(sent: Sent) -> str:
    found = sent.text or sent.reply
    return show.one_line(found) if isinstance(found, str) else show.plural(len(found), "byte")


def _payload(sent: Sent) -> str:
    return show.one_line(sent.payload) if isinstance(sent.payload, str) else show.plural(len(sent.payload), "byte")


COLUMNS: tuple[Col, ...] = (
    Col("time", "Time", lambda s: s.time, lambda s: show.clock(s.time, milliseconds=False), 74, tone=always("muted")),
    Col("actor", "Actor", lambda s: s.actor, lambda s: s.actor, 100, bold=True),
    Col("kind", "Kind", lambda s: s.kind, lambda s: s.kind, 52, tone=always("muted")),
    Col("type", "Type", lambda s: s.type, lambda s: s.type, 96),
    Col("payload", "Payload", _payload, _payload, 90),
    Col("headers", "Headers", written_headers, written_headers, 120, tone=always("muted"), hidden=True),
    Col("outcome", "Outcome", lambda s: s.outcome, lambda s: s.outcome, 92, icon=_look, tone=lambda s: _look(s)[1]),
    Col("fuel", "Fuel", lambda s: s.figures.fuel if s.figures else None,
        lambda s: show.count(s.figures.fuel if s.figures else None), 76, right=True),
    Col("took", "Took", lambda s: s.round_trip_ns / 1e9, lambda s: show.nanoseconds(s.round_trip_ns), 76, right=True),
    Col("reply", "Reply or reason", _answer, _answer, 160),
)  # fmt: skip
