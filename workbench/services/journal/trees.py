"""Trees that outlive their node, as the text of their files: a row each."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.services.means import Scope
from workbench.storage.database import Database

_KEEP = "INSERT OR REPLACE INTO trees (tenant, namespace, name, text) VALUES (?, ?, ?, ?)"
_FORGET = "DELETE FROM trees WHERE tenant = ? AND namespace = ? AND name = ?"
_KEPT = "SELECT tenant, namespace, text FROM trees ORDER BY tenant, namespace, name"
_FIND = "SELECT text FROM trees WHERE tenant = ? AND namespace = ? AND name = ?"


def keep(database: Database, scope: Scope, name: str, text: str) -> None:
    with database.transaction(durable=True) as tx:
        tx.execute(_KEEP, (*scope, name, text))


def forget(database: Database, scope: Scope, name: str) -> None:
    """Idempotent; most trees were never kept, and nothing is written for them."""
    if database.query(_FIND, (*scope, name)):
        with database.transaction(durable=True) as tx:
            tx.execute(_FORGET, (*scope, name))


def kept(database: Database) -> Sequence[tuple[Scope, str]]:
    return [((row["tenant"], row["namespace"]), row["text"]) for row in database.query(_KEPT)]
