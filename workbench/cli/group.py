"""`workbench group`: the groups of actors of a tenant and namespace."""

from __future__ import annotations

from collections.abc import Sequence

import click

from workbench.api import Area, GroupMember, Kind
from workbench.api.words import plural
from workbench.cli import options, payload, render
from workbench.cli.connection import Target, running

name = click.argument("group")
member = click.argument("actor")
limit = click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
WATCH_SECONDS = 1.0


@click.group()
def group() -> None:
    """Named groups of actors. Joins are counted: an actor that joined twice must leave twice."""


@group.command("list")
@click.argument("prefix", default="")
@limit
@click.option("--after", metavar="GROUP", help="Only those behind GROUP: the last one of the page before.")
@options.where
@options.as_json
@options.debug
def list_(prefix: str, limit: int, after: str | None, target: Target, as_json: bool) -> None:
    """The groups whose names begin with PREFIX."""
    with running(target) as node:
        found = node.process_groups.list(prefix, limit=limit, after=after)
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    rows = ((each.name, f"{each.members:,}", f"{each.joins:,}", render.when(each.created)) for each in found)
    render.table(("GROUP", "MEMBERS", "JOINS", "CREATED"), rows)
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].name!r}", err=True)


@group.command()
@name
@options.where
@options.as_json
@options.debug
def create(group: str, target: Target, as_json: bool) -> None:
    """Make GROUP; that it was there is no error."""
    with running(target) as node:
        made = node.process_groups.create(group)
    if as_json:
        render.line({"group": group, "created": made})
    else:
        click.echo(f"{group} is created" if made else f"{group} was there already")


@group.command()
@name
@options.where
@options.debug
def delete(group: str, target: Target) -> None:
    """Remove GROUP and all memberships in it."""
    with running(target) as node:
        node.process_groups.delete(group)
    click.echo(f"{group} is deleted")


@group.command()
@name
@options.where
@options.as_json
@options.debug
def members(group: str, target: Target, as_json: bool) -> None:
    """Who is in GROUP, how often they have joined and what they listen to."""
    with running(target) as node:
        found = node.process_groups.members(group)
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    render.table(("ACTOR", "JOINS", "SINCE", "TOPICS"), map(_row, found))


@group.command()
@name
@member
@click.option("--topic", "topics", metavar="TOPIC", multiple=True, help="Listen to TOPIC; without any to everything.")
@options.where
@options.debug
def join(group: str, actor: str, topics: Sequence[str], target: Target) -> None:
    """Let ACTOR join GROUP once more."""
    with running(target) as node:
        node.process_groups.join(group, actor, topics=topics)
    click.echo(f"{actor} has joined {group}")


@group.command()
@name
@member
@options.where
@options.debug
def leave(group: str, actor: str, target: Target) -> None:
    """Take the newest join of ACTOR to GROUP back."""
    with running(target) as node:
        node.process_groups.leave(group, actor)
    click.echo(f"{actor} has left {group}")


@group.command()
@name
@member
@options.where
@options.debug
def remove(group: str, actor: str, target: Target) -> None:
    """Take all joins of ACTOR to GROUP back."""
    with running(target) as node:
        joins = node.process_groups.remove(group, actor)
    click.echo(f"{actor} is removed from {group}, which it had joined {plural(joins, 'time')}")


@group.command()
@name
@click.argument("message", metavar="TYPE[=PAYLOAD]")
@click.option("--topic", metavar="TOPIC", help="Only to members that listen to TOPIC.")
@options.where
@options.as_json
@options.debug
def publish(group: str, message: str, topic: str | None, target: Target, as_json: bool) -> None:
    """Send a message to the members of GROUP. Exit code 1 when some could not take it."""
    sent = payload.message(message, Kind.CAST)
    with running(target) as node:
        found = node.process_groups.publish(group, sent.type, sent.payload, topic=topic)
    if as_json:
        render.line(render.record(found))
    else:
        names = ", ".join(found.delivered)
        click.echo(f"{len(found.delivered):,} got it: {names}" if names else "nobody got it")
        if found.refused:
            click.echo(f"{len(found.refused):,} could not take it: {', '.join(found.refused)}", err=True)
    if found.refused:
        raise SystemExit(1)


@group.command()
@click.argument("group", required=False)
@options.where
@options.as_json
@options.debug
def watch(group: str | None, target: Target, as_json: bool) -> None:
    """Print what happens to GROUP, or to all, as it comes; Ctrl+C ends."""
    with running(target) as node, node.subscribe([Area.PROCESS_GROUPS]) as events:
        while True:
            for event in events.get(WATCH_SECONDS):
                if group in (None, event.subject):
                    what = event.kind.partition(".")[2]
                    if as_json:
                        render.line({"time": event.time, "group": event.subject, "change": what, "text": event.text})
                    else:
                        render.row((render.when(event.time), event.subject, what, event.text))


def _row(found: GroupMember) -> tuple[str, ...]:
    return found.actor, f"{found.joins:,}", render.when(found.since), ", ".join(found.topics) or "everything"
