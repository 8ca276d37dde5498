"""The tree editor on a real node: the tree, the form, what is wrong, undo, keys, and leaving it."""

from __future__ import annotations

from answering import Answer
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode
from tree_editing import choose, deeds, names, pick, problem, type_into
from walking import nameless, pale, unreachable

from ui.main_window import MainWindow
from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor.editing import Editing
from ui.panels.supervision.editor.fields import Durable
from ui.panels.supervision.editor.window import TreeEditor
from workbench.api import Deed


def test_the_rows_say_who_stops_and_starts_when_the_chosen_one_ends(running: TreeEditor, qtbot: QtBot) -> None:
    marks = {found.draft.name: found.mark for found in running.model.rows}
    assert marks == {
        "shop": "", "till": "", "workers": "", "first": "", "second": "ends, starts", "third": "stops, starts"
    }  # fmt: skip
    assert "second, third" in running.outcome.text.toPlainText()
    choose(running, "shop")
    pick(running, "strategy", "one_for_all")
    choose(running, "till")
    marks = {found.draft.name: found.mark for found in running.model.rows}
    assert (marks["till"], marks["workers"], marks["first"]) == ("ends, starts", "stops, starts", "stops, starts")
    pick(running, "restart", "temporary")
    assert {found.draft.name: found.mark for found in running.model.rows}["till"] == "ends, is forgotten"


def test_a_bad_value_is_said_beside_its_field_and_holds_apply(running: TreeEditor, qtbot: QtBot) -> None:
    choose(running, "workers")
    type_into(running, "intensity", "many", qtbot)
    assert problem(running, "intensity") == "'many' is no number; write for example 3"
    type_into(running, "intensity", "-1", qtbot)
    assert problem(running, "intensity") == "intensity of 'workers' must be between 0 and 1,000,000, not -1"
    qtbot.waitUntil(lambda: "workers: intensity of 'workers'" in running.reason.text())
    assert not running.apply_button.isEnabled()
    pick(running, "strategy", "simple_one_for_one")
    assert "it has one child, an actor, as the template" in problem(running, "strategy")
    choose(running, "first")
    type_into(running, "name", "till", qtbot)
    type_into(running, "shutdown", "soon", qtbot)
    assert problem(running, "shutdown") == "'soon' is no number; write for example 5,000"
    limits = running.actor.limits
    fuel = limits.edits["fuel"]
    qtbot.keyClicks(fuel, "none")
    assert limits._wrong["fuel"].text() == "'none' is no number; write for example 1,000,000"


def test_a_name_that_is_there_twice_is_said_at_the_second_one(running: TreeEditor, qtbot: QtBot) -> None:
    choose(running, "third")
    type_into(running, "name", "till", qtbot)
    assert problem(running, "name") == "'till' is twice in the tree 'shop'; a name is one actor or supervisor"


def test_a_child_is_made_durable_with_a_switch(running: TreeEditor, real: QuickNode, qtbot: QtBot) -> None:
    choose(running, "till")
    switch = next(field for field in running.form.fields if isinstance(field, Durable)).on
    assert not switch.isChecked() and switch.accessibleName() == "Durable"
    switch.click()
    assert running.chosen.durable
    qtbot.waitUntil(lambda: deeds(running).get("till") is Deed.REPLACED)
    running.apply_button.click()
    qtbot.waitUntil(lambda: real.actors.get("till").durable)
    choose(running, "first")
    assert not next(field for field in running.form.fields if isinstance(field, Durable)).on.isChecked()


def test_undo_takes_back_step_by_step_and_redo_brings_it_again(
    running: TreeEditor, window: MainWindow, qtbot: QtBot
) -> None:
    before = running.draft
    type_into(running, "name", "other", qtbot)
    window.desk.actions.run("tree.up")
    assert names(running)[3:] == ["other", "first", "third"]
    window.desk.actions.run("tree.undo")
    assert names(running)[3:] == ["first", "other", "third"]
    window.desk.actions.run("tree.undo")
    assert running.draft == before
    assert not running.dirty
    window.desk.actions.run("tree.redo")
    window.desk.actions.run("tree.redo")
    assert names(running)[3:] == ["other", "first", "third"]
    assert not window.desk.actions["tree.redo"].isEnabled()


def test_escape_asks_before_changes_are_dropped(running: TreeEditor, answer: Answer, qtbot: QtBot) -> None:
    pick(running, "restart", "temporary")
    asked = answer("Cancel")
    qtbot.keyClick(running, Qt.Key.Key_Escape)
    assert running.isVisible()
    assert len(asked) == 1 and asked[0].startswith(
        "Drop the changes to shop? They were neither applied nor saved in a file. What runs stays as it is."
    )
    answer("Drop")
    qtbot.keyClick(running, Qt.Key.Key_Escape)
    assert running.isHidden()


def test_escape_closes_at_once_when_nothing_was_changed(running: TreeEditor, answer: Answer, qtbot: QtBot) -> None:
    asked = answer("Cancel")
    qtbot.keyClick(running, Qt.Key.Key_Escape)
    assert running.isHidden()
    assert asked == []


def test_grants_are_added_in_the_words_of_the_capabilities_and_taken_away(running: TreeEditor, qtbot: QtBot) -> None:
    grants = running.actor.grants
    qtbot.keyClicks(grants.line, "keyvalue:fly")
    assert problem(running, "grants") == "keyvalue has the modes read and write, not 'fly' (in 'keyvalue:fly')"
    assert not grants.add.isEnabled()
    grants.line.clear()
    qtbot.keyClicks(grants.line, "keyvalue:read/config/*")
    qtbot.keyClick(grants.line, Qt.Key.Key_Return)
    assert running.chosen.grants == ("keyvalue:read/config/*",)
    assert running.isVisible()
    grants.list.setCurrentRow(0)
    qtbot.keyClick(grants.list, Qt.Key.Key_Delete)
    assert running.chosen.grants == ()
    assert "spawn" in [grants.combo.itemText(at) for at in range(grants.combo.count())]


def test_a_limit_is_written_with_its_unit_and_empty_means_the_profile(running: TreeEditor, qtbot: QtBot) -> None:
    memory = running.actor.limits.edits["memory_bytes"]
    assert memory.placeholderText().startswith("16,777,216")
    qtbot.keyClicks(memory, "32MiB")
    assert running.reading.tree is not None
    assert running.reading.tree.children[1].supervisor.children[1].limits == {"memory_bytes": 32 << 20}  # type: ignore[union-attr]
    memory.selectAll()
    qtbot.keyClick(memory, Qt.Key.Key_Backspace)
    assert running.chosen.limits == ()


def test_the_whole_editor_is_named_reached_by_tab_and_readable(
    running: TreeEditor, window: MainWindow, qtbot: QtBot
) -> None:
    running.activateWindow()
    qtbot.waitUntil(running.isActiveWindow)
    for name in ("second", "workers", "shop"):
        choose(running, name)
        assert nameless(running) == []
        assert unreachable(running) == []  # type: ignore[arg-type]
        assert pale(running) == []


def test_the_keys_of_the_editor_work_in_it(running: TreeEditor, window: MainWindow, qtbot: QtBot) -> None:
    running.activateWindow()
    qtbot.waitUntil(running.isActiveWindow)
    running.tree.setFocus()
    qtbot.keyClick(running.tree, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert names(running)[3:] == ["second", "first", "third"]
    qtbot.keyClick(running.tree, Qt.Key.Key_Delete)
    assert names(running)[3:] == ["first", "third"]
    assert QKeySequence("Ctrl+Z") == window.desk.actions["tree.undo"].shortcut()
    qtbot.keyClick(running.tree, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert names(running)[3:] == ["second", "first", "third"]
    qtbot.keyClick(running.tree, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is running.form.fields[0].edit  # type: ignore[attr-defined]


def test_the_tree_that_is_open_is_not_opened_again_but_chosen_in(
    running: TreeEditor, window: MainWindow, editing: Editing, qtbot: QtBot
) -> None:
    type_into(running, "name", "other", qtbot)
    editing.edit("till")
    qtbot.waitUntil(lambda: running.chosen.name == "till")
    assert drafts.named(running.draft, "other") is not None


def test_an_actor_without_a_supervisor_has_no_tree_to_edit(window: MainWindow, editing: Editing, qtbot: QtBot) -> None:
    editing.edit("alone")
    qtbot.waitUntil(lambda: any("alone stands in no tree" in notice.text for notice in window.notices.notices))
    assert editing.window is None


def test_the_name_of_a_tree_that_runs_is_kept_and_says_why(running: TreeEditor, qtbot: QtBot) -> None:
    choose(running, "shop")
    assert running.supervisor.name.edit.isReadOnly()
    assert "keeps its name" in running.supervisor.fixed.text()
    choose(running, "workers")
    assert not running.supervisor.name.edit.isReadOnly()


def test_what_its_module_needs_and_its_profile_lacks_is_said(running: TreeEditor, qtbot: QtBot) -> None:
    grants = running.actor.grants
    assert not grants.lacks.isVisible()
    pick(running, "profile", "strict")
    assert grants.lacks.text() == "Its module needs messaging, which the profile strict does not give."
    assert grants.combo.itemText(0) == "messaging"
    running.type_into("grants", ("messaging",))
    assert not grants.lacks.isVisible()


def test_a_long_name_and_a_giant_state_leave_the_window_as_it_is(running: TreeEditor, qtbot: QtBot) -> None:
    width = running.width()
    choose(running, "workers")
    running.type_into("name", "w" * 250)
    choose(running, "second")
    running.type_into("state", "x" * 300_000)
    assert running.width() == width
    assert running.reading.tree is not None
