"""Keys and values in SQLite: the embedded default.

Keys are ordered by SQLite's BINARY collation, which compares their UTF-8 bytes. A binary value is a BLOB, a text one
TEXT, so that any SQLite tool shows them; sizes are bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from workbench.api.keyvalue import KeyEntry, KeyLevel, next_prefix
from workbench.api.messages import Payload
from workbench.services.keyvalue.store import Change, Committed, Scope
from workbench.storage.database import Database, Row

SHOWN = 4 << 10
"""A list gives so many characters or bytes of a large value."""
_LIVE = "tenant = ? AND namespace = ? AND (expires IS NULL OR expires > ?)"
_VALUE = f"SELECT value FROM keyvalue WHERE {_LIVE} AND key = ?"
_WHOLE = "key, value, length(CAST(value AS BLOB)) AS size, version, changed, expires, author, 1 AS whole"
_SHORT = (
    f"key, substr(value, 1, {SHOWN}) AS value, length(CAST(value AS BLOB)) AS size, version, changed, expires, author, "
    f"length(value) <= {SHOWN} AS whole"
)
_PUT = """
    INSERT INTO keyvalue (tenant, namespace, key, value, version, changed, expires, author)
    VALUES (?, ?, ?, ?, 1, ?, ?, ?)
    ON CONFLICT DO UPDATE SET value = excluded.value, changed = excluded.changed, expires = excluded.expires,
        author = excluded.author,
        version = CASE WHEN keyvalue.expires <= excluded.changed THEN 1 ELSE keyvalue.version + 1 END
"""
_DELETE = "DELETE FROM keyvalue WHERE tenant = ? AND namespace = ? AND key = ? AND (expires IS NULL OR expires > ?)"
EXPIRED_AT_ONCE = 1_000
"""So many expired keys are removed in one transaction, so that a writer waits for no more."""


class SqliteStore:
    """See Store. The table is that of the workspace's schema."""

    def __init__(self, database: Database, *, owned: bool = False) -> None:
        self._database, self._owned = database, owned

    @property
    def database(self) -> Database:
        """Where they lie."""
        return self._database

    def get(self, scope: Scope, key: str, now: float) -> Payload | None:
        rows = self._database.query(_VALUE, (*scope, now, key))
        return rows[0][0] if rows else None

    def entry(self, scope: Scope, key: str, now: float) -> KeyEntry | None:
        rows = self._database.query(f"SELECT {_WHOLE} FROM keyvalue WHERE {_LIVE} AND key = ?", (*scope, now, key))
        return _entry(rows[0]) if rows else None

    def put(
        self, scope: Scope, key: str, value: Payload, now: float, *, expires: float | None, author: str,
        committed: Committed,
    ) -> None:  # fmt: skip
        with self._database.transaction() as tx:
            tx.execute(_PUT, (*scope, key, value, now, expires, author))
            tx.emit(committed)
            tx.returns(None)

    def delete(self, scope: Scope, key: str, now: float, *, committed: Committed) -> bool:
        with self._database.transaction() as tx:
            found = tx.execute(_DELETE, (*scope, key, now)).rowcount > 0
            if found:
                tx.emit(committed)
            tx.returns(found)
            return found

    def change(
        self, scope: Scope, key: str, change: Change, now: float, *, author: str, committed: Committed
    ) -> Payload:
        with self._database.transaction() as tx:
            before = f"SELECT {_WHOLE} FROM keyvalue WHERE {_LIVE} AND key = ?"
            row = tx.execute(before, (*scope, now, key)).fetchone()
            value = change(_entry(row) if row else None)
            tx.execute(_PUT, (*scope, key, value, now, row["expires"] if row else None, author))
            tx.emit(committed)
            tx.returns(value)
            return value

    def keys(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[str]:
        return [row["key"] for row in self._rows("key", scope, prefix, now, after, limit)]

    def list(self, scope: Scope, prefix: str, now: float, *, after: str | None, limit: int) -> Sequence[KeyEntry]:
        return [_entry(row) for row in self._rows(_SHORT, scope, prefix, now, after, limit)]

    def level(
        self, scope: Scope, prefix: str, delimiter: str, now: float, *, after: str | None, limit: int
    ) -> Sequence[KeyLevel]:
        """One look into the index per step: a prefix with a million keys costs as much as one with two."""
        found: list[KeyLevel] = []
        from_: str | None = ""
        beyond = after
        if after is not None and after != prefix and after.endswith(delimiter):
            from_, beyond = next_prefix(after), None
        while len(found) < limit and from_ is not None:
            rows = self._rows(_SHORT, scope, prefix, now, beyond, 1, from_=from_)
            if not rows:
                break
            entry = _entry(rows[0])
            head, delimited, _ = entry.key.removeprefix(prefix).partition(delimiter)
            if delimited:
                step = f"{prefix}{head}{delimiter}"
                found.append(KeyLevel(step))
                from_, beyond = next_prefix(step), None
            else:
                found.append(KeyLevel(entry.key, entry))
                beyond = entry.key
        return found

    def _rows(
        self, columns: str, scope: Scope, prefix: str, now: float, after: str | None, limit: int, *, from_: str = ""
    ) -> Sequence[Row]:
        bounds, values = ["key >= ?"], [max(prefix, from_)]
        if (end := next_prefix(prefix)) is not None:
            bounds.append("key < ?")
            values.append(end)
        if after is not None:
            bounds.append("key > ?")
            values.append(after)
        where = f"{_LIVE} AND {' AND '.join(bounds)}"
        statement = f"SELECT {columns} FROM keyvalue WHERE {where} ORDER BY key LIMIT ?"
        return self._database.query(statement, (*scope, now, *values, limit))

    def expire(self, now: float, expired: Callable[[Scope, str], None]) -> float | None:
        while True:
            with self._database.transaction() as tx:
                rows = tx.execute(
                    "DELETE FROM keyvalue WHERE (tenant, namespace, key) IN (SELECT tenant, namespace, key FROM "
                    "keyvalue WHERE expires <= ? ORDER BY expires LIMIT ?) RETURNING tenant, namespace, key",
                    (now, EXPIRED_AT_ONCE),
                ).fetchall()
                for row in rows:
                    tx.emit(_told(expired, row))
            if len(rows) < EXPIRED_AT_ONCE:
                return self.next_expiry()

    def next_expiry(self) -> float | None:
        found: float | None = self._database.query("SELECT min(expires) FROM keyvalue WHERE expires IS NOT NULL")[0][0]
        return found

    def close(self) -> None:
        if self._owned:
            self._database.close()


def _told(expired: Callable[[Scope, str], None], row: Row) -> Callable[[], None]:
    return lambda: expired((row["tenant"], row["namespace"]), row["key"])


def _entry(row: Row) -> KeyEntry:
    return KeyEntry(
        key=row["key"],
        value=row["value"],
        size_bytes=row["size"],
        version=row["version"],
        changed=row["changed"],
        expires=row["expires"],
        author=row["author"],
        whole=bool(row["whole"]),
    )
