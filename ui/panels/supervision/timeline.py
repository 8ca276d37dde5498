"""Restarts along a line of time: one lane for each child, a mark for each decision, chosen by mouse or arrow keys."""

from __future__ import annotations

from collections.abc import Sequence
from time import time

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui import format as show
from ui import icons
from ui.panels.supervision.columns import LOOKS, kind
from ui.theme import current
from workbench.api import RestartRecord
from workbench.api.supervision import spoken

LANES = 5
LEAST_SECONDS = 60.0
STEPS = (5, 10, 30, 60, 300, 600, 1800, 3600, 6 * 3600, 86_400)
SIZE = 14
BADGE = 11


class Timeline(QWidget):
    """`chosen` carries the number of a decision; `opened` is Enter or a double click on the chosen one."""

    chosen = Signal(int)
    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.records: Sequence[RestartRecord] = ()
        self.number = 0
        self.end = 0.0
        self.setAccessibleName("Restarts over time")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._fit()

    def show_records(self, records: Sequence[RestartRecord], now: float = 0.0) -> None:
        """Oldest first. `now` is the right end."""
        self.records = records
        self.end = max([now or time(), *(record.time for record in records)])
        self._fit()
        self.update()

    def choose(self, number: int) -> None:
        """Mark a decision without telling anybody."""
        self.number = number
        record = self._record()
        self.setAccessibleDescription(f"{show.clock(record.time)}: {spoken(record)}" if record else "")
        self.update()

    def _record(self) -> RestartRecord | None:
        return next((record for record in self.records if record.seq == self.number), None)

    def _fit(self) -> None:
        self.setFixedHeight(round(self._lane() * max(1, len(self.lanes())) + self.fontMetrics().height() + 16))

    def _lane(self) -> float:
        return max(SIZE, self.fontMetrics().height()) + 6.0

    def lanes(self) -> list[str]:
        """Who has a lane: those that ended last; the others share the lowest one, which has no name."""
        newest = list(dict.fromkeys(record.child for record in reversed(self.records)))
        return newest if len(newest) <= LANES else [*newest[: LANES - 1], ""]

    # places

    @property
    def start(self) -> float:
        oldest = min((record.time for record in self.records), default=self.end)
        return min(oldest, self.end - LEAST_SECONDS)

    def _left(self) -> float:
        metrics = QFontMetricsF(self.font())
        named = max((metrics.horizontalAdvance(name or "others") for name in self.lanes()), default=0.0)
        return min(named, self.width() * 0.3) + 18

    def across(self, moment: float) -> float:
        left, right = self._left() + SIZE / 2, self.width() - 14.0
        return left + (right - left) * (moment - self.start) / max(self.end - self.start, 1.0)

    def place(self, record: RestartRecord) -> QRectF:
        """The box of a mark."""
        lanes = self.lanes()
        lane = lanes.index(record.child) if record.child in lanes else len(lanes) - 1
        middle = 6 + self._lane() * (lane + 0.5)
        return QRectF(self.across(record.time) - SIZE / 2, middle - SIZE / 2, SIZE, SIZE)

    def at(self, x: float, y: float) -> RestartRecord | None:
        """The newest mark under a point, or as near as a finger is wide."""
        near = (record for record in reversed(self.records)
                if self.place(record).adjusted(-4, -4, 4, 4).contains(x, y))  # fmt: skip
        return next(near, None)

    # what is drawn

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(current().base))
        self._axis(painter)
        for record in self.records:
            icon, tone = LOOKS[kind(record)]
            box = self.place(record)
            if record.seq == self.number:
                painter.setPen(QPen(QColor(current().accent), 2))
                painter.setBrush(QColor(current().selection))
                painter.drawEllipse(box.adjusted(-4, -4, 4, 4))
            icons.paint(painter, icon, tone, box)
            if record.cause is not None:
                self._badge(painter, box)
        if self.hasFocus():
            painter.setPen(QPen(QColor(current().accent), 1, Qt.PenStyle.DotLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _badge(self, painter: QPainter, box: QRectF) -> None:
        """It was a crash."""
        place = QRectF(box.right() - BADGE * 0.4, box.top() - BADGE * 0.5, BADGE, BADGE)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(current().base))
        painter.drawEllipse(place.adjusted(-1, -1, 1, 1))
        icons.paint(painter, "crashed", "error", place)

    def _axis(self, painter: QPainter) -> None:
        tokens, metrics, left = current(), QFontMetricsF(self.font()), self._left()
        lanes = self.lanes() or [""]
        for lane, name in enumerate(lanes):
            middle = 6 + self._lane() * (lane + 0.5)
            painter.setPen(QColor(tokens.border))
            painter.drawLine(round(left), round(middle), self.width() - 8, round(middle))
            painter.setPen(QColor(tokens.text if name else tokens.muted))
            said = metrics.elidedText(
                name or ("others" if self.records else ""), Qt.TextElideMode.ElideRight, left - 14
            )
            painter.drawText(QRectF(10, middle - self._lane() / 2, left - 14, self._lane()),
                             Qt.AlignmentFlag.AlignVCenter, said)  # fmt: skip
        bottom = 6 + self._lane() * len(lanes)
        painter.setPen(QColor(tokens.muted))
        for seconds in self.ticks():
            text = "now" if not seconds else f"-{show.span(seconds)}"
            x, width = self.across(self.end - seconds), metrics.horizontalAdvance(text)
            painter.drawLine(round(x), round(bottom), round(x), round(bottom + 3))
            place = QRectF(min(x - width / 2, self.width() - width - 4), bottom + 3, width + 2, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, text)

    def ticks(self) -> list[float]:
        """Seconds before now, as many as have room."""
        most = max(2, int((self.width() - self._left()) / (QFontMetricsF(self.font()).averageCharWidth() * 14)))
        span = self.end - self.start
        step = next((step for step in STEPS if span / step <= most), max(span / most, 1))
        return [at * step for at in range(int(span / step) + 1)]

    # Qt's own

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._take(self.at(event.position().x(), event.position().y()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.at(event.position().x(), event.position().y()) is not None:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._record() is not None:
            self.opened.emit()
            return
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self.records:
            super().keyPressEvent(event)
            return
        numbers = [record.seq for record in self.records]
        at = numbers.index(self.number) + step if self.number in numbers else len(numbers) - 1
        self._take(self.records[min(max(at, 0), len(numbers) - 1)])

    def _take(self, record: RestartRecord | None) -> None:
        if record is not None:
            self.choose(record.seq)
            self.chosen.emit(record.seq)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            record = self.at(event.pos().x(), event.pos().y())
            text = f"{show.clock(record.time)}: {spoken(record)}" if record else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
