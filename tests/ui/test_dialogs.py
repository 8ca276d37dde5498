"""Windows that ask: every one, and every menu of a table, is gone once it is closed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_node import FakeNode
from PySide6.QtCore import QPoint, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from test_tables import actors_of

from ui.dialogs.changed import ask_changed
from ui.dialogs.confirm import confirmed
from ui.dialogs.unsaved import ask_unsaved
from ui.main_window import MainWindow
from ui.panels.modules.panel import ModulesPanel
from ui.widgets.table import Table

ASKS: dict[str, Callable[[MainWindow], object]] = {
    "confirm": lambda window: confirmed(window, "Stop it?", "It is stopped.", "Stop"),
    "changed": lambda window: ask_changed(window, "till.py"),
    "unsaved": lambda window: ask_unsaved(window, "till.py"),
    "spawn": lambda window: window.desk.actions.run("actor.spawn"),
    "alias": lambda window: window.desk.actions.run("module.alias"),
}
MENUS: dict[str, Callable[[Table[object]], object]] = {
    "rows": lambda table: table.customContextMenuRequested.emit(QPoint(20, 20)),
    "header": lambda table: table.horizontalHeader().customContextMenuRequested.emit(QPoint(20, 5)),
    "key": lambda table: table.show_columns(),
    "button": lambda table: more(table).click(),
}


def more(table: Table[object]) -> QToolButton:
    name = f"Columns, copy and export of {table.accessibleName()}"
    return next(found for found in table.window().findChildren(QToolButton) if found.accessibleName() == name)


@pytest.mark.parametrize("name", ASKS)
def test_a_window_that_asks_is_gone_once_it_was_answered(
    window: MainWindow, node: FakeNode, qtbot: QtBot, name: str
) -> None:
    modules = window.panels["modules"]
    assert isinstance(modules, ModulesPanel)
    window.raise_panel("modules")
    qtbot.waitUntil(lambda: bool(modules.model.rows))
    modules.select_key(node.modules.get("counter_actor").hash)
    before, closed = window.findChildren(QDialog), []

    def close() -> None:
        asked = QApplication.activeModalWidget()
        if asked is not None:
            closed.append(asked)
            asked.close()

    timer = QTimer(window, interval=0)
    timer.timeout.connect(close)
    timer.start()
    ASKS[name](window)
    qtbot.waitUntil(lambda: bool(closed))
    timer.stop()
    qtbot.waitUntil(lambda: window.findChildren(QDialog) == before)


@pytest.mark.parametrize("name", MENUS)
def test_a_menu_of_a_table_is_gone_once_it_is_closed(window: MainWindow, qtbot: QtBot, name: str) -> None:
    table: Table[object] = actors_of(window, qtbot).table  # type: ignore[assignment]
    before = window.findChildren(QMenu)
    MENUS[name](table)
    menu: QWidget | None = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    menu.close()
    qtbot.waitUntil(lambda: window.findChildren(QMenu) == before)
