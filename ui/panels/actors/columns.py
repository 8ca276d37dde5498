"""The columns of the Actors table."""

from __future__ import annotations

from ui import format as show
from ui.models import Column, always
from ui.states import STATES, begins_from, behaviors, state_text
from workbench.api import ActorInfo, ActorState

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
