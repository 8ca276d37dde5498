"""The answer to a message: how it ended in an icon and a word, what it took, and the payload as it is best read."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from ui import format as show
from ui.desk import Desk
from ui.excerpt import excerpt, is_long, whole
from ui.icons import pixmap
from ui.sending import Sent
from ui.states import error_look
from ui.theme import current, mono
from ui.traceback_text import as_html, from_address
from ui.widgets.build import box, button, label, row, set_tone
from ui.widgets.figures import FigureCells
from ui.widgets.payload_edit import pretty

WORDS = {"": "Reply", "rejected": "Rejected", "crashed": "Crashed", "timeout": "No answer in time"}


class ReplyView(QWidget):
    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("composer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._desk = desk
        self.sent: Sent | None = None
        self.picture, self.outcome, self.when = label(), label("No message sent yet", role="title"), label(tone="muted")
        self.outcome.setAccessibleName("Outcome")
        self.cells = FigureCells()
        self.body = QTextBrowser()
        self.body.setFont(mono())
        self.body.setOpenLinks(False)
        self.body.setAccessibleName("Reply")
        self.body.anchorClicked.connect(self._follow)
        self._text = ""
        self.show_all = button("Show all", self._show_whole, style="link", name="Show all of the reply")
        self.copy_all = button("Copy all", self._copy_whole, style="link", name="Copy all of the reply")
        self.more = box(
            "more", row(label("Only the start is shown.", tone="muted"), None, self.show_all, self.copy_all)
        )
        self.more.hide()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(8, 6, 8, 8)
        inside.setSpacing(6)
        inside.addLayout(row(self.picture, self.outcome, None, self.when, spacing=6))
        inside.addWidget(self.cells)
        inside.addWidget(self.body, 1)
        inside.addWidget(self.more)
        self.body.setPlaceholderText("The reply appears here.")

    def show_waiting(self, actor: str, message_type: str) -> None:
        self._head("waiting", "muted", f"Waiting for {actor}")
        self.when.setText(message_type)

    def show_problem(self, text: str, word: str = "Not sent") -> None:
        """Why there is no reply."""
        self.sent = None
        self._head("warning", "warn", word)
        self.when.setText("")
        self.cells.show_figures(None)
        self._show_text(text)

    def show_sent(self, sent: Sent) -> None:
        self.sent = sent
        icon, tone = error_look(sent.code) if sent.code else ("ok", "ok")
        word = WORDS.get(sent.code, sent.code.replace("_", " ").capitalize())
        handled = "In the mailbox" if sent.text else "Handled" if sent.kind == "cast" else word
        self._head(icon, tone, word if sent.code else handled)
        self.when.setText(f"{sent.actor} · {sent.type} · {show.nanoseconds(sent.round_trip_ns)} round trip")
        self.cells.show_figures(sent.figures, turn=sent.turn, state=sent.state)
        if sent.code:
            self._show_text(f"{sent.text}\n{_trace(sent)}".rstrip())
            self.body.setHtml(self._error(sent))
        else:
            self._show_text(sent.text or pretty(sent.reply))

    def _show_text(self, text: str) -> None:
        """The start of it; the rest on demand."""
        self._text = text
        self.more.setVisible(is_long(text))
        self.body.setLineWrapMode(QTextBrowser.LineWrapMode.WidgetWidth)
        self.body.setPlainText(excerpt(text))

    def _show_whole(self) -> None:
        self.more.hide()
        self.body.setLineWrapMode(QTextBrowser.LineWrapMode.NoWrap)
        self.body.setPlainText(whole(self._text))

    def _copy_whole(self) -> None:
        QGuiApplication.clipboard().setText(self._text)

    def _error(self, sent: Sent) -> str:
        tokens = current()
        trace = excerpt(_trace(sent))
        lines = f'<p style="color:{tokens.error}">{html.escape(excerpt(sent.text))}</p>'
        return lines + (as_html(trace, tokens.accent, tokens.text) if trace else "")

    def _head(self, icon: str, tone: str, word: str) -> None:
        self.picture.setPixmap(pixmap(icon, current().color(tone), 18, self.devicePixelRatioF()))
        self.outcome.setText(word)
        set_tone(self.outcome, tone if tone in ("ok", "warn", "error") else "")

    def _follow(self, address: QUrl) -> None:
        place = from_address(address.toString())
        if place is not None and self.sent is not None:
            self._desk.location(place, self.sent.actor)

    def repaint_icons(self) -> None:
        if self.sent is not None:
            self.show_sent(self.sent)


def _trace(sent: Sent) -> str:
    return sent.cause.traceback if sent.cause is not None else ""
