"""`workbench topic`: topics of a tenant and namespace, on a running node."""

from __future__ import annotations

import click

from workbench.api import Area, Kind, Publication
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, running
from workbench.cli.payload import message as parsed

WATCH_SECONDS = 1.0


@click.group()
def topic() -> None:
    """Topics: each message goes to every subscriber."""


@topic.command()
@click.argument("topic")
@click.argument("message", metavar="TYPE[=PAYLOAD]")
@options.where
@options.as_json
@options.debug
def publish(topic: str, message: str, target: Target, as_json: bool) -> None:
    """Send a message to every subscriber. TYPE=@FILE and TYPE:=HEX as for an actor."""
    sent = parsed(message, Kind.CAST)
    with running(target) as node:
        identity = node.channels.publish(topic, sent.type, sent.payload)
        got = next((each.receivers for each in node.channels.published(topic) if f"p{each.seq}" == identity), 0)
    if as_json:
        render.line({"topic": topic, "message": identity, "receivers": got})
    else:
        click.echo(f"{identity} went to {plural(got, 'subscriber')} of {topic}")


@topic.command("list")
@options.where
@options.as_json
@options.debug
def list_(target: Target, as_json: bool) -> None:
    """Topics with subscribers, or with messages since the node started."""
    with running(target) as node:
        found = node.channels.topics()
    if as_json:
        for each in found:
            render.line(render.record(each))
        return
    rows: list[tuple[str, ...]] = []
    for each in found:
        head = each.topic, f"{each.published:,}", render.when(each.last or 0.0) or "-"
        rows += [
            (*head, one.actor, one.filter if one.filter is not None else "*", f"{one.delivered:,}")
            for one in each.subscribers
        ] or [(*head, "-", "-", "-")]
    render.table(("TOPIC", "PUBLISHED", "LAST", "SUBSCRIBER", "FILTER", "DELIVERED"), rows)


@topic.command()
@click.argument("topic", default="")
@options.where
@options.as_json
@options.debug
def watch(topic: str, target: Target, as_json: bool) -> None:
    """Print the messages of a topic, or of all, as they come; Ctrl+C ends."""
    with running(target) as node, node.subscribe([Area.CHANNELS]) as events:
        seen = max((each.seq for each in node.channels.published(limit=1)), default=0)
        while True:
            for each in node.channels.published(topic, limit=10_000):
                if each.seq > seen:
                    seen = each.seq
                    _print(each, as_json=as_json)
            events.get(WATCH_SECONDS)


def _print(found: Publication, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(found))
        return
    short = render.payload(found.payload).replace("\n", "⏎")[:60]
    render.row((render.when(found.time), found.topic, found.message_type, f"{found.receivers:,} got it", short))
