"""The columns of the Actors table and of the turns below it."""

from __future__ import annotations

from ui import format as show
from ui.endings import ending
from ui.models import Column, always
from ui.states import OUTCOMES, STATES, begins_from, behaviors, state_text
from workbench.api import ActorInfo, ActorState, Turn

Actor = Column[ActorInfo]


def error_text(info: ActorInfo) -> str:
    return show.one_line(str(info.last_cause)) if info.last_cause else ""


ACTORS: tuple[Actor, ...] = (
    Actor("id", "Actor", lambda a: a.id.name, lambda a: a.id.name, 124, bold=True),
    Actor("state", "State", lambda a: str(a.state), state_text, 150,
          icon=lambda a: STATES[a.state], tone=lambda a: STATES[a.state][1]),
    Actor("action", "", always(None), always(""), 92, tip=lambda a: f"Start it again {begins_from(a)}"
          if a.state is ActorState.CRASHED else ""),
    Actor("messages/s", "Msgs/s", lambda a: a.messages_per_second, lambda a: show.short(a.messages_per_second), 66,
          right=True),
    Actor("fuel/s", "Fuel/s", lambda a: a.fuel_per_second, lambda a: show.short(a.fuel_per_second), 70, right=True),
    Actor("memory", "Memory", lambda a: a.memory_bytes, lambda a: show.size(a.memory_bytes), 78, right=True),
    Actor("mailbox", "Mailbox", lambda a: a.mailbox, lambda a: show.count(a.mailbox), 72, right=True),
    Actor("restarts", "Restarts", lambda a: a.restarts, lambda a: show.count(a.restarts), 74, right=True),
    Actor("durable", "Durable", lambda a: "yes" if a.durable else "no", lambda a: "yes" if a.durable else "", 70,
          tone=always("muted"), tip=lambda a: "It has a journal, and comes back as it was" if a.durable else ""),
    Actor("supervisor", "Supervisor", lambda a: a.supervisor, lambda a: a.supervisor, 96, tone=always("muted"),
          tip=lambda a: f"{a.supervisor} starts it again" if a.supervisor else ""),
    Actor("parent", "Parent", lambda a: a.parent, lambda a: a.parent, 96, tone=always("muted"), hidden=True,
          tip=always("The actor that spawned it")),
    Actor("oldest", "Oldest", lambda a: a.mailbox_oldest_seconds if a.mailbox else None,
          lambda a: show.duration(a.mailbox_oldest_seconds) if a.mailbox else "", 78, right=True, hidden=True,
          tip=always("Age of the oldest message in the mailbox")),
    Actor("behavior", "Behavior", behaviors, behaviors, 120, tone=always("muted")),
    Actor("module", "Module", lambda a: a.module_name, lambda a: a.module_name, 110, tone=always("muted"),
          tip=lambda a: f"{a.module_name}\n{a.module}"),
    Actor("hash", "Module hash", lambda a: a.module, lambda a: a.module[:12], 108, tone=always("muted"), hidden=True),
    Actor("links", "Links", lambda a: ", ".join(a.links), lambda a: ", ".join(a.links), 110, tone=always("muted"),
          hidden=True, tip=always("Actors whose crash it is told of, and they of its own")),
    Actor("monitors", "Monitors", lambda a: ", ".join(a.monitors), lambda a: ", ".join(a.monitors), 110,
          tone=always("muted"), hidden=True, tip=always("Actors whose end it is told of")),
    Actor("error", "Last error", error_text, error_text, 220,
          tone=lambda a: "error" if a.state is ActorState.CRASHED else "muted"),
)  # fmt: skip


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
    Row("time", "Time", lambda t: t.started, lambda t: show.clock(t.started), 108, tone=always("muted")),
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
)  # fmt: skip
