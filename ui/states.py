"""How states, outcomes and levels look: always an icon and a word, the colour only helps."""

from __future__ import annotations

from workbench.api import ActorInfo, ActorState, Level, Outcome

STATES = {
    ActorState.STARTING: ("starting", "info"),
    ActorState.IDLE: ("idle", "ok"),
    ActorState.RUNNING: ("running", "info"),
    ActorState.WAITING: ("waiting", "warn"),
    ActorState.SUSPENDED: ("suspended", "warn"),
    ActorState.PASSIVE: ("passive", "muted"),
    ActorState.STOPPING: ("stopping", "muted"),
    ActorState.STOPPED: ("stopped", "muted"),
    ActorState.CRASHED: ("crashed", "error"),
}
OUTCOMES = {
    Outcome.REPLY: ("ok", "ok"),
    Outcome.REJECTED: ("rejected", "warn"),
    Outcome.CRASHED: ("crashed", "error"),
}
LEVELS = {
    Level.TRACE: ("log", "faint"),
    Level.DEBUG: ("log", "muted"),
    Level.INFO: ("info", "info"),
    Level.WARN: ("warning", "warn"),
    Level.ERROR: ("error", "error"),
    Level.CRITICAL: ("error", "error"),
}
CODES = {"rejected": ("rejected", "warn"), "timeout": ("time", "warn"), "exhausted": ("fuel", "error")}


def behaviors(info: ActorInfo) -> str:
    return ", ".join(str(behavior) for behavior in info.behaviors)


def state_text(info: ActorInfo) -> str:
    """The state in a word; a machine adds its own state, a wait what it waits for."""
    if info.state is ActorState.WAITING and info.waiting_for:
        return f"waiting for {info.waiting_for}"
    return f"{info.state} ({info.fsm_state})" if info.fsm_state and info.state is ActorState.IDLE else str(info.state)


def begins_from(info: ActorInfo) -> str:
    """What a restart begins with."""
    return "as its journal has it" if info.durable else "from its initial state"


def error_look(code: str) -> tuple[str, str]:
    """Icon and colour of an error code."""
    return CODES.get(code, ("crashed" if code == "crashed" else "error", "error"))
