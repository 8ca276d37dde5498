"""The node's actors, read once for all panels that show them, and their names for those that complete them."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from PySide6.QtCore import QObject, Qt

from ui.bridge import Bridge
from ui.models import Column, Index, Plan, RowModel
from ui.states import STATES
from workbench.api import ActorInfo, ActorState, Node

FRESH_SECONDS = 0.2
"""Only turns have been taken since: a list as young as this is not read again."""
COMPLETED = 10_000
"""As many names are offered for completion; every name can be typed."""
NAME: Column[ActorInfo] = Column(
    "id", "Actor", lambda a: a.id.name, lambda a: a.id.name, icon=lambda a: STATES[a.state]
)


@dataclass(frozen=True, slots=True)
class Listing:
    """One reading of the list. Everything that panels look for in it is worked out off the Qt thread."""

    actors: Sequence[ActorInfo] = ()
    by_name: Mapping[str, ActorInfo] = field(default_factory=dict)
    crashed: int = 0
    users: Mapping[str, int] = field(default_factory=dict)
    """How many actors run each module, by its hash."""


def listing(actors: Sequence[ActorInfo]) -> Listing:
    users: dict[str, int] = {}
    for info in actors:
        users[info.module] = users.get(info.module, 0) + 1
    crashed = sum(info.state is ActorState.CRASHED for info in actors)
    return Listing(actors, {info.id.name: info for info in actors}, crashed, users)


class Names(RowModel[ActorInfo]):
    """The actors of a combo box and its completer, icon and name."""

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        return super().data(index, Qt.ItemDataRole.DisplayRole if role == Qt.ItemDataRole.EditRole else role)


class Roster(QObject):
    """`read` may be called on any thread; `names` belongs to the Qt thread."""

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge)
        self._bridge = bridge
        self._lock = threading.Lock()
        self._node: Node | None = None
        self._listing, self._version, self._read = Listing(), -1, 0.0
        self.names = Names((NAME,), lambda info: info.id, self)

    def read(self, node: Node) -> Listing:
        """The list as of the newest event; panels that ask for it at the same time share one reading."""
        with self._lock:
            version = self._bridge.versions
            known = node is self._node and version == self._version
            if not known or monotonic() - self._read > FRESH_SECONDS:
                self._listing = listing(node.actors.list())
                self._node, self._version, self._read = node, version, monotonic()
            return self._listing

    def plan(self, found: Listing) -> Plan[ActorInfo]:
        """What the names come to; off the Qt thread."""
        return self.names.plan(found.actors[:COMPLETED])
