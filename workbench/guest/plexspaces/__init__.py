"""PlexSpaces for Python: write an actor as one class, and use the services of its host.

    from plexspaces import GenServer, Reject

    class Counter(GenServer):
        count = 0

        def handle_request(self, from_actor, message_type, payload):
            if message_type != "increment":
                raise Reject(f"unknown message type {message_type}")
            self.count += 1
            return str(self.count)

This is an ordinary typed package: editors complete it and type checkers check it. The services answer only
inside an actor.
"""

from __future__ import annotations

from . import (
    blob,
    channels,
    durability,
    host,
    http,
    keyvalue,
    locks,
    log,
    messaging,
    process_groups,
    registry,
    socket,
    tuplespace,
)
from .behaviors import Actor, GenEvent, GenFSM, GenServer
from .errors import (
    AlreadyExists,
    Conflict,
    Crashed,
    Denied,
    Exhausted,
    HostError,
    Internal,
    Invalid,
    Nondeterministic,
    NotFound,
    Reject,
    Rejected,
    Timeout,
    Unauthenticated,
    Unavailable,
)
from .payload import Payload

__all__ = [
    "Actor",
    "AlreadyExists",
    "Conflict",
    "Crashed",
    "Denied",
    "Exhausted",
    "GenEvent",
    "GenFSM",
    "GenServer",
    "HostError",
    "Internal",
    "Invalid",
    "Nondeterministic",
    "NotFound",
    "Payload",
    "Reject",
    "Rejected",
    "Timeout",
    "Unauthenticated",
    "Unavailable",
    "blob",
    "channels",
    "durability",
    "host",
    "http",
    "keyvalue",
    "locks",
    "log",
    "messaging",
    "process_groups",
    "registry",
    "socket",
    "tuplespace",
]
