"""The timeline of 100,000 turns: a part of it is seen, times are read, and single turns are met exactly."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from test_session import entry, file, go, real, session, window

from ui import format as show
from ui.main_window import MainWindow
from ui.panels.session.axis import ticks
from ui.panels.session.map import OTHERS, Extent, TurnMap
from ui.panels.session.panel import SessionPanel
from ui.panels.session.timeline import SessionTimeline

__all__ = ["file", "real", "session", "window"]
TOTAL = 100_000
CRASHES = (54_300, 54_321, 54_400)
NONE, CONTROL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def timeline(qapp: QApplication, qtbot: QtBot) -> SessionTimeline:
    """Twenty actors take turns; the last takes the fewest, and only `a3` crashes."""
    assert qapp is not None
    found = TurnMap.of(TOTAL)
    found.add([
        entry(at, "a3" if at in CRASHES else "rare" if at == 70_000 else f"a{at % 19}", crashed=at in CRASHES)
        for at in range(1, TOTAL + 1)
    ])  # fmt: skip
    made = SessionTimeline()
    qtbot.addWidget(made)
    made.resize(1_000, made.height())
    made.show_turns(found)
    made.show()
    return made


def wheel(timeline: SessionTimeline, x: float, notches: int, modifier: Qt.KeyboardModifier = NONE) -> None:
    place = QPointF(x, 40)
    QApplication.sendEvent(timeline, QWheelEvent(
        place, timeline.mapToGlobal(place), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    ))  # fmt: skip


def middle(timeline: SessionTimeline, lane: str) -> float:
    places = timeline.places()
    return places.top + places.lane * (places.lanes.index(lane) + 0.5)


def test_ctrl_and_the_wheel_zoom_around_the_pointer_and_the_wheel_scrolls(timeline: SessionTimeline) -> None:
    under = timeline.places().place(700)
    for _ in range(10):
        wheel(timeline, 700, 1, CONTROL)
    assert timeline.seen.span < TOTAL / 5
    assert timeline.places().place(700) == pytest.approx(under)
    before = timeline.seen
    for modifier in (NONE, SHIFT):
        wheel(timeline, 700, -1, modifier)
    assert timeline.seen.first == pytest.approx(before.first + before.span * 0.2)
    assert timeline.seen.span == pytest.approx(before.span)
    for _ in range(100):
        wheel(timeline, 700, -1)
    assert timeline.seen.last == TOTAL
    for _ in range(40):
        wheel(timeline, 700, -1, CONTROL)
    assert timeline.seen == Extent.whole(TOTAL)


def test_keys_zoom_around_the_moment_and_a_double_click_on_the_head_shows_everything(
    timeline: SessionTimeline, qtbot: QtBot
) -> None:
    timeline.show_position(30_000, "")
    for _ in range(30):
        qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    assert timeline.seen.span == 10
    assert timeline.seen.first <= 30_000 <= timeline.seen.last
    qtbot.keyClick(timeline, Qt.Key.Key_Minus)
    assert timeline.seen.span == 16
    timeline.show_position(30_100, "")
    assert timeline.seen.first <= 30_100 <= timeline.seen.last and timeline.seen.span == 16
    qtbot.keyClick(timeline, Qt.Key.Key_0)
    assert timeline.seen == Extent.whole(TOTAL)
    qtbot.keyClick(timeline, Qt.Key.Key_Plus)
    qtbot.mouseDClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(500, round(middle(timeline, "a3"))))
    assert timeline.seen != Extent.whole(TOTAL)
    qtbot.mouseDClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(500, 12))
    assert timeline.seen == Extent.whole(TOTAL)


def test_a_click_on_the_mark_of_a_crash_goes_exactly_there(timeline: SessionTimeline, qtbot: QtBot) -> None:
    wanted: list[int] = []
    timeline.wanted.connect(wanted.append)
    timeline.look(Extent(TOTAL, 54_000, 55_000))
    for crash in CRASHES:
        place = QPoint(round(timeline.across(crash)) + 1, round(middle(timeline, "a3")))
        qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place)
    assert tuple(wanted) == CRASHES
    timeline.zoom(0.0)
    place = QPoint(round(timeline.across(CRASHES[1])) - 3, round(middle(timeline, "a3")))
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=place)
    assert wanted[-1] in CRASHES


def test_the_chosen_actor_has_a_lane_of_its_own(timeline: SessionTimeline) -> None:
    before = timeline.turns.lanes()
    assert OTHERS in before and "rare" not in before
    height = timeline.height()
    timeline.show_actor("rare")
    lanes = timeline.places().lanes
    assert "rare" in lanes and OTHERS in lanes and len(lanes) == len(before)
    assert timeline.height() == height
    some, _ = timeline.turns.cells(lanes, 1_000)
    assert np.flatnonzero(some[lanes.index("rare")]).tolist() == [699]


def test_the_tooltip_names_the_time_the_actor_and_the_turn(timeline: SessionTimeline) -> None:
    timeline.look(Extent(TOTAL, 54_310, 54_330))
    x, y = timeline.across(CRASHES[1]), middle(timeline, "a3")
    when = show.clock(1 / 1e9)
    assert timeline.said_at(x, y) == f"Position 54,321 of 100,000, {when}\na3 turn 54,321, x, crashed"
    timeline.zoom(0.0)
    assert timeline.said_at(timeline.across(0), 5) == "Position 0 of 100,000: before the first turn"


def test_ticks_are_round_times_that_do_not_touch_with_the_day_once() -> None:
    start = time.mktime((2021, 3, 1, 12, 0, 30, 0, 0, -1))
    ended = np.linspace(start, start + 600, TOTAL)
    found = ticks(Extent.whole(TOTAL), ended, 1_000, lambda text: 7.0 * len(text))
    assert len(found) >= 5
    assert found[0].text == "2021-03-01 12:01"
    assert [tick.text for tick in found[1:3]] == ["12:03", "12:04"]  # the first takes more room
    assert found[0].x == pytest.approx(50, abs=1)
    assert all(one.x + 7 * len(one.text) < other.x for one, other in pairwise(found))
    seen = Extent(TOTAL, 50_000, 50_100)
    near = ticks(seen, ended[seen.turns], 1_000, lambda text: 7.0 * len(text))
    assert len(near) >= 4 and "." in near[0].text


def test_ticks_of_turns_at_one_time_are_still_read() -> None:
    ended = np.full(100, time.time())
    found = ticks(Extent.whole(100), ended, 1_000, lambda text: 7.0 * len(text))
    assert len(found) >= 2
    assert ticks(Extent.whole(0), np.zeros(0), 1_000, float) == []


def test_every_match_is_marked_once_one_was_looked_for(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    go(window, 0, qtbot)
    session.where_line.setText("actor:till type:increment")
    session.where_line.setFocus()
    qtbot.keyClick(session.where_line, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: np.flatnonzero(session._map.marked).tolist() == [2, 4, 5])
    qtbot.waitUntil(lambda: not window.desk.jobs.running)
    timeline = session.timeline
    place = timeline.places()
    x, y = timeline.across(5) + 2, place.top + place.lane * (len(place.lanes) + 0.5)
    assert "the condition holds" in timeline.said_at(x, y)
    qtbot.mouseClick(timeline, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
    qtbot.waitUntil(lambda: session._position() == 5)
    session.where_line.setText("actor:till state:1")
    assert not session._map.any_marked
    qtbot.keyClick(session.where_line, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: np.flatnonzero(session._map.marked).tolist() == [2])
