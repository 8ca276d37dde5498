"""`actor logs`: lines of the log on stdout, and with `--follow` those that come."""

from __future__ import annotations

import click

from workbench.api import Area, LogLine, Node
from workbench.cli import lines, render


def print_logs(node: Node, actor: str | None, *, limit: int, follow: bool, as_json: bool) -> None:
    """Print the newest lines; with `follow` stay until Ctrl+C."""
    if actor is not None:
        node.actors.get(actor)
    # Subscribed before the first read, so that nothing falls between the two.
    with node.subscribe([Area.LOGS]) as subscription:
        after = _print(node, actor, 0, limit, as_json=as_json)
        while follow:
            subscription.get()
            after = _print(node, actor, after, limit, as_json=as_json)


def _print(node: Node, actor: str | None, after: int, limit: int, *, as_json: bool) -> int:
    """Print what is newer than `after`; the number of the last line."""
    for line in node.logs(after=after, actor=actor, limit=limit):
        after = line.seq
        if as_json:
            render.line(_object(line))
        else:
            click.echo(f"{render.when(line.time)} {lines.text(line)}")
    return after


def _object(line: LogLine) -> dict[str, render.Json]:
    return {**render.record(line), "fields": dict(line.fields)}
