"""Tokens over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.tokens import NewToken, Role, TokenInfo
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import tokens_pb2 as pb


class RemoteTokens(Facet):
    """Facet `tokens` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Tokens"])

    def create(self, name: str = "", *, role: Role = Role.READ, expires_seconds: float | None = None) -> NewToken:
        request = pb.TokenCreateRequest(name=name, role=role, expires_seconds=expires_seconds)
        return from_message(self._stub.call("Create", request, pb.TokenCreateResponse), NewToken)

    def list(self) -> Sequence[TokenInfo]:
        answers = self._stub.stream("List", pb.TokenListRequest(), pb.TokenListResponse)
        return [from_message(token, TokenInfo) for answer in answers for token in answer.tokens]

    def revoke(self, name: str) -> TokenInfo:
        request = pb.TokenRevokeRequest(name=name)
        return from_message(self._stub.call("Revoke", request, pb.TokenRevokeResponse).token, TokenInfo)
