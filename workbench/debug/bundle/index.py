"""Where each turn of a bundle is, found without reading more of a line than its first words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.turn_text import from_line
from workbench.api.turns import Turn
from workbench.debug.bundle import layout, records
from workbench.debug.bundle.manifest import LATEST

_HEAD = re.compile(
    rb'\{"actor":(\["[^"\\]*","[^"\\]*","(?:[^"\\]|\\.)*"\]),"seq":(\d{1,18}),"operation":"([a-z-]{1,20})"'
)
_OPERATIONS = ("message", "init", "snapshot-state", "shutdown")
BIRTH = "init"


class Place(NamedTuple):
    """A turn's number in its actor's stream, whether it is a birth, and its file and line, both from 0."""

    seq: int
    born: bool
    file: int
    line: int


class Index:
    """`places` are those of each actor in recorded order; `total` is how many turns there are."""

    def __init__(self, refuse: Callable[[str], None]) -> None:
        self.places: dict[ActorId, list[Place]] = {}
        self.total = 0
        self._ids: dict[bytes, ActorId] = {}
        self._refuse = refuse

    def add(self, file: int, name: str, lines: Sequence[bytes]) -> None:
        """The turns of one file. A line that is no turn is refused by its number."""
        for number, line in enumerate(lines):
            try:
                actor, seq, born = self._head(line)
            except Invalid as error:
                self._refuse(f"{name} line {number + 1}: {error.message}")
                continue
            self.places.setdefault(actor, []).append(Place(seq, born, file, number))
            self.total += 1
        if self.total > layout.TURNS_TOTAL:
            raise Invalid(f"it has more than {layout.TURNS_TOTAL:,} turns")

    def _head(self, line: bytes) -> tuple[ActorId, int, bool]:
        found = _HEAD.match(line)
        if found is None:
            turn = read_turn(line)
            return turn.actor, turn.seq, turn.birth is not None
        key, seq, operation = found.groups()
        actor = self._ids.get(key)
        if actor is None:
            tenant, namespace, name = records.parsed(key)
            actor = self._ids[key] = ActorId(name, namespace, tenant)
        return actor, int(seq), operation == BIRTH.encode()


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file of turns; the last one may lack its end."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return lines


def read_turn(line: bytes) -> Turn:
    """The turn in a line, checked beyond what its text must have. Invalid says what is wrong with it."""
    try:
        text = line.decode("ascii")
    except UnicodeDecodeError:
        raise Invalid("it is no turn: it is no ASCII") from None
    if "\\ud" in text:
        records.parsed(line)
    turn = from_line(text)
    envelope, figures = turn.envelope, turn.figures
    times = (turn.started, envelope.time if envelope is not None else 0.0)
    numbers = (turn.seq, figures.fuel or 0, figures.memory_bytes or 0, figures.wall_ns, turn.host_calls_total)
    if turn.operation not in _OPERATIONS or (turn.operation == "message") is (envelope is None):
        raise Invalid(f"it is no turn: its operation is {turn.operation[:40]!r}, which does not fit the rest of it")
    if (turn.operation == BIRTH) is (turn.birth is None):
        raise Invalid("it is no turn: a birth belongs to init, and to nothing else")
    if not all(math.isfinite(time) and 0 <= time <= LATEST for time in times):
        raise Invalid("it is no turn: it is of no time that there is")
    if not all(0 <= number < records.MOST for number in numbers):
        raise Invalid("it is no turn: one of its numbers is below 0 or beyond 64 bits")
    return turn
