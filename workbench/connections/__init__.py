"""Connections to nodes elsewhere: what is stored of them, their secrets, their tunnels, and how each is doing.

A part of the door: the app and the command line use it as they use `workbench` itself. gRPC is loaded with `link`.
"""

from __future__ import annotations

from workbench.connections.comparing import compare_nodes, peers
from workbench.connections.keychain import Keychain
from workbench.connections.store import Connections

__all__ = ["Connections", "Keychain", "compare_nodes", "peers"]
