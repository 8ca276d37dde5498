"""How a node reaches another one, for actors that move between them: by its address, or as one of the connections that
are stored where it runs. Whom it showed a token is remembered in the keychain, or for this process where there is none.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from workbench.api.connections import Mode, check_address
from workbench.api.errors import Denied

if TYPE_CHECKING:
    from workbench.api.node import Node
    from workbench.connections.keychain import Keychain


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
    return stored(to, token=token, tenant=tenant, namespace=namespace)


def _at(to: str, tenant: str, namespace: str, token: str) -> Node:
    from workbench.rpc.client import RemoteNode

    check_address(to)
    keychain = _keychain()
    if token:
        keychain.set(f"node {to}", token)
    known = token or keychain.get(f"node {to}")
    return RemoteNode(to, token=known, tenant=tenant, namespace=namespace)


@cache
def _keychain() -> Keychain:
    from workbench.connections.keychain import Keychain

    return Keychain()
