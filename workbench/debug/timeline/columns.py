"""What the timeline keeps of every turn of a bundle: a few numbers each, in columns, read from the heads of the lines.

A head has the order in which this program writes it; a line with another one is read as a whole.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate, groupby
from operator import itemgetter
from typing import Any

from workbench.api.errors import Cause, Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.turns import Birth, Outcome, Turn
from workbench.debug.bundle import records
from workbench.debug.bundle.index import read_turn
from workbench.debug.bundle.manifest import LATEST
from workbench.debug.bundle.reader import Bundle
from workbench.debug.timeline.lines import Lines

_NUMBER = rb"\d{1,18}"
_TEXT = rb'"([^"\\]*(?:\\.[^"\\]*)*)"'
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


Row = tuple[int, int, int, int, int, int, int, int, float, float]
"""Of one turn: number in its stream, fuel, memory, nanoseconds, type, line, operation, outcome, when it started, and
when its message was sent."""


class Columns:
    """By position from 0. `ended` never falls; it is what the time of a moment is. `births` are without their states,
    `modules` are those of births.

    A line that cannot be read is left out: the bundle names it among its problems.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.lines = Lines(bundle)
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
        self._codes: dict[bytes, int] = {}
        self._interned: dict[Birth, Birth] = {}
        self._read(bundle)

    def __len__(self) -> int:
        return len(self.seq)

    def turn(self, position: int) -> Turn:
        """The whole turn. Invalid: it cannot be read; that is a problem of the bundle then, too."""
        return self.lines.turn(self.file[position], self.line[position])

    def _read(self, bundle: Bundle) -> None:
        order: list[tuple[int, int, int, int]] = []
        for actor in bundle.recorded:
            number = len(self.actors)
            self.actors.append(actor)
            order += [(place.file, place.line, number, place.seq) for place in bundle.places(actor)]
        order.sort()
        for file, places in groupby(order, key=itemgetter(0)):
            self._read_file(bundle, file, places)
        ends = (started + wall_ns / 1e9 for started, wall_ns in zip(self.started, self.wall_ns, strict=True))
        self.ended = array("d", accumulate(ends, max))

    def _read_file(self, bundle: Bundle, file: int, places: Iterable[tuple[int, int, int, int]]) -> None:
        rows: list[Row] = []
        actors: list[int] = []
        base, lines = len(self.seq), self.lines.of(file)
        for _, line, actor, seq in places:
            try:
                rows.append(self._row(lines[line] if line < len(lines) else b"", base + len(rows), seq, line))
                actors.append(actor)
            except WorkbenchError as error:
                bundle.refuse(f"{self.lines.name(file)} line {line + 1}: {error.message}")
        if not rows:
            return
        columns: tuple[Any, ...] = (
            self.seq, self.fuel, self.memory, self.wall_ns, self.type, self.line, self.operation, self.outcome,
            self.started, self.sent,
        )  # fmt: skip
        for column, values in zip(columns, zip(*rows, strict=True), strict=True):
            column.extend(values)
        self.actor.extend(actors)
        self.file.extend([file] * len(rows))

    def _row(self, line: bytes, position: int, seq: int, number: int) -> Row:
        found = _HEAD.match(line)
        if found is None:
            return self._whole(read_turn(line), position, seq, number)
        name, ended, started, fuel, memory, wall_ns, _, kind, sent = found.groups()
        operation, outcome = _CODES.get(name, INIT), _ENDS.get(ended, CRASHED)
        if operation == INIT or outcome == CRASHED or (operation == MESSAGE) is (kind is None):
            return self._whole(read_turn(line), position, seq, number)
        key = name if kind is None else kind
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = self._code(_text(key))
        try:
            began, when = float(started), 0.0 if sent is None else float(sent)
        except ValueError:
            raise Invalid("it is no turn: its time is none") from None
        if not (0 <= began <= LATEST and 0 <= when <= LATEST):
            raise Invalid("it is no turn: it is of no time that there is")
        used, left = NONE if fuel == b"null" else int(fuel), NONE if memory == b"null" else int(memory)
        return seq, used, left, int(wall_ns), code, number, operation, outcome, began, when

    def _whole(self, turn: Turn, position: int, seq: int, number: int) -> Row:
        """Of a turn of which more is kept, or that is written in another order."""
        if turn.birth is not None:
            slim = replace(turn.birth, state="")
            self.births[position] = self._interned.setdefault(slim, slim)
            self.modules[position] = sys.intern(turn.module)
        if turn.cause is not None and len(self.causes) < CAUSES:
            self.causes[position] = _short(turn.cause)
        envelope, figures = turn.envelope, turn.figures
        return (
            seq,
            NONE if figures.fuel is None else figures.fuel,
            NONE if figures.memory_bytes is None else figures.memory_bytes,
            figures.wall_ns,
            self._code(envelope.type if envelope is not None else turn.operation),
            number,
            OPERATIONS.index(turn.operation),
            OUTCOMES.index(turn.outcome),
            turn.started,
            envelope.time if envelope is not None else 0.0,
        )

    def _code(self, name: str) -> int:
        code = self._type_codes.get(name)
        if code is None:
            code = self._type_codes[name] = len(self.types)
            self.types.append(name)
        return code


def _text(found: bytes) -> str:
    return str(records.parsed(b'"' + found + b'"')) if b"\\" in found else found.decode("ascii", "replace")


def _short(cause: Cause) -> Cause:
    texts = cause.message[:CAUSE_CHARACTERS], cause.traceback[:CAUSE_CHARACTERS]
    return replace(cause, message=texts[0], traceback=texts[1])
