"""The client half: `RemoteNode` is an `api.Node` whose other end is a gRPC endpoint."""

from __future__ import annotations

from workbench.api.connections import Confirm, Mode
from workbench.rpc.client.channel import Manner
from workbench.rpc.client.node import RemoteNode
from workbench.rpc.client.tls import client_tls

__all__ = ["RemoteNode", "attached"]


def attached(
    address: str,
    *,
    token: str,
    scope: tuple[str | None, str | None],
    files: tuple[str, str, str],
    mode: Mode,
    confirm: Confirm | None,
) -> RemoteNode:
    """As the door attaches; `files` are those of TLS: the authorities, the certificate to show and its key."""
    tenant, namespace = scope
    return RemoteNode(
        address.removeprefix("//"),
        token=token,
        tenant=tenant,
        namespace=namespace,
        tls=client_tls(*files),
        manner=Manner(mode=mode, confirm=confirm),
    )
