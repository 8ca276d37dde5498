"""The fields of the conditions on turns of a recorded session: a filter in the grammar of every table (filtering)."""

from __future__ import annotations

from workbench.api.filtering import BEGINS, Filter

HEADS = ("", BEGINS, "actor", "type", "operation", "outcome", "fuel", "memory", "time", "seq")
"""Fields that need no more of a turn than its numbers."""
INSIDE = ("cause", "reply", "payload", "sender", "calls", "call", "module", "kind", "reply.*", "payload.*")
STATE, STATE_MEMBERS = "state", "state.*"
FIELDS = (*(name for name in HEADS if name.isalpha()), *INSIDE, STATE, STATE_MEMBERS)


def asks_for_states(where: Filter) -> bool:
    """Whether turns have to be lived through again to know where it holds."""
    return any(term.field.partition(".")[0] == STATE for term in where.terms)
