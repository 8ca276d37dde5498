"""The KeyValue panel on a real node: levels, values, time left, changes, and saving without losing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from answering import Answer
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.main_window import MainWindow
from ui.panels.keyvalue.panel import KeyValuePanel


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        for key in ("config:colour", "config:size", "config:deep:a", "plain", "soon"):
            node.keyvalue.put(key, f"value of {key}", ttl_ms=600_000 if key == "soon" else None)
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    made.set_perspective("data")
    return made


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> KeyValuePanel:
    found = window.panels["keyvalue"]
    assert isinstance(found, KeyValuePanel)
    window.raise_panel("keyvalue")
    qtbot.waitUntil(lambda: len(found.model.rows) == 3)
    return found


def keys(panel: KeyValuePanel) -> list[str]:
    return [step.prefix for step in panel.model.rows]


def choose(panel: KeyValuePanel, key: str, qtbot: QtBot, *, entry: bool = True) -> None:
    panel.select_key((key, entry))
    if entry:
        qtbot.waitUntil(lambda: panel.editing.entry is not None and panel.editing.entry.key == key)


def test_the_tree_is_gone_down_and_up_by_keyboard(panel: KeyValuePanel, qtbot: QtBot) -> None:
    assert keys(panel) == ["config:", "plain", "soon"]
    choose(panel, "config:", qtbot, entry=False)
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: keys(panel) == ["config:colour", "config:deep:", "config:size"])
    assert [each.text() for each in panel.findChildren(QPushButton) if each.accessibleName().startswith("Go to")] == [
        "All keys",
        "config",
    ]
    qtbot.keyClick(panel.table, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: keys(panel) == ["config:", "plain", "soon"])


def test_one_list_shows_every_key(panel: KeyValuePanel, qtbot: QtBot) -> None:
    panel.delimiters.setCurrentIndex(3)
    qtbot.waitUntil(lambda: len(keys(panel)) == 5)
    assert panel.record()["delimiter"] == ""


def test_the_time_that_a_key_has_left_is_shown_and_goes_down(panel: KeyValuePanel) -> None:
    columns = [column.key for column in panel.model.columns]
    shown = panel.model.columns[columns.index("left")].text(panel.model.rows[2])
    assert shown.startswith(("9 min", "10 min")) and panel._ticking.isActive()


def test_a_value_is_edited_saved_and_its_history_seen(panel: KeyValuePanel, real: QuickNode, qtbot: QtBot) -> None:
    choose(panel, "plain", qtbot)
    assert panel.editing.value.edit.toPlainText() == "value of plain"
    assert not panel.desk.actions["key.save"].isEnabled()
    panel.editing.value.edit.setPlainText("other")
    panel.editing.ttl.setValue(60)
    qtbot.waitUntil(lambda: panel.desk.actions["key.save"].isEnabled())
    panel.desk.actions.run("key.save")
    qtbot.waitUntil(lambda: real.keyvalue.get("plain") == "other")
    assert 0 < (real.keyvalue.ttl("plain") or 0) <= 60_000
    qtbot.waitUntil(lambda: [change.change for change in panel.history_model.rows] == ["put", "put"])
    qtbot.waitUntil(lambda: not panel.editing.changed)


def test_what_others_wrote_meanwhile_is_not_overwritten_unasked(
    panel: KeyValuePanel, real: QuickNode, answer: Answer, qtbot: QtBot
) -> None:
    asked = answer("Cancel")
    choose(panel, "plain", qtbot)
    panel.editing.value.edit.setPlainText("mine")
    real.keyvalue.put("plain", "theirs")
    qtbot.waitUntil(lambda: "It was changed meanwhile" in panel.editing.said.text())
    assert panel.editing.value.edit.toPlainText() == "mine"
    panel.desk.actions.run("key.save")
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0].startswith("Overwrite plain? somebody outside of the actors changed it")
    assert real.keyvalue.get("plain") == "theirs"
    answer("Overwrite")
    panel.desk.actions.run("key.save")
    qtbot.waitUntil(lambda: real.keyvalue.get("plain") == "mine")


def test_what_was_typed_is_not_dropped_unasked(panel: KeyValuePanel, answer: Answer, qtbot: QtBot) -> None:
    asked = answer("Cancel")
    choose(panel, "plain", qtbot)
    panel.editing.value.edit.setPlainText("mine")
    panel.select_key(("soon", True))
    qtbot.waitUntil(lambda: len(asked) == 1)
    qtbot.waitUntil(lambda: (step := panel.table.chosen()) is not None and step.prefix == "plain")
    assert panel.editing.value.edit.toPlainText() == "mine" and panel.chosen == "plain"
    asked = answer("Drop")
    panel.select_key(("soon", True))
    qtbot.waitUntil(lambda: panel.editing.entry is not None and panel.editing.entry.key == "soon")
    assert len(asked) == 1


def test_a_value_that_cannot_be_read_is_refused_in_words(panel: KeyValuePanel, qtbot: QtBot) -> None:
    choose(panel, "plain", qtbot)
    panel.editing.value.set_mode("Hex")
    panel.editing.value.edit.setPlainText("0")
    panel.desk.actions.run("key.save")
    qtbot.waitUntil(lambda: any("hexadecimal" in each.text for each in panel.window().notices.notices))  # type: ignore[attr-defined]


def test_a_row_that_gets_selected_where_the_keyboard_stands_already_is_chosen(
    panel: KeyValuePanel, qtbot: QtBot
) -> None:
    """A table that gets the keyboard has a current row that is not selected; selecting it changes no current row."""
    index = panel.model.index(panel.model.position(("plain", True)), 0)
    flags = QItemSelectionModel.SelectionFlag
    panel.table.selectionModel().setCurrentIndex(index, flags.NoUpdate)
    assert panel.table.chosen() is None
    panel.table.selectionModel().select(index, flags.Select | flags.Rows)
    qtbot.waitUntil(lambda: panel.editing.entry is not None and panel.editing.entry.key == "plain")


def test_a_new_key_begins_where_one_is(panel: KeyValuePanel, real: QuickNode, qtbot: QtBot) -> None:
    choose(panel, "config:", qtbot, entry=False)
    panel.desk.actions.run("key.open")
    qtbot.waitUntil(lambda: len(keys(panel)) == 3 and panel.prefix == "config:")
    panel.desk.actions.run("key.new")
    assert panel.editing.key.text() == "config:" and panel.editing.key.hasFocus()
    qtbot.keyClicks(panel.editing.key, "new")
    panel.editing.value.set_mode("Hex")
    panel.editing.value.edit.setPlainText("00 ff")
    panel.desk.actions.run("key.save")
    qtbot.waitUntil(lambda: real.keyvalue.get("config:new") == b"\x00\xff")
    qtbot.waitUntil(lambda: "config:new" in keys(panel))


def test_a_key_is_deleted_after_a_question(panel: KeyValuePanel, real: QuickNode, answer: Answer, qtbot: QtBot) -> None:
    answer("Delete")
    choose(panel, "soon", qtbot)
    panel.desk.actions.run("key.delete")
    qtbot.waitUntil(lambda: keys(panel) == ["config:", "plain"])
    assert real.keyvalue.get("soon") is None and panel.editing.entry is None


def test_changes_come_by_themselves(panel: KeyValuePanel, real: QuickNode, qtbot: QtBot) -> None:
    real.keyvalue.put("another", "x", ttl_ms=2_000)
    qtbot.waitUntil(lambda: "another" in keys(panel))
    qtbot.waitUntil(lambda: "another" not in keys(panel))
    assert panel.history_model.rows[0].change == "expired"


def test_a_command_says_the_same(panel: KeyValuePanel, qtbot: QtBot) -> None:
    choose(panel, "plain", qtbot)
    panel.desk.actions.run("key.copy_command")
    assert QApplication.clipboard().text().endswith(" plain") and " kv get " in QApplication.clipboard().text()
    panel.desk.actions.run("key.copy_value")
    assert QApplication.clipboard().text() == "value of plain"


def test_the_changes_of_a_key_are_not_those_of_keys_that_begin_alike(
    panel: KeyValuePanel, real: QuickNode, qtbot: QtBot
) -> None:
    for key in ("plain:a", "plainer", "plain"):
        real.keyvalue.put(key, "x")
    choose(panel, "plain", qtbot)
    qtbot.waitUntil(lambda: [change.key for change in panel.history_model.rows] == ["plain", "plain"])
    assert panel.tabs.tabText(1) == "Changes (2)"


def test_going_to_the_same_level_keeps_the_choice(panel: KeyValuePanel, qtbot: QtBot) -> None:
    choose(panel, "plain", qtbot)
    way = next(each for each in panel.findChildren(QPushButton) if each.accessibleName() == "Go to all")
    qtbot.mouseClick(way, Qt.MouseButton.LeftButton)
    step = panel.table.chosen()
    assert step is not None and step.prefix == panel.chosen == "plain"
    assert panel.editing.entry is not None and panel.editing.value.edit.toPlainText() == "value of plain"


def test_other_delimiters_leave_no_row_selected_that_is_not_shown_below(panel: KeyValuePanel, qtbot: QtBot) -> None:
    choose(panel, "plain", qtbot)
    panel.delimiters.setCurrentIndex(3)
    qtbot.waitUntil(lambda: len(keys(panel)) == 5)
    assert panel.table.chosen() is None and panel.chosen == "" and panel.editing.entry is None
    choose(panel, "plain", qtbot)
    assert panel.editing.value.edit.toPlainText() == "value of plain"
