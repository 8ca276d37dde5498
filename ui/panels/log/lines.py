"""What of the log is shown, and as which lines: a message of several lines, or with a traceback, is as many rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ui.filter import Filter, Lookup, Value
from workbench.api import Level, LogLine

EVERYTHING = Filter()
ORDER = {level: at for at, level in enumerate(Level)}


@dataclass(frozen=True, slots=True)
class Shown:
    """One row: part 0 is a message's first line and carries its time, level and actor."""

    line: LogLine
    part: int
    text: str


def shown_lines(lines: Iterable[LogLine]) -> list[Shown]:
    rows: list[Shown] = []
    for line in lines:
        trace = line.field("exception.stacktrace").rstrip()
        text = f"{line.message}\n{trace}" if trace else line.message
        if "\n" not in text:
            rows.append(Shown(line, 0, text))
        else:
            rows.extend(Shown(line, part, piece) for part, piece in enumerate(text.rstrip().split("\n")))
    return rows


def lookup(line: LogLine) -> Lookup:
    """A line as the filter sees it; a bare word is part of the message or of its traceback."""
    fields: dict[str, Value] = {"time": line.time, "level": str(line.level), "actor": line.actor or "node"}
    return lambda name: fields.get(name) if name in fields else f"{line.message}\n{line.field('exception.stacktrace')}"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What is to be seen: this level and above, part of the actor's name, and the filter line.

    A filter that says something about levels decides about them alone.
    """

    level: Level
    actor: str = ""
    wanted: Filter = EVERYTHING

    def wants(self, line: LogLine) -> bool:
        if ORDER[line.level] < ORDER[self.level] and not self.wanted.names("level"):
            return False
        if self.actor and self.actor not in (line.actor or "node"):
            return False
        return self.wanted.matches(lookup(line))

    def rows(self, lines: Iterable[LogLine]) -> list[Shown]:
        return shown_lines(line for line in lines if self.wants(line))
