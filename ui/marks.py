"""A moment on a line of time that something can be said about: when an actor was ended, and why."""

from __future__ import annotations

from dataclasses import dataclass

from ui import format as show
from workbench.api import Cause


@dataclass(frozen=True, slots=True)
class Mark:
    """`at` are seconds before now, at most 0."""

    at: float
    text: str


def told(cause: Cause) -> str:
    """A cause with its limit, what was allowed and what was used."""
    if not cause.limit:
        return show.one_line(str(cause))
    used = "unknown" if cause.used is None else f"{cause.used:,}"
    return f"limit {cause.limit}: {cause.limit_value:,} allowed, {used} used"
