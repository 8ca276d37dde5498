"""The timeline of a recorded session: a lane for each actor, crashes marked, a slider over all turns."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import icons
from ui.panels.session.map import TurnMap
from ui.theme import current, mixed

HEAD = 26.0
MARK = 10.0
RIGHT = 12.0


class SessionTimeline(QWidget):
    """`wanted` carries the position that is asked for."""

    wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.turns = TurnMap()
        self.position = 0
        self._drawn: QPixmap | None = None
        self.setAccessibleName("Timeline of the session")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)
        self._fit()

    def show_turns(self, turns: TurnMap) -> None:
        """They are known, or more of them."""
        self.turns = turns
        self._drawn = None
        self._fit()
        self.update()

    def show_position(self, position: int, said: str) -> None:
        self.position = position
        self.setAccessibleDescription(said)
        self.update()

    def _lane(self) -> float:
        return self.fontMetrics().height() + 3.0

    def _fit(self) -> None:
        self.setFixedHeight(round(HEAD + self._lane() * max(1, len(self.turns.lanes())) + 8))

    # places

    def _left(self) -> float:
        metrics = QFontMetricsF(self.font())
        named = max((metrics.horizontalAdvance(name) for name in self.turns.lanes()), default=0.0)
        return min(named, self.width() * 0.25) + 20

    def across(self, position: int) -> float:
        left = self._left()
        return left + (self.width() - RIGHT - left) * position / max(self.turns.total, 1)

    def position_at(self, x: float) -> int:
        left = self._left()
        part = (x - left) / max(self.width() - RIGHT - left, 1.0)
        return min(max(round(part * self.turns.total), 0), self.turns.total)

    # what is drawn

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._drawn is None or self._drawn.deviceIndependentSize().toSize() != self.size():
            self._drawn = self._draw()
        painter.drawPixmap(0, 0, self._drawn)
        tokens, x = current(), self.across(self.position)
        painter.setPen(QPen(QColor(tokens.accent), 2))
        painter.drawLine(QPointF(x, 10), QPointF(x, self.height() - 4))
        painter.setBrush(QColor(tokens.accent))
        painter.drawPolygon(QPolygonF([QPointF(x - 6, 4), QPointF(x + 6, 4), QPointF(x, 13)]))
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _draw(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(QColor(current().base))
        painter = QPainter(made)
        painter.setFont(self.font())
        left, lanes = self._left(), self.turns.lanes()
        width = max(int(self.width() - RIGHT - left), 1)
        self._density(painter, left, width)
        for at, name in enumerate(lanes):
            self._paint_lane(painter, name, lanes, HEAD + self._lane() * at, left, width)
        painter.end()
        return made

    def _density(self, painter: QPainter, left: float, width: int) -> None:
        found = self.turns.density(width)
        most = int(found.max()) if len(found) else 0
        painter.setPen(QColor(mixed(current().accent, current().base, 0.35)))
        for at in found.nonzero()[0] if most else ():
            tall = 12.0 * float(found[at]) / most
            painter.drawLine(QPointF(left + at, HEAD - 3), QPointF(left + at, HEAD - 3 - tall))

    def _paint_lane(self, painter: QPainter, name: str, lanes: list[str], top: float, left: float, width: int) -> None:
        tokens, tall = current(), self._lane()
        painter.setPen(QColor(tokens.border))
        painter.drawLine(QPointF(left, top + tall / 2), QPointF(left + width, top + tall / 2))
        painter.setPen(QColor(tokens.text))
        text = QFontMetricsF(self.font()).elidedText(name, Qt.TextElideMode.ElideRight, left - 16)
        painter.drawText(QRectF(10, top, left - 14, tall), Qt.AlignmentFlag.AlignVCenter, text)
        counts, crashed = self.turns.buckets(name, lanes, width)
        painter.setPen(QColor(tokens.info))
        half = tall / 2 - 4
        for at in counts.nonzero()[0]:
            painter.drawLine(QPointF(left + at, top + tall / 2 - half), QPointF(left + at, top + tall / 2 + half))
        for at in crashed.nonzero()[0]:
            icons.paint(painter, "crashed", "error",
                        QRectF(left + at - MARK / 2, top + tall / 2 - MARK / 2, MARK, MARK))  # fmt: skip

    # Qt's own

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    def take_theme(self) -> None:
        self._drawn = None
        self._fit()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.wanted.emit(self.position_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        page = max(self.turns.total // 20, 1)
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.wanted.emit(self.position + (page if key == Qt.Key.Key_PageDown else -page))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), f"Position {self.position_at(event.pos().x()):,}", self)
            return True
        return super().event(event)
