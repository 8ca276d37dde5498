"""Capabilities over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import ActorId, Duration, Evidence, GrantChange
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import actor as target
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import capabilities_pb2 as pb


class RemoteCapabilities(Facet):
    """Facet `capabilities` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Capabilities"])

    def evidence(self, actor: ActorId | str | None = None) -> Sequence[Evidence]:
        request = pb.EvidenceRequest(actor=None if actor is None else target(actor))
        answers = self._stub.stream("Evidence", request, pb.EvidenceResponse)
        return [from_message(row, Evidence) for answer in answers for row in answer.rows]

    def grant(self, actor: ActorId | str, grant: str, *, duration: Duration = "session") -> str:
        request = pb.GrantRequest(actor=target(actor), grant=grant, duration=duration)
        return self._stub.call("Grant", request, pb.GrantResponse).effective

    def revoke(self, actor: ActorId | str, grant: str) -> str:
        request = pb.RevokeRequest(actor=target(actor), grant=grant)
        return self._stub.call("Revoke", request, pb.RevokeResponse).effective

    def trim(self, actor: ActorId | str, *, dry: bool = False) -> tuple[str, ...]:
        return tuple(self._stub.call("Trim", pb.TrimRequest(actor=target(actor), dry=dry), pb.TrimResponse).grants)

    def audit(self, *, limit: int = 100) -> Sequence[GrantChange]:
        answers = self._stub.stream("Audit", pb.AuditRequest(limit=limit), pb.AuditResponse)
        return [from_message(row, GrantChange) for answer in answers for row in answer.changes]
