"""From what is stored of a connection to its node."""

from __future__ import annotations

import dataclasses

from workbench.api import Node
from workbench.api.connections import Confirm, Connection
from workbench.connections.store import Connections
from workbench.connections.tunnel import Tunnel
from workbench.rpc.client import RemoteNode
from workbench.rpc.client.channel import Connection as Wire
from workbench.rpc.client.channel import Manner
from workbench.rpc.client.tls import client_tls


class StoredNode(RemoteNode):
    """The node of a connection; its tunnel ends with it."""

    def __init__(
        self, connection: Connection, *, token: str, confirm: Confirm | None = None, tunnel: Tunnel | None = None
    ) -> None:
        self._tunnel = tunnel
        super().__init__(
            connection.address, token=token, tenant=connection.tenant, namespace=connection.namespace,
            tls=client_tls(connection.tls_ca, connection.tls_cert, connection.tls_key),
            manner=Manner(connection.name, connection.mode, confirm, tunnel.address if tunnel is not None else ""),
        )  # fmt: skip

    @property
    def wire(self) -> Wire:
        """What is below the calls."""
        return self._connection

    def close(self) -> None:
        super().close()
        if self._tunnel is not None:
            self._tunnel.close()


def opened(connection: Connection, *, token: str, confirm: Confirm | None = None) -> StoredNode:
    """Its node, behind its tunnel where it has one; Unavailable when that cannot be opened."""
    tunnel = Tunnel(connection) if connection.ssh else None
    node = StoredNode(connection, token=token, confirm=confirm, tunnel=tunnel)
    if tunnel is not None:
        try:
            tunnel.open()
        except BaseException:
            node.close()
            raise
    return node


def stored(
    name: str, *, token: str = "", tenant: str | None = None, namespace: str | None = None,
    confirm: Confirm | None = None,
) -> Node:  # fmt: skip
    """The node of the stored connection `name`; what is given is instead of what is stored. NotFound: there is none."""
    held = Connections()
    found = held.get(name)
    connection = dataclasses.replace(found, tenant=tenant or found.tenant, namespace=namespace or found.namespace)
    return opened(connection, token=token or held.keychain.get(name), confirm=confirm)
