"""The interface `messaging`: messages between actors, their birth and end, timers."""

from __future__ import annotations

from typing import Any

from workbench.api.messages import Payload
from workbench.wasm.gate import Context, current, host_call


@host_call("messaging", "tell")
def tell(context: Context, to: str, message_type: str, payload: Payload) -> str:
    return context.host.messaging.tell(context.actor, to, message_type, payload)


@host_call("messaging", "ask")
def ask(context: Context, to: str, message_type: str, payload: Payload, timeout_ms: int) -> Payload:
    with context.waiting(f"ask {to}"):
        return context.host.messaging.ask(context.actor, to, message_type, payload, context.bounded(timeout_ms))


@host_call("messaging", "spawn")
def spawn(context: Context, module_ref: str, initial_state: Payload, options: Any) -> str:
    with context.waiting(f"spawn {module_ref}"):
        return context.host.messaging.spawn(context.actor, module_ref, initial_state, options)


@host_call("messaging", "stop")
def stop(context: Context, actor: str) -> None:
    context.host.messaging.stop(context.actor, actor)


@host_call("messaging", "link")
def link(context: Context, actor: str) -> None:
    context.host.messaging.link(context.actor, actor)


@host_call("messaging", "unlink")
def unlink(context: Context, actor: str) -> None:
    context.host.messaging.unlink(context.actor, actor)


@host_call("messaging", "monitor")
def monitor(context: Context, actor: str) -> None:
    context.host.messaging.monitor(context.actor, actor)


@host_call("messaging", "demonitor")
def demonitor(context: Context, actor: str) -> None:
    context.host.messaging.demonitor(context.actor, actor)


@host_call("messaging", "self-id")
def self_id(context: Context) -> str:
    return context.host.messaging.self_id(context.actor)


@host_call("messaging", "parent-id")
def parent_id(context: Context) -> str | None:
    return context.host.messaging.parent_id(context.actor)


@host_call("messaging", "send-after")
def send_after(context: Context, delay_ms: int, message_type: str, payload: Payload) -> int:
    return context.host.messaging.send_after(context.actor, delay_ms, message_type, payload)


@host_call("messaging", "cancel-timer")
def cancel_timer(context: Context, timer: int) -> bool:
    return context.host.messaging.cancel_timer(context.actor, timer)


@host_call("messaging", "now-ms")
def now_ms(_context: Context) -> int:
    """Real time with the capability `clocks`, else the actor's virtual time, the same that its WASI clock shows."""
    now: int = current.instance.world.wall_ns() // 1_000_000
    return now
