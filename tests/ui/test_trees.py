"""Tables whose rows lie inside one another: the imports and exports of a module, and its sections."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fake_modules import IMPORTS
from fake_node import FakeNode
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication, QFileDialog, QToolButton
from pytestqt.qtbot import QtBot
from windows import close

from ui.filter import parse
from ui.main_window import MainWindow
from ui.models import Column
from ui.outline import Outline
from ui.panels.modules.members import Members
from ui.panels.modules.panel import ModulesPanel
from ui.widgets.tree import STEP, Tree

Open = Callable[..., MainWindow]
Node = tuple[tuple[int, ...], str]
COLUMNS = (
    Column[Node]("name", "Name", lambda n: n[1], lambda n: n[1]),
    Column[Node]("size", "Size", lambda n: len(n[1]), lambda n: str(len(n[1])), right=True),
)
NODES: list[Node] = [
    ((0,), "zoo"), ((0, 0), "lion"), ((0, 0, 0), "mane"), ((0, 1), "ape"),
    ((1,), "bar"), ((1, 0), "ale"),
    ((2,), "ash"),
]  # fmt: skip


def members_of(window: MainWindow, node: FakeNode, qtbot: QtBot) -> Members:
    """Of a component, in front and with the keyboard."""
    panel = window.panels["modules"]
    assert isinstance(panel, ModulesPanel)
    info = node.modules.deploy(b"\0asm" + bytes(1000), file_name="echo.wasm", alias="echo")
    window.activateWindow()
    window.raise_panel("modules")
    qtbot.waitUntil(lambda: panel.model.position(info.hash) >= 0)
    panel.select_key(info.hash)
    panel.details.show_page("members")
    members = panel.details.members
    qtbot.waitUntil(lambda: members.tree.isVisible() and bool(members.model.rows))
    members.tree.setFocus()
    qtbot.waitUntil(members.tree.hasFocus)
    return members


def names(tree: Tree[object]) -> list[str]:
    """What is seen of a tree, from above."""
    model = tree.outline
    return [model.columns[0].text(row) for at, row in enumerate(model.rows) if not tree.isRowHidden(at)]


@pytest.fixture
def tree(qtbot: QtBot) -> Tree[Node]:
    model: Outline[Node] = Outline(COLUMNS, lambda n: n[0])
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    made: Tree[Node] = Tree(model, "Animals")
    made.resize(400, 300)
    qtbot.addWidget(made)
    model.patch(model.arrange(NODES, parse("", ["name"])))
    made.show()
    return made


# the rows


@pytest.mark.parametrize(
    ("line", "expected"),
    [("", ["zoo", "lion", "mane", "ape", "bar", "ale", "ash"]), ("ape", ["zoo", "ape"]),
     ("mane", ["zoo", "lion", "mane"]), ("-a", ["zoo", "lion"]), ("bar", ["bar"]), ("unicorn", [])],
)  # fmt: skip
def test_what_is_found_keeps_what_it_lies_in(line: str, expected: list[str]) -> None:
    model: Outline[Node] = Outline(COLUMNS, lambda n: n[0])
    assert [name for _, name in model.arrange(NODES, parse(line, ["name"]))] == expected


def test_a_heading_is_kept_for_what_is_inside_it_alone() -> None:
    model: Outline[Node] = Outline(COLUMNS, lambda n: n[0], heading=lambda n: len(n[0]) == 1)
    assert model.arrange(NODES, parse("-e -lion", ["name"])) == []
    assert [name for _, name in model.arrange(NODES, parse("-ape", ["name"]))] == ["zoo", "lion", "mane", "bar", "ale"]


def test_sorting_sorts_what_lies_side_by_side() -> None:
    model: Outline[Node] = Outline(COLUMNS, lambda n: n[0])
    model.sort_column = 0
    found = model.arrange(NODES, parse("", ["name"]))
    assert [name for _, name in found] == ["ash", "bar", "ale", "zoo", "ape", "lion", "mane"]


# the keyboard and the mouse


def test_left_and_right_close_and_open(tree: Tree[Node], qtbot: QtBot) -> None:
    tree.choose(1)
    qtbot.keyClick(tree, Qt.Key.Key_Left)
    assert names(tree) == ["zoo", "lion", "ape", "bar", "ale", "ash"]
    assert "level 2, closed" in str(tree.outline.data(tree.currentIndex(), Qt.ItemDataRole.AccessibleTextRole))
    qtbot.keyClick(tree, Qt.Key.Key_Left)
    assert tree.chosen() == NODES[0]
    qtbot.keyClick(tree, Qt.Key.Key_Left)
    qtbot.keyClick(tree, Qt.Key.Key_Down)
    assert tree.chosen() == NODES[4]
    assert names(tree) == ["zoo", "bar", "ale", "ash"]
    qtbot.keyClick(tree, Qt.Key.Key_Up)
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert names(tree) == ["zoo", "lion", "ape", "bar", "ale", "ash"]
    qtbot.keyClick(tree, Qt.Key.Key_Right)
    assert tree.currentIndex().column() == 1


def test_the_arrow_and_a_double_click_close_and_open(tree: Tree[Node], qtbot: QtBot) -> None:
    cell = tree.visualRect(tree.outline.index(1, 0))
    arrow = QPoint(cell.left() + STEP + STEP // 2, cell.center().y())
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=arrow)
    assert "mane" not in names(tree)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert tree.chosen() == NODES[1]
    qtbot.mouseDClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=cell.center())
    assert "mane" in names(tree)


def test_what_is_closed_over_the_chosen_row_is_chosen_and_choosing_inside_opens(tree: Tree[Node]) -> None:
    tree.choose(2)
    tree.close_all()
    assert tree.chosen() == NODES[0]
    assert names(tree) == ["zoo", "bar", "ash"]
    tree.choose(2)
    assert tree.chosen() == NODES[2]
    assert names(tree) == ["zoo", "lion", "mane", "ape", "bar", "ash"]


def test_rows_that_come_stay_closed_with_what_they_lie_in(tree: Tree[Node]) -> None:
    tree.close_paths([(0,)])
    tree.outline.patch(tree.outline.arrange([*NODES, ((0, 2), "new")], parse("", ["name"])))
    assert names(tree) == ["zoo", "bar", "ale", "ash"]
    assert tree.as_text("Text").splitlines()[:3] == ["zoo\t3", "    lion\t4", "        mane\t4"]


# imports and exports


def test_imports_and_exports_are_sorted_by_a_click_and_in_their_own_order_again(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    members = members_of(window, node, qtbot)
    header, own = members.tree.horizontalHeader(), names(members.tree)
    assert own[0] == f"Imports ({len(IMPORTS)})"
    at = QPoint(header.sectionViewportPosition(0) + 20, header.height() // 2)
    seen = []
    for _ in range(3):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
        seen.append(names(members.tree))
    assert seen[0][:2] == ["Exports (2)", "handle-request"]
    assert seen[0][-2:] == ["ask", "tell"]
    assert seen[1][:3] == [own[0], "plexspaces:actor/messaging@1.0.0", "tell"]
    assert seen[2] == own


def test_columns_sorting_and_filter_of_imports_and_exports_come_back(
    open_window: Open, node: FakeNode, qtbot: QtBot
) -> None:
    window = open_window()
    members = members_of(window, node, qtbot)
    members.list.filter.set_now("kind:function")
    header = members.tree.horizontalHeader()
    header.moveSection(header.visualIndex(2), 0)
    members.tree.setColumnHidden(1, True)
    members.tree.setColumnWidth(2, 222)
    members.tree._sort_by(0)
    shown = names(members.tree)
    close(window)
    again = members_of(open_window(), node, qtbot)
    assert again.list.filter.text() == "kind:function"
    assert [column.key for column in again.tree.shown_columns()] == ["type", "name"]
    assert again.tree.columnWidth(2) == 222
    assert names(again.tree) == shown


def test_a_filter_of_imports_and_exports_counts_and_says_when_nothing_matches(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    members = members_of(window, node, qtbot)
    total = len(members.list.all)
    members.list.filter.set_now("messaging")
    assert names(members.tree) == ["Imports (2)", "plexspaces:actor/messaging@1.0.0", "ask", "tell"]
    assert members.list.counter.text() == f"4 of {total}"
    members.list.filter.set_now("-kind:function -kind:interface")
    assert members.list.stack.currentWidget() is members.list.no_match
    assert members.list.no_match.button is not None
    members.list.no_match.button.click()
    qtbot.waitUntil(lambda: members.list.counter.text() == f"{total}")
    members.tree.close_all()
    members.list.filter.set_now("ask")
    assert names(members.tree)[-1] == "ask"


def test_a_row_of_imports_and_exports_is_copied_in_every_form_by_key(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    members = members_of(window, node, qtbot)
    members.list.select_key((0, 1, 0))
    said = {}
    for form in ("cell", "text", "json", "csv", "markdown", "command"):
        window.desk.actions.run(f"table.copy_{form}")
        said[form] = QGuiApplication.clipboard().text()
    assert said["cell"] == "ask"
    assert said["text"].startswith("        ask\tfunction\tfunc(to: string")
    assert json.loads(said["json"])[0]["name"] == "ask"
    assert said["csv"].splitlines()[0] == "Name,Kind,Type"
    assert said["markdown"].splitlines()[1] == "| --- | --- | --- |"
    assert said["command"].startswith("workbench module show --workspace /workspace ")


@pytest.mark.parametrize(("action", "rows"), [("table.export", 3), ("table.export_all", 11)])
def test_imports_and_exports_are_written_as_shown_or_all(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, action: str,
    rows: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "all.json"), ""))
    members = members_of(window, node, qtbot)
    members.list.filter.set_now("name:ask")
    members.tree.close_all()
    window.desk.actions.run(action)
    qtbot.waitUntil(lambda: any("written to" in notice.text for notice in window.notices.notices))
    assert len(json.loads((tmp_path / "all.json").read_text())) == rows


def test_the_menu_of_imports_and_exports_offers_the_same_by_key_and_button(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    members = members_of(window, node, qtbot)
    window.desk.actions.run("table.columns")
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Name", "Kind", "Type", "Side", "Inside"]
    menu.close()
    more = next(found for found in members.findChildren(QToolButton) if "Columns, copy" in found.accessibleName())
    qtbot.mouseClick(more, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert {"Copy as", "Export the 11 rows shown…", "Columns"} <= {action.text() for action in menu.actions()}
    menu.close()
