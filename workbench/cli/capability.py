"""`workbench capability`: what actors may do, what they did with it, and who changed it."""

from __future__ import annotations

import click

from workbench.api import DURATIONS, Denial, Duration, Evidence, parse_grant
from workbench.cli import options, render
from workbench.cli.connection import Target, running


@click.group()
def capability() -> None:
    """What actors may do, and what they did with it."""


@capability.command()
@click.argument("name", required=False)
@options.where
@options.as_json
@options.debug
def show(name: str | None, target: Target, as_json: bool) -> None:
    """What the actor NAME needs, may do, used and was denied; without a name all actors."""
    with running(target) as node:
        rows = node.capabilities.evidence(name)
    if as_json:
        for row in rows:
            render.line(render.record(row))
        return
    head = ("ACTOR", "CAPABILITY", "REQUIRED", "GRANTED", "USED", "DENIED", "LAST DENIAL")
    render.table(head, map(_row, rows))


@capability.command()
@click.argument("name")
@click.argument("wanted", metavar="CAP", nargs=-1, required=True)
@click.option(
    "--for",
    "duration",
    type=click.Choice(DURATIONS),
    default="session",
    show_default=True,
    help="One use, until the actor stops, or kept with how it is started.",
)
@options.where
@options.as_json
@options.debug
def grant(name: str, wanted: tuple[str, ...], duration: Duration, target: Target, as_json: bool) -> None:
    """Give the actor NAME these capabilities, and say when each takes effect."""
    with running(target) as node:
        for each in wanted:
            parse_grant(each)  # all of them before the first is given
        for each in wanted:
            _said(name, each, node.capabilities.grant(name, each, duration=duration), as_json=as_json)


@capability.command()
@click.argument("name")
@click.argument("unwanted", metavar="CAP", nargs=-1, required=True)
@options.where
@options.as_json
@options.debug
def revoke(name: str, unwanted: tuple[str, ...], target: Target, as_json: bool) -> None:
    """Take these grants of the actor NAME away, written as they are listed."""
    with running(target) as node:
        held = {grant for row in node.capabilities.evidence(name) for grant in row.granted}
        for each in sorted(unwanted, key=held.__contains__):  # what is not held is refused before anything is taken
            _said(name, each, node.capabilities.revoke(name, each), as_json=as_json)


@capability.command()
@click.argument("name")
@click.option("--dry-run", "dry", is_flag=True, help="Only say what would go.")
@options.where
@options.as_json
@options.debug
def trim(name: str, dry: bool, target: Target, as_json: bool) -> None:
    """Take away the grants that the actor NAME has never used, and print them."""
    with running(target) as node:
        gone = node.capabilities.trim(name, dry=dry)
    if as_json:
        render.line({"actor": name, "grants": list(gone), "dry": dry})
        return
    for each in gone:
        click.echo(each)


@capability.command()
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many of the newest.")
@options.where
@options.as_json
@options.debug
def audit(limit: int, target: Target, as_json: bool) -> None:
    """Who changed which grants, oldest first."""
    with running(target) as node:
        changes = node.capabilities.audit(limit=limit)
    if as_json:
        for change in changes:
            render.line(render.record(change))
        return
    head = ("WHEN", "ACTOR", "WHAT", "GRANTS", "BY")
    rows = (
        (render.when(each.time), each.actor.name, f"{each.action} {each.duration}".strip(), _list(each.grants), each.by)
        for each in changes
    )
    render.table(head, rows)


def _said(actor: str, grant: str, effective: str, *, as_json: bool) -> None:
    if as_json:
        render.line({"actor": actor, "grant": grant, "effective": effective})
    else:
        click.echo(effective)


def _row(row: Evidence) -> tuple[str, ...]:
    used = render.UNKNOWN if row.used is None else f"{row.used:,}"
    required = "yes" if row.required else "-"
    granted = _list(row.granted) or "-"
    return row.actor.name, row.capability, required, granted, used, f"{row.denied:,}", _denial(row.last_denial)


def _denial(denial: Denial | None) -> str:
    if denial is None:
        return "-"
    on = f" on {denial.name!r}" if denial.name else ""
    turn = f" in {denial.message_type!r}" if denial.message_type else ""
    wanted = f"; {denial.grant} would allow it" if denial.grant else ""
    return f"{denial.what}{on}{turn} at {render.when(denial.time)}{wanted}"


def _list(grants: tuple[str, ...]) -> str:
    return ", ".join(grants)
