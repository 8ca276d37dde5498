"""A giant line, a long reply: the window stays usable, and copying takes all of it."""

from __future__ import annotations

from time import perf_counter

import pytest
from fake_node import FakeNode
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from ui.excerpt import LINE_CHARACTERS, TEXT_CHARACTERS, excerpt, is_long, whole
from ui.main_window import MainWindow
from ui.panels.log.panel import LogPanel
from ui.panels.messages.panel import MessagesPanel
from ui.sending import Sent
from ui.turn_text import turn_html
from workbench.api import Level, Rejected

GIANT = "w" * 200_000


def sent(reply: str) -> Sent:
    return Sent(1, 0.0, "counter", "call", "wide", "", reply)


@pytest.fixture
def messages(window: MainWindow) -> MessagesPanel:
    found = window.panels["messages"]
    assert isinstance(found, MessagesPanel)
    window.raise_panel("messages")
    return found


@pytest.mark.parametrize("text", [GIANT, "w" * 100 + "\n" + GIANT, ("w" * 100 + "\n") * 20_000])
def test_an_excerpt_is_small_in_every_direction_and_says_what_is_missing(text: str) -> None:
    shown = excerpt(text)
    assert is_long(text)
    assert len(shown) < TEXT_CHARACTERS + 100
    assert max(map(len, shown.split("\n"))) < LINE_CHARACTERS + 100
    assert "characters more" in shown


def test_a_short_text_is_shown_as_it_is() -> None:
    text = "a\n" + "b" * LINE_CHARACTERS
    assert (is_long(text), excerpt(text), whole(text)) == (False, text, text)


def test_all_of_a_giant_line_is_folded() -> None:
    assert whole(GIANT).replace("\n", "") == GIANT
    assert max(map(len, whole(GIANT).split("\n"))) <= LINE_CHARACTERS


def test_a_giant_reply_does_not_hold_the_window_and_can_be_had_whole(messages: MessagesPanel) -> None:
    started = perf_counter()
    messages.add(sent(GIANT))
    QApplication.processEvents()
    assert perf_counter() - started < 1.0
    assert len(messages.reply.body.toPlainText()) < TEXT_CHARACTERS + 100
    assert messages.reply.more.isVisible()
    messages.reply.copy_all.click()
    assert QGuiApplication.clipboard().text() == GIANT
    messages.reply.show_all.click()
    assert messages.reply.body.toPlainText().replace("\n", "") == GIANT


def test_a_giant_log_line_is_cut_on_screen_and_copied_whole(window: MainWindow, node: FakeNode, qtbot: QtBot) -> None:
    log = window.panels["log"]
    assert isinstance(log, LogPanel)
    node.write(Level.INFO, "counter", GIANT)
    qtbot.waitUntil(lambda: len(log.model.rows) == 1)
    shown = log.model.data(log.model.index(0, 3))
    assert isinstance(shown, str)
    assert len(shown) < LINE_CHARACTERS + 100
    tip = log.model.data(log.model.index(0, 3), Qt.ItemDataRole.ToolTipRole)
    assert len(str(tip)) < LINE_CHARACTERS + 100
    assert GIANT in log.table.as_text("Text")


def test_a_turn_shows_the_start_of_a_giant_payload(node: FakeNode, window: MainWindow) -> None:
    with pytest.raises(Rejected):
        node.actors.ask("counter", "wide", GIANT)
    turn = next(turn for turn in node.actors.turns() if turn.envelope is not None and turn.envelope.payload == GIANT)
    assert len(turn_html(turn)) < 2 * TEXT_CHARACTERS


def test_a_giant_payload_is_not_wrapped(messages: MessagesPanel) -> None:
    edit = messages.payload.edit
    edit.setPlainText(GIANT)
    assert edit.lineWrapMode() is QPlainTextEdit.LineWrapMode.NoWrap
    edit.setPlainText("5")
    assert edit.lineWrapMode() is QPlainTextEdit.LineWrapMode.WidgetWidth


def test_a_notice_of_a_giant_sentence_is_short_and_copied_whole(window: MainWindow) -> None:
    window.desk.notice(GIANT, "error")
    copy = window.notices.findChildren(type(window.panels["messages"].send_button))  # type: ignore[attr-defined]
    next(found for found in copy if found.text() == "Copy details").click()
    assert GIANT in QGuiApplication.clipboard().text()
