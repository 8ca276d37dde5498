"""How the app comes to the node that its command line names: as a connection, stored or not, and with which token."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from workbench.api.connections import Connection

GRPC, STORED = "grpc://", "connection:"
NOTHING: Mapping[str, str] = {}
TOKEN = "WORKBENCH_TOKEN"
FILES = ("tls_ca", "tls_cert", "tls_key", "token_file")
SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Reached:
    """A connection that is not stored, with its token; `options` let commands reach the same."""

    connection: Connection
    token: str = field(default="", repr=False)
    options: tuple[str, ...] = ()


def is_elsewhere(address: str) -> bool:
    """Whether it is the URL of a node that others run."""
    return address.startswith((GRPC, STORED))


def reached(address: str, reach: Mapping[str, str] = NOTHING) -> Reached:
    """Off the Qt thread: reads the token, and what is stored. Errors are those of the api."""
    import workbench
    from workbench.connections import Connections

    given = {name: _absolute(name, value) for name, value in reach.items() if value}
    file = given.pop("token_file", "")
    token = workbench.token_in(file) if file else ""
    shown = {**given, **({"token_file": file} if file else {})}
    options = tuple(part for name, value in shown.items() for part in (f"--{name.replace('_', '-')}", value))
    if address.startswith(STORED):
        held = Connections()
        found = held.get(address.removeprefix(STORED))
        token = token or held.keychain.get(found.name) or os.environ.get(TOKEN, "")
        tenant, namespace = given.get("tenant", found.tenant), given.get("namespace", found.namespace)
        return Reached(replace(found, tenant=tenant, namespace=namespace), token, ("--node", found.name, *options))
    where = address.removeprefix(GRPC)
    for name, variable in (("tls_ca", "WORKBENCH_TLS_CA"), ("tls_cert", "WORKBENCH_TLS_CERT"),
                           ("tls_key", "WORKBENCH_TLS_KEY")):  # fmt: skip
        given.setdefault(name, _absolute(name, os.environ.get(variable, "")))
    made = Connection(
        where, where, tls_ca=given["tls_ca"], tls_cert=given["tls_cert"], tls_key=given["tls_key"],
        tenant=given.get("tenant"), namespace=given.get("namespace"),
    )  # fmt: skip
    return Reached(made, token or os.environ.get(TOKEN, ""), ("--node", where, *options))


def of_connection(connection: Connection) -> tuple[str, ...]:
    """The options by which commands reach a stored one: its name says all."""
    return ("--node", connection.name)


def _absolute(name: str, value: str) -> str:
    """A copied line works in any folder."""
    return str(Path(value).absolute()) if name in FILES and value and value != SYSTEM else value
