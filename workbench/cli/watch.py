"""`run --watch`: when the file is saved, its actor gets the new code and keeps its state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event

import click

import workbench
from workbench.api import Invalid, Node, WorkbenchError
from workbench.cli import failure
from workbench.cli.lines import Lines
from workbench.cli.progress import ProgressLine

LOOK_SECONDS = 0.2


def follow(node: Node, path: Path, actor: str, lines: Lines, *, known: bytes, beside: Mapping[str, bytes]) -> None:
    """Until Ctrl+C: pass on what the actor prints, and upgrade it with each saved version of `path`.

    `known` is the version that it runs; in a folder, every file is watched.
    """
    click.echo(f"watching {path}; Ctrl+C ends", err=True)
    try:
        for data, name in _versions(path, lines, known, beside):
            _upgrade(node, data, name, actor)
    except KeyboardInterrupt:
        click.echo("", err=True)


def _versions(path: Path, lines: Lines, known: bytes, beside: Mapping[str, bytes]) -> Iterator[tuple[bytes, str]]:
    """The bytes to deploy and their name whenever they have changed."""
    pause, seen, said = Event(), "", ""
    while True:
        pause.wait(LOOK_SECONDS)
        lines.show()
        try:
            data, name = workbench.pack(path, beside=beside)
        except Invalid as refused:  # told once, when it lasts: a file that is gone for a moment is being saved
            if str(refused) == seen != said:
                said = seen
                failure.show(refused)
            seen = str(refused)
            continue
        seen = said = ""
        if data and data != known:
            known = data
            yield data, name


def _upgrade(node: Node, data: bytes, name: str, actor: str) -> None:
    """Code that is broken never replaces the actor that runs."""
    try:
        with ProgressLine() as progress:
            module = node.modules.deploy(data, file_name=name, progress=progress)
        node.actors.upgrade(actor, module.hash)
    except WorkbenchError as error:
        failure.show(error, workbench.texts(data, name))
    else:
        click.echo(f"{actor} runs {module.hash[:12]} now", err=True)
