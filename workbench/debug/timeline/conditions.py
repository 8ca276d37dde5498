"""Conditions on turns: a filter in the grammar of every table, over the fields of a turn, cheap ones first."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workbench.api.conditions import HEADS, STATE, read
from workbench.api.errors import Invalid
from workbench.api.filtering import Filter, FilterError, Found, Lookup, Value
from workbench.api.messages import Payload
from workbench.api.traces import trace_of
from workbench.api.turns import Turn
from workbench.debug.timeline.columns import NONE, OPERATIONS, OUTCOMES, Columns
from workbench.services.tuplespace.regex import searcher

DEEPEST = 100
"""How deep a member may lie."""


class Searched:
    """A regular expression that takes time in proportion to the text; see filtering.Expression."""

    def __init__(self, written: str) -> None:
        self.problem = ""
        self._written = written
        try:
            searcher(f"(?i){written}")
        except Invalid as error:
            self.problem = error.message

    def is_in(self, text: str) -> bool:
        return searcher(f"(?i){self._written}")(text.encode(errors="replace")) is not None

    def is_all_of(self, text: str) -> bool:
        return searcher(f"(?i)^(?:{self._written})$")(text.encode(errors="replace")) is not None


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter in three parts, by what they cost: the numbers of a turn, the turn, the state after it."""

    heads: Filter
    inside: Filter
    states: Filter


def condition(where: str) -> Condition:
    """Invalid: it is no filter, and where in it that is."""
    try:
        terms = read(where, expression=Searched).terms
    except FilterError as error:
        raise Invalid(f"{where!r} is no filter: {error} (characters {error.start + 1} to {error.end})") from None
    heads = tuple(term for term in terms if term.field in HEADS)
    states = tuple(term for term in terms if term.field.partition(".")[0] == STATE)
    rest = tuple(term for term in terms if term not in heads and term not in states)
    return Condition(Filter(heads), Filter(rest), Filter(states))


def of_head(columns: Columns, at: int) -> Lookup:
    """The fields of the turn at this position from 0 that its numbers have."""

    def field(name: str) -> Value:
        actor, kind = columns.actors[columns.actor[at]].name, columns.types[columns.type[at]]
        match name:
            case "":
                return f"{actor} {kind}"
            case "actor":
                return actor
            case "type":
                return kind
            case "operation":
                return OPERATIONS[columns.operation[at]]
            case "outcome":
                return OUTCOMES[columns.outcome[at]].value
            case "replays":
                return "no" if columns.unrepeatable[at] else "yes"
            case "position":
                return at + 1
            case "turn":
                return columns.seq[at]
            case "time":
                return columns.started[at]
            case "took":
                return columns.wall_ns[at] / 1e9
            case "fuel" | "memory":
                found = columns.fuel[at] if name == "fuel" else columns.memory[at]
                return None if found == NONE else found
        return None

    return field


def of_turn(turn: Turn) -> Lookup:
    """The fields of a turn that are inside it."""
    payload: Payload = turn.envelope.payload if turn.envelope is not None else ""
    fields: dict[str, Callable[[], Found]] = {
        "cause": lambda: str(turn.cause) if turn.cause is not None else turn.text,
        "reply": lambda: text(turn.reply),
        "payload": lambda: text(payload),
        "sender": lambda: turn.envelope.sender if turn.envelope is not None else "",
        "kind": lambda: turn.envelope.kind.value if turn.envelope is not None else "",
        "calls": lambda: turn.host_calls_total,
        "call": lambda: tuple(f"{call.interface}.{call.function}" for call in turn.host_calls),
        "module": lambda: turn.module,
        "trace": lambda: trace_of(turn),
    }

    def field(name: str) -> Found:
        head, _, rest = name.partition(".")
        if rest:
            return member(turn.reply if head == "reply" else payload, rest)
        return fields[name]()

    return field


def of_state(state: Payload) -> Lookup:
    """The field `state` and its members."""

    def field(name: str) -> Value:
        _, _, rest = name.partition(".")
        return member(state, rest) if rest else text(state)

    return field


def text(payload: Payload) -> str:
    """A payload as a filter compares it: bytes as hexadecimal digits."""
    return payload.hex() if isinstance(payload, bytes) else payload


def member(payload: Payload, path: str) -> Value:
    """A member of JSON: `a.b`, `items.0`; None when there is none. A whole below it is compared as its JSON."""
    try:
        found: Any = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    for step in path.split(".")[:DEEPEST]:
        if isinstance(found, dict) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(found):
            found = found[int(step[:9])]
        else:
            return None
    if isinstance(found, bool) or found is None:
        return json.dumps(found)
    return found if isinstance(found, str | int | float) else json.dumps(found)
