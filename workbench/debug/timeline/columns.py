"""What the timeline keeps of every turn of a bundle: a few numbers each, in columns, read from the heads of the lines.

A head has the order in which this program writes it; a line with another one is read as a whole.
"""

from __future__ import annotations

import math
import re
import sys
from array import array
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.api.errors import Cause, Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.turns import Birth, Outcome, Turn
from workbench.debug.bundle import layout, records
from workbench.debug.bundle.index import Place, lines_of, read_turn
from workbench.debug.bundle.manifest import LATEST
from workbench.debug.bundle.reader import Bundle

_NUMBER = rb"-?\d{1,18}"
_TEXT = rb'"((?:[^"\\]|\\.)*)"'
_HEAD = re.compile(
    rb'\{"actor":\[[^\]]*\],"seq":\d+,"operation":"([a-z-]+)","outcome":"([a-z]+)","started":([0-9.e+-]{1,30}),'
    rb'"figures":\[(null|' + _NUMBER + rb"),(null|" + _NUMBER + rb"),(" + _NUMBER + rb')\],"module":"[^"\\]*"'
    rb'(?:,"envelope":\{"id":' + _TEXT + rb',"kind":"[a-z]+","type":' + _TEXT + rb',"time":([0-9.e+-]{1,30}))?'
)
OUTCOMES = tuple(Outcome)
OPERATIONS = ("message", "init", "snapshot-state", "shutdown")
MESSAGE, INIT, SNAPSHOT, SHUTDOWN = range(4)
REPLY, CRASHED = OUTCOMES.index(Outcome.REPLY), OUTCOMES.index(Outcome.CRASHED)
NONE = -1
"""Stands for a figure that was not measured."""
CAUSES, CAUSE_CHARACTERS = 100_000, 2_000
"""How many causes of crashes are kept, and how much of the text of each."""
_CODES = {name.encode(): code for code, name in enumerate(OPERATIONS)}
_ENDS = {outcome.value.encode(): code for code, outcome in enumerate(OUTCOMES)}


class Head(NamedTuple):
    """The numbers of one turn; `type` is that of its message or the operation, `sent` when its message was."""

    operation: int
    outcome: int
    started: float
    fuel: int
    memory: int
    wall_ns: int
    type: str
    sent: float


class Columns:
    """By position from 0. `ended` never falls; it is what the time of a moment is. `births` are without their states,
    `modules` are those of births.

    A line that cannot be read is left out: the bundle names it among its problems.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.actors: list[ActorId] = []
        self.births: dict[int, Birth] = {}
        self.modules: dict[int, str] = {}
        self.causes: dict[int, Cause] = {}
        self.types: list[str] = []
        self.actor, self.type = array("I"), array("I")
        self.seq, self.fuel, self.memory, self.wall_ns = array("q"), array("q"), array("q"), array("q")
        self.file, self.line = array("I"), array("I")
        self.operation, self.outcome = array("B"), array("B")
        self.started, self.sent, self.ended = array("d"), array("d"), array("d")
        self._type_codes: dict[str, int] = {}
        self._interned: dict[Birth, Birth] = {}
        self._read(bundle)

    def __len__(self) -> int:
        return len(self.seq)

    def place(self, position: int) -> Place:
        """Where in the bundle the turn is."""
        born = self.operation[position] == INIT
        return Place(self.seq[position], born, self.file[position], self.line[position])

    def _read(self, bundle: Bundle) -> None:
        order: list[tuple[int, int, int, int]] = []
        for actor in bundle.recorded:
            number = len(self.actors)
            self.actors.append(actor)
            order += [(place.file, place.line, number, place.seq) for place in bundle.places(actor)]
        order.sort()
        file, lines = -1, Lines(bundle)
        for at_file, at_line, actor_number, seq in order:
            if at_file != file:
                file, found = at_file, lines.of(at_file)
            try:
                if at_line >= len(found):
                    raise Invalid("it is not there")
                self._add(found[at_line], actor_number, seq, at_file, at_line)
            except WorkbenchError as error:
                bundle.refuse(f"{lines.name(at_file)} line {at_line + 1}: {error.message}")

    def _add(self, line: bytes, actor: int, seq: int, file: int, number: int) -> None:
        head, turn = _head(line)
        position = len(self.seq)
        if turn is not None and turn.birth is not None:
            slim = replace(turn.birth, state="")
            self.births[position] = self._interned.setdefault(slim, slim)
            self.modules[position] = sys.intern(turn.module)
        if turn is not None and turn.cause is not None and len(self.causes) < CAUSES:
            self.causes[position] = _short(turn.cause)
        ended = head.started + head.wall_ns / 1e9
        self.ended.append(max(ended, self.ended[-1]) if position else ended)
        numbers = (
            (self.actor, actor), (self.type, self._type_code(head.type)), (self.seq, seq), (self.fuel, head.fuel),
            (self.memory, head.memory), (self.wall_ns, head.wall_ns), (self.file, file), (self.line, number),
            (self.operation, head.operation), (self.outcome, head.outcome),
        )  # fmt: skip
        for column, value in numbers:
            column.append(value)
        self.started.append(head.started)
        self.sent.append(head.sent)

    def _type_code(self, name: str) -> int:
        code = self._type_codes.get(name)
        if code is None:
            code = self._type_codes[name] = len(self.types)
            self.types.append(name)
        return code


class Lines:
    """The lines of the files of turns, by number."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        named = (entry.name for entry in bundle.entries())
        self._names = [name for name in named if name.startswith(layout.TURNS) and layout.is_known(name)]

    def name(self, file: int) -> str:
        return self._names[file]

    def of(self, file: int) -> Sequence[bytes]:
        data = self._bundle.entry(self._names[file])
        return lines_of(data) if data is not None else ()


def _head(line: bytes) -> tuple[Head, Turn | None]:
    """The numbers of a turn; with the turn itself when it is one of which more is kept, or its head is unusual."""
    found = _HEAD.match(line)
    if found is None or found[1] not in _CODES or found[2] not in _ENDS:
        turn = read_turn(line)
        return _of(turn), turn
    operation, outcome = _CODES[found[1]], _ENDS[found[2]]
    if operation == INIT or outcome == CRASHED or (operation == MESSAGE) is (found[8] is None):
        turn = read_turn(line)
        return _of(turn), turn
    name = _text(found[8]) if operation == MESSAGE else OPERATIONS[operation]
    fuel, memory = _figure(found[4]), _figure(found[5])
    started, sent = _time(found[3]), _time(found[9]) if found[9] else 0.0
    return Head(operation, outcome, started, fuel, memory, max(0, int(found[6])), name, sent), None


def _of(turn: Turn) -> Head:
    envelope, figures = turn.envelope, turn.figures
    return Head(
        OPERATIONS.index(turn.operation),
        OUTCOMES.index(turn.outcome),
        turn.started,
        NONE if figures.fuel is None else figures.fuel,
        NONE if figures.memory_bytes is None else figures.memory_bytes,
        figures.wall_ns,
        envelope.type if envelope is not None else turn.operation,
        envelope.time if envelope is not None else 0.0,
    )


def _text(found: bytes) -> str:
    return str(records.parsed(b'"' + found + b'"')) if b"\\" in found else found.decode("ascii", "replace")


def _figure(found: bytes) -> int:
    return NONE if found == b"null" else max(0, int(found))


def _time(found: bytes) -> float:
    try:
        time = float(found)
    except ValueError:
        raise Invalid("it is no turn: its time is none") from None
    if not (math.isfinite(time) and 0 <= time <= LATEST):
        raise Invalid("it is no turn: it is of no time that there is")
    return time


def _short(cause: Cause) -> Cause:
    texts = cause.message[:CAUSE_CHARACTERS], cause.traceback[:CAUSE_CHARACTERS]
    return replace(cause, message=texts[0], traceback=texts[1])
