"""Where a key stands in a TOML file: its parser gives values without places."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = re.compile(r"\s*\[+\s*(.+?)\s*\]+")
_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\"']+")


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of the key at `path`, from 1: of its table's head or of its assignment, else of what holds it."""
    whole = next((found for end in range(len(path), 0, -1) if (found := written_at(text, path[:end]))), 0)
    return whole or 1


def written_at(text: str, path: Sequence[str]) -> int:
    """The line of that key alone; 0 when it is not written as a line of its own."""
    *tables, key = path
    inside = False
    assignment = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(line):
            parts = [part.strip().strip("\"'") for part in _PART.findall(head[1])]
            if parts == list(path):
                return number
            inside = parts == tables
        elif inside and assignment.match(line):
            return number
    return 0
