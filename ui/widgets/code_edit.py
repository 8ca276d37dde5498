"""The text of one actor: line numbers, errors in the margin, matching brackets, indenting by fours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip, QWidget

from ui import icons
from ui.theme import current, mono
from ui.widgets.brackets import match
from ui.widgets.indenting import indent_after, shift, toggle_comment

MARGIN = 26
"""Room for the error mark, left of the numbers."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something wrong in the source; lines and columns count from 1, 0 is unknown."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str

    def moved(self, lines: int) -> Mark:
        return replace(self, line=self.line + lines, end_line=self.end_line + lines if self.end_line else 0)


class CodeEdit(QPlainTextEdit):
    """`marks` are shown until the line they are on is edited."""

    def __init__(self) -> None:
        super().__init__()
        self.marks: tuple[Mark, ...] = ()
        self.mark_of_comments = "#"
        self._lines = 1
        self.setProperty("flat", "true")
        self.setFont(mono())
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabStopDistance(self.fontMetrics().horizontalAdvance(" ") * 4)
        self.setAccessibleName("Source")
        self.margin = Margin(self)
        self.blockCountChanged.connect(lambda: self._fit())
        self.updateRequest.connect(self._scroll_margin)
        self.cursorPositionChanged.connect(self.show_extras)
        self.document().contentsChange.connect(self._edited)
        self._fit()

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        self.marks = marks
        self.show_extras()
        self.margin.update()

    def _edited(self, at: int, removed: int, added: int) -> None:
        """A mark goes when its line is edited, and moves when lines come or go above it."""
        more, self._lines = self.blockCount() - self._lines, self.blockCount()
        if not self.marks or not (removed or added):
            return
        first = self.document().findBlock(at).blockNumber() + 1
        last = max(self.document().findBlock(at + added).blockNumber() + 1 - max(more, 0), first) + max(-more, 0)
        kept = (mark for mark in self.marks if not mark.line <= last or not first <= max(mark.end_line, mark.line))
        self.set_marks(tuple(mark.moved(more) if mark.line > first else mark for mark in kept))

    def go_to(self, line: int, column: int = 0) -> None:
        """Put the caret there, in the middle of the view, and take the keyboard."""
        block = self.document().findBlockByNumber(max(line - 1, 0))
        cursor = QTextCursor(block if block.isValid() else self.document().lastBlock())
        cursor.setPosition(cursor.position() + min(max(column - 1, 0), max(block.length() - 1, 0)))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    # what is drawn over the text

    def show_extras(self) -> None:
        self.setExtraSelections([self._line_extra(), *map(self._mark_extra, self.marks), *self._bracket_extras()])
        self.margin.update()

    def _line_extra(self) -> QTextEdit.ExtraSelection:
        extra = QTextEdit.ExtraSelection()
        extra.format.setBackground(QColor(current().current_line))
        extra.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        extra.cursor = self.textCursor()
        extra.cursor.clearSelection()
        return extra

    def _mark_extra(self, mark: Mark) -> QTextEdit.ExtraSelection:
        extra = QTextEdit.ExtraSelection()
        block = self.document().findBlockByNumber(mark.line - 1)
        text = block.text()
        first = mark.column - 1 if mark.column else len(text) - len(text.lstrip())
        last = mark.end_column - 1 if mark.end_line == mark.line and mark.end_column > mark.column else len(text)
        cursor = QTextCursor(block)
        cursor.setPosition(block.position() + min(first, len(text)))
        cursor.setPosition(block.position() + min(max(last, first + 1), len(text)), QTextCursor.MoveMode.KeepAnchor)
        if not cursor.hasSelection():
            cursor.movePosition(QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor)
        extra.cursor = cursor
        extra.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        extra.format.setUnderlineColor(QColor(current().error))
        extra.format.setBackground(QColor(current().error_tint))
        return extra

    def _bracket_extras(self) -> list[QTextEdit.ExtraSelection]:
        found = (
            match(self.toPlainText(), self.textCursor().position()) if self.document().characterCount() < 1e5 else None
        )
        extras = []
        for at in found or ():
            extra = QTextEdit.ExtraSelection()
            cursor = QTextCursor(self.document())
            cursor.setPosition(at)
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
            extra.cursor = cursor
            extra.format.setBackground(QColor(current().selection))
            extras.append(extra)
        return extras

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            line = self.cursorForPosition(self.viewport().mapFrom(self, event.pos())).blockNumber() + 1
            self.tell(line, event)
            return True
        return super().event(event)

    def tell(self, line: int, event: QHelpEvent) -> None:
        """Show what is wrong on this line as a tooltip."""
        text = "\n".join(mark.text for mark in self.marks if mark.line == line)
        QToolTip.showText(event.globalPos(), text, self)

    # editing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if key == Qt.Key.Key_Tab and plain:
            self._indent(4)
        elif key == Qt.Key.Key_Backtab:
            self._indent(-4)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain:
            self._new_line()
        elif key == Qt.Key.Key_Home and plain and not event.modifiers():
            self._home()
        else:
            super().keyPressEvent(event)

    def _new_line(self) -> None:
        cursor = self.textCursor()
        before = cursor.block().text()[: cursor.positionInBlock()]
        cursor.insertText("\n" + indent_after(before))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _home(self) -> None:
        cursor = self.textCursor()
        text = cursor.block().text()
        first = len(text) - len(text.lstrip())
        cursor.setPosition(cursor.block().position() + (0 if cursor.positionInBlock() == first else first))
        self.setTextCursor(cursor)

    def _indent(self, by: int) -> None:
        cursor = self.textCursor()
        if by > 0 and not cursor.hasSelection():
            cursor.insertText(" " * (4 - cursor.positionInBlock() % 4))
        else:
            self._change_lines(lambda lines: shift(lines, by))

    def toggle_comment(self) -> None:
        self._change_lines(lambda lines: toggle_comment(lines, self.mark_of_comments))

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Replace the lines of the selection by `change(lines)` as one step of undo."""
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(max(cursor.selectionEnd() - (1 if cursor.hasSelection() else 0), 0))
        lines = [
            self.document().findBlockByNumber(at).text() for at in range(first.blockNumber(), last.blockNumber() + 1)
        ]
        changed = change(lines)
        if changed == lines:
            return
        cursor.beginEditBlock()
        cursor.setPosition(first.position())
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(changed))
        cursor.endEditBlock()
        if len(lines) > 1:
            cursor.setPosition(first.position(), QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    # the margin

    def margin_width(self) -> int:
        digits = max(3, len(str(self.blockCount())))
        return MARGIN + self.fontMetrics().horizontalAdvance("9") * digits + 12

    def _fit(self) -> None:
        self.setViewportMargins(self.margin_width(), 0, 0, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "margin"):
            self._fit()
            self._place_margin()

    def _scroll_margin(self, area: QRect, by: int) -> None:
        if by:
            self.margin.scroll(0, by)
        else:
            self.margin.update(0, area.y(), self.margin.width(), area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_margin()

    def _place_margin(self) -> None:
        area = self.contentsRect()
        self.margin.setGeometry(QRect(area.left(), area.top(), self.margin_width(), area.height()))

    def paint_margin(self, event: QPaintEvent) -> None:
        tokens = current()
        painter = QPainter(self.margin)
        painter.fillRect(event.rect(), QColor(tokens.base))
        painter.setFont(self.font())
        wrong = {mark.line for mark in self.marks}
        here = self.textCursor().blockNumber()
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            self._paint_number(painter, block, top, height, here == block.blockNumber(), wrong)
            top += height
            block = block.next()
        painter.setPen(QColor(tokens.border))
        painter.drawLine(self.margin.width() - 1, event.rect().top(), self.margin.width() - 1, event.rect().bottom())
        painter.end()

    def _paint_number(
        self, painter: QPainter, block: QTextBlock, top: float, height: float, here: bool, wrong: set[int]
    ) -> None:
        tokens = current()
        line = block.blockNumber() + 1
        painter.setPen(QColor(tokens.text if here else tokens.faint))
        box = QRectF(MARGIN, top, self.margin.width() - MARGIN - 8, height)
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(line))
        if line in wrong:
            painter.fillRect(QRectF(0, top, 3, height), QColor(tokens.error))
            icons.paint(painter, "error", "error", QRectF(7, top + (height - 15) / 2, 15, 15))


class Margin(QWidget):
    """Left of the text: numbers, and what is wrong."""

    def __init__(self, edit: CodeEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.setAccessibleName("Line numbers and errors")

    def sizeHint(self) -> QSize:
        return QSize(self._edit.margin_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._edit.paint_margin(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._edit.tell(self.line_at(event.pos().y()), event)
            return True
        return super().event(event)

    def line_at(self, y: int) -> int:
        return self._edit.cursorForPosition(QPoint(0, y)).blockNumber() + 1
