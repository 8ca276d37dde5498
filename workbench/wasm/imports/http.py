"""The interface `http`: requests to granted hosts, done by the host within what the turn may still wait."""

from __future__ import annotations

from typing import Any

from workbench.api.messages import Payload
from workbench.wasm.gate import Context, current, host_call


@host_call("http", "request")
def request(
    context: Context, method: str, url: str, headers: list[tuple[str, str]], body: Payload, timeout_ms: int
) -> tuple[Any, ...]:
    service = context.host.network
    limits, instance = context.limits, current.instance
    free = (instance.memory_limit - (instance.memory_bytes or 0)) // 4
    watch = service.watch(context.bounded(timeout_ms) / 1000)
    with context.waiting("http"), context.host.interruptible(context.actor, watch.stop):
        found = service.request(
            method,
            url,
            headers,
            body,
            check=lambda target: context.need_host("http.request", target),
            permits=lambda target: context.holdings.permits("network", "", target),
            watch=watch,
            text_bytes=min(limits.text_bytes, free),
            binary_bytes=min(limits.binary_bytes, free),
        )
    return found.status, list(found.headers), found.body
