"""Tokens over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node
from workbench.api.tokens import check_role
from workbench.rpc.convert import batches, optional, to_message
from workbench.rpc.generated.plexspaces.v1 import tokens_pb2 as pb
from workbench.rpc.server.handler import Context


class TokensService:
    """Service `Tokens`."""

    long: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()

    def create(self, node: Node, request: pb.TokenCreateRequest, _: Context) -> pb.TokenCreateResponse:
        made = node.tokens.create(
            request.name, role=check_role(request.role), expires_seconds=optional(request, "expires_seconds")
        )
        return to_message(made, pb.TokenCreateResponse)

    def list(self, node: Node, _: pb.TokenListRequest, __: Context) -> Iterator[pb.TokenListResponse]:
        for batch in batches(to_message(token, pb.TokenInfo) for token in node.tokens.list()):
            yield pb.TokenListResponse(tokens=batch)

    def revoke(self, node: Node, request: pb.TokenRevokeRequest, _: Context) -> pb.TokenRevokeResponse:
        return pb.TokenRevokeResponse(token=to_message(node.tokens.revoke(request.name), pb.TokenInfo))
