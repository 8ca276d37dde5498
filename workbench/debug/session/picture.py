"""What services held, as rows of a temporary database: changes are applied to it, or undone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NoReturn

from workbench.api.errors import Denied
from workbench.debug.bundle.history import Change
from workbench.debug.bundle.tables import MEMORY, TABLES, Row
from workbench.storage.database import Database, Transaction
from workbench.storage.schema import migrate


class ReadDatabase(Database):
    """One in which nothing can be written but by who made it."""

    def __init__(self, path: Path, refusal: str) -> None:
        super().__init__(path)
        self._refusal = refusal

    def transaction(self, *, durable: bool = False, noted: bool = True) -> NoReturn:  # noqa: ARG002
        raise Denied(self._refusal)

    def changing(self) -> AbstractContextManager[Transaction]:
        """A transaction after all."""
        return super().transaction()


class Picture:
    """The rows of one moment. Used by one thread at a time; `database` may be read by others. `close` removes it."""

    def __init__(self, refusal: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="session-"))
        try:
            made = Database(self._folder / "session.db")
            migrate(made)
            with made.transaction() as tx:
                for table in MEMORY:
                    found = TABLES[table]
                    columns = ", ".join(found.names)
                    tx.execute(f"CREATE TABLE {table} ({columns}, PRIMARY KEY ({', '.join(found.key)})) WITHOUT ROWID")
            made.close()
            self.database = ReadDatabase(self._folder / "session.db", refusal)
        except BaseException:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise

    def fill(self, table: str, rows: Iterable[Row]) -> None:
        """Put these in."""
        statement = _put(table)
        with self.database.changing() as tx:
            for row in rows:
                tx.execute(statement, row)

    def apply(self, changes: Iterable[Change], *, back: bool) -> None:
        """Go on by these changes, or back: then the latest comes first."""
        with self.database.changing() as tx:
            for table, before, after in changes:
                if back:
                    before, after = after, before  # it is what it would be the other way
                _change(tx, table, before, after)

    def rows(self, table: str) -> Sequence[Row]:
        return [tuple(row) for row in self.database.query(f"SELECT {', '.join(TABLES[table].names)} FROM {table}")]

    def close(self) -> None:
        self.database.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _change(tx: Transaction, table: str, before: Row | None, after: Row | None) -> None:
    if before is not None and (after is None or _key(table, before) != _key(table, after)):
        where = " AND ".join(f"{name} = ?" for name in TABLES[table].key)
        tx.execute(f"DELETE FROM {table} WHERE {where}", _key(table, before))
    if after is not None:
        tx.execute(_put(table), after)


def _key(table: str, row: Row) -> list[Any]:
    found = TABLES[table]
    names = found.names
    return [row[names.index(name)] for name in found.key]


def _put(table: str) -> str:
    names = TABLES[table].names
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
