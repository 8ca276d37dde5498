"""What a node keeps on disk is seen where recordings are, and cleared after a look at what goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot
from real_node import QuickNode

from ui import format as show
from ui.dialogs.recording import RecordingDialog
from ui.dialogs.storage import NAMES, StorageGrid, consequence
from ui.main_window import MainWindow
from workbench.api import Unavailable
from workbench.api.storage import StorageKind, StorageUse
from workbench.config import Config, load
from workbench.machine import Machine

KINDS = StorageKind


def modal(kind: type) -> Any:
    found = QApplication.activeModalWidget()
    return found if isinstance(found, kind) else None


def test_what_is_kept_is_shown_and_cleared_after_a_question_that_says_what_goes(
    open_window: Callable[..., MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    with QuickNode(Machine(tmp_path / "space", Config(cache=load().cache))) as node:
        old = tmp_path / "space" / "workbench.v7.db"
        old.write_bytes(bytes(5_000))
        window = open_window(node)
        window.desk.actions.run("debug.record")
        qtbot.waitUntil(lambda: modal(RecordingDialog) is not None)
        dialog = modal(RecordingDialog)
        grid = dialog.findChild(StorageGrid)
        assert list(grid.texts) == list(StorageKind)
        assert grid.texts[KINDS.FORMATS] == (show.size(5_000), "")
        assert grid.texts[KINDS.LOGS][1] == f"of {show.size(6 * (10 << 20))}"
        assert KINDS.FORMATS in grid.buttons and KINDS.DATABASE not in grid.buttons

        grid.buttons[KINDS.FORMATS].click()
        qtbot.waitUntil(lambda: modal(QMessageBox) is not None)
        asked = modal(QMessageBox)
        assert f"1 item of {show.size(5_000)} will be gone: the copies of the database" in asked.informativeText()
        asked.reject()
        qtbot.waitUntil(lambda: modal(QMessageBox) is None)
        assert old.exists(), "it was only asked about"

        grid.buttons[KINDS.FORMATS].click()
        qtbot.waitUntil(lambda: modal(QMessageBox) is not None)
        next(each for each in modal(QMessageBox).buttons() if each.text() == "Clear").click()
        qtbot.waitUntil(lambda: not old.exists())
        qtbot.waitUntil(lambda: KINDS.FORMATS not in grid.buttons)
        assert grid.texts[KINDS.FORMATS] == (show.size(0), "")
        said = f"{NAMES[KINDS.FORMATS]}: {show.size(5_000)} cleared."
        qtbot.waitUntil(lambda: said in [each.text for each in window.notices.notices])
        dialog.reject()


def test_every_kind_has_a_name_and_a_node_that_does_not_say_it_is_told(qtbot: QtBot) -> None:
    assert set(NAMES) == set(StorageKind)
    grid = StorageGrid(lambda _: None)
    qtbot.addWidget(grid)
    grid.show_uses([StorageUse(KINDS.COMPILED, 2, 2_048, 4_096, 1, 1_024, "compiled code")])
    assert (grid.texts, list(grid.buttons)) == (
        {KINDS.COMPILED: (show.size(2_048), f"of {show.size(4_096)}")},
        [KINDS.COMPILED],
    )
    assert consequence(StorageUse(KINDS.LOGS, 1, 1, 1, 1, 1, "old")).startswith(
        f"1 item of {show.size(1)} will be gone: old"
    )
    grid.say(Unavailable("the node is of an older version").message)
    assert grid.texts == {} and grid.buttons == {}
