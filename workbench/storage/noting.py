"""Changes of the tables of services, noted by the database itself while it makes them: whoever writes need not say so.

Temporary triggers on the connections that write hand the rows before and after to a function of ours. Nothing of that
is in the file. They are there only while somebody's changes are wanted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

TABLES = ("keyvalue", "tuples", "queues", "queued", "locks", "lock_versions", "registry", "blobs")
"""What services hold; a row is the values of the columns in the order in which the table was made."""
OF_QUEUES = "queued"
"""The one table without a tenant: its rows are those of their queue."""
Scope: TypeAlias = tuple[str, str]
Row: TypeAlias = Sequence[Any]
Noted: TypeAlias = tuple[Scope, str, Row | None, Row | None]
"""Whose row of which table changed, what it was, and what it is."""


class Watcher(Protocol):
    """Who wants to know of changes."""

    @property
    def version(self) -> int:
        """Another whenever it wants to know of others' changes than before."""
        ...

    def watches(self) -> bool:
        """Whether it wants to know of anybody's changes."""
        ...

    def wants(self, scope: Scope) -> bool: ...
    def put(self, noted: Sequence[Noted]) -> None:
        """These were committed, in this order. Called before anything else can be written; it must be short."""
        ...

    def missed(self, scope: Scope | None = None) -> None:
        """Something was written that is not noted, because nobody wanted to know of it."""
        ...


class Noting:
    """The triggers of one connection. `noted` are the changes since the last COMMIT."""

    def __init__(self, connection: sqlite3.Connection, watcher: Watcher) -> None:
        self._connection, self._watcher = connection, watcher
        self._version, self._on = -1, False
        self._scopes: dict[Scope, Scope | None] = {}
        self.noted: list[Noted] = []
        for name, function in (
            ("noted_insert", self._insert),
            ("noted_update", self._update),
            ("noted_delete", self._delete),
        ):
            connection.create_function(name, -1, function)
        connection.execute("PRAGMA recursive_triggers=ON")  # else a row that REPLACE removes has no trigger

    def ready(self) -> None:
        """Look whether changes are wanted, before a transaction begins."""
        version = self._watcher.version
        if version != self._version:
            self._scopes.clear()
            wanted = self._watcher.watches()
            if wanted != self._on:
                for table in TABLES:
                    for statement in _made(self._connection, table) if wanted else _gone(table):
                        self._connection.execute(statement)
                self._on = wanted
            self._version = version
        if not self._on:
            self._watcher.missed()

    def committed(self) -> None:
        noted, self.noted = self.noted, []
        self._watcher.put(noted)

    def _scope(self, tenant: str, namespace: str) -> Scope | None:
        key = tenant, namespace
        try:
            found = self._scopes[key]
        except KeyError:
            found = self._scopes[key] = key if self._watcher.wants(key) else None
        if found is None:
            self._watcher.missed(key)
        return found

    def _insert(self, table: str, tenant: str, namespace: str, *row: Any) -> None:
        if (scope := self._scope(tenant, namespace)) is not None:
            self.noted.append((scope, table, None, row))

    def _delete(self, table: str, tenant: str, namespace: str, *row: Any) -> None:
        if (scope := self._scope(tenant, namespace)) is not None:
            self.noted.append((scope, table, row, None))

    def _update(self, table: str, tenant: str, namespace: str, *rows: Any) -> None:
        if (scope := self._scope(tenant, namespace)) is not None:
            half = len(rows) // 2
            if rows[:half] != rows[half:]:
                self.noted.append((scope, table, rows[:half], rows[half:]))


def columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA main.table_info({table})")]


def held(table: str) -> str:
    """The statement that gives the rows of one tenant and namespace, always in the same order."""
    if table == OF_QUEUES:
        return (
            "SELECT queued.* FROM queued JOIN queues ON queues.number = queued.queue "
            "WHERE queues.tenant = ? AND queues.namespace = ? ORDER BY queued.seq"
        )
    order = "rowid" if table in ("tuples", "queues") else "tenant, namespace"
    return f"SELECT * FROM {table} WHERE tenant = ? AND namespace = ? ORDER BY {order}"


def _made(connection: sqlite3.Connection, table: str) -> list[str]:
    names = columns(connection, table)
    old, new = (", ".join(f"{side}.{name}" for name in names) for side in ("OLD", "NEW"))
    return [
        _trigger(table, "insert", "NEW", new),
        _trigger(table, "update", "NEW", f"{old}, {new}"),
        _trigger(table, "delete", "OLD", old),
    ]


def _trigger(table: str, kind: str, side: str, values: str) -> str:
    if table == OF_QUEUES:
        whose = f"noted_{kind}('{table}', tenant, namespace, {values}) FROM main.queues WHERE number = {side}.queue"
    else:
        whose = f"noted_{kind}('{table}', {side}.tenant, {side}.namespace, {values})"
    return f"CREATE TEMP TRIGGER {_name(table, kind)} AFTER {kind} ON main.{table} BEGIN SELECT {whose}; END"


def _gone(table: str) -> list[str]:
    return [f"DROP TRIGGER temp.{_name(table, kind)}" for kind in ("insert", "update", "delete")]


def _name(table: str, kind: str) -> str:
    return f"noted_{table}_{kind}"
