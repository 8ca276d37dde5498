"""`workbench registry`: what is registered in a tenant and namespace."""

from __future__ import annotations

from collections.abc import Sequence

import click

from workbench.api import Area, Health, NotFound, RegistryEntry
from workbench.cli import options, render
from workbench.cli.connection import Target, running, stored

identity = click.argument("identity", metavar="ID")
labels = click.option(
    "--label", "labels", nargs=2, multiple=True, metavar="NAME VALUE", help="A label; may be given several times."
)
health = click.option("--health", type=click.Choice([each.value for each in Health]), help="How well it does.")
WATCH_SECONDS = 1.0


@click.group()
def registry() -> None:
    """What can be found: services, actors, nodes and whatever else has an address."""


@registry.command()
@identity
@click.option("--type", "object_type", default="service", show_default=True, metavar="TYPE",
              help="What it is: actor, service, node, tuplespace or any other word.")  # fmt: skip
@click.option("--address", "place", required=True, help="Where it is: an actor's id, a URL.")
@labels
@click.option("--ttl", "ttl_ms", type=int, metavar="MS", help="Between two heartbeats; without it none are needed.")
@click.option("--as", "owner", default="", metavar="NAME", help="Whose entry it is; another's is not replaced.")
@options.where
@options.as_json
@options.debug
def register(
    identity: str, object_type: str, place: str, labels: Sequence[tuple[str, str]], ttl_ms: int | None, owner: str,
    target: Target, as_json: bool,
) -> None:  # fmt: skip
    """Add an entry, or replace one's own."""
    with stored(target) as node:
        found = node.registry.register(
            identity, object_type=object_type, address=place, labels=dict(labels), ttl_ms=ttl_ms, owner=owner
        )
    _show(found, as_json=as_json)


@registry.command()
@identity
@options.where
@options.debug
def unregister(identity: str, target: Target) -> None:
    """Remove an entry."""
    with stored(target) as node:
        node.registry.unregister(identity)
    click.echo(f"{identity} is unregistered")


@registry.command()
@identity
@options.where
@options.as_json
@options.debug
def show(identity: str, target: Target, as_json: bool) -> None:
    """What is registered as ID. Exit code 1 when nothing is."""
    with stored(target) as node:
        found = node.registry.lookup(identity)
    if found is None:
        raise NotFound(f"nothing is registered as {identity!r}")
    _show(found, as_json=as_json)


@registry.command("list")
@click.option("--type", "object_type", metavar="TYPE", help="Only entries of this type.")
@labels
@health
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
@click.option("--after", metavar="ID", help="Only those behind ID: the last one of the page before.")
@options.where
@options.as_json
@options.debug
def list_(
    object_type: str | None, labels: Sequence[tuple[str, str]], health: str | None, limit: int, after: str | None,
    target: Target, as_json: bool,
) -> None:  # fmt: skip
    """The entries for which all that is given holds, in order of their ids."""
    wanted = None if health is None else Health(health)
    with stored(target) as node:
        found = node.registry.discover(
            object_type=object_type, labels=dict(labels), health=wanted, after=after, limit=limit
        )
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    render.table(("ID", "TYPE", "HEALTH", "MISSED", "ADDRESS", "HEARTBEAT", "OWNER", "LABELS"), map(_row, found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].id!r}", err=True)


@registry.command()
@identity
@health
@options.where
@options.as_json
@options.debug
def heartbeat(identity: str, health: str | None, target: Target, as_json: bool) -> None:
    """Say that an entry is alive, and how well it does; without --health well."""
    with stored(target) as node:
        found = node.registry.heartbeat(identity, health=None if health is None else Health(health))
    _show(found, as_json=as_json)


@registry.command()
@options.where
@options.as_json
@options.debug
def watch(target: Target, as_json: bool) -> None:
    """Print what comes, goes and changes its health; Ctrl+C ends."""
    with running(target) as node, node.subscribe([Area.REGISTRY]) as events:
        while True:
            for event in events.get(WATCH_SECONDS):
                what = event.kind.partition(".")[2]
                if not event.subject:
                    continue  # a heartbeat that changed nothing else
                if as_json:
                    render.line({"time": event.time, "id": event.subject, "change": what, "text": event.text})
                else:
                    render.row((render.when(event.time), event.subject, what, event.text))


def _show(found: RegistryEntry, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(found))
        return
    ttl = f"every {found.ttl_ms:,} ms" if found.ttl_ms is not None else "none needed"
    render.facts(
        (
            ("id", found.id),
            ("type", found.object_type),
            ("address", found.address),
            ("labels", _labels(found)),
            ("health", f"{found.health}{f', {found.missed:,} heartbeats missed' if found.missed else ''}"),
            ("heartbeats", f"{ttl}, the last {render.when(found.heartbeat)}"),
            ("registered", render.when(found.registered)),
            ("owner", _owner(found)),
        )
    )


def _owner(found: RegistryEntry) -> str:
    return f"session {found.owner}" if found.outside and found.owner else found.owner


def _labels(found: RegistryEntry) -> str:
    return ", ".join(f"{name}={value}" for name, value in found.labels.items())


def _row(found: RegistryEntry) -> tuple[str, ...]:
    parts = found.id, found.object_type, found.health.value, f"{found.missed:,}", found.address
    return *parts, render.when(found.heartbeat), _owner(found) or "-", _labels(found) or "-"
