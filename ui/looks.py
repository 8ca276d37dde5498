"""Gives the window its looks part by part: a dock, a bar or a dialog is one part, and each takes a turn of the loop.

One stylesheet for the whole application, or for the window, would be changed for all widgets in one go; Qt goes over a
widget once for each of its ancestors then. A part that waits for its turn keeps its old picture.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QMainWindow, QWidget
from shiboken6 import isValid

from ui import theme
from ui.stylesheet import FRAME
from ui.watchdog import watched
from ui.widgets.build import repaint_tools

Step = Callable[[], None]


class Looks(QObject):
    """`dress` is for parts that are new, `change` for all of them when the theme or the size of text is another."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._steps: deque[Step] = deque()
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._next)
        window.setStyleSheet(FRAME)

    @property
    def settled(self) -> bool:
        """Whether every part has the looks that were asked for."""
        return not self._steps

    def parts(self) -> list[QWidget]:
        """What has a stylesheet of its own, what is seen before what is not."""
        found = self._window.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        found += [
            dialog for dialog in self._window.findChildren(QDialog) if dialog.styleSheet() and dialog not in found
        ]
        return sorted(found, key=lambda part: not part.isVisible() or part.visibleRegion().isEmpty())

    def dress(self) -> None:
        """Give the stylesheet to what has come without one."""
        if self.settled:
            for part in self.parts():
                if part.styleSheet() != theme.sheet():
                    part.setStyleSheet(theme.sheet())

    def change(self, choice: str, first: Iterable[Step], last: Step) -> None:
        """Take a theme; `first` has what the parts draw with, `last` is done when all of them are drawn anew."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        parts = self.parts()
        for part in parts:
            part.setUpdatesEnabled(False)
        theme.apply(app, choice)
        self._steps = deque([self._frame, *first])
        self._steps.extend(lambda part=part: self._restyle(part) for part in parts)  # type: ignore[misc]
        self._steps.append(last)
        self._turn.start()

    @watched
    def _next(self) -> None:
        self._steps.popleft()()
        if self.settled:
            self._turn.stop()

    def _frame(self) -> None:
        """Its own colours come from the palette."""
        style = self._window.style()
        style.unpolish(self._window)
        style.polish(self._window)

    def _restyle(self, part: QWidget) -> None:
        if not isValid(part):  # a dialog that was closed meanwhile
            return
        part.setStyleSheet(theme.sheet())
        repaint_tools(part)
        part.setUpdatesEnabled(True)
