"""Files: what is opened is written back to the byte, and nobody's text is replaced without being asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_node import FakeNode
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.panels.editor.document import Document
from ui.panels.editor.panel import EditorPanel
from ui.widgets.highlighter import Highlighter

WORKING = "class Noisy(GenServer):\n    pass\n"


@pytest.fixture
def editor(window: MainWindow) -> EditorPanel:
    found = window.panels["editor"]
    assert isinstance(found, EditorPanel)
    return found


def opened(editor: EditorPanel, file: Path, data: bytes) -> Document:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(data)
    doc = editor.open(file)
    assert doc is not None
    return doc


def press(text: str) -> list[str]:
    """Answer the next question by its button; what it asked is in the list afterwards."""
    asked: list[str] = []

    def answer() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            QTimer.singleShot(10, answer)
            return
        asked.append(box.text())
        next(button for button in box.buttons() if button.text() == text).click()

    QTimer.singleShot(0, answer)
    return asked


def notices(editor: EditorPanel) -> str:
    window = editor.window()
    assert isinstance(window, MainWindow)
    return " ".join(notice.text for notice in window.notices.notices)


@pytest.mark.parametrize(
    "text", ["x = 'a\u00a0b'\n", "x = 'a\u2028b'\n", "a = 1\r\nb = 2\r\n", "a = 1", "x = '\x00'\n"]
)
def test_what_is_opened_is_saved_and_deployed_to_the_byte(editor: EditorPanel, tmp_path: Path, text: str) -> None:
    doc = opened(editor, tmp_path / "a.py", text.encode())
    assert (doc.unsaved, doc.data) == (False, text.encode())
    doc.edit.insertPlainText("# mine\n")
    editor.save()
    newline = "\r\n" if "\r\n" in text else "\n"
    assert (tmp_path / "a.py").read_bytes() == f"# mine{newline}{text}".encode()


@pytest.mark.parametrize("text", ["x = 'a\u2029b'\n", "\ufeffa = 1\n", "a = 1\r\nb = 2\n", "a = 1\rb = 2\n"])
def test_what_the_editor_would_change_is_shown_read_only(editor: EditorPanel, tmp_path: Path, text: str) -> None:
    doc = opened(editor, tmp_path / "a.py", text.encode())
    assert doc.edit.isReadOnly()
    assert (doc.unsaved, doc.data) == (False, text.encode())
    assert "read-only" in notices(editor)


@pytest.mark.parametrize(("button", "on_disk", "shown"), [("Overwrite", "mine", "mine"), ("Cancel", "theirs", "mine"),
                                                          ("Reload", "theirs", "theirs")])  # fmt: skip
def test_saving_over_anothers_text_asks_first(
    editor: EditorPanel, tmp_path: Path, button: str, on_disk: str, shown: str
) -> None:
    doc = opened(editor, tmp_path / "a.py", b"old")
    doc.edit.setPlainText("mine")
    (tmp_path / "a.py").write_text("theirs")
    asked = press(button)
    editor.save()
    assert asked == ["a.py changed on disk."]
    assert ((tmp_path / "a.py").read_text(), doc.source) == (on_disk, shown)


def test_a_read_only_file_is_not_replaced(editor: EditorPanel, tmp_path: Path) -> None:
    doc = opened(editor, tmp_path / "a.py", b"old")
    (tmp_path / "a.py").chmod(0o444)
    doc.edit.setPlainText("mine")
    editor.save()
    assert (tmp_path / "a.py").read_text() == "old"
    assert "a.py is read-only" in notices(editor)
    assert doc.unsaved


def test_a_saved_file_keeps_its_mode(editor: EditorPanel, tmp_path: Path) -> None:
    doc = opened(editor, tmp_path / "a.py", b"old")
    (tmp_path / "a.py").chmod(0o750)
    doc.edit.setPlainText("mine")
    editor.save()
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o750


@pytest.mark.parametrize(("button", "code"), [("Cancel", "pass"), ("Replace", "other")])
def test_a_file_of_the_same_name_does_not_take_the_actor_unasked(
    editor: EditorPanel, node: FakeNode, tmp_path: Path, qtbot: QtBot, button: str, code: str
) -> None:
    doc = opened(editor, tmp_path / "noisy.py", WORKING.encode())
    editor.run_current()
    qtbot.waitUntil(lambda: "spawned noisy" in doc.result.text())
    other = opened(editor, tmp_path / "other" / "noisy.py", WORKING.replace("pass", "other = 1").encode())
    asked = press(button)
    editor.run_current()
    assert asked == [f"noisy runs the code of {tmp_path / 'noisy.py'}. Replace it?"]
    if button == "Replace":
        qtbot.waitUntil(lambda: "reloaded noisy" in other.result.text())
    assert code.encode() in node.modules.data(node.actors.get("noisy").module)


def test_tabs_of_one_name_show_their_folder_and_all_their_path(editor: EditorPanel, tmp_path: Path) -> None:
    one = opened(editor, tmp_path / "a" / "x.py", b"")
    assert editor.tabs.tabText(0) == "x.py"
    opened(editor, tmp_path / "b" / "x.py", b"")
    assert [editor.tabs.tabText(at) for at in range(2)] == ["a/x.py", "b/x.py"]
    assert editor.tabs.tabToolTip(0) == str(one.path)


@pytest.mark.parametrize(
    ("make", "said"),
    [(lambda path: path.mkdir(), "is a folder"), (lambda path: path.write_bytes(b"\x80"), "no text in UTF-8"),
     (lambda _path: None, "not there any more")],
)  # fmt: skip
def test_what_cannot_be_opened_says_why_once(
    editor: EditorPanel, tmp_path: Path, make: Callable[[Path], None], said: str
) -> None:
    make(tmp_path / "a.py")
    assert editor.open(tmp_path / "a.py") is None
    assert said in notices(editor)
    assert "Errno" not in notices(editor)


def test_reload_of_a_file_that_is_gone_keeps_the_text_and_says_so(editor: EditorPanel, tmp_path: Path) -> None:
    doc = opened(editor, tmp_path / "a.py", b"old")
    (tmp_path / "a.py").unlink()
    doc.reload_wanted.emit()
    assert doc.source == "old"
    assert "not there any more" in notices(editor)


def test_a_large_source_is_coloured_in_slices(editor: EditorPanel, tmp_path: Path, qtbot: QtBot) -> None:
    doc = opened(editor, tmp_path / "large.py", b"def f(a):\n    return 'x'  # comment\n" * 2000)
    qtbot.waitUntil(lambda: doc.colors is not None)
    assert isinstance(doc.colors, Highlighter)
    assert not doc.colors.finished
    last = doc.edit.document().findBlockByNumber(3999)
    assert not last.layout().formats()
    qtbot.waitUntil(lambda: isinstance(doc.colors, Highlighter) and doc.colors.finished, timeout=20_000)
    assert last.layout().formats()


def test_a_huge_source_opens_a_moment_later_without_colours(editor: EditorPanel, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "huge.py"
    file.write_bytes(b"x = 1\n" * 400_000)
    assert editor.open(file) is None
    qtbot.waitUntil(lambda: editor.current() is not None, timeout=10_000)
    doc = editor.current()
    assert doc is not None
    doc.highlight()
    assert doc.colors is None


def test_what_is_too_large_for_text_is_refused(editor: EditorPanel, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "film.py"
    with file.open("wb") as made:
        made.truncate(65 << 20)
    editor.open(file)
    qtbot.waitUntil(lambda: "larger than 64 MiB" in notices(editor))
    assert editor.documents() == []
