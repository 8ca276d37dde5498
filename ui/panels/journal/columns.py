"""The columns of the Journal panel: whose journals there are, and the entries of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ui import format as show
from ui.models import Column, always
from ui.states import OUTCOMES
from ui.turn_columns import sender, turn_kind, turn_text, turn_type
from workbench.api import JournalInfo, Outcome, Turn
from workbench.api.traces import trace_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `turn` is None while it is fetched, and when it is `damaged` and cannot be shown."""

    seq: int
    turn: Turn | None = None
    damaged: bool = False


def blank(seq: int, gone: bool) -> Entry:
    return Entry(seq, None, gone)


def events(turn: Turn) -> int:
    """How many events it persisted; those of a turn that crashed are not kept."""
    if turn.outcome is Outcome.CRASHED:
        return 0
    calls = [call for call in turn.host_calls if call.interface == "durability" and not call.error]
    batches = (call.arguments[0] for call in calls if call.function == "persist-batch" and call.arguments)
    return sum(call.function == "persist" for call in calls) + sum(map(len, batches))


def operation(turn: Turn) -> str:
    if turn.birth is not None:
        return f"{turn.operation} ({turn.birth.reason})"
    return turn.operation


def _turns(info: JournalInfo) -> str:
    return f"{info.first:,} to {info.last:,}" if info.entries else show.DASH


def _checkpoint(info: JournalInfo) -> str:
    return f"{info.checkpoint:,}" if info.checkpoint else "none"


def _checkpoint_tip(info: JournalInfo) -> str:
    if not info.checkpoint:
        return "Every entry is needed to bring it back"
    return f"Its state after turn {info.checkpoint:,}, stored {show.moment(info.checkpoint_taken)}"


JOURNALS: tuple[Column[JournalInfo], ...] = (
    Column("actor", "Actor", lambda j: j.actor.name, lambda j: j.actor.name, 150, bold=True,
           icon=always(("journal", "icon"))),
    Column("entries", "Entries", lambda j: j.entries, lambda j: show.count(j.entries), 84, right=True),
    Column("turns", "Turns", lambda j: j.last, _turns, 110, right=True, tone=always("muted")),
    Column("events", "Events", lambda j: j.events, lambda j: show.count(j.events), 74, right=True,
           tip=always("What the actor persisted of its own accord")),
    Column("checkpoint", "Checkpoint", lambda j: j.checkpoint or None, _checkpoint, 90, right=True,
           tip=_checkpoint_tip),
    Column("since", "Since then", lambda j: j.last - j.checkpoint, lambda j: show.count(j.last - j.checkpoint), 84,
           right=True, tip=always("Turns that recovery lives through again")),
    Column("size", "Size", lambda j: j.bytes, lambda j: show.size(j.bytes), 84, right=True),
    Column("back", "Comes back", lambda j: "yes" if j.runs else "no", lambda j: "yes" if j.runs else "no", 104,
           tone=always("muted"), tip=lambda j: "It is brought back when the node starts" if j.runs else "It has ended"),
    Column("damaged", "Damaged", lambda j: j.quarantined, lambda j: show.count(j.quarantined) if j.quarantined else "",
           78, right=True, tone=always("error"), icon=lambda j: ("warning", "error") if j.quarantined else ("", "icon"),
           tip=always("Entries that were not as written, and were put aside")),
)  # fmt: skip


def _of(function: Callable[[Turn], T], otherwise: T) -> Callable[[Entry], T]:
    return lambda entry: function(entry.turn) if entry.turn is not None else otherwise


def _missing(entry: Entry) -> str:
    return "damaged: verify says why" if entry.damaged else "…"


def _outcome_look(entry: Entry) -> tuple[str, str]:
    if entry.turn is not None:
        return OUTCOMES[entry.turn.outcome]
    return ("warning", "error") if entry.damaged else ("", "icon")


def _outcome(entry: Entry) -> str:
    return str(entry.turn.outcome) if entry.turn is not None else _missing(entry)


def _events_text(turn: Turn) -> str:
    return show.count(found) if (found := events(turn)) else ""


def _type(turn: Turn) -> str:
    return turn.envelope.type if turn.envelope is not None else ""


ENTRIES: tuple[Column[Entry], ...] = (
    Column("seq", "Turn", lambda e: e.seq, lambda e: f"{e.seq:,}", 78, right=True,
           words=_of(lambda t: f"{turn_type(t)} {t.operation}", "")),
    Column("time", "Time", _of(lambda t: t.started, None), _of(lambda t: show.clock(t.started), ""), 104,
           tone=always("muted")),
    Column("outcome", "Outcome", _outcome, _outcome, 104, icon=_outcome_look, tone=lambda e: _outcome_look(e)[1]),
    Column("operation", "Operation", _of(operation, ""), _of(operation, ""), 124, tone=always("muted")),
    Column("kind", "Kind", _of(turn_kind, ""), _of(turn_kind, ""), 72, tone=always("muted"), hidden=True),
    Column("type", "Type", _of(_type, ""), _of(_type, ""), 96),
    Column("from", "From", _of(sender, ""), _of(sender, ""), 84, tone=always("muted"), hidden=True),
    Column("fuel", "Fuel", _of(lambda t: t.figures.fuel, None),
           _of(lambda t: show.count(t.figures.fuel) if t.figures.fuel is not None else "unknown", ""), 78, right=True),
    Column("memory", "Memory", _of(lambda t: t.figures.memory_bytes, None),
           _of(lambda t: show.size(t.figures.memory_bytes), ""), 78, right=True),
    Column("calls", "Host calls", _of(lambda t: t.host_calls_total, None),
           _of(lambda t: show.count(t.host_calls_total), ""), 80, right=True),
    Column("events", "Events", _of(events, None), _of(_events_text, ""), 60, right=True,
           tip=always("Events that the turn persisted")),
    Column("took", "Took", _of(lambda t: t.figures.wall_ns / 1e9, None),
           _of(lambda t: show.nanoseconds(t.figures.wall_ns), ""), 72, right=True, hidden=True),
    Column("trace", "Trace", _of(trace_of, ""), _of(lambda t: trace_of(t)[:8], ""), 84, tone=always("muted"),
           hidden=True, tip=_of(trace_of, "")),
    Column("reply", "Reply or reason", _of(turn_text, ""), _of(turn_text, ""), 160),
)  # fmt: skip
