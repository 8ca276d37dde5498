"""What the limits are called where they are edited, in which unit, and how a number with a unit is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ui import format as show
from ui.filter import read_number
from workbench.api import Invalid


@dataclass(frozen=True, slots=True)
class Kind:
    """How one limit is called and read: its unit in the field, and how a number of it is told to people."""

    title: str
    unit: str
    told: Callable[[float | None], str]
    factor: float = 1.0
    """What a number with a unit (`5 s`, `16MiB`) is multiplied with to come to the field's unit."""


def _milliseconds(value: float | None) -> str:
    return show.span(value / 1000) if value is not None else show.DASH


MILLISECONDS = Kind("Time", "ms", _milliseconds, 1000.0)
COUNT = Kind("Number", "", show.short)
KINDS = {
    "memory_bytes": Kind("Memory beyond what it declares", "bytes", show.size),
    "fuel": Kind("Fuel of a turn", "units", show.short),
    "time_ms": Kind("Running time of a turn", "ms", _milliseconds, 1000.0),
    "stack_bytes": Kind("Stack", "bytes", show.size),
    "table_elements": Kind("Table elements", "elements", show.short),
    "mailbox": Kind("Mailbox", "messages", show.short),
    "wait_ms": Kind("Waiting in one turn", "ms", _milliseconds, 1000.0),
    "text_bytes": Kind("Text of one message", "bytes", show.size),
    "binary_bytes": Kind("Bytes of one message", "bytes", show.size),
    "lifetime_fuel": Kind("Fuel of its whole life, 0: no bound", "units", show.short),
}


def read_whole(typed: str, kind: Kind, example: int) -> int:
    """Invalid says what is wrong; units are understood: `16 MiB`, `2.5 s`, `50M`."""
    text = typed.replace(",", "").replace("_", "").replace(" ", "").replace(show.SPACE, "")
    found = read_number(text)
    if found is None:
        raise Invalid(f"{typed.strip()!r} is no number; write for example {example:,}")
    if text[-1:].isalpha():
        found *= kind.factor
    if found != int(found):
        raise Invalid(f"a whole number{f' of {kind.unit}' if kind.unit else ''}, not {found:g}")
    return int(found)
