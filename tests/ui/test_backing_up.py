"""Backups and restores from the File menu, on a real workspace with a node that works on it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from tests.unit.fragile import FRAGILE
from ui.main_window import MainWindow
from workbench.api import Progress, SpawnOptions
from workbench.config import load
from workbench.machine import Machine


@pytest.fixture
def real(tmp_path: Path) -> Iterator[QuickNode]:
    with QuickNode(Machine(tmp_path / "workspace", load())) as node:
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        node.keyvalue.put("greeting", "hello")
        for number in range(3):
            node.blobs.upload("shop", f"file-{number}", [bytes([number]) * 100_000])
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    return open_window(real)


def said(window: MainWindow) -> str:
    return "\n".join(notice.text for notice in window.notices.notices)


def choose(window: MainWindow, qtbot: QtBot, path: Path) -> None:
    """Answer the dialog of files that is open, once it is."""

    def dialog() -> QFileDialog | None:
        found = QApplication.activeModalWidget()
        return found if isinstance(found, QFileDialog) else None

    qtbot.waitUntil(lambda: dialog() is not None)
    opened = dialog()
    assert opened is not None
    line = opened.findChild(QLineEdit, "fileNameEdit")
    assert isinstance(line, QLineEdit)
    line.setText(str(path))
    opened.accept()
    qtbot.waitUntil(lambda: dialog() is not opened)


def test_the_workspace_is_backed_up_and_a_workspace_made_of_it(
    window: MainWindow, real: QuickNode, qtbot: QtBot, tmp_path: Path
) -> None:
    path, folder = tmp_path / "monday.zip", tmp_path / "again"
    actions = window.desk.actions
    assert actions["file.backup"].isEnabled() and actions["file.restore"].isEnabled()
    actions.run("file.backup")
    choose(window, qtbot, path)
    qtbot.waitUntil(lambda: re.search(r"monday.zip holds \d modules? and 3 blobs", said(window)) is not None)
    assert not workbench.verify_backup(path).problems
    real.keyvalue.put("greeting", "changed since")
    folder.mkdir()
    actions.run("file.restore")
    choose(window, qtbot, path)
    choose(window, qtbot, folder)
    qtbot.waitUntil(lambda: re.search(r"again is a workspace with \d modules? and 3 blobs", said(window)) is not None)
    assert f"workbench --workspace {folder}" in said(window)
    with workbench.connect(f"embedded:{folder}") as node:
        assert node.keyvalue.get("greeting") == "hello"
    assert real.keyvalue.get("greeting") == "changed since"


def test_a_folder_with_something_in_it_and_a_damaged_backup_are_refused_in_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path, folder = tmp_path / "monday.zip", tmp_path / "full"
    workbench.create_backup(tmp_path / "workspace", path)
    folder.mkdir()
    (folder / "mine").write_text("stays")
    window._start(window.backing_up.restore(path, folder))
    qtbot.waitUntil(lambda: "is not empty; a backup is restored into a folder that is" in said(window))
    assert (folder / "mine").read_text() == "stays"
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 0xFF
    path.write_bytes(data)
    window._start(window.backing_up.restore(path, tmp_path / "new"))
    qtbot.waitUntil(lambda: "is not restored, for it is damaged" in said(window))
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("what", ["create", "restore"])
def test_cancel_leaves_nothing_behind(window: MainWindow, qtbot: QtBot, tmp_path: Path, what: str) -> None:
    """The job is held at its second step until Cancel was pressed."""
    path, folder = tmp_path / "monday.zip", tmp_path / "again"
    workspace = tmp_path / "workspace"
    if what == "restore":
        workbench.create_backup(workspace, path)
    reached, pressed = threading.Event(), threading.Event()
    jobs = window.desk.jobs
    begin = jobs.begin

    def begin_held(name: str, stage: str = "") -> object:
        job = begin(name, stage)
        report = job.report

        def held(progress: Progress) -> None:
            report(progress)
            if progress.fraction > 0:
                reached.set()
                assert pressed.wait(20)

        job.report = held
        return job

    jobs.begin = begin_held  # type: ignore[method-assign,assignment]
    work = (
        window.backing_up.create(str(workspace), path) if what == "create" else window.backing_up.restore(path, folder)
    )
    window._start(work)
    qtbot.waitUntil(reached.is_set)
    assert window.status.progress.isVisible()
    window.status.progress.stop.click()
    pressed.set()
    qtbot.waitUntil(lambda: not jobs.running)
    assert not folder.exists() and path.exists() is (what == "restore")
    left = {child.name for child in tmp_path.iterdir()} - {"workspace", "monday.zip"}
    assert not [name for name in left if "monday" in name or "again" in name] and not said(window)


def test_of_a_node_elsewhere_and_of_a_session_the_action_says_why_not(
    window: MainWindow, real: QuickNode, qtbot: QtBot, tmp_path: Path
) -> None:
    action = window.desk.actions["file.backup"]
    path = tmp_path / "shop.plexbundle"
    real.actors.spawn("fragile", options=SpawnOptions(name="till"))
    workbench.export_bundle(real, path)
    window.drops.drop((path,))
    qtbot.waitUntil(lambda: not action.isEnabled())
    assert "A recorded session is shown" in action.toolTip()
    assert window.desk.actions["file.restore"].isEnabled()
    window.desk.actions.run("nodes.running")
    qtbot.waitUntil(action.isEnabled)
    assert "recorded session" not in action.toolTip()
    with quick_node() as other, workbench.serve(other, listen="127.0.0.1:0") as server:
        from workbench.api.connections import Connection

        window.desk.attachments.store.add(Connection("shop", server.address))
        window.desk.attachments.refresh()
        qtbot.waitUntil(lambda: window.desk.attachments.find("shop") is not None)
        window.desk.attachments.attach("shop")
        qtbot.waitUntil(lambda: not action.isEnabled(), timeout=10_000)
        assert "The workspace of shop is on its machine: run workbench backup create there" in action.toolTip()
        window.desk.attachments.detach("shop")
        qtbot.waitUntil(lambda: window.desk.attachments.held("shop") is None)
