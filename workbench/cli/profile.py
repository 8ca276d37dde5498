"""`workbench profile`: the named sets of limits and grants."""

from __future__ import annotations

from dataclasses import fields

import click

from workbench.api import PROFILES, Limits
from workbench.api import profile as find
from workbench.cli import options, render
from workbench.cli.connection import Target


@click.group()
def profile() -> None:
    """Named sets of limits and grants. They are the same on every node: whichever is named, none is asked."""


@profile.command(name="list")
@options.where
@options.as_json
@options.debug
def list_profiles(target: Target, as_json: bool) -> None:  # noqa: ARG001  (taken as by every other noun)
    """All profiles."""
    if as_json:
        for each in PROFILES.values():
            render.line(render.record(each))
        return
    head = ("PROFILE", "FUEL PER TURN", "TIME", "MEMORY", "MAILBOX", "GRANTS")
    render.table(head, (_row(name, each.limits, each.grants) for name, each in PROFILES.items()))


@profile.command()
@click.argument("name")
@options.where
@options.as_json
@options.debug
def show(name: str, target: Target, as_json: bool) -> None:  # noqa: ARG001
    """One profile: its limits, those for Python and JavaScript modules, and its grants."""
    chosen = find(name)
    if as_json:
        render.line(render.record(chosen))
        return
    rows = ((key, f"{getattr(chosen.limits, key):,}", f"{getattr(chosen.interpreter, key):,}") for key in _names())
    render.table(("LIMIT", "MODULES", "INTERPRETER CLASS"), rows)
    click.echo(f"\ngrants  {', '.join(chosen.grants)}")


def _names() -> tuple[str, ...]:
    return tuple(field.name for field in fields(Limits))


def _row(name: str, limits: Limits, grants: tuple[str, ...]) -> tuple[str, ...]:
    time, memory = f"{limits.time_ms:,} ms", render.size(limits.memory_bytes)
    return name, f"{limits.fuel:,}", time, memory, f"{limits.mailbox:,}", ", ".join(grants)
