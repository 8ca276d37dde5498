"""The Channels panel on a real node: queues, messages, dead letters edited and resent, topics."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.dialogs.queue import QueueDialog
from ui.main_window import MainWindow
from ui.panels.channels.panel import ChannelsPanel
from workbench.api import Delivery


def received(node: QuickNode, queue: str) -> Delivery:
    found = node.channels.receive(queue)
    assert found is not None
    return found


@pytest.fixture
def real() -> Iterator[QuickNode]:
    """`orders` has one message leased, one waiting, one delayed and a dead letter; `news` was published to."""
    with quick_node() as node:
        channels = node.channels
        channels.create_queue("orders", max_attempts=1)
        channels.send("orders", "order", '{"amount": -5}')
        channels.nack(received(node, "orders").id)
        for name in ("leased", "waiting"):
            channels.send("orders", name, name)
        received(node, "orders")
        channels.send("orders", "delayed", delay_ms=600_000)
        channels.publish("news", "price", "1")
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    made.set_perspective("data")
    return made


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> ChannelsPanel:
    found = window.panels["channels"]
    assert isinstance(found, ChannelsPanel)
    window.raise_panel("channels")
    qtbot.waitUntil(lambda: len(found.model.rows) == 2 and len(found.lists.messages.all) == 3)
    return found


def cell(panel: ChannelsPanel, row: int, key: str) -> str:
    columns = [column.key for column in panel.model.columns]
    return panel.model.columns[columns.index(key)].text(panel.model.rows[row])


def test_queues_show_what_is_in_them(panel: ChannelsPanel) -> None:
    assert [each.queue for each in panel.model.rows] == ["orders", "orders.dead"]
    assert [cell(panel, 0, key) for key in ("waiting", "leased", "delayed", "dead")] == ["1", "1", "1", "1"]
    states = [each.state for each in panel.lists.messages.model.rows]
    assert states == ["leased", "waiting", "delayed"]
    shown = panel.lists.messages.model.columns[2].text(panel.lists.messages.model.rows[0])
    assert shown.startswith("outside, ") and shown.endswith(" left")
    (letter,) = panel.lists.letters.model.rows
    assert letter.reason.endswith("(attempt 1 of 1)")
    assert panel.lists.tabText(1) == "Dead letters (1)" and panel._ticking.isActive()


def test_a_dead_letter_is_edited_and_resent_in_four_actions(
    panel: ChannelsPanel, real: QuickNode, qtbot: QtBot
) -> None:
    panel.lists.setCurrentWidget(panel.lists.letters)  # 1: the tab
    panel.desk.actions.run("queue.edit")  # 2: edit and resend
    qtbot.waitUntil(lambda: panel.composing.again is not None)
    edit = panel.composing.payload.edit
    assert edit.hasFocus() and not panel.composing.strip.isHidden()
    qtbot.keyClicks(edit, "fixed")  # 3: what was there is selected, and replaced
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # 4
    qtbot.waitUntil(lambda: real.channels.queue_depth("orders") == 2)
    newest = real.channels.messages("orders")[-1]
    assert (newest.message_type, newest.payload) == ("order", "fixed")
    assert list(real.channels.messages("orders.dead")) == []
    qtbot.waitUntil(lambda: not panel.lists.letters.all)
    assert panel.composing.again is None and panel.composing.strip.isHidden()


def test_a_row_that_gets_selected_where_the_keyboard_stands_already_is_chosen(
    panel: ChannelsPanel, qtbot: QtBot
) -> None:
    index = panel.model.index(1, 0)
    flags = QItemSelectionModel.SelectionFlag
    panel.table.clearSelection()
    panel.table.selectionModel().setCurrentIndex(index, flags.NoUpdate)
    panel.table.selectionModel().select(index, flags.Select | flags.Rows)
    qtbot.waitUntil(lambda: panel.chosen == "orders.dead" and len(panel.lists.messages.all) == 1)
    page = panel.lists.messages.table
    page.selectionModel().setCurrentIndex(page.rows.index(0, 0), flags.NoUpdate)
    assert not panel.desk.actions["queue.copy_message"].isEnabled()
    page.selectionModel().select(page.rows.index(0, 0), flags.Select | flags.Rows)
    assert panel.desk.actions["queue.copy_message"].isEnabled()


def test_dead_letters_are_redriven(panel: ChannelsPanel, real: QuickNode, qtbot: QtBot) -> None:
    panel.desk.actions.run("queue.redrive")
    qtbot.waitUntil(lambda: real.channels.queue_depth("orders") == 2)
    qtbot.waitUntil(lambda: not panel.lists.letters.all and not panel.desk.actions["queue.redrive"].isEnabled())


def test_a_message_is_written_for_a_queue_and_for_a_topic(panel: ChannelsPanel, real: QuickNode, qtbot: QtBot) -> None:
    panel.select_key("orders")
    panel.desk.actions.run("queue.send")
    assert panel.composing.to.text() == "orders" and panel.composing.type.hasFocus()
    assert not panel.desk.actions["queue.deliver"].isEnabled()
    qtbot.keyClicks(panel.composing.type, "new")
    panel.composing.delay.setValue(60)
    panel.desk.actions.run("queue.deliver")
    qtbot.waitUntil(lambda: real.channels.queue("orders").delayed == 2)
    qtbot.waitUntil(lambda: len(panel.lists.messages.all) == 4)
    panel.desk.actions.run("topic.publish")
    panel.composing.to.setText("news")
    panel.desk.actions.run("queue.deliver")
    qtbot.waitUntil(lambda: len(panel.lists.published.all) == 2)
    assert [row.topic.published for row in panel.lists.topics.model.rows] == [2]


def test_what_cannot_be_undone_asks_first(
    panel: ChannelsPanel, real: QuickNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    answers = iter((False, True, True, True))

    def confirmed(_panel: object, question: str, consequence: str, _verb: str) -> bool:
        asked.append(f"{question} {consequence}")
        return next(answers)

    monkeypatch.setattr("ui.panels.channels.deeds.confirmed", confirmed)
    panel.select_key("orders")
    panel.desk.actions.run("queue.purge")
    assert asked == ["Purge orders? 2 messages of it are gone for good. 1 leased one stay."]
    assert real.channels.queue_depth("orders") == 1
    panel.lists.setCurrentWidget(panel.lists.messages)
    panel.lists.messages.table.choose(1)
    panel.desk.actions.run("queue.drop")
    qtbot.waitUntil(lambda: real.channels.queue_depth("orders") == 0)
    panel.desk.actions.run("queue.purge")
    qtbot.waitUntil(lambda: real.channels.queue("orders").delayed == 0)
    qtbot.waitUntil(lambda: panel.info is not None and panel.info.delayed == 0)
    panel.desk.actions.run("queue.delete")
    qtbot.waitUntil(lambda: [each.queue for each in panel.model.rows] == ["orders.dead"])
    assert asked[-1] == "Delete orders? It goes with 1 message. Its dead letters stay in orders.dead."


def test_a_leased_message_can_only_be_looked_at(panel: ChannelsPanel) -> None:
    panel.lists.setCurrentWidget(panel.lists.messages)
    panel.lists.messages.table.choose(0)
    assert not panel.desk.actions["queue.drop"].isEnabled() and not panel.desk.actions["queue.resend"].isEnabled()


def test_a_queue_is_made(panel: ChannelsPanel, real: QuickNode, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(dialog: QueueDialog) -> int:
        dialog._name.setText("jobs")
        dialog._attempts.setValue(7)
        return 1

    monkeypatch.setattr(QueueDialog, "exec", answer)
    panel.desk.actions.run("queue.new")
    qtbot.waitUntil(lambda: "jobs" in [each.queue for each in panel.model.rows])
    info = real.channels.queue("jobs")
    assert (info.max_attempts, info.visibility_ms, info.dead_letter_queue) == (7, 30_000, "jobs.dead")


def test_changes_come_by_themselves(panel: ChannelsPanel, real: QuickNode, qtbot: QtBot) -> None:
    real.channels.send("another", "x", ttl_ms=300)
    qtbot.waitUntil(lambda: panel.model.rows[0].queue == "another")
    qtbot.waitUntil(lambda: panel.model.rows[0].waiting == 0)


def test_commands_say_the_same(panel: ChannelsPanel, qtbot: QtBot) -> None:
    panel.select_key("orders")
    panel.desk.actions.run("queue.copy_command")
    assert " queue show " in QApplication.clipboard().text()
    panel.lists.setCurrentWidget(panel.lists.letters)
    panel.lists.letters.table.choose(0)
    panel.desk.actions.run("queue.copy_message")
    copied = QApplication.clipboard().text()
    assert " queue resend " in copied and "orders.dead" in copied and "amount" in copied


def test_what_was_typed_and_not_sent_comes_back(panel: ChannelsPanel) -> None:
    panel.desk.actions.run("queue.send")
    panel.composing.type.setText("half")
    panel.composing.payload.edit.setPlainText("a thought")
    record = panel.record()
    panel.composing.payload.edit.setPlainText("")
    panel.restore(record)
    assert (panel.composing.type.text(), panel.composing.payload.payload()) == ("half", "a thought")
