"""The fields of the conditions on turns of a recorded session: a filter in the grammar of every table (filtering).

What a table of turns has a column for is called as there.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.api.filtering import BEGINS, Compile, Filter, Term, parse

HEADS = (
    "", BEGINS, "position", "actor", "turn", "type", "operation", "outcome", "time", "took", "fuel", "memory",
    "replays",
)  # fmt: skip
"""Fields that need no more of a turn than its numbers."""
INSIDE = ("cause", "reply", "payload", "sender", "calls", "call", "module", "kind", "trace", "reply.*", "payload.*")
STATE, STATE_MEMBERS = "state", "state.*"
FIELDS = (*(name for name in HEADS if name.isalpha()), *INSIDE, STATE, STATE_MEMBERS)
SYNONYMS = {"seq": "turn"}


def read(where: str, *, expression: Compile) -> Filter:
    """Read a condition; FilterError says what is wrong and where."""
    found = parse(where, (*FIELDS, *SYNONYMS), expression=expression)
    return Filter(tuple(replace(term, field=_meant(term)) for term in found.terms))


def _meant(term: Term) -> str:
    """`time` with a unit (`time>5ms`) is how long a turn took: no moment has one."""
    if term.field == "time" and term.number is not None and term.value[-1:].isalpha():
        return "took"
    return SYNONYMS.get(term.field, term.field)


def asks_for_states(where: Filter) -> bool:
    """Whether turns have to be lived through again to know where it holds."""
    return any(term.field.partition(".")[0] == STATE for term in where.terms)
