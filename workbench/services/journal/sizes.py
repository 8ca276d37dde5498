"""How much a journal holds. Counting a million entries takes seconds, so only those that came since are counted."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.storage.database import Database

SINCE = """
SELECT count(*) AS entries, max(seq) AS last, total(length(CAST(line AS BLOB))) AS bytes FROM journal
WHERE actor = ? AND seq > ?
"""
FIRST = "SELECT min(seq) FROM journal WHERE actor = ?"


@dataclass(frozen=True, slots=True)
class Size:
    """Entries `first` to `last` (0: none). It holds while `first` and `quarantined` are the same."""

    first: int = 0
    last: int = 0
    entries: int = 0
    bytes: int = 0
    quarantined: int = 0


class Sizes:
    """By number of the actor. Thread-safe: a size that is put in twice is the same one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, Size] = {}

    def of(self, actor: int, quarantined: int) -> Size:
        first = self._database.query(FIRST, (actor,))[0][0] or 0
        known = self._known.get(actor, Size())
        if not first or (known.first, known.quarantined) != (first, quarantined):
            known = Size(first, 0, 0, 0, quarantined)
        row = self._database.query(SINCE, (actor, known.last))[0]
        entries, held = known.entries + row["entries"], known.bytes + int(row["bytes"])
        found = Size(first, row["last"] or known.last, entries, held, quarantined)
        self._known[actor] = found
        return found

    def forget(self, actor: int) -> None:
        """Entries were removed."""
        self._known.pop(actor, None)
