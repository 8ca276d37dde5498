"""Looking for turns and actors of a session: the actor box and the line of conditions."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from test_session import file, go, real, session, window

from ui.main_window import MainWindow
from ui.panels.session.columns import TURNS
from ui.panels.session.panel import SessionPanel
from workbench.api.conditions import FIELDS

__all__ = ["file", "real", "session", "window"]


def test_an_actor_is_found_by_part_of_its_name_and_an_unknown_one_is_refused_in_words(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    box = session.actor_box
    edit, completer = box.lineEdit(), box.completer()
    assert edit is not None and completer is not None
    qtbot.waitUntil(lambda: box.count() == 3)
    edit.setFocus()
    qtbot.keyClicks(edit, "ES")
    assert completer.completionCount() == 1 and completer.currentCompletion() == "desk"
    popup = completer.popup()
    assert popup is not None
    popup.hide()
    edit.setText("DESK")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert session.actor() == box.currentText() == "desk"
    assert session.timeline.chosen == "desk"
    edit.setText("nobody")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: any("No actor of this session is called 'nobody'" in n.text for n in window.notices.notices)
    )
    assert session.actor() == "desk" and edit.font().underline()
    session.timeline.setFocus()
    assert box.currentText() == "desk" and not edit.font().underline()
    edit.setFocus()
    edit.clear()
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    assert box.chosen == "" and session.actor() == "till"
    assert edit.placeholderText() == "the actor of the turn"


def test_the_row_of_the_moment_is_chosen_where_the_filter_lists_it(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    session.turns.filter.set_now("actor:till")
    qtbot.waitUntil(lambda: [place.position for place in session.model.rows] == [7, 6, 5, 3, 1])
    session.where_line.setText("outcome:reply")
    session.where_line.setFocus()
    for position, listed in ((6, True), (5, True), (4, False), (3, True)):
        qtbot.keyClick(session.where_line, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
        qtbot.waitUntil(lambda: session._position() == position)  # noqa: B023
        assert session.turns.chosen_number() == (position if listed else 0)
    assert session.turns.filter.text() == "actor:till"
    go(window, 7, qtbot)
    assert session.turns.chosen_number() == 7
    session.turns.filter.set_now("actor:desk")
    qtbot.waitUntil(lambda: [place.position for place in session.model.rows] == [4, 2])
    go(window, 2, qtbot)
    session.turns.filter.set_now("actor:desk type:init")
    qtbot.waitUntil(lambda: session.turns.chosen_number() == 2)


def test_the_condition_is_checked_while_it_is_typed_and_names_of_fields_are_completed(
    session: SessionPanel, qtbot: QtBot
) -> None:
    line = session.where_line
    line.setFocus()
    qtbot.keyClicks(line, "tur")
    assert line.fields.currentCompletion() == "turn:"
    popup = line.fields.popup()
    assert popup is not None
    popup.hide()
    line.setText("outcom:crashed")
    qtbot.waitUntil(lambda: line.font().underline() and "no column 'outcom'" in line.problem)
    line.setText("outcome:crashed state.count>5 reply.0:ok")
    qtbot.waitUntil(lambda: not line.problem and not line.font().underline())
    line.setText("type~/(?<=a)b/")  # Qt's expressions know it, those of a session do not
    qtbot.keyClick(line, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: line.font().underline() and "not a regular expression" in line.problem)


def test_what_the_table_of_turns_has_a_column_for_is_called_so_in_a_condition() -> None:
    assert {column.key for column in TURNS} <= set(FIELDS)


def test_conditions_that_were_looked_for_come_back(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    go(window, 0, qtbot)
    line = session.where_line
    line.setFocus()
    for where in ("turn=2", "took<1s", "turn=2", "nonsense="):
        line.setText(where)
        qtbot.keyClick(line, Qt.Key.Key_F3)
    assert line.history == ["took<1s", "turn=2"]
    line.setText("type:")
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down):
        qtbot.keyClick(line, key)
        seen.append(line.text())
    assert seen == ["turn=2", "took<1s", "took<1s", "turn=2", "type:"]
    record = session.record()
    line.take_history(())
    session.restore(record)
    assert line.history == ["took<1s", "turn=2"]
