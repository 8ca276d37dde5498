"""Layout, tabs, filters and unsent text come back after a restart, and after a kill."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from windows import close

from ui.layout import PERSPECTIVES, SHOWN
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.panel import EditorPanel
from ui.panels.messages.panel import MessagesPanel
from ui.session import Session

Open = Callable[..., MainWindow]


def test_the_layout_survives_a_restart(open_window: Open) -> None:
    window = open_window()
    window.set_perspective("debug")
    window.docks["log"].hide()
    window.docks["graphs"].setFloating(True)
    close(window)
    again = open_window()
    assert again.perspective == "debug"
    assert not again.docks["log"].isVisible()
    assert again.docks["graphs"].isFloating()
    assert not again.notices.notices


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe\x00", b"[]", b'{"version": 1, "state": "AAAA", "geometry": "AAAA"}', b'{"version": 99}'],
)
def test_a_broken_layout_opens_the_default_one_with_a_notice(open_window: Open, config: Path, content: bytes) -> None:
    config.mkdir()
    (config / "layout.json").write_bytes(content)
    window = open_window()
    for name, dock in window.docks.items():
        assert (dock.isVisible() or bool(window.tabifiedDockWidgets(dock))) is (name in SHOWN[PERSPECTIVES[0]])
    assert [notice for notice in window.notices.notices if "default" in notice.text]


def test_a_broken_session_opens_with_a_notice_and_keeps_the_file(open_window: Open, config: Path) -> None:
    config.mkdir()
    (config / "session.json").write_text("not json")
    window = open_window()
    assert [notice for notice in window.notices.notices if "session.json" in notice.text]
    assert (config / "session.broken").read_text() == "not json"


def test_tabs_filters_and_unsent_text_survive_a_restart(open_window: Open, tmp_path: Path) -> None:
    file = tmp_path / "saved.py"
    file.write_text("x = 1\n")
    window = open_window()
    editor, actors, messages = _panels(window)
    editor.open(file)
    editor.new("gen_server").edit.insertPlainText("# mine\n")
    actors.filter.set_now("state:idle")
    messages.type.setCurrentText("add")
    messages.payload.edit.setPlainText("not sent")
    close(window)
    editor, actors, messages = _panels(open_window())
    assert [doc.name for doc in editor.documents()] == ["saved.py", "my_server.py"]
    assert editor.documents()[1].source.startswith("# mine\n")
    assert editor.documents()[1].unsaved
    assert not editor.documents()[0].unsaved
    assert actors.filter.text() == "state:idle"
    assert (messages.type.currentText(), messages.payload.edit.toPlainText()) == ("add", "not sent")


def _panels(window: MainWindow) -> tuple[EditorPanel, ActorsPanel, MessagesPanel]:
    editor, actors, messages = (window.panels[name] for name in ("editor", "actors", "messages"))
    assert isinstance(editor, EditorPanel)
    assert isinstance(actors, ActorsPanel)
    assert isinstance(messages, MessagesPanel)
    return editor, actors, messages


TYPING = """
import sys
sys.path[:0] = [{here!r}]
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop
from fake_node import FakeNode
from ui.app import application, window_for
from ui.opening import Doors
from ui.settings import Settings

app = application()
loop = QEventLoop(app)
window = window_for(loop, Doors(FakeNode, lambda node, progress: None), Settings())
window.show()
window.start()
window.panels["editor"].new("gen_server").edit.insertPlainText("# typed before the kill\\n")
window.panels["messages"].payload.edit.setPlainText("never sent")
loop.run_forever()
"""


def test_unsent_text_survives_kill_minus_nine(open_window: Open, config: Path, qtbot: QtBot) -> None:
    here = str(Path(__file__).parent)
    child = subprocess.Popen(
        [sys.executable, "-c", TYPING.format(here=here)], env=dict(os.environ), cwd=Path(here).parents[1]
    )
    try:
        qtbot.waitUntil(lambda: _written(config), timeout=20_000)
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    editor, _, messages = _panels(open_window())
    assert editor.documents()[0].source.startswith("# typed before the kill\n")
    assert messages.payload.edit.toPlainText() == "never sent"


def test_two_windows_of_one_workspace_keep_each_their_own_text(open_window: Open, config: Path) -> None:
    one = open_window()
    two = open_window()
    assert [notice for notice in two.notices.notices if "nothing of either is lost" in notice.text]
    _panels(one)[0].new("gen_server").edit.insertPlainText("# first\n")
    assert _panels(two)[0].documents() == []
    _panels(two)[0].new("gen_server").edit.insertPlainText("# second\n")
    close(one)
    close(two)
    again = _panels(open_window())[0].documents()
    assert [doc.source.splitlines()[0] for doc in again] == ["# first", "# second"]


def test_a_session_belongs_to_its_workspace(config: Path) -> None:
    one, other = Session(config, "embedded:/a"), Session(config, "embedded:/b")
    assert (one.position, other.position) == (1, 1)
    assert one.file.path != other.file.path
    one.release()
    assert Session(config, "embedded:/a").held


def test_a_window_that_is_closed_writes_no_more(config: Path) -> None:
    one = Session(config, "")
    one.release()
    two = Session(config, "")
    two.write({"panels": {"mine": {}}})
    one.write({})
    assert two.file.read() == {"panels": {"mine": {}}}


def _written(config: Path) -> bool:
    try:
        record = json.loads((config / "session.json").read_text())
    except (OSError, ValueError):
        return False
    panels = record["panels"]
    return bool(panels["messages"]["payload"] == "never sent" and panels["editor"]["tabs"])
