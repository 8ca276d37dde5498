"""What is dropped on the window or opened in it, on a fake node."""

from __future__ import annotations

from pathlib import Path

from fake_node import FakeNode
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.panels.editor.panel import EditorPanel
from ui.panels.modules.panel import ModulesPanel

WORKING = "class Counter(GenServer):\n    pass\n"


def test_a_dropped_file_is_deployed_and_offered(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "dropped.py"
    file.write_text(WORKING)
    drop(window, file)
    qtbot.waitUntil(lambda: _button(window, "Spawn dropped") is not None)
    editor = window.panels["editor"]
    assert isinstance(editor, EditorPanel)
    assert [doc.name for doc in editor.documents()] == ["dropped.py"]
    button = _button(window, "Spawn dropped")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "dropped" in node.actors.rows)


def test_a_dropped_file_that_is_refused_says_why(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "empty.wasm"
    file.write_bytes(b"")
    drop(window, file)
    qtbot.waitUntil(lambda: any("the file is empty" in notice.text for notice in window.notices.notices))


def test_what_cannot_be_deployed_is_named_and_the_rest_is_deployed(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "good.py").write_text(WORKING)
    drop(window, tmp_path / "picture.png")
    refused = (
        "picture.png is not deployed: .py, .wasm, .wat and .zip files are, the folder of an actor, and a tree (.toml)."
    )
    assert [notice.text for notice in window.notices.notices if "picture" in notice.text] == [refused]
    assert window.drop_zone.line.text() == refused
    drop(window, tmp_path / "picture.png", tmp_path / "good.py", tmp_path / "notes.txt")
    assert window.drop_zone.line.text() == "Drop to deploy good.py"
    qtbot.waitUntil(lambda: any("good" in info.aliases for info in node.modules.list()))
    said = [notice.text for notice in window.notices.notices if "picture" in notice.text]
    assert [text.split(":")[0] for text in said] == ["picture.png, notes.txt are not deployed"]


def test_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/actor.py")])
    assert not window.drop_zone.cover(mime)


def test_a_file_that_is_called_a_session_and_is_none_is_refused_in_words(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "friday.plexbundle").write_bytes(b"PK")
    drop(window, tmp_path / "friday.plexbundle")
    qtbot.waitUntil(lambda: any("friday.plexbundle was not opened" in each.text for each in window.notices.notices))


def test_what_is_opened_before_the_node_is_there_waits_for_it(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "early.wasm").write_bytes(b"\0asm\1\0\0\0")
    window.desk.node = None
    window.open_files((tmp_path / "early.wasm",))
    qtbot.waitUntil(lambda: any("as soon as the node" in notice.text for notice in window.notices.notices))
    window.desk.node = node
    window.desk.node_changed.emit()
    modules = window.panels["modules"]
    assert isinstance(modules, ModulesPanel)
    qtbot.waitUntil(lambda: modules.info() is not None and modules.info().name == "early")  # type: ignore[union-attr]
    assert window.panels["editor"].documents() == []  # type: ignore[attr-defined]


def drop(window: MainWindow, *files: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), copy, mime, left, none))
    assert window.drop_zone.isVisible()
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), copy, mime, left, none))


def _button(window: MainWindow, text: str) -> QPushButton | None:
    found = window.notices.findChildren(QPushButton)
    return next((button for button in found if button.text() == text and button.isVisible()), None)
