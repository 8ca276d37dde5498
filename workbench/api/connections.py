"""Connections: stored addresses of nodes, what one may do over each, and how each is doing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from workbench.api.errors import Invalid
from workbench.api.identity import check_scope
from workbench.api.node import NodeInfo

NAME_CHARACTERS = 64
SYSTEM = "system"
"""Instead of a file: the authorities that everybody trusts."""
COLOURS = ("", "blue", "green", "yellow", "orange", "red", "purple", "grey")
"""Names, not values: each theme has its own of them."""
SSH = re.compile(r"[A-Za-z0-9._%+:@\[\]/-]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Mode(StrEnum):
    """What a connection lets out of this process."""

    NORMAL = "normal"
    CONFIRM = "confirm"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True)
class Connection:
    """A stored address of a node. The token is none of it: that is in the keychain, under the name.

    `address` is HOST:PORT; with `ssh` (what one writes after `ssh`) it is as seen from that machine. `tls_ca` is a file
    or `system`; empty is without TLS. A tenant or namespace of None is that of the token. Without `reconnect` a
    connection that was lost stays so until somebody attaches again. Invalid: a part cannot be.
    """

    name: str
    address: str
    colour: str = ""
    folder: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""
    tenant: str | None = None
    namespace: str | None = None
    ssh: str = ""
    mode: Mode = Mode.NORMAL
    reconnect: bool = True

    def __post_init__(self) -> None:
        check_address(self.address)
        if self.name != self.address:  # one that is not stored has no other name
            check_name(self.name)
        if self.colour not in COLOURS:
            raise Invalid(f"there is no colour {self.colour[:40]!r}; there are {', '.join(COLOURS[1:])}")
        if CONTROL.search(self.folder) or len(self.folder) > NAME_CHARACTERS:
            raise Invalid(f"a folder has a name of up to {NAME_CHARACTERS} characters in one line")
        check_scope(*("default" if name is None else name for name in (self.tenant, self.namespace)))
        if bool(self.tls_cert) != bool(self.tls_key):
            raise Invalid("a client certificate and its key go together: give both")
        if self.tls_cert and not self.tls_ca:
            raise Invalid("a client certificate is for TLS: say too whom to trust, a file with authorities or 'system'")
        if self.ssh and (self.ssh.startswith("-") or not SSH.fullmatch(self.ssh)):
            raise Invalid(f"{self.ssh[:40]!r} is no destination of ssh: write user@host, ssh://host:port or a name of "
                          "your ssh configuration")  # fmt: skip

    @property
    def host(self) -> str:
        return self.address.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])


def check_name(name: str) -> None:
    """Invalid unless it can name a connection and be told from an address."""
    if not 1 <= len(name) <= NAME_CHARACTERS or name != name.strip() or CONTROL.search(name):
        raise Invalid(f"a connection has a name of 1 to {NAME_CHARACTERS} characters in one line")
    if ":" in name or name.startswith("-") or name == ".":
        raise Invalid(f"{name[:40]!r} cannot name a connection: without ':', which addresses have, and no '-' first")


def check_address(address: str) -> None:
    """Invalid unless it is HOST:PORT."""
    host, colon, port = address.rpartition(":")
    if not colon or not host or not host.isprintable() or " " in host or "/" in host:
        raise Invalid(f"{address[:60]!r} is no address of a node: write HOST:PORT, for example node.example:50051")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise Invalid(f"{address[:60]!r}: write an IPv6 address in brackets, [::1]:50051")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        raise Invalid(f"{address[:60]!r}: a port is a number from 1 to 65,535")


@dataclass(frozen=True, slots=True)
class Intent:
    """A changing call that is about to be sent: `method` is `Service.Method`, `subject` the thing that it names."""

    connection: str
    method: str
    subject: str = ""


Confirm = Callable[[Intent], bool]
"""Whether a changing call may be sent; asked on the thread that makes the call, which waits for it."""


class Phase(StrEnum):
    """Where a connection is."""

    DETACHED = "detached"
    ATTACHING = "attaching"
    ATTACHED = "attached"
    STALE = "stale"
    REFUSED = "refused"
    """The node, or this program, wants something else first: it is not tried again by itself."""


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """How a connection is doing. Times are seconds since the epoch of this machine.

    `since` is when the phase began. `retry_at` is when it is tried again, None when it is not. `why` is the sentence of
    an error, `warnings` are what works but should be seen to. `lacks` is what the node does not offer, as `Service` or
    `Service.Method`. `skew_seconds` is how far its clock is ahead of this one. `connected` counts how often the
    connection below the calls came up: streams that were opened over an earlier one have ended.
    """

    phase: Phase = Phase.DETACHED
    since: float = 0.0
    latency_ms: float | None = None
    skew_seconds: float | None = None
    connected: int = 0
    attempt: int = 0
    retry_at: float | None = None
    why: str = ""
    warnings: tuple[str, ...] = ()
    lacks: frozenset[str] = frozenset()
    info: NodeInfo | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """A node that another one knows: an entry of its registry with the type `node`."""

    name: str
    address: str
    health: str


class Verdict(StrEnum):
    """How something is on two nodes."""

    SAME = "same"
    DIFFERENT = "different"
    LEFT = "left only"
    RIGHT = "right only"


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """One line of the comparison of two nodes. `what` is `version`, `module` or `actor`; a side that has none of it is
    empty."""

    what: str
    name: str
    left: str
    right: str

    @property
    def verdict(self) -> Verdict:
        if self.left == self.right:
            return Verdict.SAME
        if not self.right:
            return Verdict.LEFT
        return Verdict.DIFFERENT if self.left else Verdict.RIGHT
