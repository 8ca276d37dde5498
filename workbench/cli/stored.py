"""`workbench node connection`: the stored connections, which `--node NAME` and the app use."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import workbench
from workbench.api import AlreadyExists, Unavailable
from workbench.api.connections import COLOURS, SYSTEM, Connection, Mode
from workbench.cli import options, render

if TYPE_CHECKING:
    from workbench.connections import Connections

NONE = "-"


@click.group()
def connection() -> None:
    """Stored connections: addresses of nodes with what it takes to reach them, by name, for --node and the app."""


@connection.command("list")
@options.as_json
@options.debug
def list_(as_json: bool) -> None:
    """Them all, by folder and name."""
    from workbench.connections import Connections

    found = Connections().list()
    if as_json:
        for each in found:
            render.line(render.record(each))
    else:
        head = ("FOLDER", "NAME", "ADDRESS", "MODE", "TLS", "TUNNEL", "COLOUR")
        render.table(head, map(_row, found))


def _row(each: Connection) -> tuple[str, ...]:
    tls = "client certificate" if each.tls_cert else "yes" if each.tls_ca else "no"
    return (each.folder or NONE, each.name, each.address, each.mode.value, tls, each.ssh or NONE, each.colour or NONE)


@connection.command()
@click.argument("name")
@options.as_json
@options.debug
def show(name: str, as_json: bool) -> None:
    """One of them. Its token is never shown."""
    from workbench.connections import Connections

    held = Connections()
    found = held.get(name)
    token = bool(held.keychain.get(name))
    if as_json:
        render.line({**render.record(found), "token": token})
        return
    facts = [(key.replace("_", " "), str(value)) for key, value in render.record(found).items() if value is not None]
    render.facts([*facts, ("token", "in the keychain" if token else "none")])


@connection.command()
@click.argument("name")
@click.argument("address", metavar="HOST:PORT")
@click.option("--colour", type=click.Choice([each for each in COLOURS if each]), default=None, help="A mark of it.")
@click.option("--folder", metavar="NAME", default="", help="Where it stands in the app.")
@click.option(
    "--mode", type=click.Choice([mode.value for mode in Mode]), default=Mode.NORMAL.value, show_default=True,
    help="Send what changes something; ask before each; or never.",
)  # fmt: skip
@click.option("--ssh", metavar="DESTINATION", default="", help="Go through a tunnel: what one writes after `ssh`.")
@click.option(
    "--reconnect/--no-reconnect", default=True, show_default=True, help="Let the app attach again when it was lost."
)
@click.option("--replace", is_flag=True, help="Instead of the one of this name.")
@options.tenant
@options.namespace
@options.reach
@options.debug
def add(name: str, address: str, colour: str | None, mode: str, replace: bool, reach: Any, **parts: Any) -> None:
    """Store one. A token (--token-file) goes into the keychain of this machine, never into a file; of TLS the names of
    the files are kept. One that replaces another keeps its token, unless it leads elsewhere.
    """
    from workbench.connections import Connections

    held = Connections()
    made = Connection(
        name, address, colour=colour or "", mode=Mode(mode), tls_ca=_whole(reach.tls_ca),
        tls_cert=_whole(reach.tls_cert), tls_key=_whole(reach.tls_key), **parts,
    )  # fmt: skip
    secret = workbench.token_in(reach.token_file) if reach.token_file else ""
    if replace and held.has(name):
        _replace(held, made)
    elif held.has(name):
        raise AlreadyExists(f"there is a connection {name!r} already; choose another name, or give --replace")
    else:
        held.add(made)
    if secret:
        _keep(held, name, secret)
    click.echo(f"connection {render.visible(name)} is stored")


def _whole(path: str) -> str:
    """The name of a file from everywhere."""
    return str(Path(path).expanduser().absolute()) if path not in ("", SYSTEM) else path


def _replace(held: Connections, made: Connection) -> None:
    """A token is shown to nobody else than whom it was stored for."""
    before = held.get(made.name)
    if (before.address, before.ssh) != (made.address, made.ssh) and held.keychain.get(made.name):
        held.keychain.delete(made.name)
        click.echo(f"the token for {before.address} is forgotten: {render.visible(made.name)} leads elsewhere now")
    held.replace(made.name, made)


def _keep(held: Connections, name: str, secret: str) -> None:
    try:
        held.keychain.keep(name, secret)
    except Unavailable as error:
        raise Unavailable(f"the connection {name} is stored, and its token is not: {error.message}") from None


@connection.command()
@click.argument("name")
@click.argument("new_name")
@options.debug
def rename(name: str, new_name: str) -> None:
    """Call it otherwise; its token goes along."""
    from workbench.connections import Connections

    held = Connections()
    held.replace(name, dataclasses.replace(held.get(name), name=new_name))
    click.echo(f"connection {render.visible(name)} is called {render.visible(new_name)} now")


@connection.command()
@click.argument("name")
@options.debug
def duplicate(name: str) -> None:
    """The same under another name, with its token."""
    from workbench.connections import Connections

    click.echo(f"connection {render.visible(Connections().duplicate(name).name)} is stored")


@connection.command()
@click.argument("name")
@options.debug
def remove(name: str) -> None:
    """Forget it and its token."""
    from workbench.connections import Connections

    Connections().remove(name)
    click.echo(f"connection {render.visible(name)} is removed")
