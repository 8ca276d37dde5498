"""Nodes: the one that runs and the recorded sessions that are open; all other panels show the one that is chosen."""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from PySide6.QtWidgets import QMenu

from ui.commands import command
from ui.desk import Desk
from ui.models import Column, always
from ui.nodes import Held
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState

Row = tuple[Held, bool]
"""A node, and whether it is the one that is shown."""


def _look(row: Row) -> tuple[str, str]:
    return ("history", "warn") if row[0].path is not None else ("node", "ok")


def _kind(row: Row) -> str:
    return "recorded session, read-only" if row[0].path is not None else "runs"


def _where(row: Row) -> str:
    held = row[0]
    return str(held.path) if held.path is not None else " ".join(held.reached)


NODES: tuple[Column[Row], ...] = (
    Column("name", "Node", lambda r: r[0].name, lambda r: r[0].name, 180, bold=True, icon=_look),
    Column("shown", "Shown", lambda r: "yes" if r[1] else "no", lambda r: "shown" if r[1] else "", 96,
           icon=lambda r: ("ok", "accent") if r[1] else ("", "icon"), tone=always("accent")),
    Column("kind", "Kind", _kind, _kind, 190, tone=lambda r: _look(r)[1]),
    Column("where", "Where", _where, _where, 300, tone=always("muted")),
)  # fmt: skip
ACTIONS = ("nodes.show", "nodes.close", "", "session.replay", "session.verify", "", "nodes.copy_command")


class NodesPanel(TablePanel[Row]):
    """A list that the window keeps, so nothing is read."""

    id = "nodes"
    title = "Nodes"
    icon_name = "node"
    columns: ClassVar = NODES
    filter_example = "kind~session"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.column.addWidget(self.view, 1)
        for verb, slot in {
            "show": self._show, "close": self._close, "running": self._show_running, "copy_command": self._copy,
        }.items():  # fmt: skip
            desk.actions.bind(f"nodes.{verb}", slot)
        for action in ("file.open_session", "nodes.show", "nodes.close"):
            self.add_tool(tool_for(desk.actions[action]))
        self.table.opened.connect(self._show)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._enable())
        self.table.selectionModel().selectionChanged.connect(lambda: self._enable())
        desk.nodes.changed.connect(self._list)
        self._list()

    def empty(self) -> EmptyState:
        return EmptyState("node", "The node is still starting; a recorded session can be opened meanwhile.",
                          "Open a recorded session…", lambda: self.desk.actions.run("file.open_session"))  # fmt: skip

    def row_key(self, found: Row) -> Hashable:
        return id(found[0])

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ACTIONS)

    def command_for(self, found: Row) -> str:
        held = found[0]
        if held.path is not None:
            return command("bundle show", str(held.path))
        return command("actor list", at=held.reached)

    def _list(self) -> None:
        nodes = self.desk.nodes
        self.show_rows([(held, held is nodes.current) for held in nodes.held])
        self._enable()

    def _chosen(self) -> Held | None:
        row = self.table.chosen()
        return row[0] if row is not None else self.desk.nodes.current

    def _enable(self) -> None:
        held, nodes = self._chosen(), self.desk.nodes
        actions = self.desk.actions
        actions.enable("nodes.show", on=held is not None and held is not nodes.current)
        actions.enable("nodes.close", on=held is not None and held.path is not None)
        actions.enable("nodes.copy_command", on=held is not None)
        running = nodes.running
        actions.enable("nodes.running", on=running is not None and running is not nodes.current)

    def _show(self) -> None:
        if (held := self._chosen()) is not None:
            self.desk.nodes.show(held)

    def _show_running(self) -> None:
        if (held := self.desk.nodes.running) is not None:
            self.desk.nodes.show(held)

    def _close(self) -> None:
        if (held := self._chosen()) is not None:
            self.desk.nodes.close_session(held)

    def _copy(self) -> None:
        self.table.copy_command()
