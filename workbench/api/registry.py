"""A register of things that can be found, and the facet `node.registry`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from workbench.api.errors import Invalid
from workbench.api.names import SHOWN, check_name
from workbench.api.value import value

DEGRADED_AFTER, UNHEALTHY_AFTER = 2, 3
"""Missed heartbeats. After how many an entry is removed is a setting of the node (`registry_reap_after`)."""
LABELS = 64
LABEL_NAME_BYTES, LABEL_VALUE_BYTES, TYPE_BYTES, ADDRESS_BYTES = 256, 1_024, 256, 4_096
NO_LABELS: Mapping[str, str] = MappingProxyType({})
OBJECT_TYPES = ("actor", "service", "node", "tuplespace")
"""What is common; any other word is a type as well."""


class Health(StrEnum):
    """How well something does."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@value
class RegistryEntry:
    """Something to be found at `address`: an actor's id, a URL. `object_type` says what it is.

    `ttl_ms` is the time between two heartbeats, None when it needs none; `missed` how many it has missed since
    `heartbeat`. `health` is what it said of itself, or worse after missed heartbeats. `owner` is the actor that
    registered it, or with `outside` the name that somebody outside of the actors gave (often empty).
    """

    id: str
    object_type: str
    address: str
    labels: Mapping[str, str]
    ttl_ms: int | None
    health: Health
    missed: int
    registered: float
    heartbeat: float
    owner: str = ""
    outside: bool = False


class Registry(Protocol):
    """The facet `node.registry`, for one tenant and namespace. Thread-safe.

    An id is any text of 1 to 1,024 bytes. Invalid: it, a label or another part cannot be. NotFound: no such entry.
    """

    def register(
        self, id: str, *, object_type: str, address: str, labels: Mapping[str, str] = NO_LABELS,  # noqa: A002
        ttl_ms: int | None = None, owner: str = "",
    ) -> RegistryEntry:  # fmt: skip
        """Add an entry, or replace the one that this owner registered under the id.

        The entry of an actor is removed when the actor ends. AlreadyExists: it is another owner's. Exhausted: there
        are too many.
        """
        ...

    def unregister(self, id: str) -> None:  # noqa: A002
        """Remove an entry, whoever registered it."""
        ...

    def lookup(self, id: str) -> RegistryEntry | None:  # noqa: A002
        """The entry with this id; None when there is none."""
        ...

    def discover(
        self, *, object_type: str | None = None, labels: Mapping[str, str] = NO_LABELS, health: Health | None = None,
        after: str | None = None, limit: int = 100,
    ) -> Sequence[RegistryEntry]:  # fmt: skip
        """Up to `limit` entries for which all that is given holds, in order of their ids; those after `after` only."""
        ...

    def heartbeat(self, id: str, *, health: Health | None = None) -> RegistryEntry:  # noqa: A002
        """Say that an entry is alive, and how well it does (None: healthy)."""
        ...


def check_health(word: str) -> Health:
    """The health of this word, or Invalid."""
    try:
        return Health(word)
    except ValueError:
        raise Invalid(f"there is no health {word[:SHOWN]!r}; there are {', '.join(Health)}") from None


def check_labels(labels: Mapping[str, str]) -> Mapping[str, str]:
    """The labels as they stay, or Invalid."""
    if len(labels) > LABELS:
        raise Invalid(f"an entry has up to {LABELS} labels, this one has {len(labels):,}")
    for name, content in labels.items():
        check_name(name, "a label", most=LABEL_NAME_BYTES)
        if content:
            check_part(content, f"label {name[:SHOWN]!r}", LABEL_VALUE_BYTES)
    return MappingProxyType(dict(labels))


def check_part(text: str, what: str, most: int) -> str:
    """A part of an entry that is not empty, or Invalid."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(f"{what} is no Unicode text: {text[:SHOWN]!r}") from None
    if not 1 <= size <= most:
        raise Invalid(f"{what} has 1 to {most:,} bytes, not {size:,}: {text[:SHOWN]!r}")
    return text
