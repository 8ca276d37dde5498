"""`workbench bundle`: a recorded session as one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

import workbench
from workbench.api import Node, Session, TimelineEntry
from workbench.api.bundles import SECRETS, BundleEntry, BundleInfo
from workbench.api.traces import trace_id
from workbench.api.words import plural
from workbench.cli import options, rehearsal, render
from workbench.cli.connection import Target, stored
from workbench.cli.connection import session as opened
from workbench.cli.moment import since, until
from workbench.cli.progress import ProgressLine

HASH = re.compile("[0-9a-f]{64}")
SHOWN = 2_000
"""Characters of each side of a difference that are shown; --json has all that were kept."""


@click.group()
def bundle() -> None:
    """A recorded session as one file, to be sent and replayed elsewhere. What is in it is in docs/sessions.md."""


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--actor", "actors", metavar="NAME", multiple=True, help="Only this actor; may be repeated.")
@since
@until
@click.option("--with-interpreter", is_flag=True, help="Put the Python interpreter in, for machines with another one.")
@click.option("--redact", "rules", metavar="RULE", multiple=True,
              help="One more name under which secrets stand, or /EXPRESSION/ for a secret itself.")  # fmt: skip
@click.option("--keep-secrets", is_flag=True, help="Take nothing out but what --redact names.")
@options.where
@options.as_json
@options.debug
def export(
    file: Path,
    actors: tuple[str, ...],
    since: float,
    until: float,
    with_interpreter: bool,
    rules: tuple[str, ...],
    keep_secrets: bool,
    target: Target,
    as_json: bool,
) -> None:
    """Write what the running node has recorded into FILE, or what lies in the workspace, when no node runs on it.

    Turns of durable actors that are not recorded are taken from their journals.

    What stands under names like authorization, password, token, secret and api-key is taken out, the same way
    everywhere, and the turns that had it are marked.
    """
    secrets = (*(() if keep_secrets else SECRETS), *rules)
    with stored(target) as node, ProgressLine() as progress:
        info = workbench.export_bundle(
            node,
            file,
            actors=actors,
            since=since,
            until=until,
            with_interpreter=with_interpreter,
            secrets=secrets,
            progress=progress,
        )
    if as_json:
        render.line(render.record(info))
    else:
        turns, recorded = plural(info.turns, "turn"), plural(sum(bool(actor.turns) for actor in info.actors), "actor")
        click.echo(f"{file} holds {turns} of {recorded}, {render.size(info.size_bytes)}; {info.redaction}")
    _warn(info.notes, info.problems)


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
@options.debug
def show(file: Path, as_json: bool) -> None:
    """What FILE holds, before you send it: actors, modules, entries, and what was taken out."""
    info = workbench.show_bundle(file)
    if as_json:
        render.line(render.record(info))
    else:
        render.facts(_facts(info))
        click.echo()
        render.table(("ACTOR", "TURNS", "FROM", "TO", "BIRTH", "STATE"), _actors(info))
        click.echo()
        render.table(("MODULE", "FILE", "SIZE", "INCLUDED"), _modules(info))
        click.echo()
        render.table(("ENTRY", "SIZE", "IN THE FILE", ""), map(_entry, info.entries))
    _warn(info.notes, info.problems)


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
@options.debug
def verify(file: Path, as_json: bool) -> int:
    """Read every entry of FILE and compare it with the hashes in it; exit code 1 when something is damaged or missing.

    The heads of the entries are compared with the directory of the zip. What no reader of a bundle reads is not looked
    at: versions, rights and attributes in the zip, and bytes between its parts.
    The hashes tell what happened to the file on its way, not who wrote it.
    """
    with ProgressLine() as progress:
        info = workbench.verify_bundle(file, progress=progress)
    if as_json:
        render.line({"file": str(file), "whole": not info.problems, "entries": len(info.entries),
                     "turns": info.turns, "changes": info.changes,
                     "problems": list(info.problems), "notes": list(info.notes)})  # fmt: skip
        return 1 if info.problems else 0
    _warn(info.notes, info.problems)
    if info.problems:
        click.echo(f"{file} is not whole: {plural(len(info.problems), 'problem')}")
        return 1
    changes = f", {plural(info.changes, 'change')} of what services hold" if info.held else ""
    click.echo(f"{file} is whole: {len(info.entries):,} entries, {plural(info.turns, 'turn')}{changes}")
    return 0


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--actor", "actors", metavar="NAME", multiple=True, help="Only this actor; may be repeated.")
@click.option("--partial", is_flag=True, help="Turns that are left out, because others are missing, are no failure.")
@options.as_json
@options.debug
def replay(file: Path, actors: tuple[str, ...], partial: bool, as_json: bool) -> int:
    """Live through the turns in FILE again, apart from every node, and compare replies, host calls, states and fuel.

    Exit code 1 when an actor differs from its recording or could not be replayed, when turns are left out because
    others before them are not recorded, or when FILE is damaged.
    """
    with ProgressLine() as progress:
        found = workbench.replay_bundle(file, actors=actors, progress=progress)
    for each in found.actors:
        if as_json:
            render.line({**render.record(each), "held": not (each.divergence or each.problem), "whole": each.whole})
        else:
            rehearsal.show_replay(each, f"bundle:{file}")
    _warn(found.notes, found.problems)
    if not found.actors:
        click.echo(f"there is no turn in {file}: nothing was replayed", err=True)
    left_out = sum(each.left_out for each in found.actors)
    if left_out and not partial:
        click.echo(f"{plural(left_out, 'turn')} of {file} left out; with --partial that is no failure", err=True)
    return 0 if found.held and (partial or found.whole) else 1


@bundle.command("open")
@click.argument("file", type=click.Path(path_type=Path))
@options.debug
def open_(file: Path) -> int:
    """Open FILE in the app: any moment of the session, read-only."""
    from workbench.cli.main import open_app  # which imports this

    workbench.show_bundle(file)
    return open_app((str(file),), sample=None)


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--where", metavar="FILTER", default="",
              help="Only turns for which this holds, as 'type:add state.count>5' (docs/sessions.md).")  # fmt: skip
@click.option("--actor", metavar="NAME", help="Only turns of this actor.")
@options.trace
@click.option("--after", type=click.IntRange(0), default=0, help="Only those behind this position.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="At most so many.")
@options.as_json
@options.debug
def timeline(file: Path, where: str, actor: str | None, trace: str, after: int, limit: int, as_json: bool) -> None:
    """The turns in FILE in the order in which they ended. A position is the moment after a turn."""
    if trace:
        where = f"{where} trace~/^{trace_id(trace)}/".strip()
    with opened(str(file)) as node, ProgressLine() as progress:
        session = _session(node)
        if "state" in where:
            node.prepare(progress=progress)
        found = (
            _found(session, where, actor, after, limit) if where or actor else session.entries(after=after, limit=limit)
        )
        more, total = bool(found) and len(found) == limit, session.now().total
    if as_json:
        for entry in found:
            render.line(render.record(entry))
    else:
        head = ("POSITION", "WHEN", "ACTOR", "TURN", "WHAT", "OUTCOME", "CALLS", "FUEL", "MEMORY", "MS", "NOTE")
        render.table(head, map(_entry_of_timeline, found))
    if more and found[-1].position < total:
        click.echo(f"There may be more: --after {found[-1].position}", err=True)


@bundle.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("actor")
@click.option("--at", "position", type=click.IntRange(0), help="The moment; by default the end.")
@options.as_json
@options.debug
def state(file: Path, actor: str, position: int | None, as_json: bool) -> int:
    """The state of ACTOR at a moment of the session in FILE: as recorded, or lived through again.

    Exit code 1 when it is not known; stderr says why.
    """
    where = str(file) if position is None else f"{file}#{position}"
    with opened(where) as node, ProgressLine() as progress:
        session = _session(node)
        node.prepare(progress=progress)
        found = session.state(actor)
    return render.state(found, as_json=as_json)


def _session(node: Node) -> Session:
    assert node.session is not None, "it was opened from a bundle"
    return node.session


def _found(session: Session, where: str, actor: str | None, after: int, limit: int) -> list[TimelineEntry]:
    entries: list[TimelineEntry] = []
    position = after
    while len(entries) < limit and (found := session.find(position, where=where, actor=actor)) is not None:
        entries += session.entries(after=found - 1, limit=1)
        position = found
    return entries


def _entry_of_timeline(entry: TimelineEntry) -> tuple[str, ...]:
    fuel = render.UNKNOWN if entry.fuel is None else f"{entry.fuel:,}"
    memory = render.UNKNOWN if entry.memory_bytes is None else render.size(entry.memory_bytes)
    place = f"{entry.position:,}", render.when(entry.started), entry.actor.name, f"{entry.seq:,}"
    figures = f"{entry.calls:,}", fuel, memory, f"{render.milliseconds(entry.wall_ns):,.2f}"
    return *place, entry.type, entry.outcome.value, *figures, entry.unrepeatable


def _facts(info: BundleInfo) -> Iterator[tuple[str, str]]:
    yield "recorded by", f"node {info.node}, workbench {info.program}, wasmtime {info.wasmtime}, {info.platform}"
    yield "written", render.when(info.created)
    yield "since", render.when(info.since)
    yield "chosen actors", ", ".join(info.chosen)
    yield "tenant, namespace", f"{info.tenant}, {info.namespace}"
    yield "format", str(info.format)
    yield "size", render.size(info.size_bytes)
    yield "turns", f"{info.turns:,}"
    yield "services", f"{plural(info.rows, 'row')}, {plural(info.changes, 'change')}" if info.held else "not recorded"
    yield "supervisors", f"{info.supervisors:,}"
    yield "log lines", f"{info.log_lines:,}"
    for interpreter in info.interpreters:
        yield (
            "interpreter",
            f"{interpreter[:12]}, {'included' if interpreter in info.included else 'by its hash alone'}",
        )
    yield "rules", ", ".join(info.rules)
    yield "secrets", info.redaction


def _actors(info: BundleInfo) -> Iterator[tuple[str, ...]]:
    for each in info.actors:
        turns = (f"{each.first_seq:,}", f"{each.last_seq:,}", "yes" if each.born else "no") if each.turns else ("",) * 3
        yield each.actor.name, f"{each.turns:,}", *turns, each.state


def _modules(info: BundleInfo) -> Iterator[tuple[str, ...]]:
    for each in info.modules:
        yield each.hash[:12], each.file_name, render.size(each.size_bytes), "yes" if each.included else "no"


def _entry(entry: BundleEntry) -> tuple[str, ...]:
    said = "unknown to this program" if not entry.known else "damaged" if entry.problem else ""
    name = HASH.sub(lambda found: f"{found[0][:12]}…", entry.name)
    return name, render.size(entry.size_bytes), render.size(entry.packed_bytes), said


def _warn(notes: tuple[str, ...], problems: tuple[str, ...]) -> None:
    for note in notes:
        click.echo(f"note: {render.visible(note)}", err=True)
    for problem in problems:
        click.echo(f"problem: {render.visible(problem)}", err=True)
