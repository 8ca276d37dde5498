"""The columns of the Capabilities panel: evidence, its matrix of actor and capability, and the audit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from ui import format as show
from ui.models import Column, always
from workbench.api import CAPABILITIES, Denial, Evidence, GrantChange

Row = Column[Evidence]
LOOKS = {
    "denied": ("error", "error"),
    "missing": ("warning", "warn"),
    "used": ("ok", "ok"),
    "unused": ("info", "muted"),
    "granted": ("ok", "muted"),
}
"""`missing`: required, but not granted. `granted`: whether it is used cannot be counted."""


def standing(row: Evidence) -> str:
    """What stands out about it, in a word."""
    if row.denied and not row.granted:
        return "denied"
    if not row.granted:
        return "missing"
    return "granted" if row.used is None else "used" if row.used else "unused"


def denial_text(denial: Denial | None) -> str:
    """`keyvalue.get on 'a' in get, 12:00:01`."""
    if denial is None:
        return ""
    on = f" on {denial.name!r}" if denial.name else ""
    turn = f" in {denial.message_type}" if denial.message_type else ""
    return f"{denial.what}{on}{turn}, {show.clock(denial.time, milliseconds=False)}"


def _granted(row: Evidence) -> str:
    return ", ".join(row.granted)


def _used(row: Evidence) -> str:
    return show.DASH if row.used is None else show.count(row.used)


EVIDENCE: tuple[Row, ...] = (
    Row("actor", "Actor", lambda e: e.actor.name, lambda e: e.actor.name, 110, bold=True),
    Row("capability", "Capability", lambda e: e.capability, lambda e: e.capability, 118),
    Row("standing", "Standing", standing, standing, 96, icon=lambda e: LOOKS[standing(e)],
        tone=lambda e: LOOKS[standing(e)][1]),
    Row("required", "Required", lambda e: "yes" if e.required else "no", lambda e: "yes" if e.required else "", 78,
        tone=always("muted")),
    Row("granted", "Granted", _granted, _granted, 150),
    Row("used", "Used", lambda e: e.used, _used, 64, right=True,
        tip=lambda e: "It is used without the host: that cannot be counted" if e.used is None else ""),
    Row("denied", "Denied", lambda e: e.denied, lambda e: show.count(e.denied) if e.denied else "", 66, right=True,
        tone=lambda e: "error" if e.denied else ""),
    Row("denial", "Last denial", lambda e: denial_text(e.last_denial), lambda e: denial_text(e.last_denial), 260,
        tone=always("muted")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """One row of the matrix: an actor, and its evidence by capability."""

    actor: str
    evidence: Mapping[str, Evidence]


def matrix(rows: Sequence[Evidence]) -> list[Held]:
    """By actor, in the order of the evidence."""
    found: dict[str, dict[str, Evidence]] = {}
    for row in rows:
        found.setdefault(row.actor.name, {})[row.capability] = row
    return [Held(actor, evidence) for actor, evidence in found.items()]


def _cell(capability: str, held: Held) -> str:
    row = held.evidence.get(capability)
    if row is None:
        return ""
    denied = [f"{row.denied:,} denied"] if row.denied else []
    if not row.granted:
        return denied[0] if denied else "not granted"
    used = "granted" if row.used is None else f"{row.used:,} used" if row.used else "unused"
    return ", ".join([used, *denied])


def _number(capability: str, held: Held) -> float | None:
    """What a column of the matrix sorts by: uses; what was denied comes first."""
    row = held.evidence.get(capability)
    return None if row is None else -row.denied if row.denied and not row.granted else row.used or 0


def _tone(capability: str, held: Held) -> str:
    row = held.evidence.get(capability)
    return LOOKS[standing(row)][1] if row is not None else ""


def _look(capability: str, held: Held) -> tuple[str, str]:
    row = held.evidence.get(capability)
    return LOOKS[standing(row)] if row is not None else ("", "icon")


def _tip(capability: str, held: Held) -> str:
    row = held.evidence.get(capability)
    if row is None:
        return f"{held.actor} neither needs nor holds {capability}"
    required = "required" if row.required else "not required"
    return "\n".join(filter(None, (f"{held.actor}, {capability}: {standing(row)}, {required}", _granted(row),
                                   denial_text(row.last_denial))))  # fmt: skip


MATRIX: tuple[Column[Held], ...] = (
    Column[Held]("actor", "Actor", lambda h: h.actor, lambda h: h.actor, 120, bold=True),
    *(
        Column[Held](each, each.capitalize(), partial(_number, each), partial(_cell, each), 132,
                     icon=partial(_look, each), tone=partial(_tone, each), tip=partial(_tip, each))
        for each in CAPABILITIES
    ),
)  # fmt: skip

AUDIT: tuple[Column[GrantChange], ...] = (
    Column[GrantChange]("number", "No.", lambda c: c.seq, lambda c: f"{c.seq:,}", 52, right=True),
    Column[GrantChange]("time", "Time", lambda c: c.time, lambda c: show.clock(c.time, milliseconds=False), 80,
                        tone=always("muted")),
    Column[GrantChange]("actor", "Actor", lambda c: c.actor.name, lambda c: c.actor.name, 120, bold=True),
    Column[GrantChange]("action", "What", lambda c: c.action, lambda c: c.action, 90),
    Column[GrantChange]("grants", "Grants", lambda c: ", ".join(c.grants), lambda c: ", ".join(c.grants), 240),
    Column[GrantChange]("for", "For", lambda c: c.duration, lambda c: c.duration, 80),
    Column[GrantChange]("by", "By", lambda c: c.by, lambda c: c.by, 80, tone=always("muted")),
)  # fmt: skip
