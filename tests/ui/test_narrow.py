"""A small screen and large text: nothing that is needed leaves the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow


def outside(window: MainWindow) -> list[str]:
    """Visible buttons whose right edge is beyond the window's."""
    return [
        f"{button.accessibleName() or button.text()} of {type(button.parent()).__name__}: {beyond} px"
        for button in window.findChildren(QPushButton)
        if button.isVisible() and (beyond := _right(button, window) - window.width()) > 0
    ]


def _right(widget: QWidget, window: MainWindow) -> int:
    return widget.mapTo(window, QPoint(widget.width(), 0)).x()


@pytest.fixture
def font() -> Iterator[None]:
    """The size of text is the whole program's: put it back."""
    before = QApplication.font()
    yield
    QApplication.setFont(before)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("perspective", ["operate", "debug"])
@pytest.mark.parametrize("points", [9.0, 13.5, 18.0])
def test_at_1024_by_700_every_button_stays_inside(
    open_window: Callable[[], MainWindow], qtbot: QtBot, perspective: str, points: float
) -> None:
    window = open_window()
    window.desk.actions[f"view.{perspective}"].trigger()
    window.scale_text(points - window.font().pointSizeF())
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: abs(window.width() - 1024) < 2 or bool(outside(window)))
    assert window.width() <= 1024, f"the window cannot be made smaller than {window.width()} px"
    assert not outside(window)
