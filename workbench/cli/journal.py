"""`workbench journal`: what is kept of durable actors. Without a running node the workspace is read as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import click

import workbench
from workbench.api import Conflict, JournalEvent, JournalInfo, Node, Turn
from workbench.api.turn_text import to_line
from workbench.api.words import plural
from workbench.cli import options, rehearsal, render, turns
from workbench.cli.connection import Target, running, stored
from workbench.cli.output import Output
from workbench.cli.progress import ProgressLine

F = TypeVar("F", bound=Callable[..., Any])
PAGE = 1_000
"""Turns that are fetched at a time when all are wanted."""
name = click.argument("name", metavar="ACTOR")
after = click.option("--after", type=click.IntRange(0), default=0, metavar="N", help="Only those beyond this number.")


def limit(default: int) -> Callable[[F], F]:
    """How many are shown at a time."""
    return click.option("--limit", type=click.IntRange(1), default=default, show_default=True, help="At most so many.")


@click.group()
def journal() -> None:
    """What is kept of durable actors: their turns, checkpoints and events."""


@journal.command(name="list")
@options.where
@options.as_json
@options.debug
def list_(target: Target, as_json: bool) -> None:
    """Every actor that has a journal, by name, also those that ended."""
    with stored(target) as node:
        found = node.journal.list()
    if as_json:
        for info in found:
            render.line(render.record(info))
        return
    render.table(
        ("ACTOR", "ENTRIES", "TURNS", "EVENTS", "CHECKPOINT", "SIZE", "COMES BACK", "DAMAGED"), map(_row, found)
    )


@journal.command()
@name
@after
@limit(100)
@options.trace
@click.option("--calls", is_flag=True, help="Also the host calls of each turn, with their results.")
@options.where
@options.as_json
@options.debug
def show(name: str, after: int, limit: int, trace: str, calls: bool, target: Target, as_json: bool) -> None:
    """The turns of ACTOR that are kept, the oldest first."""
    with stored(target) as node:
        info = node.journal.get(name)
        found = node.journal.entries(name, after=after, limit=limit, trace=trace)
    if as_json:
        for turn in found:
            click.echo(to_line(turn))
    elif calls:
        turns.show(found)
    else:
        render.table(("TURN", "TIME", "WHAT", "PAYLOAD", "OUTCOME", "CALLS", "FUEL"), map(turns.row, found))
    if trace:
        _say_what_is_left(name, trace, found, limit)
        return
    _say_what_is_missing(name, info, found)
    if as_json:
        return
    if found and found[-1].seq < info.last and len(found) == limit:
        click.echo(f"There are more, up to turn {info.last:,}: --after {found[-1].seq}", err=True)


@journal.command()
@name
@after
@limit(1_000)
@options.where
@options.as_json
@options.debug
def events(name: str, after: int, limit: int, target: Target, as_json: bool) -> None:
    """The events that ACTOR persisted, the oldest first."""
    with stored(target) as node:
        found = node.journal.events(name, after=after, limit=limit)
    if as_json:
        for event in found:
            render.line(render.record(event))
        return
    render.table(("EVENT", "TIME", "TYPE", "PAYLOAD"), map(_event, found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].sequence}", err=True)


@journal.command()
@name
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@options.where
@options.as_json
@options.debug
def export(name: str, file: Path | None, target: Target, as_json: bool) -> None:
    """Write all turns of ACTOR to FILE, or print them: each is one line of JSON, with nothing left out."""
    with stored(target) as node:
        info = node.journal.get(name)
        if file is None:
            for turn in _all(node, info):
                click.echo(to_line(turn))
            return
        with Output(file) as output:
            output.write_parts(f"{to_line(turn)}\n".encode() for turn in _all(node, info))
    written = len(file.read_bytes().splitlines())
    if as_json:
        render.line({"actor": name, "entries": written, "file": str(file)})
    else:
        click.echo(f"{file}: {plural(written, 'turn')} of {name}")


@journal.command()
@click.argument("name", metavar="[ACTOR]", required=False)
@options.where
@options.as_json
@options.debug
def verify(name: str | None, target: Target, as_json: bool) -> int:
    """Compare every row, of ACTOR or of all, with its checksum and its place; exit code 1 when one is damaged.

    It also says who cannot come back, and why; of all, whether the indexes of the file agree with its tables.
    """
    with stored(target) as node:
        infos = node.journal.list() if name is None else [node.journal.get(name)]
        found = node.journal.verify(name)
    harmful = [damage for damage in found if not damage.harmless]
    if as_json:
        for damage in found:
            render.line(render.record(damage))
    elif not harmful:
        entries = sum(info.entries for info in infos)
        whose = "1 actor" if len(infos) == 1 else plural(len(infos), "actor")
        click.echo(f"{'1 entry' if entries == 1 else f'{entries:,} entries'} of {whose}: all as written")
    for damage in found:
        click.echo(render.visible(str(damage)), err=True)
    return 1 if harmful else 0


@journal.command()
@name
@options.where
@options.as_json
@options.debug
def replay(name: str, target: Target, as_json: bool) -> int:
    """Live through the journal of ACTOR again, apart from the node, and compare replies, host calls and states.

    Exit code 1 when it comes out otherwise than it was recorded, or cannot be lived through to its end.
    """
    with stored(target) as node, ProgressLine() as progress:
        found = workbench.replay_journal(node, name, progress=progress)
    held = not (found.divergence or found.problem) and found.whole
    if as_json:
        render.line({**render.record(found), "held": held})
    else:
        rehearsal.show_replay(found, target.address)
    return 0 if held else 1


@journal.command()
@name
@options.timeout
@options.where
@options.as_json
@options.debug
def checkpoint(name: str, timeout_seconds: float, target: Target, as_json: bool) -> None:
    """Store the state of the running ACTOR now: recovery begins there."""
    with running(target) as node:
        seq = node.journal.checkpoint(name, timeout=timeout_seconds)
    if as_json:
        render.line({"actor": name, "checkpoint": seq})
    else:
        click.echo(f"the state of {name} after turn {seq:,} is stored")


@journal.command()
@name
@options.where
@options.as_json
@options.debug
def compact(name: str, target: Target, as_json: bool) -> None:
    """Remove the entries of ACTOR up to its checkpoint: recovery needs them no more, and nothing can replay them."""
    with stored(target) as node:
        removed = node.journal.compact(name)
    if as_json:
        render.line({"actor": name, "removed": removed})
    else:
        click.echo("1 entry is removed" if removed == 1 else f"{removed:,} entries are removed")


@journal.command()
@name
@click.option("--force", is_flag=True, help="Also of one that would come back when a node starts on the workspace.")
@options.where
@options.as_json
@options.debug
def remove(name: str, force: bool, target: Target, as_json: bool) -> None:
    """Forget the journal of ACTOR, which has ended."""
    with stored(target) as node:
        if node.journal.get(name).runs and not force:
            raise Conflict(
                f"{name} has not ended: it is running, or comes back with the next node; stop it first, or use --force"
            )
        node.journal.remove(name)
    if as_json:
        render.line({"actor": name})
    else:
        click.echo(f"the journal of {name} is removed")


def _all(node: Node, info: JournalInfo) -> Iterator[Turn]:
    """Every turn up to the last one of `info`, also beyond a page of damaged ones."""
    after = max(info.first - 1, 0)
    while after < info.last:
        found = node.journal.entries(info.actor, after=after, limit=PAGE)
        yield from (turn for turn in found if turn.seq <= info.last)
        after = found[-1].seq if found else after + PAGE


def _row(info: JournalInfo) -> tuple[str, ...]:
    turns = f"{info.first:,} to {info.last:,}" if info.entries else "-"
    checkpoint = f"{info.checkpoint:,}" if info.checkpoint else "-"
    counts = f"{info.entries:,}", turns, f"{info.events:,}", checkpoint, render.size(info.bytes)
    return info.actor.name, *counts, "yes" if info.runs else "no", f"{info.quarantined:,}"


def _event(event: JournalEvent) -> tuple[str, ...]:
    return f"{event.sequence:,}", render.when(event.recorded), event.type, turns.short(event.payload)


def _say_what_is_left(name: str, trace: str, turns: Sequence[Turn], limit: int) -> None:
    """Of a trace: the turns between are others', and miss nothing."""
    if not turns:
        click.echo(f"no turn of {name} that is kept belongs to trace {trace}", err=True)
    elif len(turns) == limit:
        click.echo(f"There may be more: --after {turns[-1].seq}", err=True)


def _say_what_is_missing(name: str, info: JournalInfo, turns: Sequence[Turn]) -> None:
    """A damaged entry is left out of what is read; a gap shows it."""
    if not info.entries:
        why = f"; its state after turn {info.checkpoint:,} is stored" if info.checkpoint else ""
        click.echo(f"no turn of {name} is kept{why}", err=True)
    for before, turn in pairwise(turns):
        if turn.seq > before.seq + 1:
            click.echo(f"turn {before.seq + 1:,} is not shown: workbench journal verify {name}", err=True)
