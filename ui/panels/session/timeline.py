"""The timeline of a recorded session: a lane for each actor, crashes marked, a slider over all turns or a part."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QSizePolicy, QToolTip, QWidget

from ui import format as show
from ui.panels.session.drawing import MARK, MATCHES, Places, draw
from ui.panels.session.map import Extent, TurnMap
from ui.theme import current

NEAR = 3.0
"""Pixels within which a turn is meant."""
NOTCH = 120.0
WHEEL_ZOOM = 1.25
ZOOM = 1.6
SCROLL = 0.1
KEYS = {Qt.Key.Key_Plus: ZOOM, Qt.Key.Key_Equal: ZOOM, Qt.Key.Key_Minus: 1 / ZOOM, Qt.Key.Key_0: 0.0}


class SessionTimeline(QWidget):
    """`wanted` carries the position that is asked for. `chosen` is the actor that has a lane of its own in any case."""

    wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.turns = TurnMap()
        self.seen = Extent.whole(0)
        self.position = 0
        self.chosen = ""
        self._drawn: QPixmap | None = None
        self.setAccessibleName("Timeline of the session")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(120)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self._fit()

    def show_turns(self, turns: TurnMap) -> None:
        """They are known, or more of them."""
        if turns is not self.turns:
            self.seen = Extent.whole(turns.total)
        self.turns = turns
        self.redraw()

    def show_position(self, position: int, said: str) -> None:
        if position != self.position:
            self.position = position
            self.look(self.seen.showing(position))
        self.setAccessibleDescription(said)
        self.update()

    def show_actor(self, name: str) -> None:
        """Give it a lane of its own."""
        if name != self.chosen:
            self.chosen = name
            self.redraw()

    def look(self, seen: Extent) -> None:
        """See another part."""
        if seen != self.seen:
            self.seen = seen
            self.redraw()

    def zoom(self, factor: float, around: float | None = None) -> None:
        """Around a place, or the moment that is shown; 0 shows everything."""
        if not factor:
            self.look(Extent.whole(self.turns.total))
        else:
            self.look(self.seen.zoomed(factor, self.position if around is None else around))

    def redraw(self) -> None:
        self._drawn = None
        self._fit()
        self.update()

    def _fit(self) -> None:
        if self.height() != (height := self.places().height):
            self.setFixedHeight(height)

    # places

    def places(self) -> Places:
        metrics = QFontMetricsF(self.font())
        lanes, marked = self.turns.lanes(chosen=self.chosen), self.turns.any_marked
        named = max((metrics.horizontalAdvance(name) for name in lanes), default=0.0) * 1.1  # the chosen one is bold
        left = min(max(named, metrics.horizontalAdvance(MATCHES) if marked else 0.0), self.width() * 0.25) + 20
        return Places(self.width(), left, metrics.height(), self.seen, tuple(lanes), marked)

    def across(self, position: int) -> float:
        return self.places().across(position)

    def position_at(self, x: float) -> int:
        return min(max(round(self.places().place(x)), 0), self.turns.total)

    def turn_at(self, x: float, y: float) -> int:
        """The moment that is meant there: after the crash or the match that is marked, after the turn that lies in the
        lane, else the one at this place."""
        places, turns, part = self.places(), self.turns, self.seen.turns
        row, place, pixel = places.row(y), places.place(x), self.seen.span / places.usable
        if row < 0 or not turns.known or x < places.left - MARK:
            return self.position_at(x)
        if row >= len(places.lanes):
            return turns.nearest(turns.marked[part], part, place, MARK / 2 * pixel) or self.position_at(x)
        mine = turns.lane_of(places.lanes, part) == row
        found = turns.nearest(mine & turns.crashed[part], part, place, (MARK / 2 + 1) * pixel)
        return found or turns.nearest(mine, part, place, NEAR * pixel) or self.position_at(x)

    def said_at(self, x: float, y: float) -> str:
        """The time, the actor and the turn under the pointer."""
        position = self.turn_at(x, y)
        where = f"Position {position:,} of {self.turns.total:,}"
        if not position:
            return f"{where}: before the first turn"
        turns, at = self.turns, position - 1
        if not (actor := turns.actor(position)):
            return f"{where}: not read yet"
        crashed = ", crashed" if turns.crashed[at] else ""
        marked = ", the condition holds" if turns.marked[at] else ""
        what = f"{actor} turn {int(turns.seqs[at]):,}, {turns.type(position)}{crashed}{marked}"
        return f"{where}, {show.clock(float(turns.ended[at]))}\n{what}"

    # what is drawn

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = self.places()
        if self._drawn is None or self._drawn.deviceIndependentSize().toSize() != self.size():
            self._drawn = draw(self.turns, places, self.font(), self.chosen, self.devicePixelRatioF())
        painter.drawPixmap(0, 0, self._drawn)
        tokens, x = current(), places.across(self.position)
        if self.seen.first <= self.position <= self.seen.last:
            painter.setPen(QPen(QColor(tokens.accent), 2))
            painter.drawLine(QPointF(x, 10), QPointF(x, self.height() - 4))
            painter.setBrush(QColor(tokens.accent))
            painter.drawPolygon(QPolygonF([QPointF(x - 6, 4), QPointF(x + 6, 4), QPointF(x, 13)]))
        if not self.seen.is_whole:
            self._part(painter, places)
        if self.hasFocus():
            painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _part(self, painter: QPainter, places: Places) -> None:
        """Which part of the whole is seen, as a scroll bar shows it."""
        painter.setPen(Qt.PenStyle.NoPen)
        for color, first, last in ((current().border, 0.0, self.seen.total),
                                   (current().border_strong, self.seen.first, self.seen.last)):  # fmt: skip
            painter.setBrush(QColor(color))
            left, right = (places.usable * at / self.seen.total for at in (first, last))
            painter.drawRoundedRect(QRectF(places.left + left, self.height() - 5, max(right - left, 6), 3), 1.5, 1.5)

    # Qt's own

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    def take_theme(self) -> None:
        self.redraw()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(self.turn_at(event.position().x(), event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.wanted.emit(self.position_at(event.position().x()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.position().y() < self.places().top:
            self.zoom(0.0)
        else:
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.angleDelta()
        turned = (delta.y() or delta.x()) / NOTCH
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(WHEEL_ZOOM**turned, self.places().place(event.position().x()))
        elif not self.seen.is_whole:
            self.look(self.seen.scrolled(-turned * SCROLL))
        else:
            event.ignore()
            return
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        page = max(self.turns.total // 20, 1)
        if key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self.wanted.emit(self.position + (page if key == Qt.Key.Key_PageDown else -page))
        elif key in KEYS:
            self.zoom(KEYS[key])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.said_at(event.pos().x(), event.pos().y()), self)
            return True
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom(max(1 + event.value(), 0.1), self.places().place(event.position().x()))
            return True
        if isinstance(event, QGestureEvent):
            return self._pinch(event)
        return super().event(event)

    def _pinch(self, event: QGestureEvent) -> bool:
        found = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(found, QPinchGesture):
            return False
        x = self.mapFromGlobal(found.hotSpot()).x() if found.hasHotSpot() else self.width() / 2
        self.zoom(max(found.scaleFactor(), 0.1), self.places().place(x))
        return True
