"""One look at a node: what a link tells every second, once."""

from __future__ import annotations

import time

from workbench.api import Node, Unavailable
from workbench.api.connections import ConnectionState, Phase
from workbench.connections.findings import refused_version, warnings
from workbench.rpc.client import RemoteNode
from workbench.rpc.client.channel import Connection as Wire

SECONDS = 4.0


def look(node: Node) -> ConnectionState:
    """How it is doing now; `why` says what is against attaching to it. Errors are those of the calls."""
    wire = _wire(node)
    if wire is None:
        return ConnectionState(Phase.ATTACHED, time.time(), info=node.info())
    wire.ping(SECONDS)
    latency = wire.ping(SECONDS)  # without what connecting takes
    asked = time.time()
    info = node.info()
    skew = info.time - (asked + time.time()) / 2 if info.time else None
    why = refused_version(wire.address, info)
    return ConnectionState(
        Phase.REFUSED if why else Phase.ATTACHED, time.time(), latency_ms=latency, skew_seconds=skew, why=why,
        warnings=warnings(wire.address, skew=skew, cut_every=None), lacks=wire.missing(), info=info,
    )  # fmt: skip


def _wire(node: Node) -> Wire | None:
    return node._connection if isinstance(node, RemoteNode) else None


def agree(node: Node) -> None:
    """Unavailable: it is of another major version, or says nothing."""
    wire = _wire(node)
    if wire is not None and (why := refused_version(wire.address, node.info())):
        raise Unavailable(why)
