"""The tables of a workspace, as numbered migrations: an older one is brought up after a backup, a newer one refused."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlite_utils import Database as Tables

from workbench.api.errors import Invalid
from workbench.storage.database import Database, translated


def _modules(tables: Tables) -> None:
    tables.table("modules").create(
        {
            "hash": str,
            "format": str,
            "size_bytes": int,
            "file_name": str,
            "deployed": float,
            "info": str,
        },
        pk="hash",
        not_null={"format", "size_bytes", "deployed", "info"},
    )
    tables.table("aliases").create({"seq": int, "name": str, "module": str}, pk="seq", not_null={"name", "module"})
    tables.table("aliases").create_index(["name"], unique=True)
    tables.table("bytecode").create(
        {"module": str, "interpreter": str, "code": str}, pk=("module", "interpreter"), not_null={"code"}
    )


MIGRATIONS: tuple[Callable[[Tables], None], ...] = (_modules,)
VERSION = len(MIGRATIONS)


def migrate(database: Database) -> None:
    """Bring the file up to VERSION."""
    connection = database.writer
    with translated(database.path):
        found = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if found > VERSION:
            raise Invalid(
                f"the workspace {database.path.parent} was written by a newer version (its format is {found}, this "
                f"program knows up to {VERSION}); update the program or choose another workspace"
            )
        if found == VERSION:
            return
        if found:
            _back_up(connection, database.path.with_suffix(f".v{found}.db"))
        connection.execute("BEGIN IMMEDIATE")
        try:
            # WITHIN one transaction: a migration that was cut off leaves the old format.
            tables = Tables(connection)
            for step in MIGRATIONS[found:]:
                step(tables)
            connection.execute(f"PRAGMA user_version={VERSION}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    target = sqlite3.connect(path)
    try:
        connection.backup(target)
    finally:
        target.close()
