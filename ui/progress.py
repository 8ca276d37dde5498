"""Carries progress from the thread that works to the Qt thread."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from workbench.api import Progress


class Reporter(QObject):
    """`report` may be called on any thread; `reported` arrives on the Qt thread. A fraction of -1 is unknown."""

    reported = Signal(str, float)

    def report(self, progress: Progress) -> None:
        with suppress(RuntimeError):  # the window is gone
            self.reported.emit(progress.stage, -1.0 if progress.fraction is None else progress.fraction)
