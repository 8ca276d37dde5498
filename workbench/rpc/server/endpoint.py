"""`serve`: a node behind an address, with bounded threads, streams and sizes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Any

import grpc

from workbench.api import Conflict, Node, WorkbenchError
from workbench.rpc.generated.plexspaces.v1 import (
    actors_pb2,
    blobs_pb2,
    capabilities_pb2,
    channels_pb2,
    debugger_pb2,
    journal_pb2,
    keyvalue_pb2,
    locks_pb2,
    modules_pb2,
    node_pb2,
    process_groups_pb2,
    registry_pb2,
    supervision_pb2,
    tokens_pb2,
    tuplespace_pb2,
)
from workbench.rpc.server import standard
from workbench.rpc.server.access import Access
from workbench.rpc.server.actors import ActorsService
from workbench.rpc.server.blobs import BlobsService
from workbench.rpc.server.capabilities import CapabilitiesService
from workbench.rpc.server.channels import ChannelsService
from workbench.rpc.server.counting import Counted, Counting
from workbench.rpc.server.debugger import DebuggerService
from workbench.rpc.server.gate import PATIENCE_SECONDS, Audit, Gate, Scope
from workbench.rpc.server.handler import handler
from workbench.rpc.server.journal import JournalService
from workbench.rpc.server.keyvalue import KeyValueService
from workbench.rpc.server.listening import ServerTls, check, is_loopback, parsed
from workbench.rpc.server.locks import LocksService
from workbench.rpc.server.modules import ModulesService
from workbench.rpc.server.node import NodeService
from workbench.rpc.server.process_groups import ProcessGroupsService
from workbench.rpc.server.rates import Rates
from workbench.rpc.server.registry import RegistryService
from workbench.rpc.server.slots import LONG_CALLS, STREAMS, UPLOADS
from workbench.rpc.server.supervision import SupervisionService
from workbench.rpc.server.tokens import TokensService
from workbench.rpc.server.tuplespace import TupleSpaceService
from workbench.rpc.sizes import METADATA_BYTES, REQUEST_BYTES

THREADS = STREAMS + LONG_CALLS + UPLOADS + 8
CLOSE_SECONDS = 5.0
IDLE_MS = 300_000
"""A connection without a call is closed after so long; callers open another by themselves."""
PING_MS = 5_000
"""Callers may ping so often where nothing else travels."""
OPTIONS = (
    ("grpc.max_receive_message_length", REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES),
    ("grpc.so_reuseport", 0),
    # A caller whose machine is gone leaves its place to others; one that pings without end is hung up on.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", PING_MS),
    ("grpc.http2.max_ping_strikes", 2),
    ("grpc.max_connection_idle_ms", IDLE_MS),
)


class Server:
    """A running endpoint. `close()` ends its streams, waits for calls in hand, and is idempotent."""

    def __init__(
        self, server: grpc.Server, pool: ThreadPoolExecutor, gate: Gate, health: standard.Health, address: str
    ) -> None:
        self.address = address
        self._server = server
        self._pool = pool
        self._gate = gate
        self._health = health

    def drain(self) -> None:
        """Tell those who watch its health that it serves no more; calls are still answered."""
        self._health.drain()

    def refuse(self, why: WorkbenchError) -> None:
        """The same, and tell this to every new call, and to those that bring new work for as long as they last. When it
        returns, the others that are short are over."""
        self.drain()
        self._gate.refuse(why)
        self._gate.wait_short(CLOSE_SECONDS / 2)

    def finish(self, seconds: float, why: WorkbenchError) -> int:
        """Tell this to those who wait for others, and wait for all other calls in hand; how many were cut off."""
        self._gate.end_waits(why)
        return self._gate.wait_idle(seconds, why)

    def close(self) -> None:
        self.drain()
        stopped = self._server.stop(CLOSE_SECONDS / 2)  # takes no new calls from here on
        self._gate.close()
        stopped.wait(CLOSE_SECONDS)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def serve(
    node: Node,
    *,
    listen: str = "127.0.0.1:0",
    access: Access | None = None,
    tls: ServerTls | None = None,
    reflect: bool = False,
    rates: Rates | None = None,
    audit: Audit | None = None,
    scope: Scope | None = None,
    patience: float = PATIENCE_SECONDS,
    initializer: Callable[[], None] | None = None,
    counted: Counted | None = None,
) -> Server:
    """Serve `node` at `listen` (HOST:PORT; port 0 takes a free one).

    `access` is who is let in; by default everybody on this machine. `scope(tenant, namespace)` gives the node as that
    tenant's callers see it; without it only the default tenant is served. `reflect` offers reflection beyond this
    machine too. `audit` is given what changed something. A caller that stands still in the middle of a call has
    `patience` seconds. `initializer` runs first in every thread of the pool; calls may run guests there, so the process
    must start its threads with stacks that are large enough. Invalid: not an address, or one beyond this machine
    without TLS or without a way to know who calls. Conflict: the port is taken. `counted` is told of every call.
    """
    access = access or Access(trusts=True)
    check(listen, tls=tls, token=access.somebody)
    host, port = parsed(listen)
    certificates = tls is not None and bool(tls.client_ca)
    access = replace(access, certificates=certificates, must=access.must or not is_loopback(host))
    credentials = tls.credentials() if tls is not None else None
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="grpc", initializer=initializer)
    gate = Gate(node, scope, access=access, rates=rates, audit=audit, patience=patience)
    around: list[grpc.ServerInterceptor] = [Counting(counted)] if counted is not None else []
    handlers = [_handler(gate, part) for part in PARTS]
    server = grpc.server(pool, handlers=handlers, interceptors=around, options=OPTIONS)
    services = [file.services_by_name[name].full_name for _, file, name in PARTS]
    health = standard.add(server, services, reflect=offers_reflection(listen, reflect=reflect))
    try:
        where = f"{host}:{port}"
        bound = server.add_secure_port(where, credentials) if credentials else server.add_insecure_port(where)
    except RuntimeError:
        gate.close()
        pool.shutdown(wait=False)
        raise Conflict(f"cannot listen at {listen}: the port is taken, or not yours to open") from None
    server.start()
    return Server(server, pool, gate, health, f"{host}:{bound}")


def offers_reflection(listen: str, *, reflect: bool) -> bool:
    """On this machine always, beyond it only when it is asked for: it tells a stranger what there is to try."""
    return reflect or is_loopback(parsed(listen)[0])


PARTS: tuple[tuple[type, Any, str], ...] = (
    (ModulesService, modules_pb2.DESCRIPTOR, "Modules"),
    (ActorsService, actors_pb2.DESCRIPTOR, "Actors"),
    (CapabilitiesService, capabilities_pb2.DESCRIPTOR, "Capabilities"),
    (SupervisionService, supervision_pb2.DESCRIPTOR, "Supervision"),
    (BlobsService, blobs_pb2.DESCRIPTOR, "Blobs"),
    (ChannelsService, channels_pb2.DESCRIPTOR, "Channels"),
    (DebuggerService, debugger_pb2.DESCRIPTOR, "Debugger"),
    (JournalService, journal_pb2.DESCRIPTOR, "Journal"),
    (KeyValueService, keyvalue_pb2.DESCRIPTOR, "KeyValue"),
    (LocksService, locks_pb2.DESCRIPTOR, "Locks"),
    (ProcessGroupsService, process_groups_pb2.DESCRIPTOR, "ProcessGroups"),
    (RegistryService, registry_pb2.DESCRIPTOR, "Registry"),
    (TokensService, tokens_pb2.DESCRIPTOR, "Tokens"),
    (TupleSpaceService, tuplespace_pb2.DESCRIPTOR, "TupleSpace"),
    (NodeService, node_pb2.DESCRIPTOR, "Node"),
)


def _handler(gate: Gate, part: tuple[type, Any, str]) -> grpc.GenericRpcHandler:
    service, file, name = part
    return handler(service(), file.services_by_name[name], gate)
