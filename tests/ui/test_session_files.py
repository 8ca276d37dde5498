"""The file of a session in the window: up to when it goes, and what is damaged of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot
from test_session import file, real, session, window

from tests.unit.sessions import forged
from ui.dialogs.asking import asking
from ui.dialogs.export_session import ExportSessionDialog
from ui.dialogs.session_contents import SessionContents
from ui.main_window import MainWindow
from ui.panels.session.panel import SessionPanel
from ui.rules import rules
from ui.widgets.dock import Frame
from workbench.api import Invalid

__all__ = ["file", "real", "session", "window"]


def test_an_export_ends_where_it_is_told_to(window: MainWindow, qtbot: QtBot) -> None:
    with asking(ExportSessionDialog(window)) as dialog:
        assert dialog.until == 0.0
        dialog._until.setText("tomorrow")
        dialog.accept()
        assert "'tomorrow' is no time" in dialog._wrong.text() and dialog.result() == 0
        dialog._since.setCurrentIndex(1)
        dialog._until.setText("2h")
        dialog.accept()
        assert "end before it begins" in dialog._wrong.text() and dialog.result() == 0
        dialog._until.setText("5m")
        dialog.accept()
        assert dialog.result() == 1 and 299 < time.time() - dialog.until < 400
    qtbot.wait(0)


def test_an_export_begins_at_a_time_that_is_typed(window: MainWindow) -> None:
    with asking(ExportSessionDialog(window)) as dialog:
        dialog.show()
        assert dialog.since == 0.0
        dialog._since.setCurrentText("the last hour")
        assert 3_599 < time.time() - dialog.since < 3_700
        dialog._since.setCurrentText("2026-03-01T12:05")
        assert time.localtime(dialog.since)[:5] == (2026, 3, 1, 12, 5)
        dialog._since.setCurrentText("the first of march")
        dialog.accept()
        assert "'the first of march' is no time" in dialog._wrong.text() and dialog.result() == 0
        QApplication.processEvents()
        assert dialog._since.hasFocus() or not dialog.isActiveWindow()
        for part in dialog.findChildren(QLabel):
            assert part.height() >= part.heightForWidth(part.width()), f"{part.text()} is cut"
        dialog._since.setCurrentText("  ")
        dialog.accept()
        assert dialog.result() == 1 and dialog.since == 0.0


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("token, /a{1,3}b/", ("token", "/a{1,3}b/")),
        ("/a{1,3}/ , password,", ("/a{1,3}/", "password")),
        (r"/x\/, y/, /a, b/", (r"/x\/, y/", "/a, b/")),
        (r"/https?:\/\/\w+/, api-key", (r"/https?:\/\/\w+/", "api-key")),
        ("", ()),
    ],
)
def test_an_expression_is_one_rule_whatever_it_contains(line: str, found: tuple[str, ...]) -> None:
    assert rules(line) == found


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("token, /a{1,3}b", "/a{1 is half an expression"),
        ("token, b/", "b/ is half an expression"),
        ("/a{1, /b/", "may be one expression or two"),
        ("/(/, token", "/(/ is no regular expression: missing )"),
        ("//", "// is an empty expression"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_before_anything_is_written(
    window: MainWindow, line: str, said: str
) -> None:
    with pytest.raises(Invalid) as failed:
        rules(line)
    assert said in str(failed.value)
    with asking(ExportSessionDialog(window)) as dialog:
        dialog._names.setText(line)
        dialog.accept()
        assert said in dialog._wrong.text() and dialog.result() == 0
        dialog._redact.setChecked(False)
        dialog.accept()
        assert dialog.result() == 1 and dialog.secrets == ()


def test_what_is_damaged_of_a_session_is_told_when_it_is_opened(
    window: MainWindow, file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    def change(entries: dict[str, bytes]) -> None:
        del entries[next(name for name in entries if name.startswith("modules/") and not name.endswith(".json"))]

    path = forged(file, tmp_path / "torn.plexbundle", change)
    window.drops.drop((path,))
    qtbot.waitUntil(lambda: any("torn.plexbundle has 1 problem;" in each.text for each in window.notices.notices))
    told = next(each for each in window.notices.notices if "torn.plexbundle" in each.text)
    assert told.tone == "warn" and "the module fragile (" in told.text and "of desk, till is not in it" in told.text
    window.desk.answered.emit(told.buttons[0][1])
    qtbot.waitUntil(lambda: bool(window.findChildren(SessionContents)))
    assert "not in it" in window.findChildren(SessionContents)[0].text.toPlainText()


def test_many_notes_of_a_moment_push_nothing_out_of_sight(window: MainWindow, file: Path, qtbot: QtBot) -> None:
    window.set_perspective("debug")
    window.resize(1440, 900)
    window.drops.drop((file,))
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    qtbot.waitUntil(lambda: panel._session is not None and panel._map.known == 7)
    window.desk.nodes.go(4)
    qtbot.waitUntil(lambda: panel.turns.chosen_number() == 4)
    panel.notes.say(
        "\n".join(f"{number}. of the many things that are not known of this moment, and why" for number in range(9))
    )
    frame = next(frame for frame in window.findChildren(Frame) if frame.widget() is panel)
    lines = panel.notes.fontMetrics().lineSpacing()
    qtbot.waitUntil(lambda: 2 * lines < panel.notes.height() < 5 * lines)
    QApplication.processEvents()
    assert panel.height() <= frame.viewport().height(), "the panel is higher than its dock"
    row = panel.table.visualRect(panel.table.currentIndex())
    assert panel.table.viewport().rect().contains(row)
    assert frame.viewport().rect().contains(panel.table.viewport().mapTo(frame.viewport(), row.center()))
    panel.notes.say("one")
    qtbot.waitUntil(lambda: panel.notes.height() < 2 * lines)
    panel.notes.say("")
    assert panel.notes.isHidden()


def test_verifying_a_session_can_be_cancelled(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    jobs, seen = window.desk.jobs, list[str]()

    def stop() -> None:
        seen.extend(job.text for job in jobs.running)
        jobs.cancel()

    qtbot.waitUntil(lambda: not jobs.running)
    jobs.changed.connect(stop)
    window.desk.actions.run("session.verify")
    qtbot.waitUntil(lambda: bool(seen) and not jobs.running)
    assert seen[0] == "shop.plexbundle: verifying" and not window.notices.notices
