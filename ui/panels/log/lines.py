"""What of the log is shown, and as which lines: a message of several lines, or with a traceback, is as many rows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.api import Level, LogLine

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


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A filter: this level and above, part of the actor's name, the expression anywhere in the message."""

    level: Level
    actor: str = ""
    pattern: re.Pattern[str] | None = None

    def wants(self, line: LogLine) -> bool:
        if ORDER[line.level] < ORDER[self.level]:
            return False
        if self.actor and self.actor not in (line.actor or "node"):
            return False
        return self.pattern is None or self.pattern.search(line.message) is not None

    def rows(self, lines: Iterable[LogLine]) -> list[Shown]:
        return shown_lines(line for line in lines if self.wants(line))
