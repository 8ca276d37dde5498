"""`run --watch`: when the file is saved, its actor gets the new code and keeps its state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import click

from workbench.api import Node, WorkbenchError
from workbench.cli import failure
from workbench.cli.lines import Lines
from workbench.cli.progress import ProgressLine

LOOK_SECONDS = 0.2


def follow(node: Node, path: Path, actor: str, lines: Lines, *, known: bytes) -> None:
    """Until Ctrl+C: pass on what the actor prints, and upgrade it with each saved version of `path`.

    `known` is the version that it runs.
    """
    click.echo(f"watching {path}; Ctrl+C ends", err=True)
    try:
        for data in _versions(path, lines, known):
            _upgrade(node, data, path.name, actor)
    except KeyboardInterrupt:
        click.echo("", err=True)


def _versions(path: Path, lines: Lines, known: bytes) -> Iterator[bytes]:
    """The file's bytes whenever they have changed. A file that is gone for a moment is being saved."""
    pause = Event()
    while True:
        pause.wait(LOOK_SECONDS)
        lines.show()
        data = _read(path)
        if data is not None and data != known:
            known = data
            yield data


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes() or None
    except OSError:
        return None


def _upgrade(node: Node, data: bytes, name: str, actor: str) -> None:
    """Code that is broken never replaces the actor that runs."""
    try:
        with ProgressLine() as progress:
            module = node.modules.deploy(data, file_name=name, progress=progress)
        node.actors.upgrade(actor, module.hash)
    except WorkbenchError as error:
        failure.show(error, {name: data.decode(errors="replace")})
    else:
        click.echo(f"{actor} runs {module.hash[:12]} now", err=True)
