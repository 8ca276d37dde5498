"""What actors print and log, passed on to stderr as it comes."""

from __future__ import annotations

import click

from workbench.api import Level, LogLine, Node
from workbench.cli.render import BREAKS, visible

SAID_ELSEWHERE = ("exception.", "code.")
"""Fields of a crash, which is shown as an error with its place."""
QUIET = frozenset({Level.TRACE, Level.DEBUG})


class Lines:
    """The lines of a node's actors from now on; `show()` prints those that are new."""

    def __init__(self, node: Node, *, actor: str | None = None, after: int = 0) -> None:
        self._node = node
        self._actor = actor
        self._after = after

    def show(self) -> None:
        for line in self._node.logs(after=self._after, actor=self._actor):
            self._after = line.seq
            if line.actor and line.level not in QUIET:
                click.echo(text(line), err=True)


def text(line: LogLine) -> str:
    """A printed line as it is, a logged one with its level and fields."""
    if line.stream != "log":
        return visible(f"[{line.actor}] {line.message}", keep=BREAKS)
    fields = "".join(f" {name}={value}" for name, value in line.fields if not name.startswith(SAID_ELSEWHERE))
    return visible(f"[{line.actor}] {line.level.value}: {line.message}{fields}", keep=BREAKS)
