"""How one card of the tree is drawn: state as icon and word, strategy, the gauge of restarts, what a preview says."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from ui import format as show
from ui import icons
from ui.panels.supervision.forest import Card
from ui.states import STATES
from ui.supervised import allowance, child_state, usage_tone, used
from ui.theme import current, mixed

PLAIN_BELOW = 0.4
"""Smaller than this, text could not be read: only shapes and colours are drawn."""
CELLS = 12
"""A gauge of more restarts than this is one bar."""
GAVE_UP = ("crashed", "error")
MARK_TONES = {"ends": "error", "stops": "warn", "is forgotten": "muted", "starts": "ok"}
MARK_ICONS = {"ends": "crashed", "stops": "stop", "is forgotten": "trash", "starts": "play"}


def look(card: Card) -> tuple[str, str]:
    """Icon and colour of its state; a supervisor that gave up looks crashed."""
    if card.info is not None and card.info.stopped_because:
        return GAVE_UP
    return STATES[card.state]


def lines(card: Card) -> tuple[str, str]:
    """What stands under the name: state and kind."""
    if card.info is None:
        assert card.child is not None
        restarts = f"  ·  {show.plural(card.child.restarts, 'restart')}" if card.child.restarts else ""
        return child_state(card.child), f"{card.child.restart}{restarts}"
    state = "gave up" if card.info.stopped_because else "runs" if card.state == "idle" else str(card.state)
    if card.child is not None and card.child.held:
        state = "kept stopped"
    return state, str(card.info.spec.strategy)


def spoken(card: Card, mark: str = "") -> str:
    """The whole card as a sentence: for readers of the screen and for the mouse."""
    state, kind = lines(card)
    what = "supervisor" if card.info is not None else "actor"
    parts = [f"{card.name}, {what}, {state}, {kind}"]
    if card.info is not None:
        parts.append(f"{allowance(card.info)} restarts used, {card.info.total_restarts:,} in all")
        parts.append(card.info.stopped_because)
        parts.append(f"closed, {card.inside:,} inside" if card.inside else "")
    parts.append(f"under {card.parent}" if card.parent else "")
    parts.append(mark and f"if the chosen one ended: {mark}")
    return "; ".join(filter(None, parts))


class CardPainter:
    """Draws with one painter, at one scale."""

    def __init__(self, painter: QPainter, font: QFont, scale: float) -> None:
        self._painter, self._scale = painter, scale
        self._plain, self._bold = QFont(font), QFont(font)
        self._bold.setWeight(QFont.Weight.DemiBold)
        self._small = QFont(font)
        self._small.setPointSizeF(font.pointSizeF() * 0.92)
        self._line = QFontMetricsF(font).height()

    def paint(self, card: Card, *, chosen: bool, focused: bool, mark: str) -> None:
        painter, tokens = self._painter, current()
        box = QRectF(card.x, card.y, card.width, card.height)
        _, tone = look(card)
        ground = mixed(tokens.color(tone), tokens.base, 0.10) if tone != "muted" else tokens.panel
        edge = tokens.accent if chosen else tokens.color(MARK_TONES[_last(mark)]) if mark else tokens.border_strong
        pen = QPen(QColor(edge), 2.2 if chosen or mark else 1.0)
        if mark and not chosen:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(tokens.selection if chosen and focused else ground))
        painter.drawRoundedRect(box, 6, 6)
        if self._scale < PLAIN_BELOW:
            self._plainly(card, box, tone)
            return
        self._text(card, box)
        if card.info is not None:
            self._gauge(card, box)
            self._arrow(card, box)

    def _plainly(self, card: Card, box: QRectF, tone: str) -> None:
        """A bar at the left in the state's colour, as thick as it must be to be seen; supervisors are dark."""
        bar = QRectF(box.left(), box.top(), box.width() * (0.3 if card.info is None else 0.6), box.height())
        self._painter.fillRect(bar, QColor(current().color(tone)))

    def _text(self, card: Card, box: QRectF) -> None:
        painter, tokens, line = self._painter, current(), self._line
        icon, tone = look(card)
        picture = icon if card.info is None else "supervisor"
        icons.paint(painter, picture, tone, QRectF(box.left() + 9, box.top() + 6 + (line - 16) / 2, 16, 16))
        left, right = box.left() + 32, box.right() - (26 if card.info is not None else 8)
        painter.setFont(self._bold)
        painter.setPen(QColor(tokens.text))
        self._elided(card.name, left, box.top() + 5, right - left, self._bold)
        state, kind = lines(card)
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.text if tone == "muted" else tokens.color(tone)))
        width = self._elided(state, left, box.top() + 6 + line, box.right() - 8 - left, self._small)
        painter.setPen(QColor(tokens.muted))
        after = left + width + 8
        self._elided(kind, after, box.top() + 6 + line, box.right() - 8 - after, self._small)

    def _elided(self, text: str, x: float, y: float, width: float, font: QFont) -> float:
        """The width that was drawn."""
        metrics = QFontMetricsF(font)
        shown = metrics.elidedText(show.one_line(text), Qt.TextElideMode.ElideRight, max(width, 0))
        self._painter.drawText(QPointF(x, y + metrics.ascent()), shown)
        return metrics.horizontalAdvance(shown)

    def _gauge(self, card: Card, box: QRectF) -> None:
        info = card.info
        assert info is not None
        text = allowance(info)
        room = box.width() - 40 - QFontMetricsF(self._small).horizontalAdvance(text) - 8
        y = box.top() + 10 + 2 * self._line
        bar = QRectF(box.left() + 32, y + self._line / 2 - 4, max(room, 20), 8)
        gauge(self._painter, bar, info.restarts, info.spec.intensity, used(info), usage_tone(info))
        self._painter.setFont(self._small)
        self._painter.setPen(QColor(current().text))
        self._elided(text, bar.right() + 8, y, box.right() - bar.right() - 12, self._small)

    def _arrow(self, card: Card, box: QRectF) -> None:
        if card.info is not None and (card.inside or card.info.children):
            name = "chevron-right" if card.inside else "chevron-down"
            icons.paint(self._painter, name, "muted", arrow_box(box))

    def mark(self, card: Card, mark: str) -> None:
        """A pill over the lower right corner; painted after all cards, for it lies over the one below."""
        if self._scale < PLAIN_BELOW:
            return
        box = QRectF(card.x, card.y, card.width, card.height)
        painter, tokens, word = self._painter, current(), _last(mark)
        metrics = QFontMetricsF(self._small)
        width = metrics.horizontalAdvance(mark) + 30
        pill = QRectF(box.right() - width + 6, box.bottom() - self._line * 0.3, width, self._line + 4)
        painter.setPen(QPen(QColor(tokens.color(MARK_TONES[word])), 1))
        painter.setBrush(QColor(tokens.base))
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        icons.paint(painter, MARK_ICONS[word], MARK_TONES[word], QRectF(pill.left() + 8, pill.center().y() - 7, 14, 14))
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.text))
        painter.drawText(pill.adjusted(24, 0, -6, 0), Qt.AlignmentFlag.AlignVCenter, mark)


def arrow_box(box: QRectF) -> QRectF:
    """Where a supervisor's arrow is: a click there opens and closes it."""
    return QRectF(box.right() - 24, box.top() + 7, 16, 16)


def gauge(painter: QPainter, box: QRectF, count: int, most: int, part: float, tone: str) -> None:
    """A bar of cells, one for each restart that is allowed, filled from the left."""
    tokens = current()
    painter.setPen(QPen(QColor(tokens.border_strong), 1))
    cells = most if 1 <= most <= CELLS else 1
    step = (box.width() + 2) / cells
    for at in range(cells):
        cell = QRectF(box.left() + at * step, box.top(), step - 2, box.height())
        painter.setBrush(QColor(tokens.base))
        painter.drawRoundedRect(cell, 2, 2)
        full = float(at < count) if cells > 1 else part
        if full:
            painter.setBrush(QColor(tokens.color(tone)))
            painter.drawRoundedRect(QRectF(cell.left(), cell.top(), cell.width() * full, cell.height()), 2, 2)


def _last(mark: str) -> str:
    """What becomes of it in the end: who stops and starts again, starts."""
    return mark.rpartition(", ")[2]
