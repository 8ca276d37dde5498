"""Line icons, drawn from one-colour SVG files in the colour that the theme asks for."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui import theme
from workbench.data import directory

SIZES = (16, 20)


def folder() -> Path:
    return directory("resources") / "icons"


def names() -> list[str]:
    return sorted(path.stem for path in folder().glob("*.svg"))


@lru_cache(maxsize=512)
def pixmap(name: str, color: str, size: int, scale: float = 1.0) -> QPixmap:
    """The icon `name` in one colour, `size` logical pixels wide, sharp at the screen's `scale`."""
    drawing = (folder() / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", color)
    image = QPixmap(QSize(round(size * scale), round(size * scale)))
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size * scale, size * scale))
    painter.end()
    image.setDevicePixelRatio(scale)
    return image


@lru_cache(maxsize=512)
def _icon(name: str, normal: str, disabled: str) -> QIcon:
    found = QIcon()
    for size in SIZES:
        for scale in (1.0, 2.0):
            found.addPixmap(pixmap(name, normal, size, scale), QIcon.Mode.Normal)
            found.addPixmap(pixmap(name, normal, size, scale), QIcon.Mode.Selected)
            found.addPixmap(pixmap(name, disabled, size, scale), QIcon.Mode.Disabled)
    return found


def icon(name: str, tone: str = "icon") -> QIcon:
    """The icon `name` in the current theme; `tone` is a colour of the tokens."""
    tokens = theme.current()
    return _icon(name, tokens.color(tone), tokens.color("disabled")) if name else QIcon()


def paint(painter: QPainter, name: str, tone: str, box: QRectF) -> None:
    """Draw the icon into `box`."""
    size = round(min(box.width(), box.height()))
    drawn = pixmap(name, theme.current().color(tone), size, painter.device().devicePixelRatioF())
    painter.drawPixmap(box.topLeft(), drawn)


def color(tone: str) -> QColor:
    return QColor(theme.current().color(tone))
