"""What all services of a node hold in one moment, for one tenant and namespace: with it and the changes before, or
after, every other moment can be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any, Protocol, TypeAlias

from workbench.api.changes import HeldRows
from workbench.clock import Clock
from workbench.services.recording.segment import Scope
from workbench.storage.database import Database

PIECE_BYTES = 256 << 10
ROW_BYTES = 100
"""About what a row takes beside its texts and bytes."""
KEYS, BLOBS = "keyvalue", "blobs"
Rows: TypeAlias = Sequence[Sequence[Any]]
Memory: TypeAlias = Callable[[Scope, Callable[[], None]], Rows]
"""The rows of what is held in memory alone. It calls what it is given while they cannot change."""


class Numbers(Protocol):
    """How many changes there were."""

    def last(self, scope: Scope) -> int: ...


class Holdings:
    """Thread-safe. `keys` is the database of the key/value store, None when it is in none.

    `before` is called first: it writes what is known and not written yet. `blobs` is the store in use; a workspace
    remembers those of others.
    """

    def __init__(
        self,
        database: Database,
        keys: Database | None,
        clock: Clock,
        numbers: Numbers,
        base: Callable[[Scope], int],
        *,
        before: Callable[[], None],
        memory: Sequence[tuple[str, Memory]],
        blobs: str,
    ) -> None:
        self._database, self._keys, self._clock, self._numbers, self._base = database, keys, clock, numbers, base
        self._before, self._memory, self._blobs = before, memory, blobs

    def of(self, scope: Scope) -> Iterator[HeldRows]:
        """In pieces; whoever asked for them takes them, and nobody waits meanwhile."""
        from workbench.storage.noting import TABLES

        self._before()
        base, number, time = self._base(scope), 0, 0.0
        held: dict[str, Rows] = {}

        def look(rest: Sequence[tuple[str, Memory]]) -> None:
            nonlocal number, time
            if rest:
                (name, memory), *others = rest
                held[name] = memory(scope, lambda: look(others))
            else:
                number, time = base + self._numbers.last(scope), self._clock.now()

        with ExitStack() as open_:
            rows = {}
            keys = self._keys if self._keys is not self._database else None
            if keys is None:
                rows[KEYS] = read = open_.enter_context(self._database.picture(lambda: look(self._memory)))
            else:
                apart: list[Any] = []

                def both() -> None:
                    apart.append(open_.enter_context(keys.picture(lambda: look(self._memory))))

                read = open_.enter_context(self._database.picture(both))
                rows[KEYS] = apart[0]
            for table in TABLES:
                if table == KEYS and self._keys is None:
                    continue
                found = (tuple(row) for row in rows.get(table, read)(table, scope))
                if table == BLOBS:
                    found = (row for row in found if row[0] == self._blobs)
                yield from (HeldRows(number, table, piece, time) for piece in _pieces(found))
            for table, those in held.items():
                yield from (HeldRows(number, table, piece, time) for piece in _pieces(those))


def _pieces(rows: Iterable[Sequence[Any]]) -> Iterator[Rows]:
    """At least one."""
    piece: list[Sequence[Any]] = []
    size, first = 0, True
    for row in rows:
        piece.append(row)
        size += ROW_BYTES + sum(len(value) for value in row if isinstance(value, str | bytes))
        if size >= PIECE_BYTES:
            yield piece
            piece, size, first = [], 0, False
    if piece or first:
        yield piece
