"""What `workbench module rehearse` takes and shows: a line for each actor, then where each differs first."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import click

import workbench
from workbench.api.bundles import ActorReplay
from workbench.api.rehearsal import ActorRehearsal, Rehearsal
from workbench.api.replay import Divergence
from workbench.api.words import plural
from workbench.cli import render

SHOWN = 2_000
"""Characters of each side of a difference that are shown; --json has all that were kept."""


def candidate(given: str, packages: tuple[str, ...]) -> str | tuple[bytes, str]:
    """A file or folder, or else the name of a module that is deployed."""
    path = Path(given)
    if path.exists() or packages or path.suffix in (".py", ".wasm", ".wat", ".zip") or len(path.parts) > 1:
        return workbench.pack(path, beside=workbench.vendor(packages))
    return given


def before(found: Divergence) -> tuple[str, str]:
    """The state before a difference; of another turn, where it is that of one."""
    is_it = found.state_seq == found.seq - 1
    name = "  state before" if is_it else f"  state after turn {found.state_seq:,}"
    return name, found.state_before[:SHOWN]


def hint(found: Divergence, where: str) -> None:
    """How to get the state before a difference, where it is another one that was shown. `where` is the node, if it is
    not that of the workspace."""
    if found.state_before and found.state_seq < found.seq - 1:
        name, option = shlex.quote(found.actor.name), f" --node {shlex.quote(where)}" if where else ""
        said = f"workbench debug state {name} {found.seq - 1}{option}"
        click.echo(f"  the state before turn {found.seq:,}: {render.visible(said)}")


def show_replay(found: ActorReplay, where: str) -> None:
    """What came of one actor. `where` is the node of the turns, if it is not that of the workspace."""
    name = render.visible(found.actor.name)
    fuel = f", fuel of {found.fuel_compared:,}" if found.fuel_compared else ""
    otherwise = f", {found.uncertain:,} uncertain" if found.uncertain else ""
    said = f"{found.replayed:,} of {plural(found.turns, 'turn')} replayed, {found.equal:,} equal{fuel}{otherwise}"
    if found.divergence is not None:
        differs = found.divergence
        click.echo(f"{name}: differs in turn {differs.seq:,} ({said})")
        pairs = (
            ("  what", f"{differs.what} ({differs.severity.value})"),
            ("  recorded", differs.recorded[:SHOWN]),
            ("  now", differs.now[:SHOWN]),
            before(differs),
        )
        render.facts(pairs)
        hint(differs, where)
    elif found.problem:
        click.echo(f"{name}: not replayed to its end: {render.visible(found.problem)} ({said})")
    else:
        click.echo(f"{name}: {said}")
    for note in found.notes:
        click.echo(f"  {render.visible(note)}")


def show(found: Rehearsal, where: str, *, as_json: bool) -> None:
    """Actors that were left out are lines of the matrix too, with their module. `where` is the node of the turns, if it
    is not that of the workspace."""
    if as_json:
        for row in found.actors:
            render.line(render.record(row))
        for left in found.left_out:
            render.line({"actor": left.actor.name, "verdict": "left out", "module": left.module})
    else:
        render.table(("ACTOR", "VERDICT", "TURNS", "FIRST DIFFERENCE"), _rows(found))
        for row in found.actors:
            _below(row, where)
    for note in (note for note in found.notes if note not in found.problems):
        click.echo(f"note: {render.visible(note)}", err=True)
    for problem in found.problems:
        click.echo(f"problem: {render.visible(problem)}", err=True)
    if not found.actors:
        click.echo(f"nobody ran the module {found.replaced[:12]} last: nothing was rehearsed", err=True)


def _rows(found: Rehearsal) -> Iterator[tuple[str, ...]]:
    for row in found.actors:
        first = row.divergence
        verdict = f"{row.verdict}: {row.limit}" if row.limit else str(row.verdict)
        where = f"turn {first.seq:,}: {first.what}" if first is not None else ""
        yield row.actor.name, verdict, f"{row.replayed:,} of {row.turns:,}", where
    for left in found.left_out:
        yield left.actor.name, "left out", "", f"it ran another module last, {left.module[:12]}"


def _below(row: ActorRehearsal, where: str) -> None:
    first = row.divergence
    if first is None and not row.problem and not row.notes:
        return
    what = f"{row.verdict} in turn {first.seq:,}" if first is not None else str(row.verdict)
    click.echo(f"\n{render.visible(row.actor.name)}: {what}")
    if first is not None:
        place = str(row.place) if row.place is not None else ""
        render.facts(
            (
                ("  what", first.what),
                ("  recorded", first.recorded[:SHOWN]),
                ("  now", first.now[:SHOWN]),
                ("  at", place),
                before(first),
            )
        )
        hint(first, where)
    for said in (row.problem, *row.notes):
        if said:
            click.echo(f"  {render.visible(said)}")
