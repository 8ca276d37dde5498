"""The registry over gRPC."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workbench.api import Health, Node
from workbench.api.registry import check_health
from workbench.rpc.convert import batches, optional, to_message
from workbench.rpc.generated.plexspaces.v1 import registry_pb2 as pb
from workbench.rpc.server.handler import Context


class RegistryService:
    """Service `Registry`."""

    long: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()

    def register(self, node: Node, request: pb.RegistryRegisterRequest, _: Context) -> pb.RegistryRegisterResponse:
        found = node.registry.register(
            request.id, object_type=request.object_type, address=request.address, labels=dict(request.labels),
            ttl_ms=optional(request, "ttl_ms"), owner=request.owner,
        )  # fmt: skip
        return pb.RegistryRegisterResponse(entry=to_message(found, pb.RegistryEntry))

    def unregister(
        self, node: Node, request: pb.RegistryUnregisterRequest, _: Context
    ) -> pb.RegistryUnregisterResponse:
        node.registry.unregister(request.id)
        return pb.RegistryUnregisterResponse()

    def lookup(self, node: Node, request: pb.RegistryLookupRequest, _: Context) -> pb.RegistryLookupResponse:
        found = node.registry.lookup(request.id)
        return pb.RegistryLookupResponse(entry=None if found is None else to_message(found, pb.RegistryEntry))

    def discover(
        self, node: Node, request: pb.RegistryDiscoverRequest, _: Context
    ) -> Iterator[pb.RegistryDiscoverResponse]:
        found = node.registry.discover(
            object_type=optional(request, "object_type"), labels=dict(request.labels), health=_health(request),
            after=optional(request, "after"), limit=request.limit,
        )  # fmt: skip
        for batch in batches(to_message(entry, pb.RegistryEntry) for entry in found):
            yield pb.RegistryDiscoverResponse(entries=batch)

    def heartbeat(self, node: Node, request: pb.RegistryHeartbeatRequest, _: Context) -> pb.RegistryHeartbeatResponse:
        found = node.registry.heartbeat(request.id, health=_health(request))
        return pb.RegistryHeartbeatResponse(entry=to_message(found, pb.RegistryEntry))


def _health(request: Any) -> Health | None:
    return check_health(request.health) if request.HasField("health") else None
