"""The newest changes of tuples, for a look back: bounded in number and size."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Sequence

from workbench.api.tuplespace import Tuple, TupleChange, TupleValue
from workbench.clock import Clock
from workbench.services.means import Scope
from workbench.services.tuplespace.index import Held
from workbench.services.tuplespace.matching import Matcher

KEPT_CHANGES = 10_000
WHOLE_BYTES = 1 << 10
"""Of a larger tuple each field is cut to SHOWN characters or bytes."""
SHOWN = 16


class History:
    """Thread-safe: one deque."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changes: deque[tuple[Scope, TupleChange]] = deque(maxlen=KEPT_CHANGES)
        self._numbers = itertools.count(1)

    def add(self, scope: Scope, change: str, held: Held, by: str = "") -> None:
        whole = held.size_bytes <= WHOLE_BYTES
        fields = held.fields if whole else _cut(held.fields)
        now = self._clock.now()
        found = TupleChange(next(self._numbers), now, change, held.id, fields, held.author, by, whole)
        self._changes.append((scope, found))

    def newest(self, scope: Scope, matcher: Matcher | None, limit: int) -> Sequence[TupleChange]:
        found: list[TupleChange] = []
        for whose, change in reversed(tuple(self._changes)):
            if whose == scope and (matcher is None or matcher.matches(change.fields)):
                found.append(change)
                if len(found) == limit:
                    break
        return found[::-1]


def _cut(fields: Tuple) -> Tuple:
    return tuple(map(_short, fields))


def _short(field: TupleValue) -> TupleValue:
    return field[:SHOWN] if isinstance(field, str | bytes) else field
