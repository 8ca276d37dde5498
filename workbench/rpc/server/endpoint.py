"""`serve`: a node behind a loopback address, with bounded threads, streams and sizes."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import grpc

from workbench.api import Conflict, Invalid, Node
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
from workbench.rpc.server.actors import ActorsService
from workbench.rpc.server.blobs import BlobsService
from workbench.rpc.server.capabilities import CapabilitiesService
from workbench.rpc.server.channels import ChannelsService
from workbench.rpc.server.debugger import DebuggerService
from workbench.rpc.server.handler import Gate, Scope, handler
from workbench.rpc.server.journal import JournalService
from workbench.rpc.server.keyvalue import KeyValueService
from workbench.rpc.server.locks import LocksService
from workbench.rpc.server.modules import ModulesService
from workbench.rpc.server.node import NodeService
from workbench.rpc.server.process_groups import ProcessGroupsService
from workbench.rpc.server.registry import RegistryService
from workbench.rpc.server.supervision import SupervisionService
from workbench.rpc.server.tokens import TokensService
from workbench.rpc.server.tuplespace import TupleSpaceService
from workbench.rpc.sizes import METADATA_BYTES, REQUEST_BYTES

THREADS = 64
CLOSE_SECONDS = 5.0
OPTIONS = (
    ("grpc.max_receive_message_length", REQUEST_BYTES),
    ("grpc.max_send_message_length", -1),
    ("grpc.max_metadata_size", METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", METADATA_BYTES),
    ("grpc.so_reuseport", 0),
)


class Server:
    """A running endpoint. `close()` ends its streams, waits for calls in hand, and is idempotent."""

    def __init__(self, server: grpc.Server, pool: ThreadPoolExecutor, gate: Gate, address: str) -> None:
        self.address = address
        self._server = server
        self._pool = pool
        self._gate = gate

    def close(self) -> None:
        stopped = self._server.stop(CLOSE_SECONDS / 2)  # takes no new calls from here on
        self._gate.end_streams()
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
    token: str = "",
    scope: Scope | None = None,
    initializer: Callable[[], None] | None = None,
) -> Server:
    """Serve `node` at `listen` (HOST:PORT; port 0 takes a free one).

    `scope(tenant, namespace)` gives the node as that tenant's callers see it; without it only the default tenant is
    served. `initializer` runs first in every thread of the pool; calls may run guests there, so the process must
    start its threads with stacks that are large enough. Invalid: not an address, or one beyond loopback.
    Conflict: the port is taken.
    """
    host, port = _loopback(listen)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="grpc", initializer=initializer)
    gate = Gate(node, token, scope)
    server = grpc.server(pool, handlers=[_handler(gate, part) for part in PARTS], options=OPTIONS)
    try:
        bound = server.add_insecure_port(f"{host}:{port}")
    except RuntimeError:
        pool.shutdown(wait=False)
        raise Conflict(f"cannot listen at {listen}: the port is taken, or not yours to open") from None
    server.start()
    return Server(server, pool, gate, f"{host}:{bound}")


PARTS = (
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


def _handler(gate: Gate, part: tuple[type, object, str]) -> grpc.GenericRpcHandler:
    service, file, name = part
    return handler(service(), file.services_by_name[name], gate)  # type: ignore[attr-defined]


def _loopback(listen: str) -> tuple[str, int]:
    """The host and port of `listen`, refused in words unless they are on this machine."""
    host, _, port = listen.rpartition(":")
    if not port.isdecimal() or not host or int(port) > 65535:
        raise Invalid(f"{listen!r} is not an address; write HOST:PORT, for example 127.0.0.1:50051")
    if not _is_loopback(host):
        raise Invalid(f"cannot listen at {listen}: beyond this machine an endpoint needs TLS, which is not offered yet")
    return host, int(port)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
