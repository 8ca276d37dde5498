"""The tree editor on a real node: what would be done, what is applied, files, and what survives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from real_node import QuickNode, child, shop, tree
from tree_editing import choose, deeds, edit, names, pick, problem, type_into
from windows import close

import workbench
from tests.unit.fragile import FRAGILE
from ui.main_window import MainWindow
from ui.panels.supervision.editor.editing import Editing
from ui.panels.supervision.editor.window import TreeEditor
from ui.panels.supervision.panel import SupervisionPanel
from ui.watchdog import WATCHDOG
from workbench.api import ActorState, Backoff, Deed, Restart, Strategy
from workbench.api.tree_file import parse_tree
from workbench.config import load
from workbench.machine import Machine


@pytest.fixture
def fresh(window: MainWindow, editing: Editing, qtbot: QtBot) -> TreeEditor:
    """The editor with a new tree."""
    window.desk.actions.run("supervision.new_tree")
    made = editing.shown()
    qtbot.waitUntil(lambda: made.isVisible() and bool(editing.applying.modules))
    return made


def test_a_tree_is_drawn_from_nothing_and_applied(
    fresh: TreeEditor, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    run = window.desk.actions.run
    type_into(fresh, "name", "shop", qtbot)
    run("tree.add_child")
    type_into(fresh, "name", "till", qtbot)
    assert problem(fresh, "module") == "the child 'till' must have either a module or a supervisor"
    assert not fresh.apply_button.isEnabled()
    pick(fresh, "module", "fragile")
    assert problem(fresh, "module") == ""
    choose(fresh, "shop")
    run("tree.add_supervisor")
    type_into(fresh, "name", "workers", qtbot)
    pick(fresh, "strategy", "rest_for_one")
    type_into(fresh, "intensity", "4", qtbot)
    run("tree.add_child")
    pick(fresh, "module", "fragile")
    run("tree.duplicate")
    assert names(fresh) == ["shop", "till", "workers", "worker", "worker-2"]
    qtbot.waitUntil(fresh.apply_button.isEnabled)
    assert set(deeds(fresh).values()) == {Deed.ADDED}
    assert fresh.said.text() == "5 added"
    run("tree.apply")
    qtbot.waitUntil(lambda: fresh.reason.text() == "shop is applied: 5 added.")
    assert [info.id.name for info in real.actors.list()] == ["alone", "till", "worker", "worker-2"]
    assert real.supervision.get("workers").spec.strategy is Strategy.REST_FOR_ONE
    assert real.supervision.get("workers").spec.intensity == 4
    assert not fresh.dirty


def test_a_running_tree_is_changed_and_what_happens_is_said_before(
    running: TreeEditor, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    assert names(running) == ["shop", "till", "workers", "first", "second", "third"]
    assert running.reason.text() == "What runs is like this: there is nothing to apply."
    assert not running.apply_button.isEnabled()
    real.actors.ask("first", "increment")
    pick(running, "restart", "transient")
    choose(running, "third")
    window.desk.actions.run("tree.remove")
    assert running.chosen.name == "second"
    choose(running, "till")
    pick(running, "profile", "strict")
    qtbot.waitUntil(running.apply_button.isEnabled)
    assert deeds(running) == {
        "shop": Deed.KEPT, "till": Deed.REPLACED, "workers": Deed.KEPT, "first": Deed.KEPT, "second": Deed.CHANGED,
        "third": Deed.REMOVED,
    }  # fmt: skip
    running.apply_button.click()
    qtbot.waitUntil(lambda: running.reason.text().startswith("shop is applied"))
    assert [info.id.name for info in real.actors.list()] == ["alone", "first", "second", "till"]
    assert real.actors.ask("first", "get").payload == "1"
    assert real.supervision.get("workers").spec.children[1].restart is Restart.TRANSIENT


def test_what_only_the_node_knows_is_said_at_the_foot(running: TreeEditor, real: QuickNode, qtbot: QtBot) -> None:
    choose(running, "third")
    type_into(running, "name", "alone", qtbot)
    qtbot.waitUntil(lambda: "there is an actor or supervisor 'alone' already" in running.reason.text())
    assert not running.apply_button.isEnabled()


def test_a_child_moves_into_another_supervisor_and_the_list_says_so(
    running: TreeEditor, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    menu = running.places()
    assert [action.text() for action in menu.actions()] == ["shop"]
    menu.actions()[0].trigger()
    assert names(running) == ["shop", "till", "workers", "first", "third", "second"]
    assert running.chosen.name == "second"
    qtbot.waitUntil(lambda: deeds(running).get("second") is Deed.MOVED)
    window.desk.actions.run("tree.apply")
    qtbot.waitUntil(lambda: running.reason.text().startswith("shop is applied"))
    assert real.actors.get("second").supervisor == "shop"


def test_a_tree_that_somebody_else_changed_is_said_and_can_be_shown(
    running: TreeEditor, real: QuickNode, qtbot: QtBot
) -> None:
    pick(running, "restart", "temporary")
    qtbot.waitUntil(running.apply_button.isEnabled)
    real.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, child("till"), child("clerk"), intensity=9))
    qtbot.waitUntil(running.changed.isVisible)
    assert "shop was changed by somebody else since it was opened here" in running.notice.text()
    running.theirs.click()
    assert names(running) == ["shop", "till", "clerk"]
    assert not running.changed.isVisible()
    running.step(back=True)
    assert names(running) == ["shop", "till", "workers", "first", "second", "third"]


def test_an_error_of_the_node_is_said_and_nothing_is_lost(
    running: TreeEditor, real: QuickNode, window: MainWindow, qtbot: QtBot
) -> None:
    state = next(field for field in running.form.fields if field.name == "state")
    qtbot.keyClicks(state.edit, "?")  # type: ignore[attr-defined]  # its init asks an actor that is not there
    qtbot.waitUntil(running.apply_button.isEnabled)
    window.desk.actions.run("tree.apply")
    qtbot.waitUntil(lambda: "no actor 'gate'" in running.reason.text())
    assert running.chosen.state == "?"
    assert running.dirty
    assert real.actors.get("second").state is ActorState.IDLE
    qtbot.waitUntil(running.apply_button.isEnabled)
    assert "no actor 'gate'" in running.reason.text()


def test_a_backoff_is_switched_on_and_applied(
    running: TreeEditor, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    choose(running, "workers")
    waits = next(field for field in running.form.fields if field.name == "backs_off")
    assert not waits.numbers.isVisible()  # type: ignore[attr-defined]
    waits.on.click()  # type: ignore[attr-defined]
    type_into(running, "first_ms", "250", qtbot)
    type_into(running, "most_ms", "100", qtbot)
    assert problem(running, "most_ms") == "most_ms of a backoff must be between 250 and 86,400,000, not 100"
    type_into(running, "most_ms", "1 s", qtbot)
    qtbot.waitUntil(running.apply_button.isEnabled)
    window.desk.actions.run("tree.apply")
    qtbot.waitUntil(lambda: real.supervision.get("workers").spec.backoff == Backoff(250, 1_000, 2.0))


def test_a_tree_is_saved_and_opened_again(
    running: TreeEditor,
    editing: Editing,
    real: QuickNode,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
) -> None:
    path = tmp_path / "shop.toml"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    running.desk.actions.run("tree.save")
    qtbot.waitUntil(lambda: "Saved as shop.toml" in running.reason.text())
    assert parse_tree(path.read_text()).tree == real.supervision.get("shop").spec
    running.desk.actions.run("tree.open")
    qtbot.waitUntil(lambda: "A tree shop runs already" in running.notice.text())
    qtbot.waitUntil(lambda: "nothing to apply" in running.reason.text())


def test_a_file_with_sources_is_compared_with_what_they_are_now_and_deployed_when_applied(
    fresh: TreeEditor, editing: Editing, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "till.wat").write_bytes(FRAGILE.replace(b"i32.const 48", b"i32.const 65"))
    (tmp_path / "s.toml").write_text("[supervisor.s]\nchildren = ['a']\n[actor.a]\nfile = 'till.wat'\n")
    editing.open(tmp_path / "s.toml")
    qtbot.waitUntil(lambda: deeds(fresh) == {"s": Deed.ADDED, "a": Deed.ADDED})
    assert not [info for info in real.modules.list() if "till" in info.aliases]
    fresh.desk.actions.run("tree.apply")
    qtbot.waitUntil(lambda: fresh.reason.text().startswith("s is applied"))
    assert real.actors.ask("a", "get").payload == "A"
    assert [info for info in real.modules.list() if "till" in info.aliases]


def test_a_file_that_is_wrong_says_its_line(fresh: TreeEditor, editing: Editing, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "s.toml").write_text("[supervisor.s]\nintensity = 'x'\n")
    editing.open(tmp_path / "s.toml")
    qtbot.waitUntil(lambda: "s.toml was not opened: s.toml:2" in fresh.reason.text())
    editing.open(tmp_path / "none.toml")
    qtbot.waitUntil(lambda: "none.toml: No such file" in fresh.reason.text())


def test_what_was_neither_applied_nor_saved_is_there_after_a_restart(
    running: TreeEditor, window: MainWindow, real: QuickNode, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    type_into(running, "name", "changed", qtbot)
    window.write()
    window.session.release()
    panel = open_window(real).panels["supervision"]
    assert isinstance(panel, SupervisionPanel)
    qtbot.waitUntil(lambda: panel.editing.window is not None and panel.editing.window.isVisible())
    again = panel.editing.shown()
    assert again.chosen.name == "changed"
    assert again.dirty
    qtbot.waitUntil(lambda: deeds(again).get("changed") is Deed.ADDED)
    assert not again.changed.isVisible()


@pytest.mark.usefixtures("tidied")
@pytest.mark.alone
def test_a_tree_of_a_thousand_actors_is_edited_without_holding_the_window(
    window: MainWindow, editing: Editing, real: QuickNode, qtbot: QtBot
) -> None:
    real.supervision.apply(tree("big", Strategy.ONE_FOR_ONE, *(child(f"w{at:03}") for at in range(1000))))
    panel = window.panels["supervision"]
    assert isinstance(panel, SupervisionPanel)
    qtbot.waitUntil(lambda: len(panel.canvas.forest.cards) == 1001)
    editing.shown()  # made once, when it is first opened
    before = len(WATCHDOG.busy)
    editor = edit(window, "w500", qtbot)
    type_into(editor, "name", "other", qtbot)
    for verb in ("up", "duplicate", "undo", "remove"):
        window.desk.actions.run(f"tree.{verb}")
    qtbot.waitUntil(editor.apply_button.isEnabled)
    assert [
        slot for slot in WATCHDOG.busy[before:] if "tree." in slot or "Editing" in slot or "TreeEditor" in slot
    ] == []


def test_a_change_in_the_last_moment_is_not_overwritten(
    running: TreeEditor, editing: Editing, real: QuickNode, window: MainWindow, qtbot: QtBot
) -> None:
    pick(running, "restart", "temporary")
    qtbot.waitUntil(running.apply_button.isEnabled)
    editing.applying._soon.blockSignals(True)  # nobody has looked since
    real.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, child("till"), intensity=9))
    window.desk.actions.run("tree.apply")
    qtbot.waitUntil(lambda: "was changed in this moment" in running.reason.text())
    assert real.supervision.get("shop").spec.intensity == 9


def test_a_tree_is_edited_on_a_node_that_is_reached_over_grpc(
    tmp_path: Path, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    with QuickNode(Machine(tmp_path / "workspace", load())) as node, workbench.serve(node):
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        shop(node)
        found = workbench.endpoint(node.info().workspace)
        assert found is not None
        with workbench.connect(f"grpc://{found.address}", token=found.token) as remote:
            window = open_window(remote)
            window.raise_panel("supervision")
            editor = edit(window, "first", qtbot)
            pick(editor, "profile", "strict")
            choose(editor, "third")
            window.desk.actions.run("tree.remove")
            qtbot.waitUntil(editor.apply_button.isEnabled)
            assert (deeds(editor)["first"], deeds(editor)["third"]) == (Deed.REPLACED, Deed.REMOVED)
            window.desk.actions.run("tree.apply")
            qtbot.waitUntil(lambda: editor.reason.text().startswith("shop is applied"))
            assert [each.name for each in node.supervision.get("workers").spec.children] == ["first", "second"]
            close(window)


def test_enter_on_a_button_presses_it_and_in_a_line_presses_none(running: TreeEditor, qtbot: QtBot) -> None:
    pick(running, "restart", "temporary")
    qtbot.waitUntil(running.apply_button.isEnabled)
    qtbot.keyClick(running.actor.fields[0].edit, Qt.Key.Key_Return)  # type: ignore[attr-defined]
    assert running.isVisible()
    assert running.dirty
    qtbot.keyClick(running.apply_button, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: running.reason.text().startswith("shop is applied"))
