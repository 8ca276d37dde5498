"""Where each turn of a bundle is, found without reading more of a line than its first words.

A file of lines that are no turns costs no more than a bounded number of them: see `Bad`.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.turn_text import from_line
from workbench.api.turns import Turn
from workbench.api.words import plural
from workbench.debug.bundle import layout, records
from workbench.debug.bundle.manifest import LATEST

_HEAD = re.compile(
    rb'^\{"actor":(\["[^"\\\n]*","[^"\\\n]*","[^"\\\n]*(?:\\.[^"\\\n]*)*"\]),"seq":(\d{1,18}),"operation":"([a-z-]{1,20})".*',
    re.MULTILINE,
)
Refuse = Callable[[str, bool], None]
"""Name a problem; true: in any case, however many there are."""
_OPERATIONS = ("message", "init", "snapshot-state", "shutdown")
BIRTH = "init"


class TooMuch(Invalid):
    """The whole bundle has more than one may have."""


class Place(NamedTuple):
    """A turn's number in its actor's stream, whether it is a birth, and its file and line, both from 0."""

    seq: int
    born: bool
    file: int
    line: int


class Order:
    """The turns of one file in recorded order, in columns: whose (by number), which of its stream, whether it is a
    birth, and the line."""

    def __init__(self) -> None:
        self.actor, self.seq, self.line, self.born = array("I"), array("q"), array("I"), bytearray()

    def __len__(self) -> int:
        return len(self.seq)

    def add(self, actor: int, seq: int, line: int, born: int) -> None:
        self.actor.append(actor)
        self.seq.append(seq)
        self.line.append(line)
        self.born.append(born)


class Bad:
    """Lines that are not what they should be, counted: after some of a file, or of all files, the rest is not read."""

    def __init__(self, refuse: Refuse) -> None:
        self._refuse = refuse
        self.total = self._here = 0

    def begin(self, name: str, lines: int) -> bool:
        """Whether a file of so many lines is worth reading."""
        self._here = 0
        if not lines or self.total < layout.BAD_TOTAL:
            return True
        before = f"{self.total:,} lines of the bundle before them are not what they should be"
        self._refuse(f"{name} is not read: it has {plural(lines, 'line')}, and {before}", False)
        return False

    def refuse(self, name: str, at: int, of: int, why: str) -> bool:
        """Name the line `at`, from 0, of `of`; whether the rest of the file is worth reading."""
        self._refuse(f"{name} line {at + 1}: {why}", False)
        self.total += 1
        self._here += 1
        if self._here < layout.BAD_LINES and self.total < layout.BAD_TOTAL:
            return True
        if more := of - at - 1:
            bad = f"{plural(self._here, 'line')} before {'it is' if more == 1 else 'them are'} not what they should be"
            are = "line is" if more == 1 else "lines are"
            self._refuse(f"{name} line {at + 2} and on: {more:,} more {are} not read, because {bad}", True)
        return False


class Index:
    """`actors` are numbered as they come; `total` is how many turns there are. `bad` counts the lines that are none."""

    def __init__(self, bad: Bad) -> None:
        self.actors: list[ActorId] = []
        self.total = 0
        self.orders: dict[int, Order] = {}
        self._numbers: dict[ActorId, int] = {}
        self._ids: dict[bytes, int] = {}
        self._bad = bad

    def add(self, file: int, name: str, data: bytes) -> None:
        """The turns of one file. A line that is no turn is refused by its number.

        Invalid: it has more lines than a file may have, or there are more turns than a bundle may have.
        """
        if not self._bad.begin(name, data.count(b"\n")):
            return
        lines = lines_of(data)
        order = self.orders[file] = Order()
        try:
            self._add_heads(order, data, range(len(lines)))
        except Invalid:
            self._add_lines(order, name, lines)
        self.total += len(order)
        if self.total > layout.TURNS_TOTAL:
            raise TooMuch(f"it has more than {layout.TURNS_TOTAL:,} turns")

    def _add_heads(self, order: Order, data: bytes, lines: range) -> None:
        """All these lines at once. Invalid, and nothing was added: one of them has to be looked at for itself."""
        heads = _HEAD.findall(data)
        if len(heads) != len(lines):
            raise Invalid("some of its lines are no turns, or are written in another order")
        if not heads:
            return
        keys, seqs, operations = zip(*heads, strict=True)
        ids, birth = self._ids, BIRTH.encode()
        for key in dict.fromkeys(keys):
            if key not in ids:
                ids[key] = self._number_of(key)
        order.actor.extend(map(ids.__getitem__, keys))
        order.seq.extend(map(int, seqs))
        order.born.extend(operation == birth for operation in operations)
        order.line.extend(lines)

    def _add_lines(self, order: Order, name: str, lines: Sequence[bytes]) -> None:
        """One by one: among them is one that is no turn, or is written in another order."""
        for number, line in enumerate(lines):
            try:
                self._add_heads(order, line, range(number, number + 1))
                continue
            except Invalid:
                pass
            try:
                turn = read_turn(line)
            except Invalid as error:
                if not self._bad.refuse(name, number, len(lines), error.message):
                    return
                continue
            order.add(self._number(turn.actor), turn.seq, number, turn.birth is not None)

    def _number_of(self, key: bytes) -> int:
        tenant, namespace, name = records.parsed(key)
        return self._number(ActorId(name, namespace, tenant))

    def _number(self, actor: ActorId) -> int:
        number = self._numbers.setdefault(actor, len(self.actors))
        if number == len(self.actors):
            self.actors.append(actor)
        return number

    @cached_property
    def places(self) -> dict[ActorId, list[Place]]:
        """Those of each actor in recorded order."""
        found: list[list[Place]] = [[] for _ in self.actors]
        for file, order in self.orders.items():
            for actor, seq, born, line in zip(order.actor, order.seq, order.born, order.line, strict=True):
                found[actor].append(Place(seq, bool(born), file, line))
        return dict(zip(self.actors, found, strict=True))


def lines_of(data: bytes, most: int = layout.LINES) -> list[bytes]:
    """The lines of a file; the last one may lack its end. Invalid: there are more, and none was made."""
    if (count := data.count(b"\n")) > most:
        raise Invalid(f"it has {count:,} lines; a file of a bundle has up to {most:,}")
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
