"""While a question is on the screen everything else goes on, and after the answer too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from answering import press, question
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QDialog, QLineEdit
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node, shop

from ui.dialogs.asking import ask
from ui.dialogs.spawn import SpawnDialog
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from workbench.api import SpawnOptions

OPEN_MS = 1_000


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        shop(node)
        node.actors.spawn("fragile", options=SpawnOptions(name="alone", grants=("locks",)))
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode, qtbot: QtBot) -> MainWindow:
    made = open_window(real)
    made.raise_panel("actors")
    qtbot.waitUntil(lambda: len(made.panels["actors"].model.rows) == 5)  # type: ignore[attr-defined]
    return made


def choose(window: MainWindow, actor: str, qtbot: QtBot) -> None:
    window.desk.show_supervised.emit(actor)
    qtbot.waitUntil(lambda: window.panels["supervision"].chosen == actor)  # type: ignore[attr-defined]
    window.desk.actor_chosen.emit(actor)
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: window.panels["actors"].chosen == actor)  # type: ignore[attr-defined]


def goes_on(window: MainWindow, qtbot: QtBot) -> None:
    """A task of its own, which needs the pool and several steps, comes to its end."""
    done: list[int] = []

    async def work() -> None:
        while len(done) < 5:
            done.append(await window.bridge.call(len, tuple(done)))

    window.bridge.start(window, work(), window.desk.failed)
    qtbot.waitUntil(lambda: done == [0, 1, 2, 3, 4])


@pytest.mark.parametrize("action", ["actor.stop", "supervision.stop", "capability.trim"])
def test_a_question_inside_of_a_task_holds_nobody_up(window: MainWindow, qtbot: QtBot, action: str) -> None:
    if action != "capability.trim":
        choose(window, "till", qtbot)
    else:
        window.desk.show_capabilities.emit("alone")
        qtbot.waitUntil(lambda: window.desk.actions[action].isEnabled())
    window.desk.actions.run(action)
    qtbot.waitUntil(lambda: question() is not None)
    qtbot.wait(OPEN_MS)
    goes_on(window, qtbot)
    asked = question()
    assert asked is not None
    press(asked, "Cancel")
    qtbot.waitUntil(lambda: question() is None)
    goes_on(window, qtbot)


def test_the_form_of_a_new_actor_holds_nobody_up(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    window.desk.actions.run("actor.spawn")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SpawnDialog))
    goes_on(window, qtbot)
    form = QApplication.activeModalWidget()
    assert isinstance(form, SpawnDialog)
    form.accept()
    qtbot.waitUntil(lambda: len(real.actors.list()) == 6)
    goes_on(window, qtbot)


def test_an_actor_is_spawned_durable_from_the_form_and_shown_so(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    window.desk.actions.run("actor.spawn")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SpawnDialog))
    form = QApplication.activeModalWidget()
    assert isinstance(form, SpawnDialog)
    box = form.findChild(QCheckBox)
    assert box is not None and box.text().startswith("Durable") and not box.isChecked()
    qtbot.keyClicks(next(edit for edit in form.findChildren(QLineEdit) if edit.accessibleName() == "Name"), "kept")
    qtbot.keyClick(box, Qt.Key.Key_Space)
    form.accept()
    qtbot.waitUntil(lambda: any(info.id.name == "kept" for info in real.actors.list()))
    assert real.actors.get("kept").durable and not real.actors.get("alone").durable
    assert [info.actor.name for info in real.journal.list()] == ["kept"]
    panel = window.panels["actors"]
    assert isinstance(panel, ActorsPanel)
    qtbot.waitUntil(lambda: any(row.id.name == "kept" for row in panel.model.rows))
    column = next(column for column in panel.model.columns if column.key == "durable")
    assert {row.id.name: column.text(row) for row in panel.model.rows}["kept"] == "yes"
    panel.select_key(real.actors.get("kept").id)
    qtbot.waitUntil(lambda: "it comes back as it was" in panel.details.overview.toPlainText())
    real.actors.ask("kept", "increment")
    real.actors.kill("kept")
    qtbot.waitUntil(lambda: window.desk.actions["actor.restart"].isEnabled())
    window.desk.actions.run("actor.restart")
    said = "kept runs again, as its journal has it."
    qtbot.waitUntil(lambda: said in [notice.text for notice in window.notices.notices])
    assert real.actors.ask("kept", "increment").payload == "2"


def test_a_dialog_with_a_loop_of_its_own_is_refused_inside_of_a_task(window: MainWindow, qtbot: QtBot) -> None:
    failed: list[Exception] = []

    async def work() -> None:
        ask(QDialog(window))

    window.bridge.start(window, work(), failed.append)
    qtbot.waitUntil(lambda: bool(failed))
    assert "inside of a task" in str(failed[0])


def test_a_tree_that_is_still_read_is_not_shown_as_empty(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panels["actors"]
    assert isinstance(panel, ActorsPanel)
    window.desk.actions["actor.tree"].trigger()
    seen: list[bool] = []

    def look() -> bool:
        seen.append(panel.tree.view.none.isVisible() or panel.none.isVisible())
        return panel.pages.currentWidget() is panel.tree

    qtbot.waitUntil(look)
    assert not any(seen) and panel.tree.view.all
