"""Locks in the workspace's file: those that are held, and the newest version that each tenant and namespace gave out.

A lock that is free has no row, however many names were ever locked; its next version still comes after all before.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api.locks import Lock
from workbench.services.means import Scope
from workbench.storage.database import Database, Transaction

_PUT = (
    "INSERT OR REPLACE INTO locks (tenant, namespace, name, holder, outside, version, since, expires) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_TOKEN = "INSERT OR REPLACE INTO lock_versions (tenant, namespace, newest) VALUES (?, ?, ?)"
_RENEW = "UPDATE locks SET expires = ? WHERE tenant = ? AND namespace = ? AND name = ?"
_DELETE = "DELETE FROM locks WHERE tenant = ? AND namespace = ? AND name = ?"
_EXPIRED = "SELECT tenant, namespace, name FROM locks WHERE expires <= ? ORDER BY expires LIMIT ?"
_NEXT = "SELECT min(expires) FROM locks"
_LOCKS = "SELECT tenant, namespace, name, holder, version, since, expires, outside FROM locks"
_TOKENS = "SELECT tenant, namespace, newest FROM lock_versions"


def put(tx: Transaction, scope: Scope, lock: Lock) -> None:
    """A new holder, with a new version."""
    tx.execute(_PUT, (*scope, lock.name, lock.holder, lock.outside, lock.version, lock.since, lock.expires))
    tx.execute(_TOKEN, (*scope, lock.version))


def renew(tx: Transaction, scope: Scope, lock: Lock) -> None:
    tx.execute(_RENEW, (lock.expires, *scope, lock.name))


def delete(tx: Transaction, scope: Scope, name: str) -> None:
    tx.execute(_DELETE, (*scope, name))


def expired(database: Database, now: float, limit: int) -> list[tuple[Scope, str]]:
    """Up to `limit` locks whose lease is over."""
    return [((row[0], row[1]), row[2]) for row in database.query(_EXPIRED, (now, limit))]


def next_expiry(database: Database) -> float | None:
    found: float | None = database.query(_NEXT)[0][0]
    return found


def load(database: Database) -> Iterator[tuple[Scope, Lock]]:
    """Every lock that is held."""
    for tenant, namespace, name, holder, version, since, expires, outside in database.query(_LOCKS):
        yield (tenant, namespace), Lock(name, holder, version, since, expires, bool(outside))


def tokens(database: Database) -> Iterator[tuple[Scope, int]]:
    """The newest version of each tenant and namespace."""
    for tenant, namespace, newest in database.query(_TOKENS):
        yield (tenant, namespace), newest
