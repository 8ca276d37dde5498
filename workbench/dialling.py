"""How a node reaches another one, for actors that move between them: by its address, or as one of the connections that
are stored where it runs. A token with which a move got there is kept in the keychain, or for this process where there
is none; each tenant and namespace has its own.
"""

from __future__ import annotations

import json
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

from workbench.api.connections import Mode, check_address
from workbench.api.errors import Denied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.api.node import Node
    from workbench.connections.keychain import Keychain

NAMES = "nodes: all"
_LOCK = Lock()


def node(to: str, scope: tuple[str, str], token: str) -> Node:
    """The node at HOST:PORT or of a stored connection, as a tenant and namespace see it.

    NotFound: no connection is called so. Invalid: it is no address. Denied: the connection is read-only, or asks first.
    """
    tenant, namespace = scope
    if ":" in to:
        return _at(to, tenant, namespace, token)
    from workbench.connections.opening import stored
    from workbench.connections.store import Connections

    mode = Connections().get(to).mode
    if mode is not Mode.NORMAL:
        raise Denied(f"the connection {to} is {mode.value}: no actor is moved over it; set its mode to normal first")
    shown = token or _keychain().get(to) or kept(to, scope)
    return stored(to, token=shown, tenant=tenant, namespace=namespace)


def keep(to: str, scope: tuple[str, str], token: str) -> None:
    """A token that was right: shown there from now on, for this tenant and namespace, when none is given."""
    if not token:
        return
    name = _name(to, scope)
    with _LOCK:
        _keychain().set(name, token)
        names = _names()
        if name not in names:
            _keychain().set(NAMES, json.dumps([*names, name]))


def kept(to: str, scope: tuple[str, str]) -> str:
    """What is shown there when none is given; empty: nothing is known."""
    return _keychain().get(_name(to, scope))


def secrets() -> Sequence[str]:
    """All tokens that are kept, which must stand in nothing that is written down."""
    return tuple(filter(None, map(_keychain().get, _names())))


def _names() -> list[str]:
    """A keychain cannot be listed: what is in it is in it too."""
    names: list[str] = json.loads(_keychain().get(NAMES) or "[]")
    return names


def _at(to: str, tenant: str, namespace: str, token: str) -> Node:
    from workbench.rpc.client import RemoteNode

    check_address(to)
    known = token or kept(to, (tenant, namespace))
    return RemoteNode(to, token=known, tenant=tenant, namespace=namespace)


def _name(to: str, scope: tuple[str, str]) -> str:
    return f"node: {json.dumps([*scope, to])}"  # a tenant's name may hold any sign, a connection's no colon


@cache
def _keychain() -> Keychain:
    from workbench.connections.keychain import Keychain

    return Keychain()
