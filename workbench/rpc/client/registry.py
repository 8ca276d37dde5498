"""The registry over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.api import Health, RegistryEntry
from workbench.api.registry import NO_LABELS
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import registry_pb2 as pb


class RemoteRegistry(Facet):
    """Facet `registry` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Registry"])

    def register(
        self, id: str, *, object_type: str, address: str, labels: Mapping[str, str] = NO_LABELS,  # noqa: A002
        ttl_ms: int | None = None, owner: str = "",
    ) -> RegistryEntry:  # fmt: skip
        request = pb.RegistryRegisterRequest(
            id=id, object_type=object_type, address=address, labels=labels, ttl_ms=ttl_ms, owner=owner
        )
        return from_message(self._stub.call("Register", request, pb.RegistryRegisterResponse).entry, RegistryEntry)

    def unregister(self, id: str) -> None:  # noqa: A002
        self._stub.call("Unregister", pb.RegistryUnregisterRequest(id=id), pb.RegistryUnregisterResponse)

    def lookup(self, id: str) -> RegistryEntry | None:  # noqa: A002
        found = self._stub.call("Lookup", pb.RegistryLookupRequest(id=id), pb.RegistryLookupResponse)
        return from_message(found.entry, RegistryEntry) if found.HasField("entry") else None

    def discover(
        self, *, object_type: str | None = None, labels: Mapping[str, str] = NO_LABELS, health: Health | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Sequence[RegistryEntry]:  # fmt: skip
        request = pb.RegistryDiscoverRequest(
            object_type=object_type, labels=labels, health=health, after=after, limit=limit
        )
        answers = self._stub.stream("Discover", request, pb.RegistryDiscoverResponse)
        return [from_message(entry, RegistryEntry) for answer in answers for entry in answer.entries]

    def heartbeat(self, id: str, *, health: Health | None = None) -> RegistryEntry:  # noqa: A002
        request = pb.RegistryHeartbeatRequest(id=id, health=health)
        return from_message(self._stub.call("Heartbeat", request, pb.RegistryHeartbeatResponse).entry, RegistryEntry)
