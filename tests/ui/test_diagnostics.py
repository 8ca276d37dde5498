"""Help > Save diagnostics: all of it is seen before it is written, and a connection's token is in none of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

from ui.dialogs.diagnostics import DiagnosticsDialog
from ui.main_window import MainWindow
from workbench.api.connections import Connection
from workbench.api.logs import Level

TOKEN = "plain-connection-token-4711"


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    return open_window(real)


def shown(kind: type) -> object:
    found = QApplication.activeModalWidget()
    return found if isinstance(found, kind) else None


def test_all_of_it_is_seen_first_and_just_that_is_written(
    window: MainWindow, real: QuickNode, qtbot: QtBot, tmp_path: Path
) -> None:
    attachments = window.desk.attachments
    attachments.store.add(Connection("shop", "127.0.0.1:9"))
    attachments.store.keychain.set("shop", TOKEN)
    attachments.refresh()
    qtbot.waitUntil(lambda: attachments.find("shop") is not None)
    real._machine.logbook.note(Level.INFO, f"attached with {TOKEN}")
    window.desk.actions.run("help.diagnostics")
    qtbot.waitUntil(lambda: shown(DiagnosticsDialog) is not None)
    dialog = shown(DiagnosticsDialog)
    assert isinstance(dialog, DiagnosticsDialog)
    names = [part.name for part in dialog.parts]
    assert {"README.txt", "health.json", "log.txt", "window.json"} <= set(names)
    seen = {}
    for at, name in enumerate(names):
        dialog.list.setCurrentRow(at)
        assert dialog.list.item(at).text().startswith(name) and name in dialog.what.text()
        seen[name] = dialog.text.toPlainText()
    assert "attached with [redacted" in seen["log.txt"] and TOKEN not in "".join(seen.values())
    assert json.loads(seen["window.json"])["qt_platform"] == "offscreen"
    written = {part.name: part.text for part in dialog.parts}
    dialog.accept()
    qtbot.waitUntil(lambda: shown(QFileDialog) is not None)
    files = shown(QFileDialog)
    assert isinstance(files, QFileDialog)
    path = tmp_path / "found.zip"
    line = files.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(line, QLineEdit)
    line.setText(str(path))
    files.accept()
    qtbot.waitUntil(path.exists)
    with ZipFile(path) as archive:
        assert archive.namelist() == names
        assert {name: archive.read(name).decode() for name in names} == written
    qtbot.waitUntil(lambda: any("parts of diagnostics are in" in notice.text for notice in window.notices.notices))


def test_cancel_writes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.actions.run("help.diagnostics")
    qtbot.waitUntil(lambda: shown(DiagnosticsDialog) is not None)
    dialog = shown(DiagnosticsDialog)
    assert isinstance(dialog, DiagnosticsDialog)
    dialog.reject()
    qtbot.waitUntil(lambda: shown(DiagnosticsDialog) is None)
    assert shown(QFileDialog) is None and not window.notices.notices
