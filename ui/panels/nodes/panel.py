"""Nodes: the one that runs, recorded sessions, and connections to nodes elsewhere; the others show the chosen one."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

from ui.commands import command
from ui.desk import Desk
from ui.models import RowModel
from ui.nodes import Held
from ui.outline import Outline, Path
from ui.panels.nodes.deeds import Deeds
from ui.panels.nodes.rows import NODES, Line, key_of, lines
from ui.settings import Record, words
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.table import Table
from ui.widgets.tree import Tree
from workbench.api.connections import Peer, Phase

ACTIONS = (
    "nodes.attach", "nodes.detach", "nodes.show", "nodes.close", "", "nodes.peers", "nodes.attach_peer",
    "nodes.compare", "", "nodes.new", "nodes.edit", "nodes.duplicate", "nodes.remove", "", "session.replay",
    "session.verify", "", "nodes.copy_command",
)  # fmt: skip
TOOLS = ("nodes.new", "nodes.attach", "nodes.detach", "nodes.compare", "file.open_session")

TICK_MS = 1_000
"""How long it is until the next attempt goes on by itself."""


class NodesPanel(TablePanel[Line]):
    """A tree of what the window keeps; only peers are read, when somebody asks for them."""

    id = "nodes"
    title = "Nodes"
    icon_name = "node"
    columns: ClassVar = NODES
    filter_example = "state~attached mode:read-only"

    def __init__(self, desk: Desk) -> None:
        self.peers: dict[str, Sequence[Peer]] = {}
        super().__init__(desk)
        self.column.addWidget(self.view, 1)
        self.deeds = Deeds(desk, self)
        for action in TOOLS:
            self.add_tool(tool_for(desk.actions[action]))
        self.table.opened.connect(self._open)
        self.table.selectionModel().currentRowChanged.connect(lambda: self.deeds.enable())
        self.table.selectionModel().selectionChanged.connect(lambda: self.deeds.enable())
        desk.nodes.changed.connect(self.list)
        desk.attachments.changed.connect(self.list)
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(lambda: self.table.viewport().update())
        self.list()

    def make_model(self) -> RowModel[Line]:
        return Outline(NODES, self.path_of, self, heading=lambda line: line.is_folder)

    def make_table(self, model: RowModel[Line]) -> Table[Line]:
        assert isinstance(model, Outline)
        return Tree(model, "Nodes table")

    def empty(self) -> EmptyState:
        return EmptyState("node", "The node is still starting; a connection can be made meanwhile.",
                          "New connection…", lambda: self.desk.actions.run("nodes.new"))  # fmt: skip

    def path_of(self, found: Line) -> Path:
        return found.path

    def row_key(self, found: Line) -> Hashable:
        return found.path

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ACTIONS)

    def command_for(self, found: Line) -> str:
        if found.peer is not None:
            return command("node info", at=("--node", found.peer.address))
        held, connection = found.held, found.connection
        if held is not None and held.path is not None:
            return command("bundle show", str(held.path))
        if held is not None:
            return command("node info", at=held.reached)
        if connection is not None:
            return command("node info", at=("--node", connection.name))
        return command("node connection list")

    def list(self) -> None:
        """Show what the window knows."""
        desk = self.desk
        found = lines(desk.nodes.held, desk.nodes.current, desk.attachments.known, desk.attachments.states, self.peers)
        gone = self.peers.keys() - {key_of(line) for line in found}
        for key in gone:
            del self.peers[key]
        self.show_rows(found)
        if any(line.state.retry_at is not None for line in found) != self._ticking.isActive():
            self._ticking.stop() if self._ticking.isActive() else self._ticking.start()
        self.deeds.enable()

    def chosen(self) -> Line | None:
        """The chosen row, else that of the node that is shown."""
        row: Line | None = self.table.chosen()
        return row if row is not None else next((line for line in self.view.all if line.shown), None)

    def held(self) -> Held | None:
        row = self.chosen()
        return row.held if row is not None else None

    def _open(self) -> None:
        """Enter or a double click: what is there is shown, what is not is attached."""
        row = self.table.chosen()
        if row is None or row.is_folder:
            return
        if row.peer is not None:
            self.deeds.attach_peer()
        elif row.held is not None and (row.connection is None or row.state.phase is Phase.ATTACHED):
            self.desk.nodes.show(row.held)
        else:
            self.deeds.attach()

    def record(self) -> Record:
        assert isinstance(self.table, Tree)
        return {**super().record(), "closed": [str(path[-1]) for path in self.table.outline.closed]}

    def restore(self, record: Record) -> None:
        super().restore(record)
        assert isinstance(self.table, Tree)
        self.table.close_paths((name,) for name in words(record, "closed") if name.startswith("folder:"))
