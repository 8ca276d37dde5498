"""Who calls, and for whom: the token, tenant and namespace in a call's metadata, as both ends write and read them."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.api import Invalid, Unauthenticated

AUTHORIZATION = "authorization"
TENANT, NAMESPACE = "plexspaces-tenant-bin", "plexspaces-namespace-bin"
"""Binary, since any text is a name."""
DEFAULT = "default"
SECRET_CHARACTERS = 32
"""A token of a file has so many at least: it is not to be guessed."""
Received = Mapping[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Caller:
    """The tenant and namespace that a caller names. None: those of its token, or the default ones."""

    tenant: str | None = None
    namespace: str | None = None


def metadata(caller: Caller, token: str) -> tuple[tuple[str, str | bytes], ...]:
    """What a client sends with every call; Unauthenticated for a token that no connection can carry."""
    if not (token.isascii() and token.isprintable()):
        raise Unauthenticated("the token has characters that no token has: it is printable ASCII")
    named = ((TENANT, caller.tenant), (NAMESPACE, caller.namespace))
    bound = tuple((key, name.encode()) for key, name in named if name is not None)
    return ((AUTHORIZATION, f"Bearer {token}"), *bound) if token else bound


def received(pairs: Iterable[tuple[str, str | bytes]]) -> Received:
    """The metadata of a call. Invalid: it says twice who calls, so that one reader could take the one and another
    the other."""
    found: dict[str, str | bytes] = {}
    for key, value in pairs:
        if key in (AUTHORIZATION, TENANT, NAMESPACE) and found.get(key, value) != value:
            raise Invalid(f"the call has two of {key} in its metadata; send one")
        found[key] = value
    return found


def named(received: Received) -> Caller:
    """What the metadata of a call says."""
    return Caller(_text(received.get(TENANT)), _text(received.get(NAMESPACE)))


def shown(received: Received) -> str | None:
    """The token of a call; None when it shows nothing, empty when what it shows is no token."""
    value = received.get(AUTHORIZATION)
    if value is None:
        return None
    scheme, _, secret = str(value).partition(" ")
    return secret if scheme.lower() == "bearer" else ""


def secret_in(path: str | Path) -> str:
    """The one token in a file. Invalid: it cannot be read, others can read it, or what is in it is no token."""
    try:
        with Path(path).open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            content = file.read(4_096)
    except OSError as error:
        raise Invalid(f"the token file {path} cannot be read: {(error.strerror or 'unknown error').lower()}") from None
    if os.name == "posix" and mode & 0o077:
        raise Invalid(f"others can read the token file {path} (its mode is {mode:o}); first: chmod 600 {path}")
    secret = content.decode("ascii", errors="replace").strip()
    if not (secret.isascii() and secret.isprintable() and " " not in secret and len(secret) >= SECRET_CHARACTERS):
        raise Invalid(
            f"the token file {path} must hold one token of at least {SECRET_CHARACTERS} printable ASCII characters and "
            "nothing else"
        )
    return secret


def _text(value: str | bytes | None) -> str | None:
    return value.decode(errors="replace") if isinstance(value, bytes) else value
