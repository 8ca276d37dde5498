"""Where each change of what services hold is in a bundle, found without reading more of a line than its first words."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from workbench.api.errors import Invalid
from workbench.debug.bundle import layout, records, tables
from workbench.debug.bundle.index import Bad
from workbench.debug.bundle.manifest import LATEST

_HEAD = re.compile(rb'\{"turns":(\d{1,9}),"number":(\d{1,18}),"time":(\d{1,12}(?:\.\d{1,12})?),"table":"')
Row = tables.Row


class Change(NamedTuple):
    """A row of `table` was `before`, or was not there, and was `after` then, or not there any more."""

    table: str
    before: Row | None
    after: Row | None


class History:
    """Of each change, in their order: how many turns were over before it, its number, its time, its file and line."""

    def __init__(self, bad: Bad) -> None:
        self.turns, self.numbers, self.times = array("l"), array("q"), array("d")
        self.files, self.lines = array("l"), array("l")
        self._bad = bad

    def __len__(self) -> int:
        return len(self.numbers)

    def add(self, file: int, name: str, lines: Sequence[bytes]) -> None:
        """The changes of one file. A line that is no change, or that is out of order, is refused by its number."""
        if not self._bad.begin(name, len(lines)):
            return
        for at, line in enumerate(lines):
            if (wrong := self._add(file, at, line)) and not self._bad.refuse(name, at, len(lines), wrong):
                break
        if len(self) > layout.CHANGES_TOTAL:
            raise Invalid(f"it has more than {layout.CHANGES_TOTAL:,} changes of what services hold")

    def _add(self, file: int, at: int, line: bytes) -> str:
        """What is wrong with a line; empty: it was added."""
        found = _HEAD.match(line)
        if found is None:
            return "it is no change of what services hold"
        turns, number, time = int(found[1]), int(found[2]), float(found[3])
        if len(self) and (number <= self.numbers[-1] or turns < self.turns[-1]):
            return f"change {number:,} is out of order"
        if not (math.isfinite(time) and time <= LATEST):
            return "it is of no time that there is"
        self.turns.append(turns)
        self.numbers.append(number)
        self.times.append(time)
        self.files.append(file)
        self.lines.append(at)
        return ""


def raw_change(line: bytes) -> tuple[str, list[Any] | None, list[Any] | None]:
    """The table and the rows of a change, of which only the length is checked. Invalid: it is none."""
    found = records.parsed(line)
    table = found.get("table") if isinstance(found, dict) else None
    if not isinstance(table, str) or (known := tables.TABLES.get(table)) is None:
        raise Invalid("it is no change of what services hold")
    before, after = found.get("before"), found.get("after")
    for row in (before, after):
        if row is not None and (not isinstance(row, list) or len(row) != len(known.columns)):
            raise Invalid(f"a row of {table} has {len(known.columns)} values")
    if before is None and after is None:
        raise Invalid("it changes nothing")
    return table, before, after


def read_change(line: bytes, scope: tuple[str, str]) -> Change:
    """The change in a line, checked. Invalid says what is wrong with it."""
    table, *rows = raw_change(line)
    before, after = (None if row is None else tables.checked(table, row, scope) for row in rows)
    return Change(table, before, after)
