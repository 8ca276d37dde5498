"""Entries of the registry in the workspace's file: written through, read once when the node starts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import MappingProxyType

from workbench.api.registry import Health
from workbench.services.means import Scope
from workbench.services.registry.entries import Entry
from workbench.storage.database import Database, Transaction

_PUT = (
    "INSERT OR REPLACE INTO registry (tenant, namespace, id, object_type, address, labels, ttl_ms, health, "
    "registered, heartbeat, owner, outside) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_HEARTBEAT = "UPDATE registry SET health = ?, heartbeat = ? WHERE tenant = ? AND namespace = ? AND id = ?"
_DELETE = "DELETE FROM registry WHERE tenant = ? AND namespace = ? AND id = ?"
_ALL = (
    "SELECT tenant, namespace, id, object_type, address, labels, ttl_ms, health, registered, heartbeat, owner, outside "
    "FROM registry ORDER BY id"
)


def put(tx: Transaction, scope: Scope, entry: Entry) -> None:
    labels = json.dumps(dict(entry.labels), ensure_ascii=False)
    parts = entry.id, entry.object_type, entry.address, labels, entry.ttl_ms, entry.said.value
    tx.execute(_PUT, (*scope, *parts, entry.registered, entry.heartbeat, entry.owner, entry.outside))


def heartbeat(tx: Transaction, scope: Scope, identity: str, health: Health, now: float) -> None:
    tx.execute(_HEARTBEAT, (health.value, now, *scope, identity))


def delete(tx: Transaction, scope: Scope, identity: str) -> None:
    tx.execute(_DELETE, (*scope, identity))


def load(database: Database, now: float) -> Iterator[tuple[Scope, Entry]]:
    """Every entry. The time in which no node ran is nobody's fault: heartbeats are missed from `now` on."""
    for row in database.query(_ALL):
        labels, health = MappingProxyType(json.loads(row["labels"])), Health(row["health"])
        entry = Entry(
            row["id"], row["object_type"], row["address"], labels, row["ttl_ms"], health, row["registered"],
            row["heartbeat"], row["owner"], bool(row["outside"]), max(now, row["heartbeat"]), health,
        )  # fmt: skip
        yield (row["tenant"], row["namespace"]), entry
