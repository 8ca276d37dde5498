"""The roster of a workspace: a row for each actor that runs, and one for each that was drained.

Written like what services hold, without a wait for the disk: a kill of the process loses nothing of it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.roster import Drained, Running
from workbench.api.turn_text import from_line, to_line
from workbench.api.turns import Turn
from workbench.storage.database import Database, Row

logger = logging.getLogger(__name__)
_ENTER = """
INSERT INTO roster (tenant, namespace, name, module, pool, birth) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (tenant, namespace, name)
DO UPDATE SET module = excluded.module, pool = excluded.pool, birth = excluded.birth
"""
_LEAVE = "DELETE FROM roster WHERE tenant = ? AND namespace = ? AND name = ?"
_RUNNING = "SELECT * FROM roster ORDER BY number"
_NEEDING = "SELECT * FROM roster WHERE module = ? ORDER BY number"
_DRAINED = "SELECT * FROM drained"
_KEEP = """
INSERT OR REPLACE INTO drained (tenant, namespace, name, birth, passive, suspended) VALUES (?, ?, ?, ?, ?, ?)
"""
_SETTLED = "DELETE FROM drained"


class StoredRoster:
    """Implements api.Roster."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def running(self) -> Sequence[Running]:
        return [Running(_actor(row), _birth(row), row["pool"]) for row in self._database.query(_RUNNING)]

    def enter(self, birth: Turn, pool: str) -> None:
        who = birth.actor
        with self._database.transaction(noted=False) as tx:
            tx.execute(_ENTER, (who.tenant, who.namespace, who.name, birth.module, pool, to_line(birth)))

    def leave(self, actor: ActorId) -> None:
        with self._database.transaction(noted=False) as tx:
            tx.execute(_LEAVE, (actor.tenant, actor.namespace, actor.name))

    def drained(self) -> Mapping[ActorId, Drained]:
        found: dict[ActorId, Drained] = {}
        for row in self._database.query(_DRAINED):
            birth = _birth(row)
            if isinstance(birth, str):
                logger.error("where %s was when the node ended is not known: %s", _actor(row), birth)
            else:
                found[_actor(row)] = Drained(birth, bool(row["passive"]), bool(row["suspended"]))
        return found

    def keep(self, found: Sequence[Drained]) -> None:
        with self._database.transaction(durable=True, noted=False) as tx:
            for each in found:
                who = each.birth.actor
                line = to_line(each.birth)
                tx.execute(_KEEP, (who.tenant, who.namespace, who.name, line, each.passive, each.suspended))

    def settled(self) -> None:
        with self._database.transaction(noted=False) as tx:
            tx.execute(_SETTLED)

    def needing(self, module: str) -> Sequence[ActorId]:
        return [_actor(row) for row in self._database.query(_NEEDING, (module,))]


class NoRoster:
    """That of a node whose workspace ends with it, or that keeps nobody."""

    def running(self) -> Sequence[Running]:
        return ()

    def enter(self, birth: Turn, pool: str) -> None:
        pass

    def leave(self, actor: ActorId) -> None:
        pass

    def drained(self) -> Mapping[ActorId, Drained]:
        return {}

    def keep(self, found: Sequence[Drained]) -> None:
        pass

    def settled(self) -> None:
        pass

    def needing(self, module: str) -> Sequence[ActorId]:  # noqa: ARG002
        return ()


def _actor(row: Row) -> ActorId:
    return ActorId(row["name"], row["namespace"], row["tenant"])


def _birth(row: Row) -> Turn | str:
    try:
        found = from_line(row["birth"])
    except Invalid as error:
        return f"its row in the workspace is damaged: {error.message}"
    if found.birth is None or found.actor != _actor(row):
        return "its row in the workspace is damaged: it is not the birth of this actor"
    return found
