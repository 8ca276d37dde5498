"""The filter line: says at once what it cannot read, and keeps the last filter that could be read and answered."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from PySide6.QtCore import QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolTip

from ui.filter import Filter, FilterError, parse
from ui.icons import icon
from ui.models import Column

REST_MS = 120
OPERATORS = ":~=<>!"
_BEFORE = re.compile(r"(?:^|.*\s)-?(?P<field>[A-Za-z_][\w/.]*)$")
_AFTER = re.compile(r"[\w/.]*")
Row = TypeVar("Row")


class FilterEdit(QLineEdit):
    """`applied` follows typing, a moment later; `filter` is the last one that could be read.

    Who looks for it tells `answered`, or `refuse` when the answer would take too long.
    """

    applied = Signal()

    def __init__(self, columns: Sequence[Column[Row]], example: str) -> None:
        super().__init__()
        self._fields = fields = self.names(columns)
        self._ranks = {column.key: column.ranks for column in columns if column.ranks}
        self.filter = self._answered = Filter()
        self.problem = ""
        self.setPlaceholderText(f"Filter: {example}")
        self.setAccessibleName("Filter")
        self.setAccessibleDescription(f"For example {example}. Columns: {', '.join(fields)}")
        self.setToolTip(f"A word is part of the name. Columns: {', '.join(fields)}.\nFor example: {example}")
        self.setClearButtonEnabled(True)
        self.addAction(icon("filter", "faint"), QLineEdit.ActionPosition.LeadingPosition)
        self._complete()
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._apply)
        self.textChanged.connect(lambda: self._rest.start())

    def names(self, columns: Sequence[Column[Row]]) -> tuple[str, ...]:
        """What terms can be about."""
        return tuple(column.key for column in columns if column.title and column.key)

    def read(self, line: str) -> Filter:
        """Raises FilterError."""
        return parse(line, self._fields, self._ranks)

    def _complete(self) -> None:
        """Not with `setCompleter`: Qt's own completes the whole line, not the term that is written."""
        self.fields = QCompleter(QStringListModel([f"{field}:" for field in self._fields], self), self)
        self.fields.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.fields.setWidget(self)
        self.fields.activated.connect(self._take)
        self.textEdited.connect(lambda: self._offer())

    def _offer(self) -> None:
        start, end = field_at(self.text(), self.cursorPosition())
        self.fields.setCompletionPrefix(self.text()[start : self.cursorPosition()])
        if start < end and self.fields.completionCount():
            self.fields.complete()
        elif (popup := self.fields.popup()) is not None:
            popup.hide()

    def _take(self, field: str) -> None:
        line, (start, end) = self.text(), field_at(self.text(), self.cursorPosition())
        if line[end : end + 1] and line[end] in OPERATORS:
            field = field[:-1]
        self.setText(line[:start] + field + line[end:])
        self.setCursorPosition(start + len(field))

    def _apply(self) -> None:
        try:
            self.filter = self.read(self.text())
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

    def check(self) -> None:
        """Read what is typed without waiting for the rest."""
        if self._rest.isActive():
            self._rest.stop()
            self._apply()

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
        for lead in self.actions()[:1]:  # kept, its wrapper can be taken for that of one long gone
            lead.setIcon(icon("filter", "faint"))


def field_at(line: str, cursor: int) -> tuple[int, int]:
    """Where the name is that is written at the cursor: nowhere (two equal places) in a value. Pure."""
    before = _BEFORE.match(line[:cursor])
    after = _AFTER.match(line, cursor)
    if before is None or after is None or line[:cursor].count('"') % 2:
        return cursor, cursor
    return before.start("field"), after.end()
