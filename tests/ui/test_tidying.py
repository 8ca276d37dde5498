"""Garbage in cycles is freed in the end, at a time when nobody waits."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from ui.tidying import AWAY_SECONDS, CHEAP, GROWN_BYTES, PAUSE_SECONDS, Tidying


class Knot:
    """Something that holds itself."""

    def __init__(self) -> None:
        self.me = self


class World:
    """The time and the size of the process, as a test has them."""

    def __init__(self) -> None:
        self.seconds, self.bytes = 0.0, 1 << 30

    def now(self) -> float:
        return self.seconds

    def resident(self) -> int:
        return self.bytes


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def tidying(loop: QEventLoop, world: World) -> Iterator[Tidying]:
    parent = QObject()
    made = Tidying(parent, now=world.now, resident=world.resident)
    yield made
    made.close()
    parent.deleteLater()


def crowd() -> list[list[int]]:
    """So many objects that they are not looked at every few seconds."""
    made: list[list[int]] = [[] for _ in range(CHEAP + 1_000)]
    gc.collect(1)
    return made


def planted() -> weakref.ref[Knot]:
    """Garbage that has come to the old generation before it was dropped."""
    knot = Knot()
    gc.collect(1)
    gc.collect(1)
    return weakref.ref(knot)


def test_a_small_heap_is_collected_every_time(tidying: Tidying) -> None:
    knot = planted()
    assert tidying.tidy()
    assert knot() is None


def test_with_many_objects_a_cycle_is_freed_when_the_user_has_been_away(tidying: Tidying, world: World) -> None:
    actors, knot = crowd(), planted()
    assert not tidying.tidy()
    world.seconds = AWAY_SECONDS - 1
    tidying.tidy()
    assert knot() is not None
    world.seconds = AWAY_SECONDS
    assert tidying.tidy()
    assert knot() is None
    assert len(actors) > CHEAP


def test_with_many_objects_a_cycle_is_freed_when_the_process_has_grown(tidying: Tidying, world: World) -> None:
    actors, knot = crowd(), planted()
    world.seconds = PAUSE_SECONDS
    assert not tidying.tidy()
    world.bytes += GROWN_BYTES
    assert tidying.tidy()
    assert knot() is None
    assert len(actors) > CHEAP


def test_nothing_is_looked_at_while_the_user_types(tidying: Tidying, world: World) -> None:
    actors, knot = crowd(), planted()
    assert not tidying.tidy()
    world.seconds, world.bytes = AWAY_SECONDS, world.bytes + GROWN_BYTES
    tidying.eventFilter(tidying, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier))
    tidying.tidy()
    assert knot() is not None
    assert len(actors) > CHEAP


def test_who_is_away_for_long_is_not_collected_for_again_and_again(tidying: Tidying, world: World) -> None:
    actors = crowd()
    tidying.tidy()
    world.seconds = AWAY_SECONDS
    tidying.tidy()
    knot = Knot()
    kept = weakref.ref(knot)
    gc.freeze()
    del knot
    world.seconds = 2 * AWAY_SECONDS
    tidying.tidy()
    assert kept() is not None
    assert len(actors) > CHEAP


def test_the_input_of_a_window_is_noticed_once_it_is_shown(loop: QEventLoop, world: World, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    made = Tidying(window, now=world.now, resident=world.resident)
    window.show()
    made.tidy()
    world.seconds = 7.0
    handle = window.windowHandle()
    qtbot.keyClick(handle, Qt.Key.Key_A)
    assert made.touched == 7.0
    made.close()
