"""`workbench diagnostics`: what somebody who is to find a fault needs, without secrets, as one file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import click

import workbench
from workbench.api import WorkbenchError
from workbench.api.diagnostics import DiagnosticsPart
from workbench.cli import options, render
from workbench.cli.connection import Target, secrets_of, stored


@click.group()
def diagnostics() -> None:
    """What somebody who is to find a fault needs, without secrets: versions, settings, sizes, health, ends of logs.

    It is made of the node that runs, or of the workspace as it is; a node that cannot be opened is told, and the rest
    is there all the same.
    """


@diagnostics.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.where
@options.as_json
@options.debug
def save(file: Path, target: Target, as_json: bool) -> None:
    """Say what is in it, and write FILE, a zip."""
    parts = _made(target)
    _list(parts, as_json=as_json)
    workbench.save_diagnostics(parts, file)
    if not as_json:
        click.echo(f"{file}: {render.size(file.stat().st_size)}; look at it before you send it")


@diagnostics.command(name="list")
@options.where
@options.as_json
@options.debug
def list_(target: Target, as_json: bool) -> None:
    """Say what would be in it, without writing anything."""
    _list(_made(target), as_json=as_json)


@diagnostics.command()
@click.argument("name", metavar="PART")
@options.where
@options.debug
def show(name: str, target: Target) -> None:
    """Print one part of it as it would be written."""
    parts = _made(target)
    found = next((part for part in parts if part.name == name), None)
    if found is None:
        raise click.UsageError(f"there is no part {name!r}; there are {', '.join(part.name for part in parts)}")
    click.echo(found.text, nl=False)


def _made(target: Target) -> Sequence[DiagnosticsPart]:
    workspace = "" if target.address else target.workspace or str(workbench.default_workspace())
    with ExitStack() as stack:
        node, problem = None, ""
        try:
            node = stack.enter_context(stored(target))
        except WorkbenchError as error:
            problem = str(error)
        return workbench.diagnose(node, workspace=workspace, problem=problem, secrets=secrets_of(target))


def _list(parts: Sequence[DiagnosticsPart], *, as_json: bool) -> None:
    if as_json:
        for part in parts:
            render.line({"name": part.name, "size_bytes": part.size_bytes, "what": part.what})
        return
    render.table(("PART", "SIZE", "WHAT"), ((part.name, render.size(part.size_bytes), part.what) for part in parts))
