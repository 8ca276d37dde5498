"""The interface `socket`: TCP to granted hosts. Connections belong to the instance and are closed with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workbench.api.errors import Exhausted, NotFound
from workbench.wasm.gate import Connection, Context, current, host_call

CONNECTIONS = 16
"""The most that one instance may hold."""


@host_call("socket", "connect")
def connect(context: Context, host: str, port: int, timeout_ms: int) -> int:
    world, service = current.instance.world, context.host.network
    if len(world.connections) >= CONNECTIONS:
        raise Exhausted(
            f"{context.actor.name} has {CONNECTIONS} connections open already; close one first",
            limit="connections",
            value=CONNECTIONS,
            used=CONNECTIONS,
        )
    with _wait(context, f"connect {host}"[:100], timeout_ms) as watch:
        made = service.connect(
            host, port, permits=lambda target: context.holdings.permits("network", "", target), watch=watch
        )
    world.next_connection += 1
    world.connections[world.next_connection] = made
    return int(world.next_connection)


@host_call("socket", "send")
def send(context: Context, connection: int, data: bytes) -> None:
    found = _granted(context, "socket.send", connection)
    with _wait(context, f"send to {found.target}", context.limits.wait_ms) as watch:
        found.send(data, watch)


@host_call("socket", "receive")
def receive(context: Context, connection: int, max: int, timeout_ms: int) -> bytes:  # noqa: A002  (as the WIT has it)
    found = _granted(context, "socket.receive", connection)
    with _wait(context, f"receive from {found.target}", timeout_ms) as watch:
        return found.receive(max, watch)


@host_call("socket", "close")
def close(_context: Context, connection: int) -> None:
    found = current.instance.world.connections.pop(connection, None)
    if found is not None:
        found.close()


@contextmanager
def _wait(context: Context, what: str, timeout_ms: int) -> Iterator[Any]:
    watch = context.host.network.watch(context.bounded(timeout_ms) / 1000)
    with context.waiting(what), context.host.interruptible(context.actor, watch.stop):
        yield watch


def _granted(context: Context, what: str, connection: int) -> Connection:
    """The connection, if its host is still granted."""
    found: Connection | None = current.instance.world.connections.get(connection)
    if found is None:
        raise NotFound(f"no connection {connection}; it was closed, or never made")
    context.need_host(what, found.target)
    return found
