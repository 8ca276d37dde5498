"""Where a key stands in a TOML file: its parser gives values without places."""

from __future__ import annotations

import re
from collections.abc import Sequence

_HEAD = re.compile(r"\s*\[+\s*(.+?)\s*\]+")
_PART = re.compile(r"\"[^\"]*\"|'[^']*'|[^.\"']+")


def line_of(text: str, path: Sequence[str]) -> int:
    """The line of the key at `path`, from 1: of its table's head or of its assignment; else of what comes nearest."""
    *tables, key = path or ("",)
    inside, nearest = False, 0
    assignment = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    for number, line in enumerate(text.splitlines(), 1):
        if head := _HEAD.match(line):
            parts = [part.strip().strip("\"'") for part in _PART.findall(head[1])]
            if parts == list(path):
                return number
            inside = parts == tables
            nearest = nearest or (number if tables and parts[: len(tables)] == tables else 0)
        elif inside and assignment.match(line):
            return number
    return nearest or 1
