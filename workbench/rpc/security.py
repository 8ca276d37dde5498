"""Who calls, and for whom: the bearer token, tenant and namespace in a call's metadata."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.api import Unauthenticated

AUTHORIZATION = "authorization"
TENANT, NAMESPACE = "plexspaces-tenant-bin", "plexspaces-namespace-bin"
"""Binary, since any text is a name."""
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant and namespace that a call is bound to."""

    tenant: str = DEFAULT
    namespace: str = DEFAULT


NO_TOKEN = (
    "this endpoint asks for a token, and none was shown: the private endpoint of a node is reached by its workspace "
    "(--workspace DIR), another one is opened with workbench node --listen"
)


def metadata(caller: Caller, token: str) -> tuple[tuple[str, str | bytes], ...]:
    """What a client sends with every call; Unauthenticated for a token that no connection can carry."""
    if not (token.isascii() and token.isprintable()):
        raise Unauthenticated("the token has characters that no token has: it is printable ASCII")
    bound = ((TENANT, caller.tenant.encode()), (NAMESPACE, caller.namespace.encode()))
    return ((AUTHORIZATION, f"Bearer {token}"), *bound) if token else bound


def admit(received: Mapping[str, str | bytes], token: str) -> Caller:
    """The caller of a call that came with `received`; Unauthenticated unless it shows `token`, where there is one."""
    if token:
        _check(str(received.get(AUTHORIZATION, "")), token)
    return Caller(_text(received.get(TENANT)), _text(received.get(NAMESPACE)))


def _check(shown: str, token: str) -> None:
    scheme, _, secret = shown.partition(" ")
    right = hmac.compare_digest(secret.encode(), token.encode())
    if scheme.lower() != "bearer" or not right:
        raise Unauthenticated("wrong token" if shown else NO_TOKEN)


def _text(value: str | bytes | None) -> str:
    if value is None:
        return DEFAULT
    return value.decode(errors="replace") if isinstance(value, bytes) else value
