"""One graph. The only file that knows pyqtgraph, so that the app starts without it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg  # type: ignore[import-untyped]
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QFont
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from ui import format as show
from ui.marks import Mark
from ui.series import Array, Measure
from ui.theme import current
from ui.widgets.build import label, row

pg.setConfigOptions(antialias=True)
NEAR_PIXELS = 5
SAID = 6
"""As many marks are told about at once."""
LEAST_TOP = {"bytes": 1024.0, "seconds": 0.001, "percent": 10.0}


class UnitAxis(pg.AxisItem):  # type: ignore[misc]
    """Ticks as people read them: `1.2 M`, `12 MiB`, `3 ms`, `-2 min`."""

    def __init__(self, side: str, unit: str) -> None:
        super().__init__(side)
        self._unit = unit
        self.enableAutoSIPrefix(False)

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:
        """One level of ticks, at most one for 30 pixels of height or 36 of width."""
        fitting = max(2, round(size / (36 if self.orientation == "bottom" else 30)))
        step = tick_step((high - low) / fitting, self._unit)
        if step > high > 0:  # a low graph would have no tick at all
            step = tick_step(high / 2.5, self._unit)
        return [(step, 0)]

    def tickStrings(self, values: Sequence[float], _scale: float, _spacing: float) -> list[str]:
        return [value_text(value, self._unit) for value in values]


class Plot(QWidget):
    """Titled, with one curve per series; `draw` is given everything that is to be seen."""

    def __init__(self, measure: Measure) -> None:
        super().__init__()
        self.measure = measure
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(f"Graph of {measure.title}")
        self.newest = label("", role="figure")
        self.newest.setAccessibleName(f"{measure.title}, newest value")
        axes = {"left": UnitAxis("left", measure.unit), "bottom": UnitAxis("bottom", "before")}
        self.view = pg.PlotWidget(axisItems=axes)
        self.view.setAccessibleName(measure.title)
        self.view.setMenuEnabled(False)
        self.view.setMouseEnabled(x=False, y=False)
        self.view.hideButtons()
        self._curves: dict[str, object] = {}
        self._colors: dict[str, str] = {}
        self._marks = pg.PlotDataItem(connect="pairs", symbol=None)
        self.view.addItem(self._marks)
        self.marks: Sequence[Mark] = ()
        self.view.scene().sigMouseMoved.connect(self._hover)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 6, 8, 4)
        whole.setSpacing(2)
        whole.addLayout(row(label(measure.title, role="caption"), None, self.newest))
        whole.addWidget(self.view, 1)
        self.take_theme()

    def take_theme(self) -> None:
        tokens = current()
        self.view.setBackground(QColor(tokens.base))
        font = QFont(self.font())
        font.setPointSizeF(7.5)
        for side in ("left", "bottom"):
            axis = self.view.getAxis(side)
            axis.setPen(QColor(tokens.border))
            axis.setTextPen(QColor(tokens.muted))
            axis.setStyle(tickFont=font, tickLength=-4, autoExpandTextSpace=False)
        self.view.getAxis("left").setWidth(52)
        self.view.getAxis("bottom").setHeight(20)
        self.view.showGrid(x=False, y=True, alpha=0.12)
        self._marks.setPen(pg.mkPen(QColor(tokens.error), width=1, style=Qt.PenStyle.DashLine))

    def draw(self, curves: Mapping[str, tuple[Array, Array, str]], marks: Sequence[Mark], seconds: float) -> None:
        """`curves` by name, with their colours; x is seconds before now, `-seconds` to 0; `marks` say who ended."""
        for gone in set(self._curves) - set(curves):
            self.view.removeItem(self._curves.pop(gone))
            self._colors.pop(gone, None)
        top = LEAST_TOP.get(self.measure.unit, 1.0)
        for name, (times, values, color) in curves.items():
            if name not in self._curves:
                self._curves[name] = self.view.plot([], [], connect="finite")
            item = self._curves[name]
            if self._colors.get(name) != color:
                self._colors[name] = color
                item.setPen(pg.mkPen(QColor(color), width=1.6))  # type: ignore[attr-defined]
            item.setData(times, values)  # type: ignore[attr-defined]
            if len(values) and not np.all(np.isnan(values)):
                top = max(top, float(np.nanmax(values)))
        self.view.setXRange(-seconds, 0, padding=0)
        self.view.setYRange(0, top * 1.12, padding=0)
        self.marks = marks
        self._marks.setData(np.repeat([mark.at for mark in marks], 2), np.tile([0.0, top * 1.12], len(marks)))
        self.setAccessibleDescription("; ".join(mark.text for mark in marks[-SAID:]))

    def marked(self, x: float) -> str:
        """What is said about the marks at a place of the view, in its pixels; the newest first."""
        pixel = self.view.getViewBox().viewPixelSize()[0]
        at = self.view.getViewBox().mapSceneToView(QPointF(x, 0)).x()
        near = [mark for mark in self.marks if abs(mark.at - at) <= NEAR_PIXELS * pixel]
        return "\n".join(mark.text for mark in reversed(near[-SAID:]))

    def _hover(self, place: QPointF) -> None:
        if text := self.marked(place.x()):
            QToolTip.showText(QCursor.pos(), text, self.view)
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def say(self, value: float | None) -> None:
        """The newest value of what the legend has chosen."""
        self.newest.setText(value_text(value, self.measure.unit) if value is not None else show.DASH)


def tick_step(least: float, unit: str) -> float:
    """The smallest round step of at least `least`: powers of two for bytes, parts of minutes for time before now."""
    if unit == "bytes":
        return float(2 ** math.ceil(math.log2(max(least, 1))))
    if unit == "before":
        return next((step for step in (5.0, 15.0, 30.0, 60.0, 120.0, 300.0) if step >= least), 600.0)
    least = max(least, 1.0) if unit == "messages" else least
    power = 10.0 ** math.floor(math.log10(max(least, 1e-12)))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * 0.999)


def value_text(value: float, unit: str) -> str:
    """A value of an axis or a legend."""
    if unit == "before":
        return "now" if value >= -0.5 else f"-{-value / 60:g}{show.SPACE}min" if value % 60 == 0 else f"-{-value:.0f} s"
    if unit == "bytes":
        return show.size(value)
    if unit == "seconds":
        return show.duration(value)
    return f"{show.short(value)}{show.SPACE}%" if unit == "percent" else show.short(value)
