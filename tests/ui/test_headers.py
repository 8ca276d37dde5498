"""The idempotency key and headers of a message: hidden until asked for, kept, and sent again with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from journals import durable
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.main_window import MainWindow
from ui.panels.messages.panel import MessagesPanel


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        durable(node, "till")
        yield node


@pytest.fixture
def panel(open_window: Callable[..., MainWindow], real: QuickNode) -> MessagesPanel:
    window = open_window(real)
    window.activateWindow()
    window.raise_panel("messages")
    found = window.panels["messages"]
    assert isinstance(found, MessagesPanel)
    return found


def send(panel: MessagesPanel, qtbot: QtBot) -> str:
    before = len(panel.sent.all)
    panel.send()
    qtbot.waitUntil(lambda: len(panel.sent.all) == before + 1)
    return str(panel.sent.all[0].reply)


def test_a_message_with_a_key_is_handled_once_however_often_it_is_sent(panel: MessagesPanel, qtbot: QtBot) -> None:
    assert not panel.headers_box.isVisible()
    panel.headers_button.click()
    assert panel.headers_box.isVisible()
    panel.actor.set_actor("till")
    panel.type.setCurrentText("increment")
    panel.headers.key.setText("order 7")
    panel.headers.others.setText("trace=42, tenant = blue")
    assert [send(panel, qtbot), send(panel, qtbot)] == ["1", "1"]
    panel.desk.actions.run("message.resend")
    qtbot.waitUntil(lambda: len(panel.sent.all) == 3)
    assert panel.sent.all[0].reply == "1"
    panel.desk.actions.run("message.copy_command")
    said = QGuiApplication.clipboard().text()
    assert "--key 'order 7' --header trace=42 --header tenant=blue" in said and said.endswith("till increment")
    panel.desk.actions.run("message.copy_python")
    wanted = "headers={'idempotency-key': 'order 7', 'trace': '42', 'tenant': 'blue'})"
    qtbot.waitUntil(lambda: wanted in QGuiApplication.clipboard().text())
    panel.headers.set_headers({})
    assert send(panel, qtbot) == "2"
    panel.history.choose(panel.model.position(1))
    panel.edit_again()
    assert (panel.headers.key.text(), panel.headers.others.text()) == ("order 7", "trace=42, tenant=blue")


def test_hidden_headers_are_sent_and_said_and_come_back(panel: MessagesPanel, qtbot: QtBot) -> None:
    panel.actor.set_actor("till")
    panel.type.setCurrentText("increment")
    panel.headers_button.click()
    panel.headers.key.setText("k")
    panel.headers_button.click()
    assert not panel.headers_box.isVisible() and panel.headers_button.text() == "Headers *"
    assert [send(panel, qtbot), send(panel, qtbot)] == ["1", "1"]
    record = panel.record()
    panel.set_headers({})
    assert panel.headers_button.text() == "Headers"
    panel.restore(record)
    assert panel.headers.key.text() == "k" and panel.headers_box.isVisible()


def test_what_is_no_header_is_told_and_not_sent(panel: MessagesPanel) -> None:
    panel.actor.set_actor("till")
    panel.type.setCurrentText("increment")
    panel.headers.others.setText("trace")
    panel.send()
    assert "'trace' is no header; write NAME=VALUE" in panel.reply.body.toPlainText()
    assert not panel.sent.all
