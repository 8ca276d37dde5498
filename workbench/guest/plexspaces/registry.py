"""A register of things that can be found: services, actors, nodes and whatever else has an address.

What an actor registers is removed when the actor ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import bindings
from .arguments import LIMIT, TTL_MS, U32, natural, optional_natural, optional_text, pairs, text
from .errors import Invalid


class Health(StrEnum):
    """How well something does."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry as it was found. Times are milliseconds since 1970-01-01 UTC; `ttl_ms` is that between heartbeats."""

    id: str
    object_type: str
    address: str
    labels: Mapping[str, str]
    ttl_ms: int | None
    health: Health
    registered_at_ms: int
    heartbeat_at_ms: int


def register(
    id: str,  # noqa: A002 -- the contract's word
    *,
    object_type: str,
    address: str,
    labels: Mapping[str, str] | None = None,
    ttl_ms: int | None = None,
) -> None:
    """Add an entry, or replace the one that this actor registered under the same id.

    With `ttl_ms` it must be kept alive by heartbeats. Raises AlreadyExists (another's), Invalid.
    """
    entry = bindings.interface("registry").Entry(
        id=text("id", id),
        object_type=text("object_type", object_type),
        address=text("address", address),
        labels=pairs("labels", labels or {}),
        ttl_ms=optional_natural("ttl_ms", ttl_ms, taken=TTL_MS),
    )
    bindings.call("registry", "register", entry)


def unregister(id: str) -> None:  # noqa: A002
    """Remove an entry, whoever registered it. Raises NotFound."""
    bindings.call("registry", "unregister", text("id", id))


def lookup(id: str) -> Listing | None:  # noqa: A002
    """The entry with this id; None when there is none."""
    found = bindings.call("registry", "lookup", text("id", id))
    return None if found is None else _listing(found)


def discover(
    *,
    object_type: str | None = None,
    labels: Mapping[str, str] | None = None,
    health: Health | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Listing]:
    """Up to `limit` entries for which all that is given holds, in order of their ids; those after the id `after`."""
    filter_ = bindings.interface("registry").Filter(
        object_type=optional_text("object_type", object_type),
        labels=pairs("labels", labels or {}),
        health=_health(health),
    )
    last = optional_text("after", after)
    return [
        _listing(found)
        for found in bindings.call("registry", "discover", filter_, last, natural("limit", limit, U32, taken=LIMIT))
    ]


def heartbeat(id: str, *, health: Health | None = None) -> None:  # noqa: A002
    """Say that an entry is alive and how well it does (None: healthy). Raises NotFound."""
    bindings.call("registry", "heartbeat", text("id", id), _health(health))


def _health(health: Health | None) -> Any:
    if health is None:
        return None
    if health not in tuple(Health):
        raise Invalid(f"health must be {', '.join(Health)} or None, not {health!r}")
    return bindings.interface("registry").Health[Health(health).name]


def _listing(found: Any) -> Listing:
    entry = found.entry
    return Listing(
        id=entry.id,
        object_type=entry.object_type,
        address=entry.address,
        labels=dict(entry.labels),
        ttl_ms=entry.ttl_ms,
        health=Health[found.health.name],
        registered_at_ms=found.registered_at_ms,
        heartbeat_at_ms=found.heartbeat_at_ms,
    )
