"""Text of which parts are marked: between » and « for every reader, and in colour and bold for the eye."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QTextCharFormat, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui.icons import color

BEGIN, END = "»", "«"
MARGIN = 6


def mark(text: str) -> str:
    return f"{BEGIN}{text}{END}"


def marks(text: str) -> list[tuple[int, int]]:
    """Where the marked parts are: (start, length), the signs included."""
    found, at = [], text.find(BEGIN)
    while at >= 0 and (end := text.find(END, at)) >= 0:
        found.append((at, end + 1 - at))
        at = text.find(BEGIN, end)
    return found


class MarkedDelegate(QStyledItemDelegate):
    """Draws a cell like any other, with its marked parts standing out."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """What is marked is drawn here; all else of the cell as ever."""
        super().initStyleOption(option, index)
        if marks(option.text):
            option.text = ""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        found = QStyleOptionViewItem(option)
        super().initStyleOption(found, index)
        text = found.text
        parts = marks(text)
        if not parts:
            return
        room = QRectF(option.rect.adjusted(MARGIN, 0, -MARGIN, 0))
        shown = found.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        layout = QTextLayout(shown, found.font)
        wrap = QTextOption()
        wrap.setWrapMode(QTextOption.WrapMode.NoWrap)
        layout.setTextOption(wrap)
        layout.setFormats([_format(start, length) for start, length in parts if start < len(shown)])
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(room.width() + 1000)
        layout.endLayout()
        painter.save()
        painter.setClipRect(room)
        painter.setPen(color("text"))
        layout.draw(painter, QPointF(room.left(), room.top() + (room.height() - line.height()) / 2))
        painter.restore()


def _format(start: int, length: int) -> QTextLayout.FormatRange:
    how = QTextCharFormat()
    how.setForeground(color("error"))
    how.setFontWeight(QFont.Weight.Bold)
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, length, how
    return made
