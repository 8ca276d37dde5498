"""The server half: any `api.Node` behind a gRPC endpoint.

with serve(node, listen="127.0.0.1:0", token="…") as server:
    print(server.address)
"""

from __future__ import annotations

from workbench.rpc.server.endpoint import Server, serve

__all__ = ["Server", "serve"]
