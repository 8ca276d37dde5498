"""A splitter that stands its parts beside each other while there is room, and one above the other when there is not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter


class TurningSplitter(QSplitter):
    """Never wider than its place: without this the sum of the parts would push the window's edge out."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setMinimumWidth(1)  # an explicit one replaces that of the parts side by side

    def beside(self) -> int:
        """The width that the parts need beside each other."""
        found = [self.widget(at) for at in range(self.count())]
        parts = [part.minimumSizeHint().width() for part in found if part is not None]
        return sum(parts) + self.handleWidth() * (len(parts) - 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = event.size().width() >= self.beside()
        wanted = Qt.Orientation.Horizontal if room else Qt.Orientation.Vertical
        if self.orientation() is not wanted:
            self.setOrientation(wanted)
