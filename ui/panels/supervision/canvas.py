"""The drawing of all trees: moved and zoomed like a map, walked with the arrow keys, opened and closed by card."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QMenu, QToolTip

from ui.panels.supervision.cards import CardPainter, arrow_box, spoken
from ui.panels.supervision.forest import Card, Forest, Measures
from ui.theme import current

WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
ZOOMS = {Qt.Key.Key_Plus: 1.25, Qt.Key.Key_Equal: 1.25, Qt.Key.Key_Minus: 0.8}
LEAST, READABLE, MOST = 0.05, 0.8, 2.5
MARGIN = 18


class Canvas(QGraphicsView):
    """`chosen` follows the choice, `opened` is Enter or a double click, `turned` asks to open or close a card."""

    chosen = Signal(str)
    opened = Signal(str)
    turned = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setScene(QGraphicsScene(self))
        self.forest = Forest()
        self.name = ""
        self.marks: Mapping[str, str] = {}
        self.menu_for: Callable[[], QMenu] | None = None
        self._fitted = True
        """Nobody has zoomed yet: the drawing is fitted again when its place gets another size."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setAccessibleName("Tree of supervisors")
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setMinimumSize(120, 90)

    # what is shown

    def measures(self) -> Measures:
        return Measures(float(self.fontMetrics().height()))

    def show_forest(self, forest: Forest) -> None:
        grown = (forest.width, forest.height) != (self.forest.width, self.forest.height)
        self.forest = forest
        if grown:
            box = QRectF(0, 0, forest.width, forest.height).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
            self.setSceneRect(box)
            if self._fitted:
                self._fit_readably()
        self._tell()
        self.viewport().update()

    def show_marks(self, marks: Mapping[str, str]) -> None:
        """What would happen to whom."""
        if marks != self.marks:
            self.marks = marks
            self._tell()
            self.viewport().update()

    def card(self) -> Card | None:
        return self.forest.cards.get(self.name)

    def choose(self, name: str) -> None:
        """Mark a card without telling anybody, and bring it into sight."""
        self.name = name
        self._tell()
        if (card := self.card()) is not None:
            self.ensureVisible(_box(card), 24, 24)
        self.viewport().update()

    def _tell(self) -> None:
        card = self.card()
        self.setAccessibleDescription(spoken(card, self.marks.get(card.name, "")) if card is not None else "")

    def at(self, x: float, y: float) -> Card | None:
        """The card under a point of the viewport."""
        place = self.mapToScene(int(x), int(y))
        return next((card for card in self.forest.cards.values() if _box(card).contains(place)), None)

    # zoom

    @property
    def zoom(self) -> float:
        return self.transform().m11()

    def fit(self) -> None:
        """All of it, but not larger than it is."""
        self._fitted = False
        self._fit(LEAST)

    def _fit_readably(self) -> None:
        """As much of it as can be read."""
        self._fit(READABLE)
        if (card := self.card()) is not None:
            self.ensureVisible(_box(card), 24, 24)

    def _fit(self, least: float) -> None:
        room = self.maximumViewportSize()
        box = self.sceneRect()
        if box.width() > 0 and box.height() > 0:
            self._scale_to(max(least, min(1.0, room.width() / box.width(), room.height() / box.height())))

    def zoom_by(self, factor: float) -> None:
        self._fitted = False
        self._scale_to(self.zoom * factor)
        if (card := self.card()) is not None:
            self.ensureVisible(_box(card), 24, 24)

    def _scale_to(self, scale: float) -> None:
        self.resetTransform()
        bounded = min(max(scale, LEAST), MOST)
        self.scale(bounded, bounded)

    # what is drawn

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        painter.fillRect(rect, QColor(current().base))
        cards = self.forest.cards
        painter.setPen(QPen(QColor(current().border_strong), 1.4))
        self._join(painter, rect)
        brush = CardPainter(painter, self.font(), self.zoom)
        left, top, right, bottom = rect.left(), rect.top(), rect.right(), rect.bottom()
        seen = [card for card in cards.values() if card.x - 2 < right and card.right + 8 > left
                and card.y - 2 < bottom and card.bottom + 20 > top]  # fmt: skip
        for card in seen:
            mark = self.marks.get(card.name, "")
            brush.paint(card, chosen=card.name == self.name, focused=self.hasFocus(), mark=mark)
        for card in seen:
            if card.name in self.marks:
                brush.mark(card, self.marks[card.name])

    def drawForeground(self, painter: QPainter, _rect: QRectF | object) -> None:
        if self.hasFocus():
            painter.resetTransform()
            painter.setPen(QPen(QColor(current().accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _join(self, painter: QPainter, seen: QRectF) -> None:
        """From each parent's side down to the child's; those of a grid's later columns belong to the first."""
        cards, across = self.forest.cards, self.measures().across
        top, bottom = seen.top(), seen.bottom()
        for card in cards.values():
            parent = cards.get(card.parent)
            if parent is None or (card.info is None and card.x > parent.right + across * 1.2):
                continue
            start, end = parent.y + parent.height / 2, card.y + card.height / 2
            if start < bottom and end > top:
                middle = parent.right + across / 2
                painter.drawPolyline([QPointF(parent.right, start), QPointF(middle, start), QPointF(middle, end),
                                      QPointF(card.x, end)])  # fmt: skip

    # Qt's own

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self._fit_readably()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_by(1.15 if event.angleDelta().y() > 0 else 1 / 1.15)
        else:
            super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        card = self.at(event.position().x(), event.position().y())
        if card is None:
            super().mousePressEvent(event)
            return
        inside = self.mapToScene(event.position().toPoint())
        if card.info is not None and arrow_box(_box(card)).adjusted(-4, -4, 4, 4).contains(inside):
            self.turned.emit(card.name)
        else:
            self._take(card)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (card := self.at(event.position().x(), event.position().y())) is not None:
            self._take(card)
            self.opened.emit(card.name)

    def _take(self, card: Card | None) -> None:
        if card is not None:
            self.choose(card.name)
            self.chosen.emit(card.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        cards = list(self.forest.cards.values())
        if key in WAYS:
            self._take(self.forest.beside(self.name, WAYS[key]))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and cards:
            self._take(cards[0 if key == Qt.Key.Key_Home else -1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.name:
            self.opened.emit(self.name)
        elif key == Qt.Key.Key_Space and self.name:
            self.turned.emit(self.name)
        elif key in ZOOMS:
            self.zoom_by(ZOOMS[key])
        elif key == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            self._take(self.at(event.pos().x(), event.pos().y()))
        if self.menu_for is not None and self.card() is not None:
            menu = self.menu_for()
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.name:
            self._take(next(iter(self.forest.cards.values()), None))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            card = self.at(event.pos().x(), event.pos().y())
            text = spoken(card, self.marks.get(card.name, "")) if card is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return bool(super().viewportEvent(event))


def _box(card: Card) -> QRectF:
    return QRectF(card.x, card.y, card.width, card.height)
