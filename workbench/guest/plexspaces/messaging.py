"""Messages between actors, their birth and end, timers.

An actor is named by its id, `name` or `name@node`. The messages of the system (kind info) are `DOWN` of a monitored
actor and `EXIT` of a linked one, both with the JSON text `{"actor": id, "reason": sentence}`, and those of this
actor's own timers.
"""

from __future__ import annotations

from collections.abc import Iterable

from . import bindings
from .arguments import natural, optional_text, payload_of, text, texts
from .payload import Payload


def tell(to: str, message_type: str, payload: Payload = "") -> str:
    """Send a message (kind cast) without waiting for anything, and return its id.

    Messages from one actor to another arrive in order. Raises NotFound, Denied, and Exhausted when the mailbox is full
    or the payload too large.
    """
    wit = payload_of("payload", payload)
    identity: str = bindings.call("messaging", "tell", text("to", to), text("message_type", message_type), wit)
    return identity


def ask(to: str, message_type: str, payload: Payload = "", *, timeout_ms: int = 5_000) -> Payload:
    """Send a message (kind call) and wait for the reply; never longer than the actor's profile allows.

    Raises NotFound, Rejected (with the other's reason), Crashed, Timeout, Exhausted, Denied, and Conflict when an actor
    would ask itself or round a cycle.
    """
    reply: Payload = bindings.call(
        "messaging",
        "ask",
        text("to", to),
        text("message_type", message_type),
        payload_of("payload", payload),
        natural("timeout_ms", timeout_ms),
    ).value
    return reply


def spawn(
    module_ref: str,
    initial_state: Payload = "",
    *,
    name: str | None = None,
    profile: str | None = None,
    grants: Iterable[str] = (),
    link: bool = False,
    monitor: bool = False,
) -> str:
    """Start a child and return its id. `module_ref` is a module's name, `name@version`, hash or unique hash prefix.

    `profile` names a set of limits and grants, `grants` adds to it; a child gets at most what its parent holds. With
    `link` the two get `EXIT` of each other, with `monitor` the parent gets `DOWN` of the child.
    Raises NotFound (no such module), AlreadyExists (the name is taken), Invalid, Crashed (its `init` failed), Denied.
    """
    options = bindings.interface("messaging").SpawnOptions(
        name=optional_text("name", name),
        profile=optional_text("profile", profile),
        grants=texts("grants", grants),
        link=bool(link),
        monitor=bool(monitor),
    )
    state = payload_of("initial_state", initial_state)
    identity: str = bindings.call("messaging", "spawn", text("module_ref", module_ref), state, options)
    return identity


def stop(actor: str) -> None:
    """Stop an actor in order. An actor may stop itself; its turn still ends normally. Raises NotFound, Denied."""
    bindings.call("messaging", "stop", text("actor", actor))


def link(actor: str) -> None:
    """Link this actor and another, both ways. Linking twice is linking once. Raises NotFound."""
    bindings.call("messaging", "link", text("actor", actor))


def unlink(actor: str) -> None:
    """Take a link away; no link is no error."""
    bindings.call("messaging", "unlink", text("actor", actor))


def monitor(actor: str) -> None:
    """Ask for one `DOWN` message when the actor ends; if it has ended already, it comes at once."""
    bindings.call("messaging", "monitor", text("actor", actor))


def demonitor(actor: str) -> None:
    """Take a monitor away; no monitor is no error."""
    bindings.call("messaging", "demonitor", text("actor", actor))


def self_id() -> str:
    """The id of this actor."""
    identity: str = bindings.call("messaging", "self_id")
    return identity


def parent_id() -> str | None:
    """The id of the actor that spawned this one; None when it was started from outside."""
    identity: str | None = bindings.call("messaging", "parent_id")
    return identity


def send_after(delay_ms: int, message_type: str, payload: Payload = "") -> int:
    """Send this actor a message (kind info) after `delay_ms` milliseconds, and return the timer's number."""
    wit = payload_of("payload", payload)
    delay = natural("delay_ms", delay_ms)
    timer: int = bindings.call("messaging", "send_after", delay, text("message_type", message_type), wit)
    return timer


def cancel_timer(timer: int) -> bool:
    """Take a timer back: True when it had not fired yet."""
    cancelled: bool = bindings.call("messaging", "cancel_timer", natural("timer", timer))
    return cancelled


def now_ms() -> int:
    """Milliseconds since 1970-01-01 UTC: the real time with the grant `clocks`, otherwise the actor's virtual time."""
    now: int = bindings.call("messaging", "now_ms")
    return now
