"""The columns of what supervisors decided."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from workbench.api import RestartRecord

Decision = Column[RestartRecord]
LOOKS = {"gave up": ("crashed", "error"), "started": ("restart", "info"), "left": ("stopped", "muted")}
SPOKEN = {"gave up": "gave up", "started": "started again", "left": "left stopped"}


def kind(record: RestartRecord) -> str:
    """`started`, `left` or `gave up`."""
    return "gave up" if record.plan.gives_up else "started" if record.plan.start else "left"


def started(record: RestartRecord) -> str:
    return show.named(record.plan.start)


def cause(record: RestartRecord) -> str:
    return show.one_line(str(record.cause)) if record.cause is not None else ""


DECISIONS: tuple[Decision, ...] = (
    Decision("number", "No.", lambda r: r.seq, lambda r: f"{r.seq:,}", 56, right=True),
    Decision("time", "Time", lambda r: r.time, lambda r: show.clock(r.time), 108, tone=always("muted")),
    Decision("supervisor", "Supervisor", lambda r: r.supervisor, lambda r: r.supervisor, 100, tone=always("muted")),
    Decision("child", "Ended", lambda r: r.child, lambda r: r.child, 100, bold=True),
    Decision("ending", "How", lambda r: str(r.ending), lambda r: str(r.ending), 82),
    Decision("decision", "Decision", lambda r: SPOKEN[kind(r)], lambda r: SPOKEN[kind(r)], 122,
             icon=lambda r: LOOKS[kind(r)], tone=lambda r: LOOKS[kind(r)][1]),
    Decision("used", "Used", lambda r: r.used, lambda r: f"{r.used:,} of {r.intensity:,}", 70, right=True),
    Decision("message", "Killed by", lambda r: r.killed_by, lambda r: r.killed_by, 90),
    Decision("cause", "Cause", cause, cause, 220),
    Decision("starts", "Starts", started, started, 120, hidden=True),
)  # fmt: skip
