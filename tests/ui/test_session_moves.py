"""What leads to a moment of a recorded session, and what a session does not pretend."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode
from test_session import actors, file, go, open_at, real, session, window

from tests.unit.sessions import forged
from ui import format as show
from ui.dialogs.asking import asking
from ui.dialogs.recording import RecordingDialog
from ui.dialogs.session_contents import SessionContents
from ui.main_window import MainWindow
from ui.panels.session.columns import TURNS as SESSION_TURNS
from ui.panels.session.columns import Place
from ui.panels.session.panel import SessionPanel
from ui.table_panel import TablePanel
from ui.turn_columns import TURNS
from ui.turn_text import turn_html
from workbench.api import RecordingLevel, RecordingStatistics, Turn
from workbench.api.session import TimelineEntry

__all__ = ["file", "open_at", "real", "session", "window"]


def test_quick_steps_are_all_done(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    go(window, 0, qtbot)
    session.timeline.setFocus()
    for _ in range(5):
        qtbot.keyClick(session.timeline, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: session._position() == 5)
    for _ in range(4):
        qtbot.keyClick(session.timeline, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: session._position() == 1)
    for _ in range(3):
        qtbot.keyClick(session.timeline, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: session._position() == 6)


def test_what_was_found_leads_to_its_moment(window: MainWindow, file: Path, tmp_path: Path, qtbot: QtBot) -> None:
    def change(entries: dict[str, bytes]) -> None:
        name = next(name for name in entries if name.startswith("turns/"))
        entries[name] = entries[name].replace(b'"reply":"3"', b'"reply":"9"')

    window.drops.drop((forged(file, tmp_path / "changed.plexbundle", change),))
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    qtbot.waitUntil(lambda: window.desk.actions["session.replay"].isEnabled())
    window.desk.actions.run("session.replay")
    replaying = panel.details.replaying
    qtbot.waitUntil(lambda: "the reply differs" in replaying.first.head.text(), timeout=30_000)
    replaying.table.opened.emit()
    qtbot.waitUntil(lambda: panel._position() == 6)
    go(window, 1, qtbot)
    window.desk.nodes.go_to_turn("till", 3)
    qtbot.waitUntil(lambda: panel._position() == 5)
    window.desk.nodes.go_to_turn("till", 30)
    qtbot.waitUntil(lambda: any("Turn 30 of till is not in this" in each.text for each in window.notices.notices))
    go(window, 7, qtbot)
    actors(window).select_key(next(row.id for row in actors(window).model.rows if row.id.name == "till"))
    window.desk.actions.run("actor.before_crash")
    qtbot.waitUntil(lambda: panel._position() == 6)


def test_no_button_of_an_empty_panel_changes_anything(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    go(window, 0, qtbot)
    qtbot.waitUntil(lambda: not actors(window).model.rows)
    shown = [panel.none for panel in window.panels.values() if isinstance(panel, TablePanel)]
    offered = {empty.button.text() for empty in shown if empty.button is not None and empty.button.isEnabled()}
    assert offered <= {"Open a recorded session…", "New connection…"}
    assert actors(window).none.line.text() == "No actor is alive at this moment of the session."
    assert not window.desk.actions["node.sample"].isEnabled()
    window.desk.actions.run("nodes.running")
    qtbot.waitUntil(lambda: actors(window).none.button is not None and actors(window).none.button.isEnabled())


def test_a_closed_session_leaves_nothing_behind(open_at: Callable[[str], MainWindow], file: Path, qtbot: QtBot) -> None:
    window = open_at(f"bundle:{file}")
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: len(actors(window).model.rows) == 2)
    window.desk.actions.run("nodes.close")
    qtbot.waitUntil(lambda: not actors(window).model.rows)
    assert window.status.cells["node"].text() == show.DASH


def test_a_turn_that_cannot_be_replayed_says_so_where_it_is_shown(turn: Turn) -> None:
    marked = replace(turn, unrepeatable="it was given a folder of the real world, which was not recorded")
    assert "a folder of the real world" in turn_html(marked)
    column = next(column for column in TURNS if column.key == "replays")
    assert (column.text(marked), column.text(turn)) == ("not exactly", "")
    entry = TimelineEntry(1, turn.actor, 1, "x", turn.outcome, 0.0, 1, None, None, 0, marked.unrepeatable)
    of_session = next(column for column in SESSION_TURNS if column.key == "replays")
    places = Place(1, entry), Place(1, replace(entry, unrepeatable="")), Place(1)
    assert [of_session.text(place) for place in places] == ["not exactly", "", ""]
    assert [of_session.value(place) for place in places] == ["no", "yes", ""]
    assert of_session.tip is not None and "a folder of the real world" in of_session.tip(places[0])
    assert "They were not recorded." in turn_html(replace(turn, host_calls=(), host_calls_total=2))
    assert "none" in turn_html(replace(turn, host_calls=(), host_calls_total=0))


@pytest.fixture
def turn(real: object) -> Turn:
    return real.actors.turns("here", limit=1)[0]  # type: ignore[attr-defined,no-any-return]


def test_another_day_is_told_from_today() -> None:
    today = time.time()
    assert show.clock(today) == time.strftime("%H:%M:%S", time.localtime(today)) + f".{int(today % 1 * 1000):03d}"
    before = today - 9 * 86_400
    assert show.clock(before).startswith(time.strftime("%m-%d ", time.localtime(before))) or show.clock(
        before
    ).startswith(time.strftime("%Y-", time.localtime(before)))
    assert show.clock(0.0, milliseconds=False).startswith(("1970-01-01 ", "1969-12-31 "))


def test_how_much_is_recorded_is_chosen_in_the_window(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    def shown() -> RecordingDialog | None:
        found = QApplication.activeModalWidget()
        return found if isinstance(found, RecordingDialog) else None

    window.desk.actions.run("debug.record")
    qtbot.waitUntil(lambda: shown() is not None)
    dialog = shown()
    assert dialog is not None
    assert f"of {show.size(256 << 20)} and 7.0 days that are kept" in dialog.taken.text()
    assert not dialog._keep.isEnabled()
    dialog._actor.setCurrentIndex(dialog._actor.findData("here"))
    dialog._level.setCurrentIndex(dialog._level.findData(RecordingLevel.MESSAGES))
    dialog._keep.setChecked(True)
    dialog.accept()
    qtbot.waitUntil(lambda: real.debugger.level("here") is RecordingLevel.MESSAGES)
    said = lambda: [each.text for each in window.notices.notices]  # noqa: E731
    qtbot.waitUntil(lambda: any(text.startswith("here: recorded messages") for text in said()))
    assert real.debugger.level() is not RecordingLevel.MESSAGES and real.debugger.statistics().kept == ("here",)
    window.desk.actions.run("debug.record")
    qtbot.waitUntil(lambda: shown() is not None)
    again = shown()
    assert again is not None
    again._actor.setCurrentIndex(again._actor.findData("here"))
    assert (again.level, again.keep) == (RecordingLevel.MESSAGES, True)
    again._keep.setChecked(False)
    again._level.setCurrentIndex(again._level.findData(""))
    assert again._level.currentText() == "as all without a level of their own: full"
    again.accept()
    qtbot.waitUntil(lambda: not real.debugger.statistics().kept)
    assert (real.debugger.level("here"), real.debugger.statistics().own) == (RecordingLevel.FULL, ())


def test_the_dialog_of_a_recording_shows_what_is_so_and_changes_nothing_else(window: MainWindow) -> None:
    off, full = RecordingLevel.OFF, RecordingLevel.FULL
    found = RecordingStatistics(full, 3, 2, 9370, 256 << 20, 86_400, 4076, 256 << 20, 0, 0, own=("a",), kept=("b",))
    with asking(RecordingDialog(window, found, {"a": off}, ("a", "b", "c"), "a")) as dialog:
        assert (dialog.actor, dialog.level, dialog.keep) == ("a", off, False)
        for name, level, keep in (("b", None, True), ("", full, False), ("c", None, False), ("a", off, False)):
            dialog._actor.setCurrentIndex(dialog._actor.findData(name))
            assert (dialog.actor, dialog.level, dialog.keep) == (name, level, keep)
            assert not dialog.changes_level and not dialog.changes_keep
        said = dialog.taken.text()
        assert f"in {show.size(9370)}." in said and f"{show.size(5294)} of it in the ring" in said
        assert f"{show.size(4076)} of it of crashes" in said


def test_what_is_in_the_file_is_shown(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    window.desk.actions.run("session.contents")
    qtbot.waitUntil(lambda: session.findChild(SessionContents) is not None)
    shown = session.findChild(SessionContents)
    assert shown is not None
    text = shown.text.toPlainText()
    assert "workbench" in text and "Actors (2)" in text and "turns/0001.jsonl" in text
    assert "no secrets were found" in text
    shown.close()


def test_another_moment_is_shown_at_once_though_the_panel_rests_after_a_long_reading(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    window.raise_panel("actors")
    panel = actors(window)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 2)
    panel._rest.start(3_600_000)  # as after one that took a quarter of an hour
    go(window, 0, qtbot)
    qtbot.waitUntil(lambda: not panel.model.rows)
