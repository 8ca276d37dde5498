"""The interface `keyvalue`: keys and values of the actor's tenant and namespace."""

from __future__ import annotations

from workbench.api.messages import Payload
from workbench.wasm.gate import Context, host_call


@host_call("keyvalue", "get")
def get(context: Context, key: str) -> Payload | None:
    return context.services.keyvalue.get(key)


@host_call("keyvalue", "put")
def put(context: Context, key: str, value: Payload, ttl_ms: int | None) -> None:
    context.services.keyvalue.put(key, value, ttl_ms=ttl_ms)


@host_call("keyvalue", "delete")
def delete(context: Context, key: str) -> bool:
    return context.services.keyvalue.delete(key)


@host_call("keyvalue", "exists")
def exists(context: Context, key: str) -> bool:
    return context.services.keyvalue.exists(key)


@host_call("keyvalue", "list-keys")
def list_keys(context: Context, prefix: str, limit: int, after: str | None) -> list[str]:
    return list(context.services.keyvalue.keys(prefix, limit=limit, after=after))


@host_call("keyvalue", "compare-and-swap", shape=lambda _context, _value: True)
def compare_and_swap(context: Context, key: str, expected: Payload | None, replacement: Payload) -> bool:
    return context.services.keyvalue.compare_and_swap(key, expected, replacement)


@host_call("keyvalue", "increment", shape=lambda _context, value: int(value))
def increment(context: Context, key: str, delta: int) -> int:
    return context.services.keyvalue.increment(key, delta)


@host_call("keyvalue", "ttl")
def ttl(context: Context, key: str) -> int | None:
    return context.services.keyvalue.ttl(key)


@host_call("keyvalue", "watch")
def watch(context: Context, prefix: str) -> str:
    return context.services.keyvalue.watch(prefix)


@host_call("keyvalue", "unwatch")
def unwatch(context: Context, watch: str) -> None:
    context.services.keyvalue.unwatch(watch)
