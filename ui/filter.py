"""The filter line of every table, with regular expressions that cannot hold the window; see api.filtering."""

from __future__ import annotations

from collections.abc import Collection

from ui.expression import Expression
from workbench.api import filtering
from workbench.api.filtering import (
    BEGINS,
    LEAST_BEGINNING,
    NO_RANKS,
    Filter,
    FilterError,
    Lookup,
    Ranks,
    Term,
    Value,
    quote,
    read_number,
)


def parse(line: str, fields: Collection[str], ranks: Ranks = NO_RANKS) -> Filter:
    """Read a filter; FilterError says what is wrong and where. Fields are named without regard to case."""
    return filtering.parse(line, fields, ranks, expression=Expression)


__all__ = [
    "BEGINS",
    "LEAST_BEGINNING",
    "NO_RANKS",
    "Filter",
    "FilterError",
    "Lookup",
    "Ranks",
    "Term",
    "Value",
    "parse",
    "quote",
    "read_number",
]
