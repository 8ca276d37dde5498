"""The filter line: says at once what it cannot read, and keeps the last filter that could be read and answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolTip

from ui.filter import Filter, FilterError, parse
from ui.icons import icon
from ui.models import Column

REST_MS = 120
Row = TypeVar("Row")


class FilterEdit(QLineEdit):
    """`applied` follows typing, a moment later; `filter` is the last one that could be read.

    Who looks for it tells `answered`, or `refuse` when the answer would take too long.
    """

    applied = Signal()

    def __init__(self, columns: Sequence[Column[Row]], example: str) -> None:
        super().__init__()
        fields = [column.key for column in columns if column.title and column.key]
        self._ranks = {column.key: column.ranks for column in columns if column.ranks}
        self.filter = self._answered = Filter()
        self.problem = ""
        self._fields = tuple(fields)
        self.setPlaceholderText(f"Filter: {example}")
        self.setAccessibleName("Filter")
        self.setAccessibleDescription(f"For example {example}. Columns: {', '.join(fields)}")
        self.setToolTip(f"A word is part of the name. Columns: {', '.join(fields)}.\nFor example: {example}")
        self.setClearButtonEnabled(True)
        self._lead = self.addAction(icon("filter", "faint"), QLineEdit.ActionPosition.LeadingPosition)
        self._complete()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._apply)
        self.textChanged.connect(lambda: self._rest.start())

    def _complete(self) -> None:
        completer = QCompleter(QStringListModel([f"{field}:" for field in self._fields], self), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCompleter(completer)

    def _apply(self) -> None:
        try:
            self.filter = parse(self.text(), self._fields, self._ranks)
            self.problem = ""
        except FilterError as error:
            self._say(str(error))
        self._mark(bool(self.problem))
        self.applied.emit()

    def _say(self, problem: str) -> None:
        self.problem = problem
        QToolTip.showText(self.mapToGlobal(self.rect().bottomLeft()), problem, self)

    def answered(self) -> None:
        """What `filter` asks for is on screen."""
        self._answered = self.filter

    def refuse(self, wanted: Filter, problem: str) -> None:
        """Go back to the last filter that was answered; to none when that is the one that takes too long now."""
        if wanted is self.filter:
            self.filter = Filter() if wanted is self._answered else self._answered
            self._say(problem)
            self._mark(True)
            self.applied.emit()

    def _mark(self, invalid: bool) -> None:
        if self.property("invalid") != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)
            font = self.font()
            font.setUnderline(invalid)
            self.setFont(font)
        self.setAccessibleDescription(self.problem or f"Columns: {', '.join(self._fields)}")

    def set_now(self, line: str) -> None:
        """Put a filter in and apply it without waiting."""
        self.setText(line)
        self._rest.stop()
        self._apply()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def repaint_icons(self) -> None:
        self._lead.setIcon(icon("filter", "faint"))
