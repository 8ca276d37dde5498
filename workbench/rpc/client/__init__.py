"""The client half: `RemoteNode` is an `api.Node` whose other end is a gRPC endpoint."""

from __future__ import annotations

from workbench.rpc.client.node import RemoteNode

__all__ = ["RemoteNode"]
