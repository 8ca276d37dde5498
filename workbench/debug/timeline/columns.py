"""What the timeline keeps of every turn of a bundle: a few numbers each, in columns, read from the heads of the lines.

A head has the order in which this program writes it; a line with another one is read as a whole.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from workbench.api.errors import Cause, Invalid, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.turns import Birth, Outcome, Turn
from workbench.debug.bundle import records
from workbench.debug.bundle.index import Order, read_turn
from workbench.debug.bundle.manifest import LATEST
from workbench.debug.bundle.reader import Bundle
from workbench.debug.timeline.lines import Lines
from workbench.debug.timeline.losses import Losses

_NUMBER = rb"\d{1,18}"
_TEXT = rb'[^"\\\n]*(?:\\.[^"\\\n]*)*'
_HEAD = re.compile(
    rb'^\{"actor":\[[^\]\n]*\],"seq":\d+,"operation":"([a-z-]+)","outcome":"([a-z]+)","started":([0-9.e+-]{1,30}),'
    rb'"figures":\[(null|' + _NUMBER + rb"),(null|" + _NUMBER + rb"),(" + _NUMBER + rb')\],"module":"[^"\\\n]*"'
    rb'(?:,"envelope":\{"id":"' + _TEXT + rb'","kind":"[a-z]+","type":"(' + _TEXT + rb')","time":([0-9.e+-]{1,30}))?.*',
    re.MULTILINE,
)
OUTCOMES = tuple(Outcome)
OPERATIONS = ("message", "init", "snapshot-state", "shutdown")
MESSAGE, INIT, SNAPSHOT, SHUTDOWN = range(4)
REPLY, CRASHED = OUTCOMES.index(Outcome.REPLY), OUTCOMES.index(Outcome.CRASHED)
NONE = -1
"""Stands for a figure that was not measured."""
CAUSES, CAUSE_CHARACTERS = 100_000, 2_000
"""How many causes of crashes are kept, and how much of the text of each."""
_MARK, _MARKED = b'"unrepeatable"', b',"unrepeatable":"'
"""Inside a longer text the quotes are escaped; a text that is this word has no colon behind it."""
_CODES = {name.encode(): code for code, name in enumerate(OPERATIONS)}
_ENDS = {outcome.value.encode(): code for code, outcome in enumerate(OUTCOMES)}


class Columns:
    """By position from 0. `ended` never falls; it is what the time of a moment is. `births` are without their states,
    `modules` are those of births.

    A line that cannot be read is left out: the bundle names it among its problems, and `losses` where it would be.
    """

    def __init__(self, bundle: Bundle) -> None:
        self.lines = Lines(bundle)
        self.losses = Losses()
        self.actors: list[ActorId] = []
        self.births: dict[int, Birth] = {}
        self.modules: dict[int, str] = {}
        self.causes: dict[int, Cause] = {}
        self.types: list[str] = []
        self.actor, self.type = array("I"), array("I")
        self.seq, self.fuel, self.memory, self.wall_ns = array("q"), array("q"), array("q"), array("q")
        self.file, self.line = array("I"), array("I")
        self.operation, self.outcome, self.unrepeatable = array("B"), array("B"), array("B")
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
        self.actors += bundle.numbered
        orders = dict(bundle.orders())
        for file in range(self.lines.files):
            if (order := orders.get(file)) is None:
                self.losses.add_file(len(self.seq), self.lines.name(file))
                continue
            lines = self.lines.of(file)
            try:
                self._read_heads(lines, len(order))
            except (WorkbenchError, ValueError):
                order = self._read_lines(bundle, file, lines, order)
            self.losses.add_lines(len(self.seq), self.lines.name(file), order, len(lines))
            self.actor.extend(order.actor)
            self.seq.extend(order.seq)
            self.line.extend(order.line)
            self.file.extend([file] * len(order))
        ends = (started + wall_ns / 1e9 for started, wall_ns in zip(self.started, self.wall_ns, strict=True))
        self.ended = array("d", accumulate(ends, max))

    def _read_heads(self, lines: Sequence[bytes], expected: int) -> None:
        """All lines of a file at once, which takes a third of what they take one by one. Raises, having done nothing,
        when there is one that has to be looked at for itself."""
        joined = b"\n".join(lines)
        heads = _HEAD.findall(joined)
        if not len(heads) == len(lines) == expected:
            raise Invalid("some of its lines are no turns, or are written in another order")
        if not heads:
            return
        names, ends, started, fuel, memory, wall_ns, kinds, sent = zip(*heads, strict=True)
        began, when = array("d", map(float, started)), array("d", [float(time) if time else 0.0 for time in sent])
        if min(*began, *when) < 0 or max(*began, *when) > LATEST:
            raise Invalid("it is of no time that there is")
        operations, outcomes = [_CODES.get(name, INIT) for name in names], [_ENDS.get(end, CRASHED) for end in ends]
        keys = [kind if time else name for kind, name, time in zip(kinds, names, sent, strict=True)]
        for key in dict.fromkeys(keys):
            if key not in self._codes:
                self._codes[key] = self._code(_text(key))
        marks = _marks(lines) if _MARK in joined else [False] * len(lines)
        whole = {
            place: read_turn(lines[place])
            for place, (operation, outcome, time) in enumerate(zip(operations, outcomes, sent, strict=True))
            if operation == INIT
            or outcome == CRASHED
            or (operation == MESSAGE) is not bool(time)
            or marks[place] is None
        }
        base = len(self.started)
        self.started.extend(began)
        self.sent.extend(when)
        self.operation.extend(operations)
        self.outcome.extend(outcomes)
        self.unrepeatable.extend(map(bool, marks))
        self.type.extend(map(self._codes.__getitem__, keys))
        self.fuel.extend(_measured(fuel))
        self.memory.extend(_measured(memory))
        self.wall_ns.extend(map(int, wall_ns))
        for place, turn in whole.items():
            self._put(base + place, turn)

    def _read_lines(self, bundle: Bundle, file: int, lines: Sequence[bytes], order: Order) -> Order:
        """One by one; those that can be read."""
        kept = Order()
        for actor, seq, line, born in zip(order.actor, order.seq, order.line, order.born, strict=True):
            text = lines[line] if line < len(lines) else b""
            try:
                self._read_heads([text], 1)
            except (WorkbenchError, ValueError):
                try:
                    self._add(read_turn(text))
                except WorkbenchError as error:
                    bundle.refuse(f"{self.lines.name(file)} line {line + 1}: {error.message}")
                    continue
            kept.add(actor, seq, line, born)
        return kept

    def _add(self, turn: Turn) -> None:
        for column in (
            self.fuel, self.memory, self.wall_ns, self.type, self.operation, self.outcome, self.unrepeatable,
        ):  # fmt: skip
            column.append(0)
        self.started.append(0.0)
        self.sent.append(0.0)
        self._put(len(self.started) - 1, turn)

    def _put(self, position: int, turn: Turn) -> None:
        """What is kept of a turn that was read as a whole; of some that is more."""
        if turn.birth is not None:
            slim = replace(turn.birth, state="")
            self.births[position] = self._interned.setdefault(slim, slim)
            self.modules[position] = sys.intern(turn.module)
        if turn.cause is not None and len(self.causes) < CAUSES:
            self.causes[position] = _short(turn.cause)
        envelope, figures = turn.envelope, turn.figures
        self.fuel[position] = NONE if figures.fuel is None else figures.fuel
        self.memory[position] = NONE if figures.memory_bytes is None else figures.memory_bytes
        self.wall_ns[position] = figures.wall_ns
        self.type[position] = self._code(envelope.type if envelope is not None else turn.operation)
        self.operation[position] = OPERATIONS.index(turn.operation)
        self.outcome[position] = OUTCOMES.index(turn.outcome)
        self.unrepeatable[position] = bool(turn.unrepeatable)
        self.started[position] = turn.started
        self.sent[position] = envelope.time if envelope is not None else 0.0

    def _code(self, name: str) -> int:
        code = self._type_codes.get(name)
        if code is None:
            code = self._type_codes[name] = len(self.types)
            self.types.append(name)
        return code


def _marks(lines: Sequence[bytes]) -> list[bool | None]:
    """Whether they cannot be lived through again; None where only the whole of the line tells."""
    return [_MARK in line and (_MARKED in line or None) for line in lines]


def _measured(texts: Sequence[bytes]) -> list[int]:
    return [NONE if text == b"null" else int(text) for text in texts]


def _text(found: bytes) -> str:
    return str(records.parsed(b'"' + found + b'"')) if b"\\" in found else found.decode("ascii", "replace")


def _short(cause: Cause) -> Cause:
    texts = cause.message[:CAUSE_CHARACTERS], cause.traceback[:CAUSE_CHARACTERS]
    return replace(cause, message=texts[0], traceback=texts[1])
