"""The lives of actors in their panel, on a real node: supervised, suspended, passive, as a tree; limits and letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import pytest
from answering import Answer
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from pytestqt.qtbot import QtBot
from real_node import QuickNode, crash, quick_node, shop

from ui.main_window import MainWindow
from ui.panels.actors.limits import LimitsTab
from ui.panels.actors.panel import ActorsPanel
from ui.panels.graphs.panel import GraphsPanel
from ui.panels.messages.panel import MessagesPanel
from ui.panels.supervision.panel import SupervisionPanel
from workbench.api import ActorState, Crashed, Limits, SpawnOptions


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        node.actors.spawn("fragile", options=SpawnOptions(name="alone"))
        shop(node)
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    return open_window(real)


@pytest.fixture
def actors(window: MainWindow, qtbot: QtBot) -> ActorsPanel:
    found = window.panels["actors"]
    assert isinstance(found, ActorsPanel)
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: len(found.model.rows) == 5)
    return found


def choose(actors: ActorsPanel, name: str, qtbot: QtBot) -> None:
    actors.desk.actor_chosen.emit(name)
    qtbot.waitUntil(lambda: actors.chosen == name)


def test_the_table_says_who_starts_an_actor_again(actors: ActorsPanel) -> None:
    rows = {row.id.name: row.supervisor for row in actors.model.rows}
    assert rows == {"alone": "", "first": "workers", "second": "workers", "third": "workers", "till": "shop"}
    actors.filter.set_now("supervisor:workers")
    assert [row.id.name for row in actors.model.rows] == ["first", "second", "third"]


@pytest.mark.parametrize(("verb", "held"), [("Stop and keep stopped", True), ("Stop", False)])
def test_stopping_a_supervised_actor_asks_which_stop_is_meant(
    actors: ActorsPanel, real: QuickNode, qtbot: QtBot, answer: Answer, verb: str, held: bool
) -> None:
    crash(real, "till")
    choose(actors, "till", qtbot)
    asked = answer(verb)
    before = real.actors.get("till").restarts
    actors.desk.actions.run("actor.stop")
    qtbot.waitUntil(lambda: bool(asked))
    if held:
        qtbot.waitUntil(lambda: real.supervision.get("shop").children[0].held)
        qtbot.waitUntil(lambda: actors.desk.actions["actor.restart"].isEnabled())
        actors.desk.actions.run("actor.restart")
        qtbot.waitUntil(lambda: real.actors.get("till").state is ActorState.IDLE)
    else:
        qtbot.waitUntil(lambda: real.actors.get("till").restarts > before)
    assert "shop (one_for_one, 1 of 3 restarts used) will start it again. Stop and keep stopped?" in asked[0]
    assert "Stop / Stop and keep stopped" in asked[0]


def test_an_actor_is_suspended_resumed_and_passivated(actors: ActorsPanel, real: QuickNode, qtbot: QtBot) -> None:
    choose(actors, "alone", qtbot)
    for verb, state in (("suspend", "suspended"), ("resume", "idle"), ("passivate", "passive")):
        qtbot.waitUntil(lambda verb=verb: actors.desk.actions[f"actor.{verb}"].isEnabled())  # type: ignore[misc]
        actors.desk.actions.run(f"actor.{verb}")
        qtbot.waitUntil(lambda state=state: real.actors.get("alone").state == state)  # type: ignore[misc]
        qtbot.waitUntil(lambda state=state: actors.details.state.text() == state)  # type: ignore[misc]
    assert not actors.desk.actions["actor.passivate"].isEnabled()


def test_the_tree_shows_node_supervisors_and_actors_and_is_remembered(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    actors.desk.actions["actor.tree"].trigger()
    qtbot.waitUntil(lambda: bool(actors.tree.model.rows))
    paths = ["/".join(map(str, row.path)) for row in actors.tree.model.rows]
    assert paths == ["node", "node/shop", "node/shop/till", "node/shop/workers", "node/shop/workers/first",
                     "node/shop/workers/second", "node/shop/workers/third", "node/alone"]  # fmt: skip
    choose(actors, "second", qtbot)
    row = actors.tree.model.row(actors.tree.table.currentIndex())
    assert row is not None
    assert row.name == "second"
    actors.tree.table.choose(actors.tree.model.position(("node", "alone")))
    assert actors.chosen == "alone"
    actors.tree.view.filter.set_now("thi")
    assert [row.name for row in actors.tree.model.rows] == ["node", "shop", "workers", "third"]
    window.write()
    window.session.release()
    again = open_window(real).panels["actors"]
    assert isinstance(again, ActorsPanel)
    assert again.as_tree
    qtbot.waitUntil(lambda: [row.name for row in again.tree.model.rows][-1:] == ["third"])


def test_from_an_actor_one_goes_to_where_it_stands(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    choose(actors, "third", qtbot)
    actors.desk.actions.run("actor.supervisor")
    trees = window.panels["supervision"]
    assert isinstance(trees, SupervisionPanel)
    qtbot.waitUntil(lambda: trees.chosen == "third")


# limits


def limits_of(actors: ActorsPanel, name: str, qtbot: QtBot) -> LimitsTab:
    choose(actors, name, qtbot)
    actors.desk.actions.run("actor.limits")
    tab = actors.details.limits
    qtbot.waitUntil(lambda: tab.isVisible() and tab.profile is not None)
    return tab


def write(tab: LimitsTab, name: str, text: str) -> None:
    edit = tab.fields[name].edit
    assert isinstance(edit, QLineEdit)
    edit.setText(text)
    edit.textEdited.emit(text)


def test_every_limit_is_shown_with_that_of_the_profile_and_what_differs_is_marked(
    actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    tab = limits_of(actors, "alone", qtbot)
    assert set(tab.fields) == {field.name for field in fields(Limits)}
    assert tab.fields["mailbox"].text == "10,000"
    assert not any(mark.text() for mark in tab._marks.values())
    real.actors.set_limits("alone", replace(real.actors.get("alone").limits, mailbox=7))
    qtbot.waitUntil(lambda: tab._marks["mailbox"].text() == "changed")
    assert tab.fields["mailbox"].text == "7"
    assert tab.command().endswith(" alone mailbox=7")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("fuel", "5k", 5_000),
        ("time_ms", "2.5 s", 2_500),
        ("memory_bytes", "3 MiB", 3 << 20),
        ("mailbox", "1,234", 1234),
    ],
)
def test_a_limit_is_written_with_units_and_applied_to_the_running_actor(
    actors: ActorsPanel, real: QuickNode, qtbot: QtBot, name: str, text: str, value: int
) -> None:
    tab = limits_of(actors, "alone", qtbot)
    write(tab, name, text)
    assert tab._marks[name].text() == "● not applied"
    assert f"{name}={value}" in tab.command()
    actors.desk.actions.run("actor.apply_limits")
    qtbot.waitUntil(lambda: getattr(real.actors.get("alone").limits, name) == value)
    qtbot.waitUntil(lambda: tab._marks[name].text() == "changed")
    actors.desk.actions.run("actor.reset_limits")
    actors.desk.actions.run("actor.apply_limits")
    qtbot.waitUntil(lambda: real.actors.get("alone").limits == tab.profile)


@pytest.mark.parametrize(
    ("text", "said"), [("-3", "must be between 1 and"), ("many", "is no number"), ("1.5", "a whole number of messages")]
)
def test_a_limit_that_cannot_be_is_said_under_its_field_and_nothing_is_applied(
    actors: ActorsPanel, real: QuickNode, qtbot: QtBot, text: str, said: str
) -> None:
    tab = limits_of(actors, "alone", qtbot)
    write(tab, "mailbox", text)
    assert said in tab.fields["mailbox"].problem.text()
    assert tab.fields["mailbox"].problem.isVisible()
    assert not tab.apply.isEnabled()
    tab.undo.click()
    assert not tab.fields["mailbox"].problem.isVisible()


def test_what_is_typed_stays_while_the_list_is_read_again_and_the_stack_says_when_it_takes_effect(
    actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    tab = limits_of(actors, "alone", qtbot)
    write(tab, "fuel", "77")
    real.actors.set_limits("alone", replace(real.actors.get("alone").limits, mailbox=9))
    qtbot.waitUntil(lambda: tab.fields["mailbox"].text == "9")
    assert tab.fields["fuel"].text == "77"
    stack = tab.fields["stack_bytes"]
    assert isinstance(stack.edit, QComboBox)
    stack.edit.setCurrentIndex(0)
    stack.edited.emit()
    assert "The stack takes effect at its next start" in tab.note.text()


# what ended, on the graphs


def test_a_kill_is_on_the_graphs_with_its_limit_what_was_allowed_and_what_was_used(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    graphs = window.panels["graphs"]
    assert isinstance(graphs, GraphsPanel)
    real.actors.set_limits("till", replace(real.actors.get("till").limits, fuel=5_000))
    with pytest.raises(Crashed):
        real.actors.ask("till", "spin")
    qtbot.waitUntil(lambda: len(graphs.plots) == 6, timeout=20_000)
    qtbot.waitUntil(lambda: any(mark.text for mark in graphs.plots[0].marks), timeout=20_000)
    plot = graphs.plots[0]
    mark = plot.marks[0]
    assert "till ended over spin: limit fuel: 5,000 allowed, 5,000 used" in mark.text
    x = plot.view.getViewBox().mapViewToScene(QPointF(mark.at, 0)).x()
    assert plot.marked(x) == mark.text
    assert plot.marked(x - 60) == ""
    row = next(row for row in graphs.model.rows if row.name == "till")
    assert (row.kills, row.killed) == (1, "limit fuel: 5,000 allowed, 5,000 used")


# dead letters


def messages_of(window: MainWindow) -> MessagesPanel:
    found = window.panels["messages"]
    assert isinstance(found, MessagesPanel)
    return found


def test_a_dead_letter_is_edited_and_resent_in_four_actions(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.tell("till", "die", "too much")
    qtbot.waitUntil(lambda: len(real.actors.dead_letters()) == 1)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    messages = messages_of(window)
    actions = 0

    window.desk.actions.run("message.letters")  # from menu or palette, or a click on the tab
    actions += 1
    qtbot.waitUntil(lambda: messages.letters.chosen() is not None)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    actions += 1
    assert messages.resending.strip.isVisible()
    assert messages.type.currentText() == "die"
    line = messages.type.lineEdit()
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "increment")
    actions += 1
    qtbot.keyClick(line, Qt.Key.Key_Return)
    actions += 1

    qtbot.waitUntil(lambda: not real.actors.dead_letters())
    qtbot.waitUntil(lambda: not messages.letters.view.all)
    assert actions <= 4
    qtbot.waitUntil(lambda: real.actors.ask("till", "get").payload == "1")
    assert messages.sent.all[0].text.startswith("dead letter 1 is in the mailbox again")
    assert not messages.resending.strip.isVisible()


def test_a_dead_letter_says_who_why_and_what_and_is_resent_as_it_was(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.tell("till", "die", b"\x01\x02")
    window.desk.actions.run("message.letters")
    messages = messages_of(window)
    qtbot.waitUntil(lambda: len(messages.letters.model.rows) == 1)
    text = messages.letters.table.as_text("Text")
    assert all(part in text for part in ("till", "die", "2 bytes", "till crashed over it", "unreachable"))
    assert messages.tabs.tabText(1) == "Dead letters (1)"
    window.desk.actions.run("message.letter_copy")
    assert QGuiApplication.clipboard().text().endswith("1 die:=0102")
    window.desk.actions.run("message.letter_resend")
    qtbot.waitUntil(lambda: [letter.seq for letter in real.actors.dead_letters()] == [2])


def test_the_newest_dead_letter_is_chosen_until_one_is_edited(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    messages = messages_of(window)
    letters = messages.letters

    def comes(number: int) -> None:
        real.actors.tell("alone", "die", str(number))
        qtbot.waitUntil(lambda: len(real.actors.dead_letters()) == number)
        real.actors.restart("alone")
        qtbot.waitUntil(lambda: len(letters.model.rows) == number)

    window.raise_panel("messages")
    messages.tabs.setCurrentWidget(letters)
    comes(1)
    comes(2)
    chosen = letters.chosen()
    assert chosen is not None and chosen.seq == 2
    window.desk.actions.run("message.letter_edit")
    comes(3)
    assert letters.chosen() == chosen == messages.resending.letter
    assert letters.table.currentIndex().row() == 1
    window.desk.actions.run("message.letter_copy")
    assert " 2 die=2" in QGuiApplication.clipboard().text()
    messages.resending.leave()
    comes(4)
    assert letters.chosen() == chosen


def test_a_dead_letter_that_was_clicked_stays_chosen(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    messages = messages_of(window)
    window.raise_panel("messages")
    messages.tabs.setCurrentWidget(messages.letters)
    real.actors.tell("alone", "die")
    qtbot.waitUntil(lambda: len(messages.letters.model.rows) == 1)
    table = messages.letters.table
    at = table.visualRect(messages.letters.model.index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    messages.payload.edit.setFocus()
    real.actors.restart("alone")
    real.actors.tell("alone", "die")
    qtbot.waitUntil(lambda: len(messages.letters.model.rows) == 2)
    chosen = messages.letters.chosen()
    assert chosen is not None and chosen.seq == 1


def test_a_letter_resent_to_a_crashed_actor_is_said_to_wait(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.tell("alone", "die")
    window.desk.actions.run("message.letters")
    messages = messages_of(window)
    qtbot.waitUntil(lambda: len(messages.letters.model.rows) == 1)
    window.desk.actions.run("message.letter_resend")
    qtbot.waitUntil(lambda: any("alone has crashed" in notice.text for notice in window.notices.notices))
    said = next(notice.text for notice in window.notices.notices if "alone has crashed" in notice.text)
    assert "waits in its mailbox, as number 1, until it is restarted, in Actors or by workbench actor restart" in said
    assert real.actors.get("alone").mailbox == 1
    qtbot.waitUntil(lambda: messages.reply.outcome.text() == "In the mailbox")


def test_another_actor_in_the_composer_makes_it_a_new_message(
    window: MainWindow, actors: ActorsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.tell("till", "die")
    window.desk.actions.run("message.letters")
    messages = messages_of(window)
    qtbot.waitUntil(lambda: messages.letters.chosen() is not None)
    window.desk.actions.run("message.letter_edit")
    assert messages.resending.letter is not None
    messages.actor.set_actor("alone")
    assert messages.resending.letter is None
    messages.type.setCurrentText("increment")
    messages.send()
    qtbot.waitUntil(lambda: real.actors.ask("alone", "get").payload == "1")
    assert len(real.actors.dead_letters()) == 1
