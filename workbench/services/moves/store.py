"""Forward addresses and origins of moved actors, in the file of the workspace. Implements api.MovesLog."""

from __future__ import annotations

import json

from workbench.api.identity import ActorId
from workbench.api.migration import ForwardAddress, Origin, Stage
from workbench.storage.database import Database, Row

IDENTITY = "SELECT id FROM node_identity"
FORWARDS = "SELECT * FROM forwards"
WRITE = """
INSERT OR REPLACE INTO forwards (tenant, namespace, name, migration, address, node, node_name, stage, durable)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
FORGET = "DELETE FROM forwards WHERE tenant = ? AND namespace = ? AND name = ?"
ORIGINS = "SELECT * FROM origins"
ARRIVED = """
INSERT OR REPLACE INTO origins (tenant, namespace, name, migration, node, node_name, visited, through, relayed)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
LEFT = "DELETE FROM origins WHERE tenant = ? AND namespace = ? AND name = ?"


class MovesStore:
    """Thread-safe; what it reads is read once, when the node starts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.node: str = database.query(IDENTITY)[0]["id"]

    def forwards(self) -> list[ForwardAddress]:
        return [
            ForwardAddress(
                _actor(row), row["migration"], row["address"], row["node"], row["node_name"], Stage(row["stage"]),
                bool(row["durable"]),
            )
            for row in self._database.query(FORWARDS)
        ]  # fmt: skip

    def origins(self) -> list[Origin]:
        return [
            Origin(
                _actor(row), row["migration"], row["node"], row["node_name"], tuple(json.loads(row["visited"])),
                tuple(json.loads(row["through"])), row["relayed"],
            )
            for row in self._database.query(ORIGINS)
        ]  # fmt: skip

    def write(self, forward: ForwardAddress) -> None:
        one = forward
        with self._database.transaction(durable=one.stage is Stage.MOVED, noted=False) as tx:
            tx.execute(
                WRITE,
                (*_key(one.actor), one.migration, one.to, one.node, one.node_name, one.stage.value, one.durable),
            )

    def forget(self, actor: ActorId) -> None:
        with self._database.transaction(noted=False) as tx:
            tx.execute(FORGET, _key(actor))

    def arrived(self, origin: Origin) -> None:
        one = origin
        with self._database.transaction(noted=False) as tx:
            tx.execute(FORGET, _key(one.actor))
            tx.execute(
                ARRIVED,
                (
                    *_key(one.actor), one.migration, one.node, one.node_name, json.dumps(one.visited),
                    json.dumps(one.through), one.relayed,
                ),
            )  # fmt: skip

    def left(self, actor: ActorId) -> None:
        with self._database.transaction(noted=False) as tx:
            tx.execute(LEFT, _key(actor))


def _actor(row: Row) -> ActorId:
    return ActorId(row["name"], row["namespace"], row["tenant"])


def _key(actor: ActorId) -> tuple[str, str, str]:
    return actor.tenant, actor.namespace, actor.name
