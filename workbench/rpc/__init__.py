"""The node's endpoint over gRPC: `server` and `client` mirror each other, one file per concept."""

from __future__ import annotations

import os

# gRPC's own lines on stderr say in other words what our errors say; it reads this once, when it is imported.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
