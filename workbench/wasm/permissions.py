"""Which grant each host function needs: one table for the whole WIT, also for services that a node does not offer.

The gate asks it before anything else, so that what was not granted is denied whether or not there is a service.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from workbench.api import hosts
from workbench.api.capabilities import Grant, parse_grant
from workbench.api.errors import Denied, Invalid
from workbench.api.identity import ActorId
from workbench.wasm.holdings import NAME_CHARACTERS, Holdings

Arguments = tuple[Any, ...]
Key = tuple[str, str]


class Extent(Enum):
    """What a grant must cover."""

    NAME = "the one thing that is named"
    PREFIX = "every name under a prefix"
    ANY = "something of the capability: the thing is one that the actor got by it"


@dataclass(frozen=True, slots=True)
class Need:
    """One grant that a call needs. `name` finds in the arguments what a scope must cover (None: nothing this time).

    Invalid from it: that cannot be the name of anything.
    """

    capability: str
    mode: str = ""
    extent: Extent = Extent.NAME
    name: Callable[[Arguments], str | None] | None = None


def _first(arguments: Arguments) -> str:
    name: str = arguments[0]
    return name


def _entry_id(arguments: Arguments) -> str:
    name: str = arguments[0].id
    return name


def _url(arguments: Arguments) -> str:
    return hosts.parse_url(arguments[1]).target


def _address(arguments: Arguments) -> str:
    return hosts.target(hosts.canonical(arguments[0]), arguments[1])


def _dead_letters(arguments: Arguments) -> str | None:
    """The queue that gets what fails; without one it is made with the queue, under its name."""
    name: str | None = arguments[1].dead_letter_queue
    return name


def _blob(bucket_at: int, key_at: int) -> Callable[[Arguments], str]:
    def name(arguments: Arguments) -> str:
        bucket: str = arguments[bucket_at]
        if "/" in bucket:  # `a/b` + `c` must not be taken for `a` + `b/c`
            raise Invalid(f"a bucket has no slash in its name: {bucket[:NAME_CHARACTERS]!r}")
        return f"{bucket}/{arguments[key_at]}"

    return name


def _each(interface: str, names: str, *needs: Need) -> dict[Key, tuple[Need, ...]]:
    return {(interface, name): needs for name in names.split()}


_READ, _WRITE = Need("keyvalue", "read", name=_first), Need("keyvalue", "write", name=_first)
HOST = Need("network", name=_url)
NEEDS: Mapping[Key, tuple[Need, ...]] = {
    **_each("logging", "log"),  # a record without the grant is dropped and counted, for a print must not fail
    **_each("debug", "on-line"),
    **_each("messaging", "self-id parent-id now-ms"),
    **_each("messaging", "tell ask stop link unlink monitor demonitor", Need("messaging", name=_first)),
    **_each("messaging", "spawn", Need("spawn", name=_first)),
    **_each("messaging", "send-after cancel-timer", Need("messaging", extent=Extent.ANY)),  # to itself alone
    **_each("tuplespace", "read read-all count subscribe unsubscribe", Need("tuplespace", "read")),
    **_each("tuplespace", "write take compare-and-swap", Need("tuplespace", "write")),
    **_each("channels", "send-to-queue receive-from-queue delete-queue queue-depth", Need("channels", name=_first)),
    **_each("channels", "publish-to-topic subscribe-to-topic", Need("channels", name=_first)),
    **_each("channels", "unsubscribe-from-topic", Need("channels", name=_first)),
    **_each("channels", "create-queue", Need("channels", name=_first), Need("channels", name=_dead_letters)),
    **_each("channels", "ack nack", Need("channels", extent=Extent.ANY)),
    **_each("keyvalue", "get exists ttl", _READ),
    **_each("keyvalue", "put delete compare-and-swap increment", _WRITE),
    **_each("keyvalue", "list-keys watch", Need("keyvalue", "read", Extent.PREFIX, _first)),
    **_each("keyvalue", "unwatch", Need("keyvalue", "read", Extent.ANY)),
    **_each("process-groups", "create delete join leave members", Need("process-groups", name=_first)),
    **_each("process-groups", "local-members publish", Need("process-groups", name=_first)),
    **_each("process-groups", "groups", Need("process-groups", extent=Extent.PREFIX)),
    **_each("locks", "acquire try-acquire renew release get", Need("locks", name=_first)),
    **_each("registry", "register", Need("registry", name=_entry_id)),
    **_each("registry", "unregister lookup heartbeat", Need("registry", name=_first)),
    **_each("registry", "discover", Need("registry", extent=Extent.PREFIX)),
    **_each("durability", "persist persist-batch checkpoint sequence checkpoint-sequence", Need("durability")),
    **_each("durability", "is-replaying side-effect read-journal compact", Need("durability")),
    **_each("blob", "upload delete", Need("blob", "write", name=_blob(0, 1))),
    **_each("blob", "download download-range exists metadata", Need("blob", "read", name=_blob(0, 1))),
    **_each("blob", "list-blobs", Need("blob", "read", Extent.PREFIX, _blob(0, 1))),
    **_each("blob", "copy", Need("blob", "read", name=_blob(0, 1)), Need("blob", "write", name=_blob(2, 3))),
    **_each("http", "request", HOST),
    **_each("socket", "connect", Need("network", name=_address)),
    **_each("socket", "send receive", Need("network", extent=Extent.ANY)),  # each looks at its own host again
    **_each("socket", "close"),  # also when the grant is gone
}
"""By interface and function. One that needs nothing has an empty entry; a test compares the table with the WIT."""


class Uncovered(Denied):
    """A denial that is evidence already."""


def check(key: Key, holdings: Holdings, actor: ActorId, arguments: Arguments) -> None:
    """Denied: no grant of the actor covers this call. Invalid: what it names cannot be the name of anything."""
    for need in NEEDS.get(key, ()):
        try:
            name = need.name(arguments) if need.name is not None else ""
        except Invalid:
            if holdings.has(need.capability):
                raise
            name = ""
        if name is not None and not _allowed(need, name, holdings):
            raise denied(f"{key[0]}.{key[1]}", need, name, holdings, actor)


def _allowed(need: Need, name: str, holdings: Holdings) -> bool:
    if need.extent is Extent.NAME:
        return holdings.use(need.capability, need.mode, name)
    if need.extent is Extent.ANY:
        return holdings.use_any(need.capability, need.mode)
    return holdings.use_whole(Grant(need.capability, need.mode, f"{name}*"))


def denied(what: str, need: Need, name: str, holdings: Holdings, actor: ActorId) -> Denied:
    """The error for a call that is refused, which is counted and told."""
    holdings.deny(need.capability, what, name, narrowest(need, name))
    prefix = need.extent is Extent.PREFIX
    shown = name if len(name) <= NAME_CHARACTERS else f"{name[:NAME_CHARACTERS]}…"
    on = f" on {'every name under ' * prefix}{shown!r}" if name else ""
    wanted = f"network/{shown or 'HOST'}" if need.capability == "network" else _said(need, name)
    return Uncovered(
        f"{what}{on} needs the capability {need.capability}, which {actor.name} {_lack(need, holdings)}; "
        f"grant it with --grant {wanted}"
    )


def _said(need: Need, name: str) -> str:
    """The narrowest grant as one types it; the whole capability where the name is too long or no line of text."""
    grant = narrowest(need, name) if len(name) <= NAME_CHARACTERS and name.isprintable() else ""
    return shlex.quote(grant or str(Grant(need.capability, need.mode)))


def narrowest(need: Need, name: str) -> str:
    """The smallest grant that can be written and allows what is needed of the thing called `name`; empty for none."""
    prefix = "*" if need.extent is Extent.PREFIX else ""
    whole = str(Grant(need.capability, need.mode))
    for wanted in (f"{whole}/{name}{prefix}" if name and need.extent is not Extent.ANY else whole, whole):
        try:
            return str(parse_grant(wanted))
        except Invalid:
            continue  # the name is too long or no text, or the capability always names what it grants
    return ""


def count(key: Key, holdings: Holdings, refused: Denied) -> None:
    """A service itself has refused a call that a grant seemed to cover: that is evidence too."""
    needs = NEEDS.get(key, ())
    if needs and not isinstance(refused, Uncovered):
        holdings.deny(needs[0].capability, ".".join(key), "", narrowest(needs[0], ""))


def _lack(need: Need, holdings: Holdings) -> str:
    held = [str(grant) for grant in holdings.grants if grant.capability == need.capability]
    return f"holds for {', '.join(held[:8])} only" if held else "does not have"
