"""What tests of windows share: the loop, and the end of a window."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from shiboken6 import isValid

from ui import theme
from ui.app import application
from ui.main_window import MainWindow

OFFSCREEN = ("propagateSizeHints", "This plugin does not support")
"""What the offscreen platform says of itself."""


@cache
def _loop(app: QApplication) -> QEventLoop:
    application()
    return QEventLoop(app, already_running=True)


def running_loop(app: QApplication) -> Iterator[QEventLoop]:
    """The loop of this process, which turns whenever a test lets Qt's turn: asyncio knows of one that runs."""
    made = _loop(app)
    theme.apply(app, "light")
    yield made
    asyncio.events._set_running_loop(None)


def close(window: MainWindow) -> None:
    """What `main` does in the end; a second time it does nothing."""
    if not isValid(window):
        return
    window.close()
    window.bridge.close()
    window.opening.close()
    window.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
