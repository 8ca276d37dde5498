"""A turn as a row of plain values, and back: what a recorder keeps of it. Pure.

It is made on the thread of the turn, while its parts are in the processor's cache: a third of a microsecond there, two
and more on another thread later. A line of JSON costs 4 to 6, and 11 to read it again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from workbench.api.errors import Figures, Invalid
from workbench.api.identity import ActorId
from workbench.api.messages import NO_HEADERS, Envelope, Kind
from workbench.api.traces import TRACEPARENT, parsed
from workbench.api.turn_text import of_details, to_details
from workbench.api.turns import Outcome, Turn

Row: TypeAlias = tuple[Any, ...]
NAME, OUTCOME, STARTED, DETAILS = 0, 3, 4, 12
"""Where in a row stand the actor's name, how the turn ended, when it began, and what few turns have."""
MESSAGE, HEADERS = 11, 7
"""Where in a row stands its message, and in that one its headers."""
NO_CALLS = "its host calls were not recorded, only its message and how it ended"
NO_DETAILS = to_details({})
KINDS, OUTCOMES = {kind.value: kind for kind in Kind}, {outcome.value: outcome for outcome in Outcome}


def to_row(turn: Turn, *, with_calls: bool = True) -> Row:
    """Without its host calls a turn that had any is marked."""
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
        _details(turn, with_calls) if detailed else None,
    )


def _details(turn: Turn, with_calls: bool) -> dict[str, Any]:
    if with_calls or not turn.host_calls_total:
        return of_details(turn)
    return of_details(replace(turn, host_calls=(), unrepeatable=turn.unrepeatable or NO_CALLS))


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


def trace_of_row(row: Row) -> str:
    """The id of the trace of a turn; empty when it belongs to none, or is no turn."""
    sent = row[MESSAGE] if len(row) > MESSAGE else None
    headers = sent[HEADERS] if sent and len(sent) > HEADERS else None
    found = parsed(str(headers.get(TRACEPARENT, ""))) if isinstance(headers, dict) else None
    return "" if found is None else found.id


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
