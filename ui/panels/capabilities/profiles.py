"""The profiles side by side: what each limits, and what it grants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from ui import format as show
from ui.models import Column
from workbench.api import CAPABILITIES, PROFILES, Limits

BYTES = ("memory_bytes", "stack_bytes", "text_bytes", "binary_bytes")


@dataclass(frozen=True, slots=True)
class Point:
    """One line: a limit or a capability, and what each profile says of it, in the order of PROFILES."""

    what: str
    kind: str
    said: tuple[str, ...]


def points() -> list[Point]:
    """All limits, then all capabilities."""
    return [*_limits(), *_grants()]


def _limits() -> Iterator[Point]:
    for field in fields(Limits):
        said = []
        for profile in PROFILES.values():
            plain, large = (
                _told(field.name, getattr(each, field.name)) for each in (profile.limits, profile.interpreter)
            )
            said.append(plain if plain == large else f"{plain}  (Python: {large})")
        yield Point(field.name, "limit", tuple(said))


def _grants() -> Iterator[Point]:
    for capability in CAPABILITIES:
        yield Point(capability, "grant", tuple(
            "granted" if capability in profile.grants else show.DASH for profile in PROFILES.values()
        ))  # fmt: skip


def _told(name: str, value: int) -> str:
    if name in BYTES:
        return show.size(value)
    if name.endswith("_ms"):
        return show.span(value / 1000)
    return "no bound" if name == "lifetime_fuel" and not value else show.short(value)


def _column(at: int, name: str) -> Column[Point]:
    return Column[Point](name, name.capitalize(), lambda p: p.said[at], lambda p: p.said[at], 190,
                         tone=lambda p: "ok" if p.said[at] == "granted" else "")  # fmt: skip


COLUMNS: tuple[Column[Point], ...] = (
    Column[Point]("what", "What", lambda p: p.what, lambda p: p.what, 150, bold=True),
    Column[Point]("kind", "Kind", lambda p: p.kind, lambda p: p.kind, 70, tone=lambda _p: "muted"),
    *(_column(at, name) for at, name in enumerate(PROFILES)),
)  # fmt: skip
