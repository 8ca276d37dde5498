"""One message and its answer, as `run`, `actor call` and `actor cast` send and print it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

import click

from workbench.api import ActorId, Figures, Kind, Node, NotFound, Payload, Unavailable, WorkbenchError, traces
from workbench.api.actors import why_it_waits
from workbench.cli import failure, render
from workbench.cli.payload import Message


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message that was sent: a reply or an error, and what the turn took where that is known."""

    message: Message
    reply: Payload | None
    error: WorkbenchError | None
    figures: Figures | None

    @property
    def exit_code(self) -> int:
        return self.error.exit_code if self.error else 0


def send(node: Node, actor: str, message: Message, *, timeout: float) -> Exchange:
    """Send `message` and wait for the end of its turn, of a cast too: so its order and its figures are known.

    A trace begins with it, unless it goes on with one.
    """
    message = replace(message, headers=traces.started(message.headers))
    try:
        reply = node.actors.ask(
            actor, message.type, message.payload, kind=message.kind, headers=message.headers, timeout=timeout
        )
    except WorkbenchError as error:
        return Exchange(message, None, error, error.figures)
    return Exchange(message, reply.payload, None, reply.figures)


def tell_if_it_waits(node: Node, actor: ActorId | str) -> None:
    """Say on stderr that the message that was just put into this actor's mailbox is not handled now."""
    try:
        info = node.actors.get(actor)
    except (NotFound, Unavailable):
        return  # it has stopped since, and its messages are dead letters; or it was moved, and they follow it
    if reason := why_it_waits(info):
        click.echo(f"{reason}: {shlex.join(['workbench', 'actor', 'restart', info.id.name])}", err=True)


def show(done: Exchange, sources: Mapping[str, str] = failure.NO_SOURCES, *, as_json: bool) -> None:
    """Print it: replies on stdout, errors on stderr; as JSON everything is one object on stdout."""
    if as_json:
        render.line(_object(done))
    elif done.error is not None:
        took = render.figures(done.figures)
        click.echo(f"{done.message.type}{f'  ({took})' if took else ''} failed:", err=True)
        failure.show(done.error, sources)
    else:
        answer = "" if done.message.kind is Kind.CAST else f" -> {render.payload(done.reply or '')}"
        took = render.figures(done.figures)
        click.echo(f"{done.message.type}{answer}{f'  ({took})' if took else ''}")


def trace_of(headers: Mapping[str, str]) -> str:
    """The id of the trace that a message with these headers belongs to."""
    found = traces.parsed(headers.get(traces.TRACEPARENT, ""))
    return found.id if found is not None else ""


def _object(done: Exchange) -> dict[str, render.Json]:
    figures = done.figures
    return {
        "kind": done.message.kind.value,
        "type": done.message.type,
        "reply": None if done.message.kind is Kind.CAST else render.plain(done.reply),
        "code": done.error.code if done.error else "",
        "error": done.error.message if done.error else "",
        "fuel": figures.fuel if figures else None,
        "memory_bytes": figures.memory_bytes if figures else None,
        "wall_ms": round(render.milliseconds(figures.wall_ns), 3) if figures else None,
        "trace": trace_of(done.message.headers),
    }
