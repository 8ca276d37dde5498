"""The interface `registry`: entries of the actor's tenant and namespace; those it registers belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from workbench.api.errors import Invalid
from workbench.api.names import SHOWN
from workbench.api.registry import RegistryEntry, check_health
from workbench.wasm.gate import Context, host_call

Pairs = Sequence[tuple[str, str]]


class Entry(NamedTuple):
    """The record `entry`."""

    id: str
    object_type: str
    address: str
    labels: list[tuple[str, str]]
    ttl_ms: int | None


class Listing(NamedTuple):
    """The record `listing`."""

    entry: Entry
    health: str
    registered_at_ms: int
    heartbeat_at_ms: int


@host_call("registry", "register")
def register(context: Context, entry: Any) -> None:
    labels, kind = _labels(entry.labels), entry.object_type
    context.services.registry.register(
        entry.id, object_type=kind, address=entry.address, labels=labels, ttl_ms=entry.ttl_ms
    )


@host_call("registry", "unregister")
def unregister(context: Context, id: str) -> None:  # noqa: A002 -- the name in the WIT
    context.services.registry.unregister(id)


@host_call("registry", "lookup")
def lookup(context: Context, id: str) -> Listing | None:  # noqa: A002
    found = context.services.registry.lookup(id)
    return None if found is None else _listing(found)


@host_call("registry", "discover")
def discover(context: Context, filter: Any, after: str | None, limit: int) -> list[Listing]:  # noqa: A002
    health = None if filter.health is None else check_health(filter.health)
    found = context.services.registry.discover(
        object_type=filter.object_type, labels=_labels(filter.labels), health=health, after=after, limit=limit
    )
    return list(map(_listing, found))


@host_call("registry", "heartbeat")
def heartbeat(context: Context, id: str, health: str | None) -> None:  # noqa: A002
    context.services.registry.heartbeat(id, health=None if health is None else check_health(health))


def _labels(pairs: Pairs) -> dict[str, str]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Invalid(f"label {twice[:SHOWN]!r} is there twice")
    return found


def _listing(found: RegistryEntry) -> Listing:
    entry = Entry(found.id, found.object_type, found.address, list(found.labels.items()), found.ttl_ms)
    return Listing(entry, found.health.value, round(found.registered * 1000), round(found.heartbeat * 1000))
