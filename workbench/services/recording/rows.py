"""Turns as rows of plain values, and those as bytes: what a segment is made of. Pure.

A line of JSON costs 4 to 6 us of the interpreter's time for each turn, and 11 to read it again; this costs 1 and 2. The
bytes are pickles of tuples, lists, dictionaries, texts, bytes and numbers, and nothing else is read from them.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Sequence
from typing import Any, NoReturn, TypeAlias

from workbench.api.errors import Figures, Invalid
from workbench.api.identity import ActorId
from workbench.api.messages import NO_HEADERS, Envelope, Kind
from workbench.api.turn_text import of_details, to_details
from workbench.api.turns import Outcome, Turn

Row: TypeAlias = tuple[Any, ...]
PROTOCOL = 5
NAME, STARTED = 0, 4
"""Where the actor's name stands in a row, and when the turn began."""
PLAIN = {("builtins", kind.__name__): kind for kind in (tuple, list, str, int)}
NO_DETAILS = to_details({})
KINDS, OUTCOMES = {kind.value: kind for kind in Kind}, {outcome.value: outcome for outcome in Outcome}


def to_row(turn: Turn) -> Row:
    figures, envelope = turn.figures, turn.envelope
    detailed = turn.host_calls_total or turn.state or turn.text or turn.unrepeatable or turn.cause or turn.birth
    return (
        turn.actor.name,
        turn.seq,
        turn.operation,
        turn.outcome._value_,
        turn.started,
        figures.fuel,
        figures.memory_bytes,
        figures.wall_ns,
        turn.module,
        turn.interpreter,
        turn.reply,
        None if envelope is None else _of_envelope(envelope),
        of_details(turn) if detailed else None,
    )


def _of_envelope(envelope: Envelope) -> Row:
    return (
        envelope.id,
        envelope.kind._value_,
        envelope.type,
        envelope.payload,
        envelope.sender,
        envelope.time,
        envelope.correlation,
        dict(envelope.headers) if envelope.headers else None,
    )


def from_row(row: Row, tenant: str, namespace: str) -> Turn:
    """Invalid: this is no row of a turn."""
    try:
        name, seq, operation, outcome, started, fuel, memory, wall, module, interpreter, reply, sent, details = row
        envelope = None
        if sent is not None:
            number, kind, message_type, payload, sender, time, correlation, headers = sent
            envelope = Envelope(
                number, KINDS[kind], message_type, payload, sender, time, correlation, headers or NO_HEADERS
            )
        return Turn(
            ActorId(name, namespace, tenant),
            seq,
            operation,
            envelope,
            OUTCOMES[outcome],
            Figures(fuel, memory, wall),
            started,
            module,
            interpreter,
            reply,
            *(NO_DETAILS if details is None else to_details(details)),
        )
    except Invalid:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise Invalid(f"it holds no turn: {error}") from None


class _Pickler(pickle.Pickler):
    """Kinds of text, numbers and tuples of our own, and records of the WIT, become plain ones."""

    def reducer_override(self, found: Any) -> Any:
        if isinstance(found, type):
            return NotImplemented  # one of those that the following lines name
        if isinstance(found, tuple | list):
            return tuple, (list(found),)
        if isinstance(found, str):
            return str, (str.__str__(found),)
        if isinstance(found, int):
            return int, (int(found),)
        raise TypeError(f"a host call carries no {type(found).__name__}")


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        found = PLAIN.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"it names {module}.{name}")
        return found

    def persistent_load(self, _: Any) -> NoReturn:
        raise pickle.UnpicklingError("it leads out of itself")


def to_bytes(rows: Sequence[Row]) -> bytes:
    """TypeError: a value in them is none that a host call may carry."""
    stream = io.BytesIO()
    _Pickler(stream, PROTOCOL).dump(rows)
    return stream.getvalue()


def from_bytes(data: bytes) -> list[Row]:
    """The rows of all that was put together. Invalid: it is damaged."""
    stream = io.BytesIO(data)
    found: list[Row] = []
    try:
        while stream.tell() < len(data):
            found += _Unpickler(stream).load()
    except (pickle.UnpicklingError, ValueError, TypeError, KeyError, AttributeError, IndexError, EOFError) as error:
        raise Invalid(f"it cannot be read: {error}") from None
    return found
