"""The drawing of a sequence diagram: names stay on top, arrows are chosen by mouse or keys, thousands stay fluent."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip

from ui import icons
from ui.theme import current
from workbench.api.sequence import Arrow, ArrowKind, Diagram, Party, PartyKind, spoken
from workbench.api.sequence_layout import (
    CHARACTER,
    LEAST_GAP,
    LOOP,
    MARGIN,
    NAME_CHARACTERS,
    ROW,
    TOP,
    Layout,
    fitted,
    lay_out,
    room,
)
from workbench.api.sequence_svg import BACK, HEAD, OPEN, OTHER

HEADER = 44.0
LEAST, MOST = 0.3, 2.5
PAGE = 12
ICONS = {PartyKind.OUTSIDE: "command", PartyKind.ACTOR: "actor", PartyKind.SERVICE: "key", PartyKind.NODE: "node"}
ZOOMS = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}
STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -PAGE, Qt.Key.Key_PageDown: PAGE}


class SequenceCanvas(QGraphicsView):
    """`chosen` follows the choice, `opened` is Enter or a double click."""

    chosen = Signal()
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self.diagram = Diagram((), ())
        self.layout_ = Layout((), 0.0, 0.0)
        self.at = -1
        """The place of the chosen arrow."""
        self._at_end = True
        """Whether the newest arrows are looked at."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setAccessibleName("Sequence diagram")
        self.setMinimumSize(120, 90)
        self.verticalScrollBar().sliderMoved.connect(lambda: self._look())
        self._face = QFont(self.font())
        self._face.setPixelSize(12)
        self._scale_to(self.fontMetrics().height() / 17)

    def show_diagram(self, diagram: Diagram, layout: Layout) -> None:
        """The chosen arrow stays chosen if it is in it; who looks at the end goes on looking at the end."""
        chosen = self.arrow()
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 2
        self.diagram, self.layout_ = diagram, layout
        self.setSceneRect(QRectF(0, 0, layout.width, layout.height))
        self.at = diagram.arrows.index(chosen) if chosen is not None and chosen in diagram.arrows else -1
        self._at_end = at_end and self.at < 0
        self._show_end()
        self._tell()
        self.viewport().update()

    def _show_end(self) -> None:
        """Who looks at the end sees arrows there, not lines of others that the newest ones do not touch."""
        if not self._at_end or not self.diagram.arrows:
            return
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        seen = self.mapToScene(self.viewport().rect()).boundingRect()
        first = max(self.layout_.at(seen.top() + HEADER) + 1, 0)
        reaches = [self._reach(arrow) for arrow in self.diagram.arrows[first:]]
        if reaches and not any(seen.left() <= left and right <= seen.right() for left, right in reaches):
            left, right = reaches[-1]
            middle = left + min(right - left, seen.width() - 40) / 2
            self.centerOn(middle, seen.center().y())
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def fit_width(self) -> None:
        """All columns side by side, as far as their names can still be read."""
        self._scale_to(self.viewport().width() / max(self.layout_.width, 1.0))
        self._show_end()

    def arrow(self) -> Arrow | None:
        return self.diagram.arrows[self.at] if 0 <= self.at < len(self.diagram.arrows) else None

    def choose(self, at: int) -> None:
        """Mark an arrow and bring it into sight."""
        if not 0 <= at < len(self.diagram.arrows):
            return
        self.at, self._at_end = at, False
        arrow = self.diagram.arrows[at]
        xs = sorted((self.layout_.columns[arrow.source], self.layout_.columns[arrow.target]))
        y = self.layout_.row(at)
        self.ensureVisible(QRectF(xs[0], y - ROW - HEADER, min(xs[1] - xs[0], 300.0), 2 * ROW + HEADER), 10, 10)
        self._tell()
        self.viewport().update()
        self.chosen.emit()

    def _tell(self) -> None:
        arrow = self.arrow()
        whole = f"{len(self.diagram.arrows):,} arrows between {len(self.diagram.parties):,} participants"
        self.setAccessibleDescription(spoken(self.diagram, arrow) if arrow is not None else whole)

    def arrow_at(self, x: float, y: float) -> int:
        """The place of the arrow under a point of the viewport, or -1."""
        place = self.mapToScene(int(x), int(y))
        at = self.layout_.at(place.y() + 4)
        if not 0 <= at < len(self.diagram.arrows) or place.y() < self._top() + HEADER:
            return -1
        left, right = self._reach(self.diagram.arrows[at])
        return at if left - 8 <= place.x() <= right + 8 else -1

    def name_at(self, x: float, y: float) -> str:
        """The whole name at the head of the column under a point of the viewport, or nothing."""
        place, columns = self.mapToScene(int(x), int(y)), self.layout_.columns
        if not columns or place.y() > self._top() + HEADER:
            return ""
        at = min(range(len(columns)), key=lambda at: abs(columns[at] - place.x()))
        return self.diagram.parties[at].name if abs(columns[at] - place.x()) <= LEAST_GAP / 2 else ""

    def _reach(self, arrow: Arrow) -> tuple[float, float]:
        columns = self.layout_.columns
        left, right = sorted((columns[arrow.source], columns[arrow.target]))
        return (left, right) if left < right else (left, left + LOOP + room(self.layout_, arrow.source, arrow.source))

    def _top(self) -> float:
        return self.mapToScene(0, 0).y()

    # zoom

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def zoom_by(self, factor: float) -> None:
        self._scale_to(self.zoom * factor)

    def _scale_to(self, scale: float) -> None:
        bounded = min(max(scale, LEAST), MOST)
        self.resetTransform()
        self.scale(bounded, bounded)

    # what is drawn

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        tokens, layout = current(), self.layout_
        painter.fillRect(rect, QColor(tokens.base))
        painter.setFont(self._face)
        painter.setPen(QPen(QColor(tokens.border_strong), 1, Qt.PenStyle.DashLine))
        bottom = min(rect.bottom(), layout.height - MARGIN)
        for x in layout.columns:
            if rect.left() <= x <= rect.right():
                painter.drawLine(QPointF(x, max(rect.top(), TOP - 12)), QPointF(x, bottom))
        first, last = layout.at(rect.top()) - 1, layout.at(rect.bottom()) + 1
        for at in range(max(first, 0), min(last + 1, len(self.diagram.arrows))):
            self._arrow(painter, at, self.diagram.arrows[at])

    def _arrow(self, painter: QPainter, at: int, arrow: Arrow) -> None:
        tokens, columns = current(), self.layout_.columns
        y, start, end = self.layout_.row(at), columns[arrow.source], columns[arrow.target]
        if at == self.at:
            left, right = self._reach(arrow)
            painter.setPen(QPen(QColor(tokens.accent), 1.2))
            painter.setBrush(QColor(tokens.selection))
            painter.drawRoundedRect(QRectF(left - 6, y - ROW / 2 - 4, right - left + 12, ROW - 2), 5, 5)
        bad = arrow.lost or arrow.kind in (ArrowKind.CRASHED, ArrowKind.REJECTED)
        color = QColor(tokens.error if bad else tokens.info if arrow.kind in OTHER else tokens.accent)
        pen = QPen(color, 1.6, Qt.PenStyle.DashLine if arrow.kind in BACK else Qt.PenStyle.SolidLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width = room(self.layout_, arrow.source, arrow.target)
        text = fitted(arrow.label, width)
        if start == end:
            painter.drawPolyline([QPointF(start, y - 7), QPointF(start + LOOP, y - 7), QPointF(start + LOOP, y + 7),
                                  QPointF(end, y + 7)])  # fmt: skip
            self._head(painter, color, QPointF(end, y + 7), -1.0, bad=bad, is_open=arrow.kind in OPEN)
            place, flags = QRectF(start + LOOP + 6, y - 9, width, 18), Qt.AlignmentFlag.AlignVCenter
        else:
            painter.drawLine(QPointF(start, y), QPointF(end, y))
            way = 1.0 if end > start else -1.0
            self._head(painter, color, QPointF(end, y), way, bad=bad, is_open=arrow.kind in OPEN)
            place = QRectF(min(start, end), y - 19, abs(end - start), 18)
            flags = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(tokens.text))
        painter.drawText(place, flags, text)

    def _head(self, painter: QPainter, color: QColor, tip: QPointF, way: float, *, bad: bool, is_open: bool) -> None:
        """A cross where it did not end well, else an arrow: filled, or open when nobody waits for it."""
        back = tip.x() - way * HEAD * 1.4
        painter.setPen(QPen(color, 1.6))
        if bad:
            painter.drawLine(QPointF(back - 4, tip.y() - 4), QPointF(back + 4, tip.y() + 4))
            painter.drawLine(QPointF(back - 4, tip.y() + 4), QPointF(back + 4, tip.y() - 4))
            return
        points = [QPointF(back, tip.y() - HEAD / 1.5), tip, QPointF(back, tip.y() + HEAD / 1.5)]
        if is_open:
            painter.drawPolyline(points)
        else:
            painter.setBrush(color)
            painter.drawPolygon(QPolygonF(points))

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        """The names, wherever one has scrolled to."""
        assert isinstance(rect, QRectF)
        tokens, top = current(), self._top()
        painter.fillRect(QRectF(rect.left(), top, rect.width(), HEADER), QColor(tokens.panel))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(QPointF(rect.left(), top + HEADER), QPointF(rect.right(), top + HEADER))
        bold = QFont(self._face)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        for at, party in enumerate(self.diagram.parties):
            self._party(painter, at, party, top)
        if self.hasFocus():
            painter.resetTransform()
            painter.setPen(QPen(QColor(tokens.accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _party(self, painter: QPainter, at: int, party: Party, top: float) -> None:
        columns = self.layout_.columns
        after = columns[at + 1] if at + 1 < len(columns) else self.layout_.width
        most = min(after - columns[at] - 30, NAME_CHARACTERS * CHARACTER)
        name = fitted(party.name, most)
        width = painter.fontMetrics().horizontalAdvance(name)
        left = columns[at] - width / 2
        icons.paint(painter, ICONS[party.kind], "icon", QRectF(left - 19, top + HEADER / 2 - 7, 14, 14))
        painter.setPen(QColor(current().text))
        painter.drawText(QRectF(left, top, width + 4, HEADER), Qt.AlignmentFlag.AlignVCenter, name)

    # Qt's own

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.arrow_at(event.position().x(), event.position().y())
        if at >= 0:
            self.choose(at)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        at = self.arrow_at(event.position().x(), event.position().y())
        if at >= 0:
            self.choose(at)
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, last = Qt.Key(event.key()), len(self.diagram.arrows) - 1
        if key in STEPS and last >= 0:
            self.choose(min(max(self.at + STEPS[key], 0), last))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.choose(0 if key == Qt.Key.Key_Home else last)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.at >= 0:
            self.opened.emit()
        elif key in ZOOMS:
            self.zoom_by(ZOOMS[key])
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.15 if event.angleDelta().y() > 0 else 1 / 1.15)
        else:
            super().wheelEvent(event)
            self._look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_end()

    def _look(self) -> None:
        bar = self.verticalScrollBar()
        self._at_end = self.at < 0 and bar.value() >= bar.maximum() - 2

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = self.arrow_at(event.pos().x(), event.pos().y())
            text = (
                spoken(self.diagram, self.diagram.arrows[at])
                if at >= 0
                else self.name_at(event.pos().x(), event.pos().y())
            )
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().viewportEvent(event))


def laid_out(diagram: Diagram) -> tuple[Diagram, Layout]:
    """For the thread that read the turns."""
    return diagram, lay_out(diagram)
