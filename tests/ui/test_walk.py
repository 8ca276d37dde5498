"""Every panel is walked: each control says what it is, Tab leads to it, and its text can be read in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_node import FakeNode
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QDialog, QTabWidget, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid
from walking import called, drawn_contrast, nameless, pale, plant, unreachable

from ui.main_window import PANELS, MainWindow
from ui.panel import Panel
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.panel import EditorPanel
from ui.panels.supervision.panel import SupervisionPanel
from ui.theme import MINIMUM_CONTRAST
from ui.widgets.table import Table
from workbench.api import ChildSpec, Crashed, Kind, Level, SupervisorSpec

CONTROL = Qt.KeyboardModifier.ControlModifier
CHECKS = {"nameless": nameless, "unreachable": unreachable, "pale": pale}
IDS = [kind.id for kind in PANELS]


@pytest.fixture
def filled(window: MainWindow, node: FakeNode, qtbot: QtBot) -> MainWindow:
    """Something to see in every panel: a component, a log, a graph, a file, a tree, a restart, a denial."""
    node.modules.deploy(b"\0asm" + bytes(50_000), file_name="echo.wasm", alias="echo")
    node.actors.ask("counter", "increment")
    for second in range(3):
        node.sample("", time=1000.0 + second, fuel_per_second=5.0)
    node.write(Level.WARN, "counter", "it is late")
    node.capabilities.deny("counter", "network", "http.request", "example.org:443", "increment")
    node.capabilities.grant("counter", "locks")
    children = tuple(ChildSpec(name, "counter_actor") for name in ("till", "clerk"))
    node.supervision.apply(SupervisorSpec("shop", intensity=3, children=children))
    with pytest.raises(Crashed):
        node.actors.ask("till", "boom", kind=Kind.CAST)
    editor = window.panels["editor"]
    assert isinstance(editor, EditorPanel)
    editor.new("gen_server")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def shown(window: MainWindow, name: str, qtbot: QtBot) -> Panel:
    """The panel in front, with the first row of each of its tables chosen."""
    window.raise_panel(name)
    panel = window.panels[name]
    qtbot.waitUntil(panel.isVisible)
    if isinstance(panel, SupervisionPanel):
        qtbot.waitUntil(lambda: bool(panel.trees))
        panel.show_card("till")
    tables = [table for table in panel.findChildren(Table) if table.isVisible()]
    if tables:
        qtbot.waitUntil(lambda: bool(tables[0].rows.rows) or not tables[0].isVisible())
        tables[0].choose(0)
    return panel


def pages(panel: Panel) -> list[Callable[[], None]]:
    """Ways to bring each page of each tab of a panel to the front."""
    ways: list[Callable[[], None]] = [lambda: None]
    for tabs in panel.findChildren(QTabWidget):
        if not isinstance(panel, EditorPanel):
            ways += [lambda tabs=tabs, at=at: tabs.setCurrentIndex(at) for at in range(tabs.count())]  # type: ignore[misc]
    return ways


def faults(panel: Panel, check: Callable[[QWidget], list[str]]) -> list[str]:
    found: list[str] = []
    for show in pages(panel):
        show()
        found += check(panel)
    return found


@pytest.mark.parametrize("name", IDS)
def test_every_control_of_a_panel_says_what_it_is(filled: MainWindow, name: str, qtbot: QtBot) -> None:
    assert faults(shown(filled, name, qtbot), nameless) == []


@pytest.mark.parametrize("name", IDS)
def test_tab_leads_to_every_control_of_a_panel(filled: MainWindow, name: str, qtbot: QtBot) -> None:
    assert faults(shown(filled, name, qtbot), unreachable) == []


@pytest.mark.parametrize("look", ["light", "dark"])
@pytest.mark.parametrize("name", IDS)
def test_every_text_of_a_panel_can_be_read(filled: MainWindow, name: str, look: str, qtbot: QtBot) -> None:
    filled.set_theme(look)
    qtbot.waitUntil(lambda: filled.looks.settled)
    assert faults(shown(filled, name, qtbot), pale) == []


def test_the_window_around_the_panels_has_no_fault_either(filled: MainWindow) -> None:
    assert nameless(filled) == []
    assert pale(filled) == []


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_text_that_a_table_really_draws_can_be_read(filled: MainWindow, look: str, qtbot: QtBot) -> None:
    filled.set_theme(look)
    qtbot.waitUntil(lambda: filled.looks.settled)
    actors = shown(filled, "actors", qtbot)
    assert isinstance(actors, ActorsPanel)
    table = actors.table
    qtbot.waitUntil(lambda: len(table.rows.rows) == 5)
    cell = table.visualRect(table.rows.index(1, 0))
    assert drawn_contrast(table.viewport(), cell.topLeft() + QPoint(4, 2), cell.height() - 4) >= MINIMUM_CONTRAST


@pytest.mark.parametrize("fault", sorted(CHECKS))
def test_a_planted_fault_is_found(filled: MainWindow, fault: str, qtbot: QtBot) -> None:
    panel = shown(filled, "log", qtbot)
    before = CHECKS[fault](panel)
    plant(panel)
    after = CHECKS[fault](panel)
    assert before == []
    assert len(after) == 1, after


@pytest.mark.parametrize("key", [Qt.Key.Key_Tab, Qt.Key.Key_Backtab])
def test_tab_stops_only_at_what_is_on_the_screen(filled: MainWindow, key: Qt.Key, qtbot: QtBot) -> None:
    filled.raise_panel("actors")
    qtbot.waitUntil(lambda: filled.panels["actors"].seen and not filled.panels["modules"].seen)
    filled.panels["actors"].focus_filter()
    reached = set()
    for _ in range(80):
        here = QApplication.focusWidget()
        assert here is not None
        panel = next((panel for panel in filled.panels.values() if panel.isAncestorOf(here)), None)
        reached.add(panel.id if panel is not None else "")
        assert panel is None or panel.seen, f"{called(here)} of {panel.id}"
        qtbot.keyClick(here, key)
        if QApplication.focusWidget() is here:  # Tab belongs to the text here; this is how one leaves it
            qtbot.keyClick(here, key, CONTROL)
        if QApplication.focusWidget() is here:
            filled.focusNextPrevChild(key == Qt.Key.Key_Tab)
    assert len(reached) > 2


def test_a_palette_and_the_list_of_keys_are_gone_once_they_are_closed(filled: MainWindow, qtbot: QtBot) -> None:
    for action in ("view.palette", "help.shortcuts"):
        before = filled.findChildren(QDialog)
        filled.desk.actions.run(action)
        opened = [dialog for dialog in filled.findChildren(QDialog) if dialog not in before]
        assert len(opened) == 1
        opened[0].close()
        qtbot.waitUntil(lambda opened=opened: not isValid(opened[0]))  # type: ignore[misc]
