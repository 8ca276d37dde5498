"""Numbers in sentences: the one place that knows how a noun is counted."""

from __future__ import annotations

IRREGULAR = {"child": "children", "entry": "entries"}


def plural(number: int, noun: str) -> str:
    """`1 restart`, `2 restarts`, `0 crashes`, `1,000 children`."""
    if number == 1:
        return f"{number:,} {noun}"
    return f"{number:,} {IRREGULAR.get(noun) or noun + ('es' if noun.endswith(('s', 'sh', 'ch', 'x')) else 's')}"
