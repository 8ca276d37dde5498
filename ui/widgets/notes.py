"""Sentences above something else: however many there are, they push nothing out of sight."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea

from ui.widgets.build import label

LINES = 3


class Notes(QScrollArea):
    """As high as its text, up to a few lines; then it scrolls. Hidden while it says nothing."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._label = label(tone="muted", wrap=True)
        self._label.setContentsMargins(10, 2, 10, 2)
        self._label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setWidget(self._label)
        for part in (self._label, self.viewport()):
            part.setAutoFillBackground(False)
        self.hide()

    def text(self) -> str:
        return self._label.text()

    def say(self, text: str) -> None:
        """Nothing: it goes."""
        if text != self._label.text():
            self._label.setText(text)
            self._label.setToolTip(text)
            self._fit()
        self.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        most = LINES * self._label.fontMetrics().lineSpacing() + 4
        self.setFixedHeight(min(max(self._label.heightForWidth(self.viewport().width()), 1), most))
