"""What services held, as rows of a temporary database: changes are applied to it, or undone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from workbench.api.errors import Denied
from workbench.debug.bundle.tables import MEMORY, TABLES, Row
from workbench.storage.database import Database, Transaction
from workbench.storage.schema import migrate

Key: TypeAlias = tuple[Any, ...]


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

    def apply(self, changes: Iterable[tuple[str, Key, Row | None]]) -> None:
        """Let the row of a table with a key be this one, or none."""
        with self.database.changing() as tx:
            for table, key, row in changes:
                if row is not None:
                    tx.execute(_put(table), row)
                else:
                    tx.execute(_remove(table), key)

    def rows(self, table: str) -> Sequence[Row]:
        return [tuple(row) for row in self.database.query(f"SELECT {', '.join(TABLES[table].names)} FROM {table}")]

    def close(self) -> None:
        self.database.close()
        shutil.rmtree(self._folder, ignore_errors=True)


@cache
def _remove(table: str) -> str:
    return f"DELETE FROM {table} WHERE {' AND '.join(f'{name} = ?' for name in TABLES[table].key)}"


@cache
def _put(table: str) -> str:
    names = TABLES[table].names
    return f"INSERT OR REPLACE INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
