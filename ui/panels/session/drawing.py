"""Draws the timeline of a session. Turns are set as pixels of an image, not as lines: a repaint with 100,000 turns of
518 actors on 1,400 pixels takes 10 ms of processor time (median)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPen, QPixmap

from ui import icons
from ui.panels.session.axis import ticks
from ui.panels.session.map import Extent, Flags, TurnMap
from ui.theme import current, mixed

HEAD = 26.0
DENSE = 12
MARK = 10.0
RIGHT = 12.0
MATCHES = "matches"
WIDEST = 4
"""Pixels of a turn where there is room for more."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things stand on the widget, in its pixels."""

    width: float
    left: float
    line: float
    """Height of a line of text."""
    seen: Extent
    lanes: tuple[str, ...]
    marked: bool
    """Whether there is a lane of matches, the last one."""

    @property
    def usable(self) -> float:
        return max(self.width - RIGHT - self.left, 1.0)

    @property
    def top(self) -> float:
        """Of the first lane."""
        return HEAD + self.line

    @property
    def lane(self) -> float:
        return self.line + 3.0

    @property
    def rows(self) -> int:
        return max(1, len(self.lanes)) + self.marked

    @property
    def height(self) -> int:
        return round(self.top + self.lane * self.rows + 8)

    def across(self, position: float) -> float:
        return self.left + self.usable * (position - self.seen.first) / self.seen.span

    def place(self, x: float) -> float:
        return self.seen.first + (x - self.left) / self.usable * self.seen.span

    def row(self, y: float) -> int:
        """The number of the lane at this height; -1: none."""
        found = int((y - self.top) // self.lane)
        return found if 0 <= found < self.rows else -1


def draw(turns: TurnMap, places: Places, font: QFont, chosen: str, ratio: float) -> QPixmap:
    """All but the slider."""
    made = QPixmap(round(places.width * ratio), round(places.height * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(QColor(current().base))
    painter = QPainter(made)
    painter.setFont(font)
    _axis(painter, turns, places)
    names = [*places.lanes, MATCHES] if places.marked else list(places.lanes)
    for row, name in enumerate(names):
        _name(painter, name, places, row, bold=name == chosen and row < len(places.lanes))
    crashes = _turns(painter, turns, places, ratio)
    for row, columns in crashes:
        _crashes(painter, places, row, columns / ratio)
    painter.end()
    return made


def _axis(painter: QPainter, turns: TurnMap, places: Places) -> None:
    tokens, metrics = current(), QFontMetricsF(painter.font())
    part = places.seen.turns
    known = slice(part.start, max(min(part.stop, turns.known), part.start))
    painter.setPen(QPen(QColor(tokens.border), 1))
    painter.drawLine(QPointF(places.left, HEAD - 2), QPointF(places.left + places.usable, HEAD - 2))
    for tick in ticks(places.seen, turns.ended[known], places.usable, metrics.horizontalAdvance):
        x = places.left + tick.x
        painter.setPen(QColor(tokens.border_strong))
        painter.drawLine(QPointF(x, HEAD - 2), QPointF(x, HEAD + places.line - 3))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(QPointF(x + 4, HEAD + metrics.ascent()), tick.text)


def _name(painter: QPainter, name: str, places: Places, row: int, *, bold: bool) -> None:
    tokens, top = current(), places.top + places.lane * row
    painter.setPen(QColor(tokens.border))
    middle = top + places.lane / 2
    painter.drawLine(QPointF(places.left, middle), QPointF(places.left + places.usable, middle))
    font = QFont(painter.font())
    font.setBold(bold)
    painter.save()
    painter.setFont(font)
    painter.setPen(QColor(tokens.accent if bold else tokens.warn if row == len(places.lanes) else tokens.text))
    text = QFontMetricsF(font).elidedText(name, Qt.TextElideMode.ElideRight, places.left - 16)
    painter.drawText(QRectF(10, top, places.left - 14, places.lane), Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()


def _turns(
    painter: QPainter, turns: TurnMap, places: Places, ratio: float
) -> list[tuple[int, NDArray[np.int64]]]:  # fmt: skip
    """Density and lanes, as one image. Gives the columns of crashes, by lane."""
    width, height = max(round(places.usable * ratio), 1), round(places.height * ratio)
    image = np.zeros((height, width), np.uint32)
    tokens, seen = current(), places.seen
    density = turns.density(width, seen)
    if len(density) and (most := int(density.max())):
        tall, foot = np.ceil(DENSE * ratio * density / most), round((HEAD - 3) * ratio)
        for up in range(round(DENSE * ratio)):
            image[foot - up - 1, tall > up] = _pixel(mixed(tokens.accent, tokens.base, 0.35))
    thick = int(min(max(width / seen.span / 3, 1), WIDEST * ratio))
    crashes = []
    some, crashed = turns.cells(places.lanes, width, seen)
    for row in range(len(places.lanes)):
        rows = _rows(places, row, ratio)
        image[rows, _widened(some[row], thick)] = _pixel(tokens.info)
        if (columns := _apart(np.flatnonzero(crashed[row]), MARK / 2 * ratio)).size:
            around = columns[:, None] + np.arange(-round(MARK / 2 * ratio), round(MARK / 2 * ratio) + 1)
            image[rows, around.clip(0, width - 1)] = 0  # a mark is not read on top of turns
            crashes.append((row, columns))
    if places.marked:
        marked = np.zeros(width, np.bool_)
        marked[turns.columns(seen, width)[turns.marked[seen.turns]]] = True
        image[_rows(places, len(places.lanes), ratio), _widened(marked, thick)] = _pixel(tokens.warn)
    drawn = QImage(image.data, width, height, width * 4, QImage.Format.Format_ARGB32_Premultiplied)
    painter.drawImage(QRectF(places.left, 0, width / ratio, height / ratio), drawn)
    return crashes


def _rows(places: Places, row: int, ratio: float) -> slice:
    top = places.top + places.lane * row
    return slice(round((top + 4) * ratio), round((top + places.lane - 4) * ratio))


def _widened(columns: Flags, thick: int) -> Flags:
    """To the left: a turn ends where it is."""
    found = columns.copy()
    for by in range(1, thick):
        found[:-by] |= columns[by:]
    return found


def _pixel(color: str) -> int:
    return QColor(color).rgba()


def _apart(columns: NDArray[np.int64], least: float) -> NDArray[np.int64]:
    """Those that can be told from the one before."""
    found: list[int] = []
    for column in columns.tolist():
        if not found or column - found[-1] >= least:
            found.append(column)
    return np.array(found, np.int64)


def _crashes(painter: QPainter, places: Places, row: int, columns: NDArray[np.float64]) -> None:
    top = places.top + places.lane * row + (places.lane - MARK) / 2
    for x in columns.tolist():
        icons.paint(painter, "crashed", "error", QRectF(places.left + x - MARK / 2, top, MARK, MARK))
