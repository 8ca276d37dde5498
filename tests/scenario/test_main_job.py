"""The main job, as someone does it: write an actor, bring it to life, talk to it, change it, break it, mend it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from ui.main_window import MainWindow
from ui.panels.actors.columns import ACTORS
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.document import Document
from ui.panels.editor.panel import EditorPanel
from ui.panels.log.panel import LogPanel
from ui.panels.messages.panel import MessagesPanel
from workbench.api import ActorInfo, ActorState
from workbench.data import directory

STEP_MS = 90_000
CONTROL = Qt.KeyboardModifier.ControlModifier
GREETER = """from plexspaces import GenServer, Reject


class Greeter(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "greet":
            self.count += 1
            return f"hello {payload}, you are number {self.count}"
        if message_type == "split":
            return str(self.count // int(payload))
        raise Reject(f"unknown message type {message_type}")

    def snapshot_state(self):
        return str(self.count)
"""
COMPONENT = """from componentize_py_types import Err
from wit_world import exports
from wit_world.imports.types import Payload_Text

count = 0


class Lifecycle(exports.Lifecycle):
    def init(self, state):
        global count
        count = int(state.value or 0)

    def snapshot_state(self):
        return Payload_Text(str(count))

    def shutdown(self):
        pass


class GenServer(exports.GenServer):
    def handle_request(self, from_actor, message_type, payload):
        global count
        if message_type == "greet":
            count += 1
            return Payload_Text(f"hello {payload.value}, you are number {count}")
        if message_type == "split":
            return Payload_Text(str(count // int(payload.value)))
        raise Err(f"unknown message type {message_type}")
"""


class User:
    """Hands and eyes: types, clicks, waits until something can be seen."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        editor, actors, messages, log = (window.panels[name] for name in ("editor", "actors", "messages", "log"))
        assert isinstance(editor, EditorPanel)
        assert isinstance(actors, ActorsPanel)
        assert isinstance(messages, MessagesPanel)
        assert isinstance(log, LogPanel)
        self.editor, self.actors, self.messages, self.log = editor, actors, messages, log
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)

    def see(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=STEP_MS)

    def click(self, button: QPushButton) -> None:
        self.see(lambda: button.isVisible() and button.isEnabled())
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def document(self) -> Document:
        doc = self.editor.current()
        assert doc is not None
        return doc

    def type_source(self, source: str) -> None:
        """Replace all of the text by typing, line after line, with the editor's own indenting in between."""
        edit = self.document().edit
        edit.setFocus()
        self.qtbot.keyClick(edit, Qt.Key.Key_A, CONTROL)
        self.qtbot.keyClick(edit, Qt.Key.Key_Delete)
        for number, line in enumerate(source.rstrip("\n").split("\n")):
            if number:
                self.qtbot.keyClick(edit, Qt.Key.Key_Return)
            self._indent_to(len(line) - len(line.lstrip()) if line.strip() else 0)
            self.qtbot.keyClicks(edit, line.strip())

    def _indent_to(self, columns: int) -> None:
        edit = self.document().edit
        while edit.textCursor().positionInBlock() > columns:
            self.qtbot.keyClick(edit, Qt.Key.Key_Backspace)
        while edit.textCursor().positionInBlock() < columns:
            self.qtbot.keyClick(edit, Qt.Key.Key_Tab)

    def replace(self, old: str, new: str) -> None:
        """Find a piece of the source with Ctrl+F and type over it."""
        doc = self.document()
        doc.edit.setFocus()
        self.qtbot.keyClick(doc.edit, Qt.Key.Key_F, CONTROL)
        self.see(doc.find_bar.isVisible)
        doc.find_bar.line.clear()
        self.qtbot.keyClicks(doc.find_bar.line, old)
        self.qtbot.keyClick(doc.find_bar.line, Qt.Key.Key_Escape)
        assert doc.edit.textCursor().selectedText() == old
        self.qtbot.keyClicks(doc.edit, new)

    def run(self, said: str) -> None:
        """Ctrl+Enter, and read the result line."""
        doc = self.document()
        doc.edit.setFocus()
        self.qtbot.keyClick(doc.edit, Qt.Key.Key_Return, CONTROL)
        self.see(lambda: said in doc.result.text())

    def send(self, message_type: str, payload: str, outcome: str) -> str:
        """A message from the strip under the source; gives the reply."""
        strip = self.document().strip
        self.see(strip.send.isEnabled)
        line = strip.type.lineEdit()
        assert line is not None
        line.clear()
        self.qtbot.keyClicks(line, message_type)
        strip.payload.clear()
        self.qtbot.keyClicks(strip.payload, payload)
        strip.outcome.clear()
        self.qtbot.mouseClick(strip.send, Qt.MouseButton.LeftButton)
        self.see(lambda: strip.outcome.text() == outcome)
        return strip.reply.text()

    def compose(self, actor: str, message_type: str, payload: str, outcome: str) -> str:
        """A message from the Messages panel, sent with Ctrl+Enter; gives the reply."""
        self.window.raise_panel("messages")
        panel = self.messages
        before = len(panel.model.rows)
        for combo, text in ((panel.actor, actor), (panel.type, message_type)):
            line = combo.lineEdit()
            assert line is not None
            line.clear()
            self.qtbot.keyClicks(line, text)
        panel.payload.edit.clear()
        self.qtbot.keyClicks(panel.payload.edit, payload)
        panel.payload.edit.setFocus()
        self.qtbot.keyClick(panel.payload.edit, Qt.Key.Key_Return, CONTROL)
        self.see(lambda: len(panel.model.rows) > before)
        assert panel.model.rows[0].outcome == outcome
        return panel.reply.body.toPlainText()

    def actor(self, name: str) -> ActorInfo:
        return next(row for row in self.actors.model.rows if row.id.name == name)

    def see_state(self, name: str, state: ActorState) -> None:
        self.see(lambda: any(row.id.name == name and row.state is state for row in self.actors.model.rows))

    def press_restart(self, name: str) -> None:
        """The Restart button in the actor's row."""
        at = [column.key for column in ACTORS].index("action")
        row = self.actors.model.position(self.actor(name).id)
        place = self.actors.table.visualRect(self.actors.model.index(row, at)).center()
        self.qtbot.mouseClick(self.actors.table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def drop(self, file: Path) -> None:
        """Drag a file over the window and let it go."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(file))])
        copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.window, QDragEnterEvent(QPoint(400, 300), copy, mime, left, none))
        zone = self.window.drop_zone
        assert zone.isVisible()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(100, 100), copy, mime, left, none))

    def press_notice(self, caption: str) -> None:
        """A button in the bar of notices, once it is there."""
        found: list[QPushButton] = []

        def there() -> bool:
            found[:] = [
                b for b in self.window.notices.findChildren(QPushButton) if b.text() == caption and b.isVisible()
            ]
            return bool(found)

        self.qtbot.waitUntil(there, timeout=120_000)
        self.qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


@pytest.fixture
def user(window: MainWindow, qtbot: QtBot) -> User:
    return User(window, qtbot)


def test_the_sample_system_runs_and_the_graphs_move(user: User) -> None:
    user.see(lambda: {row.id.name for row in user.actors.model.rows} >= {"counter", "events", "workflow", "ticker"})
    user.see(lambda: user.actor("counter").turns > 2)
    graphs = user.window.panels["graphs"]
    user.see(lambda: len(graphs.samples.series.get("", ())) >= 2)  # type: ignore[attr-defined]


def test_an_actor_is_written_run_changed_broken_and_mended(user: User) -> None:
    user.qtbot.keyClick(user.window, Qt.Key.Key_N, CONTROL)
    doc = user.document()
    user.type_source(GREETER)
    assert doc.source == GREETER.rstrip("\n")
    user.run("spawned my_server")
    assert user.send("greet", "Ada", "reply") == "hello Ada, you are number 1"
    cells = doc.strip.cells.cells
    assert int(cells["Fuel"].text().replace(",", "")) > 1000
    assert "MiB" in cells["Memory"].text()
    assert cells["Time"].text() != "–"

    user.replace("hello", "welcome")
    user.run("reloaded my_server with its state carried over")
    assert user.send("greet", "Ben", "reply") == "welcome Ben, you are number 2"

    user.replace("class Greeter(GenServer):", "class Greeter(GenServer:")
    user.run("keeps running its old code")
    assert doc.edit.marks[0].line == 4
    assert user.send("greet", "Cy", "reply") == "welcome Cy, you are number 3"
    user.replace("class Greeter(GenServer:", "class Greeter(GenServer):")

    assert "ZeroDivisionError" in user.send("split", "0", "crashed")
    user.see_state("my_server", ActorState.CRASHED)
    user.see(lambda: any("ZeroDivisionError" in shown.text for shown in user.log.model.rows))
    _follow_the_traceback(user)
    user.press_restart("my_server")
    user.see_state("my_server", ActorState.IDLE)
    assert user.actor("my_server").restarts == 1
    user.see(lambda: doc.strip.info is not None and doc.strip.info.state is ActorState.IDLE)
    assert user.send("greet", "Di", "reply") == "welcome Di, you are number 1"


def test_what_was_sent_can_be_copied_as_a_program_that_runs(user: User, tmp_path: Path) -> None:
    user.compose("counter", "get_count", "", "reply")
    user.window.desk.actions.run("message.copy_python")
    clipboard = QApplication.clipboard()
    user.see(lambda: "workbench.endpoint" in clipboard.text())
    program = subprocess.Popen([sys.executable, "-c", clipboard.text()], stdout=subprocess.PIPE, text=True)
    user.see(lambda: program.poll() is not None)
    assert program.communicate()[0].strip().isdigit()


def _follow_the_traceback(user: User) -> None:
    """A click on the frame in the log goes to the line that failed."""
    doc = user.document()
    doc.edit.go_to(1)
    frames = [at for at, shown in enumerate(user.log.model.rows) if 'File "' in shown.text]
    index = user.log.model.index(frames[-1], 3)
    user.log.table.scrollTo(index)
    place = user.log.table.visualRect(index).topLeft() + QPoint(60, 8)
    user.qtbot.mouseClick(user.log.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    user.see(lambda: "count // int(payload)" in doc.edit.textCursor().block().text())


def test_a_plain_component_does_the_same(user: User, tmp_path: Path) -> None:
    file = tmp_path / "greeter.wasm"
    _componentize(COMPONENT, file, tmp_path / "first")
    user.drop(file)
    user.press_notice("Spawn greeter")
    user.see_state("greeter", ActorState.IDLE)
    assert user.compose("greeter", "greet", "Ada", "reply") == "hello Ada, you are number 1"
    cells = user.messages.reply.cells.cells
    assert int(cells["Fuel"].text().replace(",", "")) > 1000
    assert "MiB" in cells["Memory"].text()
    assert "unknown message type" in user.compose("greeter", "bogus", "", "rejected")

    _componentize(COMPONENT.replace("hello", "welcome"), file, tmp_path / "second")
    user.drop(file)
    user.press_notice("Let it name this file")
    user.press_notice("Reload greeter")
    user.see(lambda: any(notice.text == "greeter was reloaded." for notice in user.window.notices.notices))
    assert user.compose("greeter", "greet", "Ben", "reply") == "welcome Ben, you are number 2"

    user.drop(tmp_path / "second" / "broken.wasm")
    user.see(lambda: any("broken.wasm was not deployed" in notice.text for notice in user.window.notices.notices))
    assert user.compose("greeter", "greet", "Cy", "reply") == "welcome Cy, you are number 3"

    user.compose("greeter", "split", "0", "crashed")
    user.see_state("greeter", ActorState.CRASHED)
    user.press_restart("greeter")
    user.see_state("greeter", ActorState.IDLE)
    assert user.compose("greeter", "greet", "Di", "reply") == "welcome Di, you are number 1"


def _componentize(source: str, output: Path, folder: Path) -> None:
    """What any author of a component does: componentize-py on our WIT, nothing of ours beside it."""
    empty = folder / "nothing" / "lib" / "python3" / "site-packages"
    empty.mkdir(parents=True)
    (folder / "app.py").write_text(source, encoding="utf-8")
    (folder / "broken.wasm").write_bytes(b"\0asm\x0d\0\x01\0 and nothing that makes sense")
    tool = Path(sys.executable).with_name("componentize-py")
    wit = str(directory("wit") / "plexspaces-actor")
    command = [str(tool), "-d", wit, "-w", "gen-server-actor", "componentize", "app", "-o", str(output)]
    subprocess.run(
        command, cwd=folder, env={"VIRTUAL_ENV": str(folder / "nothing"), "PATH": ""}, check=True, capture_output=True
    )
