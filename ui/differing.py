"""Two states beside each other as one text: which lines only one of them has. Pure."""

from __future__ import annotations

import difflib
import json

from ui.widgets.payload_edit import pretty
from workbench.api import Payload

CONTEXT_LINES = 3
MOST_LINES = 5_000
"""Of each; comparing more takes too long."""


def lines_of(payload: Payload) -> list[str]:
    """As it is read: JSON with one member in each line, in the order of their names; bytes as hexadecimal."""
    text = pretty(payload)
    try:
        found = json.loads(payload) if isinstance(payload, str) else None
    except ValueError:
        found = None
    if isinstance(found, dict | list):
        text = json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False)
    return text.splitlines()


def difference(before: Payload, after: Payload, name_before: str, name_after: str) -> str:
    """Unified: `-` lines are gone, `+` lines are new. Empty: they are the same, member for member."""
    one, other = lines_of(before), lines_of(after)
    if one == other:
        return ""
    found = difflib.unified_diff(
        one[:MOST_LINES], other[:MOST_LINES], name_before, name_after, lineterm="", n=CONTEXT_LINES
    )
    lines = list(found)
    left = max(len(one), len(other)) - MOST_LINES
    if left > 0:
        lines.append(f"@@ {left:,} more lines were not compared @@")
    return "\n".join(lines)
