"""`workbench node token`: who may call a node from elsewhere."""

from __future__ import annotations

import time

import click

from workbench.api import Role, TokenInfo
from workbench.cli import options, render
from workbench.cli.connection import Target, stored

DAY_SECONDS = 86_400.0


@click.group()
def token() -> None:
    """Tokens that callers show, each with a role, for one tenant and namespace."""


@token.command()
@click.argument("name", default="")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.READ.value, show_default=True,
    help="What its holder may do: look, also change things, or also make tokens.",
)  # fmt: skip
@click.option(
    "--expires", "days", type=click.IntRange(1, 3_650), metavar="DAYS",
    help="After so many days it is of no use; by default never.",
)  # fmt: skip
@options.where
@options.as_json
@options.debug
def create(name: str, role: str, days: int | None, target: Target, as_json: bool) -> None:
    """Make a token and print it: this is the only time that it is shown."""
    seconds = None if days is None else days * DAY_SECONDS
    with stored(target) as node:
        made = node.tokens.create(name, role=Role(role), expires_seconds=seconds)
    if as_json:
        render.line({**render.record(made.token), "secret": made.secret})
        return
    said = f"token {render.visible(made.token.name)} for the role {made.token.role}, {_life(made.token)}"
    click.echo(f"{said}; this is the only time that it is shown:", err=True)
    click.echo(made.secret)


@token.command("list")
@options.where
@options.as_json
@options.debug
def list_(target: Target, as_json: bool) -> None:
    """The tokens of a tenant and namespace, those that have expired or were revoked as well."""
    with stored(target) as node:
        found = node.tokens.list()
    if as_json:
        for each in found:
            render.line(render.record(each))
    else:
        render.table(("NAME", "ROLE", "CREATED", "LAST USED", "STATE"), map(_row, found))


@token.command()
@click.argument("name")
@options.where
@options.debug
def revoke(name: str, target: Target) -> None:
    """Let a token be of no use from now on; streams that were opened with it end."""
    with stored(target) as node:
        node.tokens.revoke(name)
    click.echo(f"token {render.visible(name)} is revoked")


def _row(info: TokenInfo) -> tuple[str, ...]:
    used = "never" if info.last_used is None else render.when(info.last_used)
    return info.name, info.role.value, render.when(info.created), used, _life(info)


def _life(info: TokenInfo) -> str:
    if info.revoked is not None:
        return f"revoked {render.when(info.revoked)}"
    if info.expires is None:
        return "does not expire"
    return f"{'expires' if info.expires > time.time() else 'expired'} {render.when(info.expires)}"
