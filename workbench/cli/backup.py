"""`workbench backup`: a workspace as one file, and a workspace made of one."""

from __future__ import annotations

from pathlib import Path

import click

import workbench
from workbench.api import Invalid
from workbench.api.backups import BackupInfo
from workbench.api.words import plural
from workbench.cli import options, render
from workbench.cli.progress import ProgressLine


@click.group()
def backup() -> None:
    """A workspace as one file: taken while a node works on it, verified, and made a workspace again.

    All tenants' modules, keys, tuples, queues, blobs, journals and recordings are in it. Compiled code and logs are
    not, nor are keys and blobs that `workbench node` was told to keep elsewhere.
    """


@backup.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--workspace", metavar="DIR", type=click.Path(path_type=Path), default=None,
    help="Which one; by default the user's own.",
)  # fmt: skip
@options.as_json
@options.debug
def create(file: Path, workspace: Path | None, as_json: bool) -> None:
    """Write the workspace into FILE, as it is in this moment. An existing FILE is replaced when the new one is whole.

    Exit code 1 when something in the workspace is damaged: it is named, and all else is in FILE.
    """
    with ProgressLine() as progress:
        made = workbench.create_backup(workspace or workbench.default_workspace(), file, progress=progress)
    _show(made, as_json=as_json)


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
@options.debug
def verify(file: Path, as_json: bool) -> None:
    """Read every byte of FILE and compare every hash. Exit code 1 when it is not whole."""
    with ProgressLine() as progress:
        found = workbench.verify_backup(file, progress=progress)
    _show(found, as_json=as_json)


@backup.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("workspace", metavar="DIR", type=click.Path(path_type=Path))
@options.as_json
@options.debug
def restore(file: Path, workspace: Path, as_json: bool) -> None:
    """Make the workspace DIR of FILE, whole or not at all. DIR must be empty, or not there yet."""
    with ProgressLine() as progress:
        found = workbench.restore_backup(file, workspace, progress=progress)
    _show(found, as_json=as_json)


def _show(found: BackupInfo, *, as_json: bool) -> None:
    if as_json:
        render.line(render.record(found))
    else:
        click.echo(
            f"{found.path}: {found.size_bytes:,} bytes, {plural(found.modules, 'module')}, "
            f"{plural(found.blobs, 'blob')}, {found.held_bytes:,} bytes on disk"
        )
        for url in found.elsewhere:
            click.echo(f"not in it: what is kept in {url}")
    if found.problems:
        raise Invalid("; ".join(found.problems))
