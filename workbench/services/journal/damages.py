"""What is wrong with journals: every row that is not what was written, every gap, and who cannot come back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from workbench.api.errors import Conflict, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.journal import Checkpoint, Damage, missing
from workbench.api.modules import CancelToken
from workbench.api.turns import Turn
from workbench.services.journal import rows, store
from workbench.services.journal.rows import ACTORS, CHECKPOINTS, EVENTS, OWNED, TURNS, Table
from workbench.services.means import Scope
from workbench.storage.database import Database, Row

READ = "SELECT * FROM {table} WHERE {whose} = ? AND {number} > ? ORDER BY {number} LIMIT ?"
ALL_OF = "SELECT * FROM {table} NOT INDEXED WHERE {whose} = ?"
STRANGERS = """
SELECT DISTINCT {whose} FROM {table} NOT INDEXED WHERE {whose} NOT IN (SELECT number FROM journal_actors NOT INDEXED)
"""
PUT_ASIDE = "SELECT seq, origin FROM journal_quarantine WHERE actor = ?"
MODULE = "SELECT 1 FROM modules WHERE hash = ?"
CHUNK = 1_000
MOST_OF_FILE = 20
"""What SQLite says of a damaged file is long and repeats itself."""


def found(database: Database, scope: Scope, number: int | None, cancel: CancelToken | None = None) -> list[Damage]:
    """Of one actor, or of all of a tenant and namespace and of the file. Conflict: cancelled."""
    with database.moment():
        if number is not None:
            return list(_Journal(database, store.actor(database, number), cancel).damages())
        mine = [row for row in database.as_stored(store.ALL) if _is_of(row, scope)]
        each = [damage for row in mine for damage in _Journal(database, row, cancel).damages()]
        return [*each, *_strangers(database, scope), *_file(database, scope)]


def _is_of(row: Row, scope: Scope) -> bool:
    """Also one whose tenant or namespace is damaged: when they are put right, its checksum fits."""
    if (row["tenant"], row["namespace"]) == scope:
        return True
    if not rows.wrong(ACTORS, row) or rows.unchecked(ACTORS, row):
        return False
    for tenant, namespace in product((row["tenant"], scope[0]), (row["namespace"], scope[1])):
        known = {"tenant": tenant, "namespace": namespace}
        values = [known.get(column, row[column]) for column in ACTORS.columns]
        if (tenant, namespace) == scope and rows.checksum(*values) == row["crc"]:
            return True
    return False


def _strangers(database: Database, scope: Scope) -> Iterator[Damage]:
    nobody = ActorId("", scope[1], scope[0])
    for table in OWNED:
        statement = STRANGERS.format(whose=table.columns[0], table=table.name)
        for row in database.as_stored(statement):
            yield Damage(nobody, 0, f"{table.name} has rows of actor {row[0]}, which is not there", "")


def _file(database: Database, scope: Scope) -> Iterator[Damage]:
    nobody = ActorId("", scope[1], scope[0])
    try:
        said = [str(row[0]) for row in database.query(f"PRAGMA integrity_check({MOST_OF_FILE})")]
    except WorkbenchError as error:
        said = [error.message]
    for line in said if said != ["ok"] else ():
        yield Damage(nobody, 0, line, "")


@dataclass(slots=True)
class _Journal:
    """The journal of one actor, whose row is `row`."""

    database: Database
    row: Row
    cancel: CancelToken | None
    unchecked: int = 0
    actor: ActorId = field(init=False)
    number: int = field(init=False)
    aside: set[tuple[str, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.actor, self.number = rows.actor_of(self.row), self.row["number"]
        found = self.database.as_stored(PUT_ASIDE, (self.number,))
        self.aside = {(rows.clean(row["origin"]), row["seq"]) for row in found}

    def damages(self) -> Iterator[Damage]:
        intact = not rows.wrong(ACTORS, self.row)
        if not intact:
            yield self._of(ACTORS, 0, f"its row in journal_actors is damaged: {rows.wrong(ACTORS, self.row)}")
        self.unchecked += rows.unchecked(ACTORS, self.row)
        yield from self._in_order(TURNS, self.row["first"] if intact else 0, self.row["last"] if intact else 0)
        yield from self._in_order(
            EVENTS, self.row["first_event"] if intact else 0, self.row["last_event"] if intact else 0
        )
        yield from self._checkpoint(self.row["checkpoint"] if intact else 0)
        for table in OWNED:
            if table not in (TURNS, EVENTS):
                yield from self._others(table)
        if why := self._stays_away():
            yield self._of(ACTORS, 0, f"it cannot come back: {why}")
        if self.unchecked:
            one = self.unchecked == 1
            count, they, them = (
                ("1 row has", "it says", "it") if one else (f"{self.unchecked:,} rows have", "they say", "them")
            )
            said = f"{count} no checksum of all that {they}, and could not be checked: an older version wrote {them}"
            yield Damage(self.actor, 0, said, ACTORS.name, harmless=True)

    def _of(self, table: Table, seq: int, what: str) -> Damage:
        return Damage(self.actor, seq, what, table.name)

    def _in_order(self, table: Table, first: int, last: int) -> Iterator[Damage]:
        """Rows without gaps, from `first` (0: not known) up to `last` at least."""
        whose, column = table.columns[:2]
        statement = READ.format(table=table.name, whose=whose, number=column)
        after, expected = -1, first
        while True:
            if self.cancel is not None and self.cancel.is_set():
                raise Conflict("verifying the journal was cancelled")
            found = self.database.as_stored(statement, (self.number, after, CHUNK))
            for row in found:
                after = row[column]
                if expected:
                    yield from self._gap(table, expected, after - 1)
                if said := self._wrong(table, row):
                    yield self._of(table, after, said)
                expected = after + 1
            if len(found) < CHUNK:
                break
        if expected or last:
            yield from self._gap(table, expected or last, last)

    def _wrong(self, table: Table, row: Row) -> str:
        if table is TURNS:
            turn = store.read(row)
            return "" if isinstance(turn, Turn) else turn[1]
        self.unchecked += rows.unchecked(table, row)
        return rows.wrong(table, row)

    def _gap(self, table: Table, first: int, last: int) -> Iterator[Damage]:
        """One line for what is missing in a row, and one for each that was put aside."""
        noun = "turn" if table is TURNS else "event"
        start = first
        for number in sorted(number for name, number in self.aside if name == table.name and first <= number <= last):
            if start < number:
                yield self._of(table, start, f"{missing(noun, start, number - 1)} missing")
            yield self._of(table, number, "it was damaged, and is put aside")
            start = number + 1
        if start <= last:
            yield self._of(table, start, f"{missing(noun, start, last)} missing")

    def _checkpoint(self, expected: int) -> Iterator[Damage]:
        if not expected or self.database.as_stored(CHECKPOINTS.of_actor, (self.number,)):
            return
        aside = (CHECKPOINTS.name, expected) in self.aside
        yield self._of(CHECKPOINTS, expected, "it was damaged, and is put aside" if aside else "it is missing")

    def _others(self, table: Table) -> Iterator[Damage]:
        which = table.columns[1]
        for row in self.database.as_stored(ALL_OF.format(table=table.name, whose=table.columns[0]), (self.number,)):
            if said := self._wrong(table, row):
                key = row[which]
                if isinstance(key, int):
                    yield self._of(table, key, said)
                else:
                    yield self._of(table, 0, f"the one with the key {rows.clean(key)!r}: {said}")

    def _stays_away(self) -> str:
        """Why it is not brought back, as far as can be told without living through its turns."""
        if self.row["runs"] == store.ENDED:
            return ""
        birth = rows.birth_of(self.row)
        if birth is None or isinstance(birth, str):
            return birth or ""
        if not self.database.query(MODULE, (birth.module,)):
            return f"its module {birth.module[:12]} is not there; deploy it again"
        if isinstance(store.checkpoint(self.database, self.number), Checkpoint):
            return ""
        first = store.first(self.database, self.number, self.row["first"])
        if first is None or first.birth is None:
            return "there is neither a checkpoint that can be used nor its birth among its turns"
        return ""
