"""Capabilities and grants: one grammar, parsed once. Nothing is allowed that was not granted.

grant    = capability [":" mode] ["/" scope]
mode     = "read" | "write"            where the capability has modes; without a mode both are granted
scope    = name | prefix "*"           where the capability has names; without a scope all of them

Three capabilities always name what they grant:

filesystem/HOST_DIR=/guest:ro|rw       a folder of this machine, as the guest sees it
network/host[:port]                    one host: a name, or an address; without a port all of its ports
environment/NAME                       one variable
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath, PurePosixPath
from typing import Literal, Protocol, TypeAlias, get_args

from workbench.api import hosts
from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.value import value

CAPABILITIES = (
    "logging",
    "messaging",
    "spawn",
    "tuplespace",
    "channels",
    "keyvalue",
    "process-groups",
    "locks",
    "registry",
    "durability",
    "blob",
    "filesystem",
    "network",
    "clocks",
    "random",
    "environment",
)
MODED = frozenset({"tuplespace", "keyvalue", "blob"})
MODES = ("read", "write")
NAMELESS = frozenset({"logging", "tuplespace", "durability", "clocks", "random"})
"""What they allow has no name of its own, so that no scope could cover it."""
BOUND_AT_START = frozenset({"filesystem", "environment"})
"""Handed to an instance when it is made; a change takes effect at the actor's next start."""
WITHOUT_COUNT = frozenset({"clocks", "random"})
"""Used all the time without a call that would be one use."""
FOLDER_MODES = {"ro": "read only", "rw": "read and write"}
Duration: TypeAlias = Literal["once", "session", "always"]
DURATIONS: tuple[Duration, ...] = get_args(Duration)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
GRANT_CHARACTERS = 4_096


@dataclass(frozen=True, slots=True)
class Grant:
    """One permission. An empty mode or scope means all of them.

    The scope of `filesystem` is `HOST_DIR=/guest` with the mode `ro` or `rw`, that of `network` a host in its one form.
    """

    capability: str
    mode: str = ""
    scope: str = ""

    def __str__(self) -> str:
        if self.capability == "filesystem":
            return f"filesystem/{self.scope}:{self.mode}"
        return self.capability + (f":{self.mode}" if self.mode else "") + (f"/{self.scope}" if self.scope else "")

    def covers(self, capability: str, mode: str = "", name: str = "") -> bool:
        """Whether this grant allows `mode` of `capability` on the thing called `name`.

        The name of `filesystem` is a folder of this machine, that of `network` is `host:port`.
        """
        if capability != self.capability:
            return False
        if capability == "filesystem":
            return name == self.folder and mode in (self.mode, "ro")
        if self.mode and mode != self.mode:
            return False
        if not self.scope:
            return True
        if capability == "network":
            return name == self.scope or (not hosts.split(self.scope)[1] and name.rpartition(":")[0] == self.scope)
        return name.startswith(self.scope[:-1]) if self.scope.endswith("*") else name == self.scope

    @property
    def folder(self) -> str:
        """Of `filesystem`: the folder of this machine."""
        return self.scope.rpartition("=")[0]

    @property
    def guest(self) -> str:
        """Of `filesystem`: where the guest sees it."""
        return self.scope.rpartition("=")[2]


@lru_cache(4096)
def parse_grant(text: str) -> Grant:
    """Read one grant; Invalid says what is wrong and what there is; `check_folder` what only a machine knows."""
    if len(text) > GRANT_CHARACTERS or not _is_unicode(text):
        raise Invalid(f"a grant is a text of up to {GRANT_CHARACTERS:,} characters, not {text[:100]!r}")
    head, slash, scope = text.partition("/")
    capability, colon, mode = head.partition(":")
    if capability not in CAPABILITIES:
        raise Invalid(f"no capability {capability!r} (in {text!r}); there are {', '.join(CAPABILITIES)}")
    if colon and capability not in MODED:
        raise Invalid(f"{capability} has no modes{_before_scope(capability)}, so {text!r} cannot be granted")
    if colon and mode not in MODES:
        raise Invalid(f"{capability} has the modes read and write, not {mode!r} (in {text!r})")
    if slash and capability in NAMELESS:
        raise Invalid(f"what {capability} allows has no name, so {text!r} cannot be granted; write {head!r}")
    if capability in _NAMED:
        return _NAMED[capability](text, scope)
    if slash and not scope:
        raise Invalid(f"the scope of {text!r} is empty; leave out the slash to grant every name")
    return Grant(capability, mode, scope)


def _is_unicode(text: str) -> bool:
    try:
        return bool(text.encode()) or not text
    except UnicodeEncodeError:
        return False


def _before_scope(capability: str) -> str:
    return " before its folder" if capability == "filesystem" else ""


def _filesystem(text: str, scope: str) -> Grant:
    rest, _, mode = scope.rpartition(":")
    if mode not in FOLDER_MODES:
        raise Invalid(f"{text!r} does not end in :ro (read only) or :rw; write filesystem/HOST_DIR=/guest:ro")
    folder, _, guest = rest.rpartition("=")
    if not folder or not guest:
        raise Invalid(f"{text!r} names no two folders; write filesystem/HOST_DIR=/guest:{mode}")
    for place, path in ((folder, PurePath(folder)), (guest, PurePosixPath(guest))):
        if not path.is_absolute():
            raise Invalid(f"the folder {place!r} in {text!r} is relative; write the whole path, from the root on")
        if ".." in path.parts or "\0" in place:
            raise Invalid(f"the folder {place!r} in {text!r} has a '..' or a NUL; write the path that is meant")
    return Grant("filesystem", mode, f"{PurePath(folder)}={PurePosixPath('/', guest.lstrip('/'))}")


def _network(text: str, scope: str) -> Grant:
    if not scope:
        raise Invalid(f"{text!r} names no host; write network/HOST or network/HOST:PORT")
    try:
        host, port = hosts.split(scope)
    except Invalid as error:
        raise Invalid(f"{text!r} cannot be granted: {error.message}") from None
    bracketed = f"[{host}]" if ":" in host else host
    return Grant("network", "", f"{bracketed}:{port}" if port else bracketed)


def _environment(text: str, scope: str) -> Grant:
    if not _VARIABLE.fullmatch(scope):
        raise Invalid(f"{text!r} names no variable; write environment/NAME, one grant for each")
    return Grant("environment", "", scope)


_NAMED = {"filesystem": _filesystem, "network": _network, "environment": _environment}


def check_folder(grant: Grant) -> None:
    """Whether a folder can be granted on this machine. Invalid: it is none, or a link leads to another one."""
    path = Path(grant.folder)
    if not path.is_dir():
        raise Invalid(f"{grant} cannot be granted: there is no folder {grant.folder} on this machine")
    real = os.path.realpath(path)
    if real != str(path):
        raise Invalid(f"{grant} cannot be granted: {grant.folder} leads to {real}; grant that folder by its own name")


def includes(mine: Grant, other: Grant) -> bool:
    """Whether everything that `other` covers is covered by `mine`."""
    if mine.capability != other.capability:
        return False
    if mine.capability == "filesystem":
        return mine.folder == other.folder and other.mode in (mine.mode, "ro")
    if mine.mode and mine.mode != other.mode:
        return False
    if not mine.scope or mine.scope == other.scope:
        return True
    if mine.capability == "network":
        host, port = hosts.split(other.scope)
        return bool(port) and mine.covers("network", "", hosts.target(host, int(port)))
    if not mine.scope.endswith("*") or mine.capability == "environment":
        return False
    return other.scope.removesuffix("*").startswith(mine.scope[:-1])


@value
class Denial:
    """A call that was refused: `what` was called, on which `name`, in which message's turn.

    `grant` is the narrowest one that would have allowed it; empty when what was wanted is not known.
    """

    what: str
    name: str
    time: float
    message_type: str = ""
    grant: str = ""


@value
class Evidence:
    """What one actor needs, may do, and did, of one capability.

    `required`: its module's imports, or the modules of `plexspaces` that its source imports, need it. `used` is None
    when uses cannot be counted: files are read and written without the host.
    """

    actor: ActorId
    capability: str
    required: bool
    granted: tuple[str, ...]
    used: int | None
    denied: int
    last_denial: Denial | None = None


@value
class GrantChange:
    """One line of the audit: who changed which grants of an actor; `by` is `caller`, or `host` if it ended by itself.

    `action` is `granted`, `revoked`, `trimmed` or `used up`.
    """

    seq: int
    time: float
    actor: ActorId
    action: str
    grants: tuple[str, ...]
    by: str
    duration: str = ""


class Capabilities(Protocol):
    """The facet `node.capabilities`. Thread-safe. `actor` is named as in `node.actors`.

    A change is effective from the actor's next host call on; `filesystem` and `environment` are bound when an instance
    is made, so that theirs is effective at the actor's next start.
    """

    def evidence(self, actor: ActorId | str | None = None) -> Sequence[Evidence]:
        """One row for each capability that is required, granted, used or was denied: of one actor, or of all."""
        ...

    def grant(self, actor: ActorId | str, grant: str, *, duration: Duration = "session") -> str:
        """Give an actor one more grant, and say when it takes effect.

        `once` is used up by the next call that it alone allowed. `session` lasts until the node ends or the actor
        stops. `always` is kept with how the actor is started: in all its lives, and those of a durable one beyond the
        node; when its tree is applied it has what the tree says. Invalid: it is no grant, or cannot be given so.
        NotFound: no such actor.
        """
        ...

    def revoke(self, actor: ActorId | str, grant: str) -> str:
        """Take one grant away, as it is listed, and say when that takes effect. NotFound: it does not have it."""
        ...

    def trim(self, actor: ActorId | str, *, dry: bool = False) -> tuple[str, ...]:
        """Take away the grants that were never used, and give them; with `dry` only say which those are."""
        ...

    def audit(self, *, limit: int = 100) -> Sequence[GrantChange]:
        """The newest changes of grants in the tenant and namespace, oldest first; a bounded number is kept."""
        ...
