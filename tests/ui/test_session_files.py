"""The file of a session in the window: up to when it goes, and what is damaged of it."""

from __future__ import annotations

import time
from pathlib import Path

from pytestqt.qtbot import QtBot
from test_session import file, real, window

from tests.unit.sessions import forged
from ui.dialogs.asking import asking
from ui.dialogs.export_session import ExportSessionDialog
from ui.dialogs.session_contents import SessionContents
from ui.main_window import MainWindow

__all__ = ["file", "real", "window"]


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
