"""A line of controls in two halves: side by side while there is room, one above the other when there is not."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QWidget

BESIDE, BELOW = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class TurningRow(QWidget):
    """Needs the width of its wider half alone, so that nothing of it is cut off where its place is narrow."""

    def __init__(self, *halves: QHBoxLayout, margins: tuple[int, int, int, int], spacing: int = 6) -> None:
        super().__init__()
        self._halves = halves
        self._line = QBoxLayout(BESIDE, self)
        self._line.setContentsMargins(*margins)
        self._line.setSpacing(spacing)
        for half in halves:
            self._line.addLayout(half, 1)

    def minimumSizeHint(self) -> QSize:
        margins = self._line.contentsMargins()
        widest = max(half.minimumSize().width() for half in self._halves)
        return QSize(widest + margins.left() + margins.right(), self._line.minimumSize().height())

    def beside(self) -> int:
        """The width that the halves need side by side."""
        margins, gaps = self._line.contentsMargins(), self._line.spacing() * (len(self._halves) - 1)
        return sum(half.minimumSize().width() for half in self._halves) + gaps + margins.left() + margins.right()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _turn(self) -> None:
        wanted = BESIDE if self.width() >= self.beside() else BELOW
        if self._line.direction() is not wanted:
            self._line.setDirection(wanted)
            self.updateGeometry()
