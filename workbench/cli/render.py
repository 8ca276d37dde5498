"""Values for the eye and for programs. Everything goes to stdout; what accompanies a result goes to stderr."""

from __future__ import annotations

import base64
import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any, TypeAlias

import click

from workbench.api import ActorId, Certainty, Figures, Payload, StateView
from workbench.api.words import plural

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
UNKNOWN = "unknown"
BREAKS = "\n\t"


def line(value: Mapping[str, Json]) -> None:
    """One object of JSON on one line."""
    click.echo(json.dumps(value, ensure_ascii=False))


def plain(value: Any) -> Json:
    """A value of the api as JSON: records as objects, bytes as `{"base64": …}`, an actor's id as its name."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, ActorId):
        return value.name
    if is_dataclass(value):
        return record(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def record(value: Any) -> dict[str, Json]:
    """A dataclass as an object."""
    return {field.name: plain(getattr(value, field.name)) for field in fields(value)}


def visible(text: str, *, keep: str = "") -> str:
    """Control characters as `\\x1b`, but for those to `keep`: what somebody stored must not steer a terminal."""
    return "".join(
        f"\\x{ord(each):02x}" if unicodedata.category(each) == "Cc" and each not in keep else each for each in text
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Columns as wide as their widest cell."""
    lines = [tuple(head), *(tuple(map(visible, row)) for row in rows)]
    widths = [max(len(row[column]) for row in lines) for column in range(len(head))]
    for row in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def row(cells: Iterable[str]) -> None:
    """One line of a list that grows; empty cells are left out."""
    click.echo("  ".join(visible(cell) for cell in cells if cell))


def facts(pairs: Iterable[tuple[str, str]]) -> None:
    """Names and values below each other; empty values are left out."""
    shown = [(visible(name), visible(value, keep=BREAKS)) for name, value in pairs if value]
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"{name.ljust(width)}  {value}")


def payload(value: Payload) -> str:
    """A text as it is, but for what would steer a terminal; bytes in hexadecimal digits."""
    if isinstance(value, str):
        return visible(value, keep=BREAKS) if sys.stdout.isatty() else value
    return f"{plural(len(value), 'byte')}: {value[:32].hex(' ')}{' …' * (len(value) > 32)}"


def figures(value: Figures | None) -> str:
    """What a turn took; what was not measured is said to be unknown."""
    if value is None:
        return ""
    fuel = f"{value.fuel:,}" if value.fuel is not None else UNKNOWN
    memory = size(value.memory_bytes) if value.memory_bytes is not None else UNKNOWN
    return f"fuel {fuel}, memory {memory}, {milliseconds(value.wall_ns):,.2f} ms"


def milliseconds(nanoseconds: int) -> float:
    return nanoseconds / 1e6


def size(size_bytes: int) -> str:
    amount = float(size_bytes)
    if amount < 1024:
        return plural(size_bytes, "byte")
    for unit in ("KiB", "MiB"):
        amount /= 1024
        if amount < 1024:
            return f"{amount:,.1f} {unit}"
    amount /= 1024
    return f"{amount:,.1f} GiB"


def when(seconds: float) -> str:
    return datetime.fromtimestamp(seconds).isoformat(sep=" ", timespec="seconds") if seconds else ""


def state(found: StateView, *, as_json: bool) -> int:
    """A state, and on stderr what there is to say about it; the exit code is 1 when it is not known."""
    unknown = found.certainty is Certainty.UNKNOWN
    if as_json:
        line(record(found))
    elif not unknown:
        click.echo(payload(found.state))
    if unknown or found.note:
        what = "is not known" if unknown else f"is {found.certainty.value}"
        said = f"the state of {found.actor.name} after turn {found.seq:,} {what}: {found.note}"
        click.echo(f"note: {visible(said)}", err=True)
    return 1 if unknown else 0
