"""Who may do what from outside: roles, tokens, and the facet `node.tokens`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from workbench.api.errors import Invalid
from workbench.api.names import SHOWN, check_name

MOST_TOKENS = 1_000
"""That are not revoked, in all of a node."""
LONGEST_SECONDS = 3_650 * 86_400.0
"""Ten years."""


class Role(StrEnum):
    """What a caller may do; each includes those before it."""

    READ = "read"
    OPERATE = "operate"
    ADMIN = "admin"

    def includes(self, other: Role) -> bool:
        return _RANKS[self] >= _RANKS[other]


_RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A token as it is kept: everything but its secret. Who shows it is bound to its tenant and namespace.

    `expires` is None when it does not; `last_used`, told within a minute, is None when it never was; `revoked` is None
    when it was not.
    """

    name: str
    role: Role
    tenant: str
    namespace: str
    created: float
    expires: float | None = None
    last_used: float | None = None
    revoked: float | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. The node keeps no way back to `secret`: this is the only time that it is told."""

    token: TokenInfo
    secret: str = field(repr=False)


class Tokens(Protocol):
    """The facet `node.tokens`, for one tenant and namespace. Thread-safe."""

    def create(self, name: str = "", *, role: Role = Role.READ, expires_seconds: float | None = None) -> NewToken:
        """Make a token; without a name it gets one.

        AlreadyExists: a token of this name is there, not revoked. Invalid: it cannot be a name, or the time is no time.
        Exhausted: there are too many.
        """
        ...

    def list(self) -> Sequence[TokenInfo]:
        """All of them in order of their names, those that have expired or were revoked as well."""
        ...

    def revoke(self, name: str) -> TokenInfo:
        """Let it be of no use from now on, and end the streams that were opened with it. NotFound: there is none."""
        ...


def check_role(word: str) -> Role:
    """The role of this word, or Invalid."""
    try:
        return Role(word)
    except ValueError:
        raise Invalid(f"there is no role {word[:SHOWN]!r}; there are {', '.join(Role)}") from None


def check_token(name: str, expires_seconds: float | None) -> None:
    """Invalid unless both can be of a token."""
    if name:
        check_name(name, "a token")
    if expires_seconds is not None and not 1 <= expires_seconds <= LONGEST_SECONDS:
        raise Invalid(f"a token expires after 1 s to {LONGEST_SECONDS:,.0f} s (ten years), not {expires_seconds:,} s")
