"""A small screen and large text: nothing that is needed leaves the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QPushButton, QToolBar, QToolButton, QWidget
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
@pytest.mark.parametrize("perspective", ["operate", "debug", "data"])
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
    qtbot.waitUntil(lambda: window.height() <= 700 and not overlapping(window))


def overlapping(window: MainWindow) -> list[str]:
    """Docks that are painted over each other, or beyond the window's edge."""
    shown = [dock for dock in window.docks.values() if not dock.visibleRegion().isEmpty() or dock.panel.seen]
    inside = window.rect()
    return [f"{one.panel.id} over {other.panel.id}" for at, one in enumerate(shown) for other in shown[at + 1 :]
            if one.geometry().intersects(other.geometry())] + [
        f"{dock.panel.id} outside" for dock in shown if not inside.contains(dock.geometry())]  # fmt: skip


@pytest.mark.usefixtures("font")
def test_what_a_narrow_toolbar_has_no_room_for_is_behind_its_button(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.scale_text(18.0 - window.font().pointSizeF())
    window.resize(900, 700)
    bar = window.findChild(QToolBar)
    assert isinstance(bar, QToolBar)
    more = bar.findChild(QToolButton, "qt_toolbar_ext_button")
    assert isinstance(more, QToolButton)
    qtbot.waitUntil(more.isVisible)
    assert more.width() >= 12
    cut = [action.text() for action in bar.actions() if (shown := bar.widgetForAction(action)) is not None
           and shown.isVisible() and shown.geometry().right() > more.geometry().left()]  # fmt: skip
    assert cut == []
