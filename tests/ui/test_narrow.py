"""A small screen and large text: nothing that is needed leaves the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QPushButton, QToolBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.panels.editor.panel import EditorPanel
from ui.panels.messages.panel import MessagesPanel


def outside(window: MainWindow) -> list[str]:
    """Visible buttons whose right edge is beyond the window's."""
    return [
        f"{button.accessibleName() or button.text()} of {type(button.parent()).__name__}: {beyond} px"
        for button in window.findChildren(QPushButton)
        if button.isVisible() and (beyond := _right(button, window) - window.width()) > 0
    ]


def _right(widget: QWidget, window: MainWindow) -> int:
    return widget.mapTo(window, QPoint(widget.width(), 0)).x()


def small(window: MainWindow, points: float, perspective: str = "") -> MainWindow:
    """In 1024 by 700, with text of so many points."""
    if perspective:
        window.desk.actions[f"view.{perspective}"].trigger()
    window.scale_text(points - window.font().pointSizeF())
    window.resize(1024, 700)
    return window


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
    window = small(open_window(), points, perspective)
    qtbot.waitUntil(lambda: abs(window.width() - 1024) < 2 or bool(outside(window)))
    assert window.width() <= 1024, f"the window cannot be made smaller than {window.width()} px"
    assert not outside(window)
    qtbot.waitUntil(lambda: window.height() <= 700 and not overlapping(window))


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("perspective", ["operate", "debug"])
@pytest.mark.parametrize("points", [9.0, 13.5, 18.0])
def test_at_1024_by_700_the_composer_is_seen_whole(
    open_window: Callable[[], MainWindow], qtbot: QtBot, perspective: str, points: float
) -> None:
    window = small(open_window(), points, perspective)
    window.raise_panel("messages")
    panel, dock = window.panels["messages"], window.docks["messages"]
    assert isinstance(panel, MessagesPanel)
    panel.type.learn(panel.actor.actor(), "a_message_type_that_is_longer_than_its_place")
    controls = (panel.actor, *panel.kinds.buttons(), panel.type, panel.send_button)
    qtbot.waitUntil(lambda: abs(window.width() - 1024) < 2 and panel.send_button.isVisible())
    qtbot.waitUntil(lambda: panel.send_button.fontInfo().pointSizeF() == pytest.approx(points, abs=1.0))
    _lay_out(window)
    assert all(_whole(control) for control in controls)
    assert all(dock.rect().contains(_place(control, dock)) for control in controls)


@pytest.mark.usefixtures("font")
@pytest.mark.parametrize("points", [9.0, 13.5, 18.0])
def test_the_strip_below_the_source_is_seen_whole_at_1024_px(
    open_window: Callable[[], MainWindow], qtbot: QtBot, points: float
) -> None:
    window = small(open_window(), points)
    window.desk.actions.run("file.new_server")
    panel, dock = window.panels["editor"], window.docks["editor"]
    assert isinstance(panel, EditorPanel)
    doc = panel.current()
    assert doc is not None
    strip = doc.strip
    qtbot.waitUntil(lambda: abs(window.width() - 1024) < 2 and strip.send.isVisible())
    qtbot.waitUntil(lambda: strip.send.fontInfo().pointSizeF() == pytest.approx(points, abs=1.0))
    controls = (*strip.kinds.buttons(), strip.type, strip.payload, strip.send, strip.restart, strip.cells)

    def seen() -> bool:
        strip.restart.show()  # as of an actor that crashed; news of the actors may take it back
        strip.state.setText("crashed: ZeroDivisionError: division by zero, and more of it than there is room for")
        _lay_out(window)
        return all(_whole(control) and dock.rect().contains(_place(control, dock)) for control in controls)

    qtbot.waitUntil(seen)


@pytest.mark.usefixtures("font")
def test_the_composer_takes_a_second_line_where_its_panel_is_narrow(
    open_window: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.scale_text(18.0 - window.font().pointSizeF())
    panel, dock = window.panels["messages"], window.docks["messages"]
    assert isinstance(panel, MessagesPanel)
    dock.setFloating(True)
    dock.resize(900, 500)
    qtbot.waitUntil(panel.send_button.isVisible)
    _lay_out(window)
    assert _place(panel.actor, dock).y() == _place(panel.type, dock).y()
    dock.resize(dock.minimumSizeHint().width(), 500)
    _lay_out(window)
    assert _place(panel.actor, dock).y() < _place(panel.type, dock).y()
    assert _whole(panel.send_button)


def _lay_out(window: MainWindow) -> None:
    """Let every style and layout answer what the others did: a picture needs them all."""
    for _ in range(4):
        window.grab()
        QApplication.processEvents()


def _whole(control: QWidget) -> bool:
    """Whether nothing of it is cut off."""
    return control.visibleRegion().boundingRect() == control.rect()


def _place(control: QWidget, inside: QWidget) -> QRect:
    return QRect(control.mapTo(inside, QPoint(0, 0)), control.size())


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
