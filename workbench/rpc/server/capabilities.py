"""Capabilities over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node
from workbench.api.capabilities import Duration
from workbench.rpc.convert import actor_of, batches, to_message
from workbench.rpc.generated.plexspaces.v1 import capabilities_pb2 as pb
from workbench.rpc.server.handler import Context

DURATION: Duration = "session"


class CapabilitiesService:
    """Service `Capabilities`."""

    long: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()

    def evidence(self, node: Node, request: pb.EvidenceRequest, _: Context) -> Iterator[pb.EvidenceResponse]:
        actor = actor_of(request.actor) if request.HasField("actor") else None
        for batch in batches(to_message(row, pb.Evidence) for row in node.capabilities.evidence(actor)):
            yield pb.EvidenceResponse(rows=batch)

    def grant(self, node: Node, request: pb.GrantRequest, _: Context) -> pb.GrantResponse:
        duration: Duration = request.duration or DURATION  # type: ignore[assignment]  # the node says which there are
        said = node.capabilities.grant(actor_of(request.actor), request.grant, duration=duration)
        return pb.GrantResponse(effective=said)

    def revoke(self, node: Node, request: pb.RevokeRequest, _: Context) -> pb.RevokeResponse:
        return pb.RevokeResponse(effective=node.capabilities.revoke(actor_of(request.actor), request.grant))

    def trim(self, node: Node, request: pb.TrimRequest, _: Context) -> pb.TrimResponse:
        return pb.TrimResponse(grants=node.capabilities.trim(actor_of(request.actor), dry=request.dry))

    def audit(self, node: Node, request: pb.AuditRequest, _: Context) -> Iterator[pb.AuditResponse]:
        for batch in batches(to_message(row, pb.GrantChange) for row in node.capabilities.audit(limit=request.limit)):
            yield pb.AuditResponse(changes=batch)
