"""The node's endpoint over gRPC: `server` and `client` mirror each other, one file per concept."""
