"""A text in a fixed-width font that is only read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit

from ui.excerpt import whole
from ui.theme import mono
from ui.widgets.plain_highlighter import PlainHighlighter, Rule


class CodeView(QPlainTextEdit):
    """Tab leaves it; the arrow keys move in it."""

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setProperty("flat", "true")
        self.setFont(mono())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(name)
        self.document().setDocumentMargin(10)
        self.highlighter = PlainHighlighter(self.document(), rules)

    def show_text(self, text: str) -> None:
        """Keeps its place when the text is the same."""
        if text != self.toPlainText():
            self.setPlainText(whole(text))

    def take_theme(self) -> None:
        self.highlighter.take_theme()
