"""Which node a command speaks to.

`--node` is the address of one, the name of a stored connection, or a recorded session (`bundle:FILE`,
`bundle:FILE#POSITION`); else it is the one that runs on the workspace, by its private endpoint; else commands on stored
things open the workspace themselves, and commands on actors say how to start a node.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

import workbench
from workbench.api import Denied, Invalid, Node, Unavailable, WorkbenchError
from workbench.api.connections import Intent, check_address
from workbench.api.identity import check_scope
from workbench.cli.render import visible

SESSION = "bundle:"
NAMED = 5
"""So many problems of a recorded session are named."""
TOKEN = "WORKBENCH_TOKEN"
CONFIRM = "WORKBENCH_CONFIRM"


@dataclass(frozen=True, slots=True)
class Reach:
    """How `--node` is reached: the files of a token, of the authorities it must be of, of a certificate to show."""

    token_file: str = ""
    tls_ca: str = ""
    tls_cert: str = ""
    tls_key: str = ""

    @property
    def token(self) -> str:
        return workbench.token_in(self.token_file) if self.token_file else os.environ.get(TOKEN, "")


@dataclass(frozen=True, slots=True)
class Target:
    """What the options say; empty means not given."""

    address: str = ""
    workspace: str = ""
    tenant: str | None = None
    namespace: str | None = None
    reach: Reach = field(default_factory=Reach)

    def __post_init__(self) -> None:
        check_scope(*("default" if name is None else name for name in (self.tenant, self.namespace)))
        if self.reach.token_file and not self.address:
            raise Invalid("--token-file is for --node: the node of a workspace is reached by its private endpoint")


def secrets_of(target: Target) -> tuple[str, ...]:
    """What must stand in nothing that is written down of this node: its token, and those in the keychain."""
    from workbench.connections import Connections

    held = Connections()
    try:
        kept = [held.keychain.get(connection.name) for connection in held.list()]
    except WorkbenchError:
        kept = []  # the file cannot be read: then no name of a secret is known
    return tuple(secret for secret in (target.reach.token, *kept) if secret)


def running(target: Target) -> Node:
    """The running node; Unavailable when there is none."""
    node = _remote(target)
    if node is None:
        raise Unavailable("no node runs here: start one with workbench node")
    return node


def stored(target: Target) -> Node:
    """The running node, or the workspace opened for this command alone: nobody is brought back for it."""
    return _remote(target) or embedded(target, revive=False)


def embedded(target: Target, *, revive: bool, keyvalue: str = "", blobs: str = "", record: str = "") -> Node:
    """A node of our own on the workspace; what is given here is instead of the settings."""
    return workbench.connect(
        _url(target),
        tenant=target.tenant,
        namespace=target.namespace,
        keyvalue=keyvalue,
        blobs=blobs,
        revive=revive,
        record=record,
    )


def _url(target: Target) -> str:
    return f"embedded:{target.workspace or workbench.default_workspace()}"


def _remote(target: Target) -> Node | None:
    if target.address.startswith(SESSION):
        return session(target.address.removeprefix(SESSION))
    address = target.address.removeprefix("grpc://")
    if address and ":" not in address:
        return _stored(address, target)
    if address:
        check_address(address)
        return _agreed(
            workbench.connect(
                f"grpc://{address}",
                token=target.reach.token,
                tenant=target.tenant,
                namespace=target.namespace,
                tls_ca=target.reach.tls_ca,
                tls_cert=target.reach.tls_cert,
                tls_key=target.reach.tls_key,
            )
        )
    return _private(target)


def _stored(name: str, target: Target) -> Node:
    """A stored connection: what is not stored of it is its token, where there is no keychain."""
    from workbench.connections import Connections

    held = Connections()
    if not held.has(name):
        raise Invalid(
            f"{name[:60]!r} is neither an address, which is HOST:PORT, nor a stored connection: workbench node "
            "connection list names them"
        )
    _check_own(name)
    reach = target.reach
    token = reach.token if reach.token_file else held.keychain.get(name) or reach.token
    return _agreed(
        workbench.connect(
            f"connection:{name}", token=token, tenant=target.tenant, namespace=target.namespace, confirm=_ask
        )
    )


def _agreed(node: Node) -> Node:
    """A node elsewhere, unless it is of another major version: then nothing is asked of it."""
    from workbench.connections.looking import agree

    try:
        agree(node)
    except BaseException:
        node.close()
        raise
    return node


def _check_own(name: str) -> None:
    """Invalid for options of TLS on the command line: they are stored. Those of the environment are for addresses."""
    context = click.get_current_context(silent=True)
    for option in ("tls_ca", "tls_cert", "tls_key") if context is not None else ():
        if context is not None and context.get_parameter_source(option) is click.core.ParameterSource.COMMANDLINE:
            shown = option.replace("_", "-")
            raise Invalid(f"--{shown} is for an address; {name} has its own: workbench node connection add --replace")


def _ask(intent: Intent) -> bool:
    """Denied where nobody can be asked."""
    if os.environ.get(CONFIRM) == "yes":
        return True
    if not sys.stdin.isatty():
        raise Denied(
            f"{intent.connection} asks before every change, and nobody can be asked here about {intent.method}: set "
            f"{CONFIRM}=yes to confirm"
        )
    what = f"{intent.method} {intent.subject}".strip()
    return click.confirm(f"{visible(intent.connection)}: {visible(what)}?", err=True)


def _private(target: Target) -> Node | None:
    """The node that runs on the workspace, None when none does. It is on this machine and has a token of its own."""
    if Path(target.workspace).is_file():
        raise Invalid(f"{target.workspace} is a file; a workspace must be a folder")
    endpoint = workbench.endpoint(target.workspace or workbench.default_workspace())
    if endpoint is None:
        return None
    return workbench.connect(
        f"grpc://{endpoint.address}", token=endpoint.token, tenant=target.tenant, namespace=target.namespace
    )


def session(where: str) -> Node:
    """A recorded session, FILE or FILE#POSITION. What of its moment is not known is said, and what is damaged: at
    once, and what is found while the command reads, at its end."""
    node = workbench.connect(f"{SESSION}{where}")
    recorded = node.session
    assert recorded is not None, "it was opened from a bundle"
    told: set[str] = set()

    def tell() -> None:
        new = [problem for problem in recorded.problems if problem not in told]
        told.update(new)
        for problem in new[:NAMED]:
            click.echo(f"problem: {visible(problem)}", err=True)
        if (more := len(new) - NAMED) > 0:
            click.echo(f"problem: {more:,} more; workbench bundle verify names them", err=True)

    tell()
    for note in recorded.now().notes:
        if note not in told and not note.endswith("workbench bundle verify names them"):
            click.echo(f"note: {visible(note)}", err=True)
    click.get_current_context().call_on_close(tell)
    return node
