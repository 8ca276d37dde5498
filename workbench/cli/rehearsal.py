"""What `workbench module rehearse` takes and shows: a line for each actor, then where each differs first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

import workbench
from workbench.api.rehearsal import ActorRehearsal, Rehearsal
from workbench.cli import render

SHOWN = 2_000
"""Characters of each side of a difference that are shown; --json has all that were kept."""


def candidate(given: str, packages: tuple[str, ...]) -> str | tuple[bytes, str]:
    """A file or folder, or else the name of a module that is deployed."""
    path = Path(given)
    if path.exists() or packages or path.suffix in (".py", ".wasm", ".wat", ".zip") or len(path.parts) > 1:
        return workbench.pack(path, beside=workbench.vendor(packages))
    return given


def show(found: Rehearsal, *, as_json: bool) -> None:
    """Actors that were left out are lines of the matrix too, with their module."""
    if as_json:
        for row in found.actors:
            render.line(render.record(row))
        for left in found.left_out:
            render.line({"actor": left.actor.name, "verdict": "left out", "module": left.module})
    else:
        render.table(("ACTOR", "VERDICT", "TURNS", "FIRST DIFFERENCE"), _rows(found))
        for row in found.actors:
            _below(row)
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


def _below(row: ActorRehearsal) -> None:
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
                ("  state before", first.state_before[:SHOWN]),
            )
        )
    for said in (row.problem, *row.notes):
        if said:
            click.echo(f"  {render.visible(said)}")
