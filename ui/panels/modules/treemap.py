"""A map of a module: each section a tile as large as its bytes; the mouse names them, the keyboard walks them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format as show
from ui.outline import Path
from ui.panels.modules.tiles import COLORS, Tile, group, spoken, tiles
from ui.squarify import Box
from ui.theme import current, mixed
from workbench.api import Section

STRENGTH = {"light": 0.20, "dark": 0.30}
"""How much of the series' colour is in a tile: the text on it keeps its contrast."""
TOP_LEFT = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
LEAST_LETTERS = 4
"""A name of which no more is left says nothing."""
WAYS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class Treemap(QWidget):
    """`chosen` carries the path of the tile that was clicked or walked to."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.tiles: tuple[Tile, ...] = ()
        self.path: Path = ()
        self._sections: Sequence[Section] = ()
        self._total = 0
        self.setAccessibleName("Map of the sections")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(QSize(120, 80))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_sections(self, sections: Sequence[Section]) -> None:
        self._sections, self._total = sections, sum(section.size_bytes for section in sections)
        self.path = ()
        self._lay_out()
        self.setAccessibleDescription(f"{show.plural(len(sections), 'section')}, {show.size(self._total)}")

    def choose(self, path: Path) -> None:
        """Mark a tile without telling anybody."""
        if path != self.path:
            self.path = path
            tile = self._at_path(path)
            self.setAccessibleDescription(spoken(tile.section, self._total) if tile else "")
            self.update()

    def _at_path(self, path: Path) -> Tile | None:
        return next((tile for tile in self.tiles if tile.path == path), None)

    def at(self, x: float, y: float) -> Tile | None:
        """The innermost tile under a point."""
        return next((tile for tile in reversed(self.tiles) if tile.box.contains(x, y)), None)

    def beside(self, way: tuple[int, int]) -> Tile | None:
        """The leaf nearest to the chosen one in a direction; the first one when none is chosen."""
        leaves = [tile for tile in self.tiles if not tile.frame]
        here = self._at_path(self.path)
        if here is None or not leaves:
            return leaves[0] if leaves else None
        x, y = _middle(here)
        ahead = [(dx * way[0] + dy * way[1], abs(dx * way[1]) + abs(dy * way[0]), tile)
                 for tile in leaves if tile is not here
                 for dx, dy in [(_middle(tile)[0] - x, _middle(tile)[1] - y)]]  # fmt: skip
        found = [(along + 2 * aside, at) for at, (along, aside, _) in enumerate(ahead) if along > 0]
        return ahead[min(found)[1]][2] if found else None

    def _take(self, tile: Tile | None) -> None:
        if tile is not None:
            self.choose(tile.path)
            self.chosen.emit(tile.path)

    def _lay_out(self) -> None:
        box = Box(0, 0, self.width() - 1, self.height() - 1)
        self.tiles = tuple(tiles(self._sections, box))
        self.update()

    # what is drawn

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current().base))
        for tile in self.tiles:
            self._paint(painter, tile)
        if (here := self._at_path(self.path)) is not None:
            painter.setPen(QPen(QColor(current().accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(_rect(here.box).adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(QColor(current().accent), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint(self, painter: QPainter, tile: Tile) -> None:
        box = _rect(tile.box).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(current().border_strong if tile.frame else current().base))
        painter.setBrush(QColor(current().panel if tile.frame else fill(tile.section)))
        painter.drawRect(box)
        self._label(painter, tile, box.adjusted(6, 2, -4, -2))

    def _label(self, painter: QPainter, tile: Tile, room: QRectF) -> None:
        """The name, and the size under it or beside it; nothing where not even the start of the name fits."""
        plain, bold = painter.font(), QFont(painter.font())
        bold.setWeight(QFont.Weight.DemiBold)
        metrics, name = QFontMetricsF(bold), tile.name
        shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room.width())
        if (shown != name and len(shown) <= LEAST_LETTERS) or room.height() < metrics.height():
            return
        painter.setPen(QColor(current().text))
        painter.setFont(bold)
        painter.drawText(room, TOP_LEFT, shown)
        painter.setFont(plain)
        size, beside = show.size(tile.section.size_bytes), metrics.horizontalAdvance(shown) + 8
        room = room.adjusted(beside, 0, 0, 0) if tile.frame else room.adjusted(0, metrics.height(), 0, 0)
        if QFontMetricsF(plain).horizontalAdvance(size) <= room.width() and room.height() >= metrics.height():
            painter.drawText(room, TOP_LEFT, size)

    # Qt's own

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(self.at(event.position().x(), event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = WAYS.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        else:
            self._take(self.beside(way))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            tile = self.at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), spoken(tile.section, self._total) if tile else "", self)
            return True
        return super().event(event)


def fill(section: Section) -> str:
    """The colour of a tile."""
    tokens = current()
    return mixed(tokens.series[COLORS[group(section)]], tokens.base, STRENGTH[tokens.name])


def _middle(tile: Tile) -> tuple[float, float]:
    return tile.box.x + tile.box.width / 2, tile.box.y + tile.box.height / 2


def _rect(box: Box) -> QRectF:
    return QRectF(box.x, box.y, box.width, box.height)
