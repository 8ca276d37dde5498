"""Draws a real-looking button into the cell of a row that can be restarted, and clicks it."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.models import RowModel
from ui.theme import current
from workbench.api import ActorInfo, ActorState

Index = QModelIndex | QPersistentModelIndex


class RestartDelegate(QStyledItemDelegate):
    """`pressed` carries the actor's name. While it is `off` there are no buttons."""

    pressed = Signal(str)
    off = False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        if self.off or _crashed(index) is None:
            return
        tokens = current()
        box = QRectF(_button(option.rect))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(tokens.error))
        painter.setBrush(QColor(tokens.error_tint))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        icons.paint(painter, "restart", "error", QRectF(box.left() + 6, box.center().y() - 6.5, 13, 13))
        font = painter.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() - 1)
        painter.setFont(font)
        painter.drawText(
            box.adjusted(22, 0, -4, 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, "Restart"
        )
        painter.restore()

    def editorEvent(self, event: QEvent, model: QAbstractItemModel, option: QStyleOptionViewItem, index: Index) -> bool:
        found = None if self.off else _crashed(index)
        if found is None or not isinstance(event, QMouseEvent) or event.type() != QEvent.Type.MouseButtonRelease:
            return super().editorEvent(event, model, option, index)
        if _button(option.rect).contains(event.position().toPoint()):
            self.pressed.emit(found.id.name)
            return True
        return super().editorEvent(event, model, option, index)


def _button(cell: QRect) -> QRect:
    return cell.adjusted(4, 3, -4, -3)


def _crashed(index: Index) -> ActorInfo | None:
    model = index.model()
    row = model.row(index) if isinstance(model, RowModel) else None
    return row if isinstance(row, ActorInfo) and row.state is ActorState.CRASHED else None
