"""Errors for the eye: one line of text on stderr, and the source line with a caret where the error has a place."""

from __future__ import annotations

from collections.abc import Mapping

import click

from workbench.api import Crashed, Location, WorkbenchError
from workbench.cli.render import BREAKS, visible

NO_SOURCES: Mapping[str, str] = {}
SHOWN_LOCATIONS = 5


def show(error: Exception, sources: Mapping[str, str] = NO_SOURCES) -> None:
    """Print `error`; `sources` are the texts, by file name, that its locations may point into."""
    if not isinstance(error, WorkbenchError):
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        click.echo(f"internal: {said} (a fault of the workbench itself; --debug shows where)", err=True)
        return
    click.echo(text(error), err=True)
    for location in locations(error):
        click.echo(pointed(location, sources), err=True)


def text(error: WorkbenchError) -> str:
    """`code: message`, the code only once."""
    said = error.message if error.message.startswith(f"{error.code}:") else f"{error.code}: {error.message}"
    return visible(said, keep=BREAKS)


def locations(error: WorkbenchError) -> tuple[Location, ...]:
    """The places that an error names."""
    if error.locations:
        return error.locations[:SHOWN_LOCATIONS]
    if isinstance(error, Crashed) and error.cause is not None and error.cause.location is not None:
        return (error.cause.location,)
    return ()


def pointed(location: Location, sources: Mapping[str, str]) -> str:
    """The place, and below it the line with a caret under the column, when its source is known."""
    lines = sources.get(location.file, "").splitlines()
    if not 1 <= location.line <= len(lines):
        return f"  {location}"
    line = lines[location.line - 1].replace("\t", " ")
    if not location.column:
        return f"  {location}\n    {line}"
    end = location.end_column if location.end_line in (0, location.line) else len(line) + 1
    return f"  {location}\n    {line}\n    {' ' * (location.column - 1)}{'^' * max(1, end - location.column)}"
