"""Turns on the command line: a row each, or with what they called; and `actor trace`, which goes on with new ones."""

from __future__ import annotations

from collections.abc import Iterable

import click

from workbench.api import Area, HostCall, Node, Outcome, Turn
from workbench.api.turn_text import to_line
from workbench.api.words import plural
from workbench.cli import render

WIDTH = 60
PAGE = 1_000
"""Turns that are asked for at a time; more than a node keeps of an actor in memory."""


def row(turn: Turn) -> tuple[str, ...]:
    """Its number, time, message and payload, what came of it, how many host calls it made and its fuel."""
    figures = f"{turn.host_calls_total:,}", render.UNKNOWN if turn.figures.fuel is None else f"{turn.figures.fuel:,}"
    sent = short(turn.envelope.payload) if turn.envelope else ""
    return f"{turn.seq:,}", render.when(turn.started), _what(turn), sent, _outcome(turn), *figures


def short(value: str | bytes) -> str:
    """The beginning of it, on one line."""
    return render.payload(value).replace("\n", "⏎")[:WIDTH]


def show(found: Iterable[Turn]) -> None:
    """Each turn with its host calls below it."""
    for turn in found:
        render.row(cell for cell in row(turn)[:5] if cell != "-")
        for call in turn.host_calls:
            click.echo(f"    {render.visible(_call(call))}")
        if more := turn.host_calls_total - len(turn.host_calls):
            click.echo(f"    and {plural(more, 'host call')} more, which were not kept")


def trace(node: Node, actor: str, *, limit: int, follow: bool, as_json: bool) -> None:
    """Print the newest turns of `actor`; with `follow` stay until Ctrl+C. NotFound: there is no such actor."""
    node.actors.get(actor)
    # Subscribed before the first read, so that nothing falls between the two.
    with node.subscribe([Area.TURNS]) as subscription:
        found = node.actors.turns(actor, limit=limit)
        last = _print(found, found[0].seq - 1 if found else 0, as_json=as_json)
        while follow:
            subscription.get()
            newest = node.actors.turns(actor, limit=1)
            if newest and newest[-1].seq < last:
                last = 0  # another actor has its name
            last = _print(node.actors.turns(actor, after=last, limit=PAGE), last, as_json=as_json)


def _print(found: Iterable[Turn], last: int, *, as_json: bool) -> int:
    """Print those that come after the turn `last`, and say what is missing before them; the last one now."""
    for turn in found:
        if turn.seq > last + 1:
            click.echo(
                f"{plural(turn.seq - last - 1, 'turn')} before turn {turn.seq:,} are not kept any more", err=True
            )
        last = turn.seq
        if as_json:
            click.echo(to_line(turn))
        else:
            show([turn])
    return last


def _what(turn: Turn) -> str:
    if turn.envelope is not None:
        return f"{turn.envelope.kind} {turn.envelope.type}"
    return f"{turn.operation} ({turn.birth.reason})" if turn.birth is not None else turn.operation


def _outcome(turn: Turn) -> str:
    if turn.outcome is Outcome.REPLY:
        return short(turn.reply) or "-"
    return f"{turn.outcome}: {turn.text or turn.cause or ''}".replace("\n", " ")[:WIDTH]


def _call(call: HostCall) -> str:
    given = ", ".join(map(repr, call.arguments))
    return f"{call.interface}.{call.function}({given}) -> {call.error or repr(call.result)}"
