"""Filters of topics: glob patterns over a message type, matched in a time that their length bounds.

`*` is any text, `?` one character, `[abc]`, `[a-z]` and `[!a-z]` one of (or none of) those; all else stands for itself,
so a star is `[*]`.
"""

from __future__ import annotations

import fnmatch
import re

from workbench.api.channels import FILTER_CHARACTERS
from workbench.api.errors import Invalid

MOST_STARS = 16


def compiled(pattern: str) -> re.Pattern[str]:
    """Invalid: it is no pattern, or one that could take long."""
    if not 1 <= len(pattern) <= FILTER_CHARACTERS:
        raise Invalid(f"a filter has 1 to {FILTER_CHARACTERS} characters, this one has {len(pattern):,}")
    _check_sets(pattern)
    pattern = re.sub(r"\*+", "*", pattern)
    if pattern.count("*") > MOST_STARS:
        raise Invalid(f"a filter has up to {MOST_STARS} stars, this one has {pattern.count('*')}: {pattern[:40]!r}")
    return re.compile(fnmatch.translate(pattern))


def _check_sets(pattern: str) -> None:
    at = 0
    while (at := pattern.find("[", at)) >= 0:
        first = at + 2 if pattern[at + 1 : at + 2] == "!" else at + 1
        end = pattern.find("]", first + 1)
        if end < 0:
            raise Invalid(f"the filter {pattern[:40]!r} opens a [ at character {at + 1} that nothing closes")
        for low, high in re.findall(r"(.)-(.)", pattern[first:end], re.DOTALL):
            if low > high:
                raise Invalid(f"the filter {pattern[:40]!r} has the range {low}-{high}, which is empty")
        at = end + 1
