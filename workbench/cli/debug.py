"""`workbench debug`: what is recorded of actors, and reading it again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from workbench.api import (
    Invalid,
    Node,
    NotFound,
    RecordedChange,
    RecordedTurn,
    RecordingLevel,
    RecordingSegment,
    RecordingStatistics,
)
from workbench.api.recordings import Range
from workbench.api.sequence import Diagram
from workbench.api.sequence_reading import read
from workbench.api.sequence_svg import to_svg
from workbench.api.sequence_text import to_json, to_mermaid
from workbench.api.traces import trace_of
from workbench.api.turn_text import to_line
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.connection import Target, running, stored
from workbench.cli.moment import since, until
from workbench.cli.output import Output

INHERIT = "inherit"
SHOWN_CHARACTERS, SHOWN_DIGITS = 60, 8
DIAGRAMS: dict[str, Callable[[Diagram], str]] = {"svg": to_svg, "mermaid": to_mermaid, "json": to_json}
ENDINGS = {".svg": "svg", ".json": "json", ".mmd": "mermaid", ".md": "mermaid", ".txt": "mermaid", "": "mermaid"}


@click.group()
def debug() -> None:
    """What is recorded of the actors of a node. How it is kept on disk is in docs/recording.md."""


@debug.command()
@click.argument("actor", required=False)
@click.option(
    "--level",
    type=click.Choice([*(level.value for level in RecordingLevel), INHERIT]),
    help=f"How much from the next turn on; {INHERIT} leaves an actor to the level of all, and all to the node's.",
)
@click.option("--exact", is_flag=True, help="The same as --level exact.")
@click.option("--keep/--no-keep", default=None, help="Whether what is recorded of ACTOR from now on outlives the ring.")
@options.where
@options.as_json
@options.debug
def record(actor: str | None, level: str | None, exact: bool, keep: bool | None, target: Target, as_json: bool) -> None:
    """Record so much of ACTOR, or of all that have no level of their own; without options say how it is recorded.

    off: nothing. messages: envelopes and how the turns ended. full: host calls with their results and what the actor
    was given of the real world as well, so that its turns can be replayed. exact: in full, and every 1,000 turns a
    fresh instance takes its state, so that fuel is compared too. It holds until the node ends.
    """
    if exact and level not in (None, RecordingLevel.EXACT):
        raise Invalid(f"--exact and --level {level} exclude each other")
    level = RecordingLevel.EXACT if exact else level
    if keep is not None and actor is None:
        raise Invalid("--keep and --no-keep are about one actor; name it")
    with running(target) as node:
        if level is not None:
            node.debugger.set_level(actor, None if level == INHERIT else RecordingLevel(level))
        if keep is not None and actor is not None:
            node.debugger.keep(actor, kept=keep)
        now, found = node.debugger.level(actor), node.debugger.statistics()
        absent = level is not None and actor is not None and not _is_there(node, actor)
    if absent:
        said = f"there is no actor {actor!r} now: the level is kept for when it comes, as long as the node runs"
        click.echo(f"note: {render.visible(said)}", err=True)
    if as_json:
        render.line({"actor": actor or "", **render.record(found), "level": now.value})
    else:
        render.facts((("actor", actor or ""), ("level", _level(actor, now, found)), *_facts(found)))


@debug.command()
@click.argument("actor", required=False)
@click.option(
    "--after", type=click.IntRange(0), default=0, help="Only those behind this place, the first ones of them."
)
@since
@options.trace
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@options.where
@options.as_json
@options.debug
def history(actor: str | None, after: int, since: float, trace: str, limit: int, target: Target, as_json: bool) -> None:
    """The recorded turns of ACTOR or of all, oldest first: the newest ones, or from --after or --since on.

    With --json a turn is a line as it stands in a session bundle.
    """
    with stored(target) as node:
        newest = not after and not since
        found = node.debugger.turns(actor, after=after, since=since, limit=limit, newest=newest, trace=trace)
    if as_json:
        for recorded in found:
            click.echo(to_line(recorded.turn))
        return
    head = ("PLACE", "WHEN", "ACTOR", "TURN", "WHAT", "OUTCOME", "ANSWER", "CALLS", "FUEL", "TRACE", "NOTE")
    render.table(head, map(_row, found))
    if len(found) == limit and not newest:
        click.echo(f"There may be more: --after {found[-1].position}", err=True)


@debug.command()
@click.option("--after", type=click.IntRange(0), default=0, help="Only those behind this place.")
@since
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
@options.where
@options.as_json
@options.debug
def changes(after: int, since: float, limit: int, target: Target, as_json: bool) -> None:
    """The recorded changes of what services hold, oldest first: rows of tables, before and after.

    They are recorded on the level full. Where a number is left out, some are missing.
    """
    with stored(target) as node:
        found = node.debugger.changes(after=after, since=since, limit=limit)
    if as_json:
        for recorded in found:
            render.line({"position": recorded.position, **render.record(recorded.change)})
        return
    render.table(("PLACE", "WHEN", "NUMBER", "TABLE", "BEFORE", "AFTER"), map(_change, found))
    if len(found) == limit:
        click.echo(f"There may be more: --after {found[-1].position}", err=True)


@debug.command()
@options.where
@options.as_json
@options.debug
def holdings(target: Target, as_json: bool) -> None:
    """What all services hold in this moment: how many rows in which table; with --json the rows, in pieces."""
    rows: dict[str, int] = {}
    with stored(target) as node:
        for piece in node.debugger.holdings():
            rows[piece.table] = rows.get(piece.table, 0) + len(piece.rows)
            if as_json:
                render.line(render.record(piece))
    if not as_json:
        render.table(("TABLE", "ROWS"), ((table, f"{count:,}") for table, count in rows.items()))


@debug.command()
@click.option("--after", type=click.IntRange(0), default=0, help="Only those with a greater number.")
@click.option("--limit", type=click.IntRange(1), default=1_000, show_default=True, help="At most so many.")
@options.where
@options.as_json
@options.debug
def segments(after: int, limit: int, target: Target, as_json: bool) -> None:
    """The pieces of the recording on disk, the oldest first."""
    with stored(target) as node:
        found = node.debugger.segments(after=after, limit=limit)
    if as_json:
        for segment in found:
            render.line(render.record(segment))
        return
    render.table(("SEGMENT", "TURNS", "CHANGES", "FROM", "TO", "SIZE", "PINNED", "ACTORS"), map(_segment, found))


@debug.command()
@click.argument("segment", type=int)
@click.option("--no-pin", "pinned", is_flag=True, default=True, flag_value=False, help="Let it go with the ring again.")
@options.where
@options.as_json
@options.debug
def pin(segment: int, pinned: bool, target: Target, as_json: bool) -> None:
    """Let the SEGMENT of the recording outlive the ring."""
    with stored(target) as node:
        found = node.debugger.pin(segment, pinned=pinned)
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(f"segment {found.id} {'is kept' if found.pin else 'goes with the ring'}")


@debug.command()
@click.option("--pinned", is_flag=True, help="The pinned segments too.")
@options.where
@options.as_json
@options.debug
def clear(pinned: bool, target: Target, as_json: bool) -> None:
    """Throw the recording away, but for what is pinned."""
    with stored(target) as node:
        gone = node.debugger.clear(pinned=pinned)
    if as_json:
        render.line({"segments": gone})
    else:
        click.echo(f"{plural(gone, 'segment')} thrown away")


@debug.command()
@click.argument("actor")
@click.argument("turn", type=click.IntRange(1))
@options.timeout
@options.where
@options.as_json
@options.debug
def state(actor: str, turn: int, timeout_seconds: float, target: Target, as_json: bool) -> int:
    """The state of ACTOR after its recorded TURN: as it gave it then, or lived through again.

    Exit code 1 when it is not known; stderr says why.
    """
    with stored(target) as node:
        found = node.debugger.state(actor, turn, timeout=timeout_seconds)
    return render.state(found, as_json=as_json)


@debug.command()
@click.argument("actors", nargs=-1, metavar="[ACTOR]...")
@since
@until
@click.option("--after", metavar="PLACE", type=click.IntRange(0), default=0, help="Only behind this place.")
@click.option("--up-to", metavar="PLACE", type=click.IntRange(0), default=0, help="Only up to this place.")
@options.trace
@click.option("--limit", type=click.IntRange(1, 5_000), default=200, show_default=True, help="Of so many turns.")
@click.option("--services", is_flag=True, help="Also the calls to services.")
@click.option("--format", "kind", type=click.Choice(list(DIAGRAMS)), help="If not as the file's ending says: mermaid.")
@click.option("-o", "--output", "file", type=click.Path(dir_okay=False, path_type=Path), help="Write it to this file.")
@options.where
@options.debug
def diagram(
    actors: tuple[str, ...], since: float, until: float, after: int, up_to: int, trace: str, limit: int, services: bool,
    kind: str | None, file: Path | None, target: Target,
) -> None:  # fmt: skip
    """Draw who sent what to whom in the newest recorded turns of the ACTORs or of all, as a sequence diagram.

    Of a range of them with --since and --until, or from place to place: debug history lists the places of turns, those
    of a session are the positions of its timeline.

    svg: a picture. mermaid: text that many pages draw. json: the same as data, described in docs/sequence.md.
    """
    ending = file.suffix.lower() if file else ""
    if kind is None and ending not in ENDINGS:
        raise Invalid(f"{file} has an ending that no diagram has; write .svg, .json or .mmd, or say --format")
    kind = kind or ENDINGS[ending]
    with stored(target) as node:
        found = read(node, actors, within=Range(after, up_to, since, until, trace), limit=limit, services=services)
    if not found.arrows:
        of = f" of {', '.join(actors)}" if actors else ""
        when = " in this range" if since or until or after or up_to or trace else ""
        raise NotFound(f"nothing is recorded{of}{when} that could be drawn")
    for absent in sorted(set(actors) - {party.name for party in found.parties}):
        click.echo(f"nothing of {absent} is in it", err=True)
    drawn = DIAGRAMS[kind](found)
    if file is None:
        click.echo(drawn, nl=not drawn.endswith("\n"))
        return
    with Output(file) as output:
        output.write(drawn.encode())
    what = f"{plural(len(found.arrows), 'arrow')} between {plural(len(found.parties), 'participant')}"
    click.echo(f"{file}: {what}")


def _is_there(node: Node, actor: str) -> bool:
    try:
        node.actors.get(actor)
    except NotFound:
        return False
    return True


def _level(actor: str | None, now: RecordingLevel, found: RecordingStatistics) -> str:
    """And whose it is."""
    if actor is None:
        return now.value
    return f"{now.value}, its own" if actor in found.own else f"{now.value}, as all without one of their own"


def _facts(found: RecordingStatistics) -> tuple[tuple[str, str], ...]:
    days = found.limit_seconds / 86_400
    bound = f" of {render.size(found.limit_bytes)} and {days:,.1f} days" if found.limit_bytes else ""
    pinned = f"{render.size(found.pinned_bytes)} of {render.size(found.pinned_limit_bytes)}"
    return (
        ("recorded", plural(found.turns, "turn") + (f" in {plural(found.segments, 'segment')}" if bound else "")),
        ("changes", f"{found.changes:,} of what services hold" if found.changes else ""),
        ("on disk", render.size(found.size_bytes)),
        ("ring", f"{render.size(found.ring_bytes)}{bound}" if bound else ""),
        ("pinned", pinned if found.pinned_limit_bytes else ""),
        ("since", render.when(found.oldest or 0.0)),
        ("waiting", f"{found.waiting:,} turns and changes" if found.waiting else ""),
        ("dropped", f"{found.dropped:,} turns and changes" if found.dropped else ""),
        ("kept", ", ".join(map(render.visible, found.kept))),
        ("stopped", found.stopped),
    )


def _row(recorded: RecordedTurn) -> tuple[str, ...]:
    turn = recorded.turn
    what = turn.envelope.type if turn.envelope is not None else turn.operation
    answer = str(turn.cause) if turn.cause is not None else turn.text or render.payload(turn.reply)
    fuel = render.UNKNOWN if turn.figures.fuel is None else f"{turn.figures.fuel:,}"
    calls = f"{turn.host_calls_total:,}"
    place = str(recorded.position), render.when(turn.started), turn.actor.name, f"{turn.seq:,}"
    return (
        *place,
        what,
        turn.outcome.value,
        _short(answer),
        calls,
        fuel,
        trace_of(turn)[:SHOWN_DIGITS],
        turn.unrepeatable,
    )


def _change(recorded: RecordedChange) -> tuple[str, ...]:
    change = recorded.change
    before, after = ("" if row is None else _short(str(tuple(row))) for row in (change.before, change.after))
    return str(recorded.position), render.when(change.time), f"{change.number:,}", change.table, before, after


def _segment(found: RecordingSegment) -> tuple[str, ...]:
    times = render.when(found.first), render.when(found.last)
    names = ", ".join(found.actors)
    return (
        str(found.id),
        f"{found.turns:,}",
        f"{found.changes:,}",
        *times,
        render.size(found.size_bytes),
        found.pin.value,
        _short(names),
    )


def _short(text: str) -> str:
    text = text.replace("\n", "⏎")
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
