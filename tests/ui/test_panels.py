"""The panels on a fake node: what they show, what they do, and that everybody can reach it."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest
from fake_node import FakeNode
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.commands import message_command, written
from ui.desk import Draft
from ui.filter import parse
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.document import Document
from ui.panels.editor.panel import EditorPanel
from ui.panels.graphs.panel import GraphsPanel
from ui.panels.log.lines import Asked, shown_lines
from ui.panels.log.panel import LogPanel
from ui.panels.messages.panel import MessagesPanel
from ui.traceback_text import as_html, from_address, innermost, place
from ui.watchdog import WATCHDOG
from workbench.api import ActorId, Level, Location, LogLine

PARTS = (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QPlainTextEdit, QTextEdit)
BROKEN = "class Broken(GenServer):\n    x = = 1\n"
WORKING = "class Counter(GenServer):\n    pass\n"


@pytest.fixture
def editor(window: MainWindow) -> EditorPanel:
    found = window.panels["editor"]
    assert isinstance(found, EditorPanel)
    return found


@pytest.fixture
def actors(window: MainWindow, qtbot: QtBot) -> ActorsPanel:
    found = window.panels["actors"]
    assert isinstance(found, ActorsPanel)
    qtbot.waitUntil(lambda: len(found.model.rows) == 3)
    return found


@pytest.fixture
def messages(window: MainWindow) -> MessagesPanel:
    found = window.panels["messages"]
    assert isinstance(found, MessagesPanel)
    return found


@pytest.fixture
def log(window: MainWindow) -> LogPanel:
    found = window.panels["log"]
    assert isinstance(found, LogPanel)
    return found


def deploy(editor: EditorPanel, source: str) -> Document:
    doc = editor.current() or editor.add(Document("broken.py"))
    doc.edit.setPlainText(source)
    editor.run_current()
    return doc


# everybody can reach everything


def test_every_control_has_an_accessible_name(window: MainWindow, editor: EditorPanel) -> None:
    editor.new("gen_server")
    nameless = [
        f"{type(part).__name__} in {part.parent()!r}"
        for kind in PARTS
        for part in window.findChildren(kind)
        if not (part.accessibleName() or (isinstance(part, QAbstractButton) and part.text()) or _of_qt(part))
    ]
    assert nameless == []


def _of_qt(part: QWidget) -> bool:
    """Parts that Qt makes inside its own widgets and names itself."""
    parent = part.parent()
    inside = parent.metaObject().className() if parent is not None else ""
    own = ("QHeaderView", "QLineEditIconButton", "QTableCornerButton")
    return (
        part.objectName().startswith("qt_")
        or inside in ("QComboBoxPrivateContainer", "QTabBar", "QLineEdit", "FilterEdit", "QToolBar", "QMenuBar")
        or part.metaObject().className() in own
    )


def test_the_keyboard_reaches_every_panel(window: MainWindow, editor: EditorPanel, qtbot: QtBot) -> None:
    editor.new("gen_server")
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    reached = set()
    for _ in range(2 * len(window.panels)):
        window.desk.actions.run("view.next_panel")
        reached.add(window.current_panel().id)
    assert reached >= {name for name, dock in window.docks.items() if dock.isVisible()}


def test_return_sends_from_the_message_line_and_from_nowhere_else(
    window: MainWindow, node: FakeNode, actors: ActorsPanel, messages: MessagesPanel, qtbot: QtBot
) -> None:
    opened: list[int] = []
    actors.table.opened.connect(lambda: opened.append(1))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    messages.compose(Draft("counter", "increment"))
    window.raise_panel("actors")
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        actors.table.setFocus()
        actors.table.choose(0)
        qtbot.keyClick(QApplication.focusWidget(), key)
    assert opened == [1, 1]
    assert messages._number == 0
    messages.compose(Draft("counter", "increment"))
    messages.type.setFocus()
    for sent, key in enumerate((Qt.Key.Key_Return, Qt.Key.Key_Enter), 1):
        qtbot.keyClick(QApplication.focusWidget(), key)
        assert messages._number == sent
    qtbot.waitUntil(lambda: len(messages.sent.all) == 2)


def test_tab_leads_through_the_message_from_actor_to_send(messages: MessagesPanel, qtbot: QtBot) -> None:
    window = messages.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    messages.desk.raise_panel.emit("messages")
    messages.actor.setFocus()
    seen = []
    for _ in range(12):
        focused = QApplication.focusWidget()
        assert focused is not None
        seen.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert messages.send_button in seen
    assert messages.payload.edit in seen


def test_themes_change_live_and_bring_their_icons(window: MainWindow, actors: ActorsPanel) -> None:
    for choice in ("dark", "light", "system"):
        window.desk.actions.run(f"theme.{choice}")
        assert window.settings.theme == choice
    window.set_theme("light")


def test_text_grows_to_twice_its_size_without_a_warning(window: MainWindow, qtbot: QtBot) -> None:
    before = QApplication.font().pointSizeF()
    for _ in range(12):
        window.desk.actions.run("view.larger")
    qtbot.waitUntil(lambda: QApplication.font().pointSizeF() == 18)
    window.scale_text(before - 18)


# the editor


def test_an_error_is_shown_in_the_margin_and_under_the_text(editor: EditorPanel, node: FakeNode, qtbot: QtBot) -> None:
    doc = deploy(editor, BROKEN)
    qtbot.waitUntil(lambda: bool(doc.edit.marks))
    mark = doc.edit.marks[0]
    assert (mark.line, mark.text) == (2, "broken.py:2: invalid syntax")
    underlined = [extra for extra in doc.edit.extraSelections() if extra.format.underlineColor().isValid()]
    assert underlined[0].cursor.selectedText() == "="
    assert "invalid syntax" in doc.result.text()
    assert not node.actors.rows.get("broken")


def test_a_mark_moves_with_its_line_and_goes_when_the_line_is_edited(editor: EditorPanel, qtbot: QtBot) -> None:
    doc = deploy(editor, "x = 1\n" + BROKEN)
    qtbot.waitUntil(lambda: bool(doc.edit.marks))
    doc.edit.go_to(1)
    qtbot.keyClick(doc.edit, Qt.Key.Key_Return)
    assert [mark.line for mark in doc.edit.marks] == [4]
    doc.edit.go_to(4, 5)
    qtbot.keyClicks(doc.edit, "x")
    assert doc.edit.marks == ()
    qtbot.waitUntil(lambda: not doc.result_line.isVisible())


def test_another_text_takes_the_marks_and_the_sentence_away(editor: EditorPanel, qtbot: QtBot) -> None:
    doc = deploy(editor, "x = 1\n" * 20 + BROKEN)
    qtbot.waitUntil(lambda: bool(doc.edit.marks))
    doc.edit.setPlainText(WORKING)
    assert doc.edit.marks == ()
    qtbot.waitUntil(lambda: not doc.result_line.isVisible())


def test_running_a_source_spawns_then_reloads_then_says_that_nothing_changed(
    editor: EditorPanel, node: FakeNode, qtbot: QtBot
) -> None:
    doc = deploy(editor, WORKING)
    qtbot.waitUntil(lambda: "spawned broken" in doc.result.text())
    deploy(editor, WORKING + "x = 1\n")
    qtbot.waitUntil(lambda: "reloaded broken with its state" in doc.result.text())
    deploy(editor, WORKING + "x = 1\n")
    qtbot.waitUntil(lambda: "already runs this code" in doc.result.text())
    assert node.actors.rows["broken"].module_name == "broken"


def test_a_file_that_changes_on_disk_is_offered_not_taken(editor: EditorPanel, tmp_path: Path, qtbot: QtBot) -> None:
    file = tmp_path / "counter.py"
    file.write_text("old\n")
    doc = editor.open(file)
    assert doc is not None
    doc.edit.insertPlainText("mine ")
    file.write_text("new\n")
    qtbot.waitUntil(doc.disk.isVisible)
    assert doc.source == "mine old\n"
    doc.reload_wanted.emit()
    assert (doc.source, doc.unsaved, doc.disk.isVisible()) == ("new\n", False, False)
    doc.edit.undo()
    assert doc.source == "mine old\n"


def test_saving_writes_the_file_and_clears_the_mark(editor: EditorPanel, tmp_path: Path) -> None:
    file = tmp_path / "counter.py"
    file.write_text("old\n")
    doc = editor.open(file)
    assert doc is not None
    doc.edit.setPlainText("new\n")
    assert editor.tabs.tabText(0) == "counter.py ●"
    editor.save()
    assert file.read_text() == "new\n"
    assert editor.tabs.tabText(0) == "counter.py"


def test_the_source_of_an_actor_comes_from_the_node(editor: EditorPanel, actors: ActorsPanel, qtbot: QtBot) -> None:
    actors.select_key(actors.model.rows[0].id)
    editor.desk.actions.run("actor.source")
    qtbot.waitUntil(lambda: editor.current() is not None)
    doc = editor.current()
    assert doc is not None
    assert doc.actor == "counter"
    assert "class Counter" in doc.source


# actors


def test_from_a_crashed_actor_to_its_line_takes_three_steps(
    window: MainWindow, actors: ActorsPanel, messages: MessagesPanel, editor: EditorPanel, qtbot: QtBot
) -> None:
    _crash(messages, qtbot)
    qtbot.waitUntil(lambda: any(row.last_cause for row in actors.model.rows))
    actors.filter.set_now("state:crashed")
    actors.table.choose(0)
    assert "ValueError" in actors.details.overview.toPlainText()
    actors.details.overview.anchorClicked.emit(QUrl("place:9:counter_actor.py"))
    qtbot.waitUntil(lambda: editor.current() is not None)
    qtbot.waitUntil(lambda: editor.current().edit.textCursor().blockNumber() == 8)  # type: ignore[union-attr]


def _crash(messages: MessagesPanel, qtbot: QtBot) -> None:
    messages.compose(Draft("counter", "boom"))
    messages.send()
    qtbot.waitUntil(lambda: messages.reply.outcome.text() == "Crashed")


def test_an_unreadable_filter_is_underlined_and_the_last_result_stays(actors: ActorsPanel) -> None:
    actors.filter.set_now("id~count")
    assert [row.id.name for row in actors.model.rows] == ["counter"]
    actors.filter.set_now("id~count bogus>1")
    assert actors.filter.property("invalid")
    assert actors.filter.font().underline()
    assert "no column 'bogus'" in actors.filter.accessibleDescription()
    assert [row.id.name for row in actors.model.rows] == ["counter"]


def test_what_was_done_can_be_copied_as_a_command(actors: ActorsPanel, messages: MessagesPanel, qtbot: QtBot) -> None:
    messages.compose(Draft("counter", "add", "5"))
    messages.send()
    qtbot.waitUntil(lambda: bool(messages.model.rows))
    messages.desk.actions.run("message.copy_command")
    assert QGuiApplication.clipboard().text() == "workbench actor call --workspace /workspace counter add=5"


@pytest.mark.parametrize(
    ("payload", "text"), [("", "add"), ("5", "add=5"), ("@home", "add=@@home"), (b"\x00\xff", "add:=00ff")]
)
def test_a_message_is_written_as_the_command_line_reads_it(payload: str | bytes, text: str) -> None:
    assert written("add", payload) == text


@given(st.text(max_size=20), st.text(max_size=20) | st.binary(max_size=8))
def test_a_copied_message_is_read_back_as_the_same(kind: str, payload: str | bytes) -> None:
    from workbench.api import Kind
    from workbench.cli.payload import message

    kind = re.sub("[=:]", "", kind) or "x"
    read = message(written(kind, payload), Kind.CALL)
    assert (read.type, read.payload) == (kind, payload)
    made = [word for word in shlex.split(message_command("call", "a b", kind, payload)) if word != "--"]
    assert made[:4] == ["workbench", "actor", "call", "a b"]


# messages


@pytest.mark.parametrize(
    ("mode", "text", "payload"), [("Text", "5", "5"), ("JSON", '{"a": 1}', '{"a": 1}'), ("Hex", "00 ff", b"\x00\xff")]
)
def test_a_payload_is_written_in_three_ways(
    messages: MessagesPanel, mode: str, text: str, payload: str | bytes
) -> None:
    messages.payload.set_mode(mode)
    messages.payload.edit.setPlainText(text)
    assert messages.payload.payload() == payload


@pytest.mark.parametrize(("mode", "text", "said"), [("JSON", "{", "not JSON"), ("Hex", "0g", "not hexadecimal")])
def test_a_wrong_payload_is_not_sent_and_says_why(messages: MessagesPanel, mode: str, text: str, said: str) -> None:
    messages.compose(Draft("counter", "add", "1"))
    messages.payload.set_mode(mode)
    messages.payload.edit.setPlainText(text)
    messages.send()
    assert messages.reply.outcome.text() == "Not sent"
    assert said in messages.reply.body.toPlainText()
    assert messages.model.rows == []


def test_a_sent_message_can_be_edited_and_sent_again(messages: MessagesPanel, qtbot: QtBot) -> None:
    messages.compose(Draft("counter", "add", "5"))
    messages.send()
    qtbot.waitUntil(lambda: len(messages.model.rows) == 1)
    assert messages.reply.body.toPlainText() == "5"
    assert messages.reply.cells.cells["Fuel"].text() == "21,340"
    messages.desk.actions.run("message.edit")
    messages.payload.edit.setPlainText("7")
    messages.send()
    qtbot.waitUntil(lambda: len(messages.model.rows) == 2)
    assert messages.reply.body.toPlainText() == "12"


def test_a_long_wait_shows_a_spinner_then_a_way_out(
    window: MainWindow, messages: MessagesPanel, node: FakeNode, qtbot: QtBot
) -> None:
    dock = window.docks["messages"]
    window.raise_panel("messages")
    with node.actors._lock:  # the fake answers nobody while this is held
        messages.compose(Draft("counter", "add", "5"))
        messages.send()
        qtbot.waitUntil(lambda: not dock.cancel.isHidden(), timeout=3000)
        assert not dock.spinner.isHidden()
        assert messages.busy is not None
        assert messages.busy.isVisible()
        assert messages.send_button.text() == "Cancel"
        messages.send_button.click()
        assert messages.reply.outcome.text() == "Cancelled"
        qtbot.waitUntil(dock.cancel.isHidden)
        assert messages.send_button.text() == "Send"
        assert messages.busy.isHidden()
    assert messages.model.rows == []


@pytest.mark.usefixtures("tidied")
def test_a_hundred_thousand_actors_are_filtered_without_holding_the_window(
    actors: ActorsPanel, node: FakeNode, qtbot: QtBot
) -> None:
    row = next(iter(node.actors.rows.values()))
    many = {f"actor-{n}": replace(row, id=ActorId(f"actor-{n}")) for n in range(100_000)}
    actors.show_rows(list(many.values()))
    qtbot.waitUntil(lambda: actors.model.rowCount() == 100_000)
    actors.filter.set_now("id:actor-99999")
    qtbot.waitUntil(lambda: [found.id.name for found in actors.model.rows] == ["actor-99999"])


# log

LINE_FIELDS = ("time", "level", "actor", "message")
LEVELS = {"level": tuple(map(str, Level))}


@pytest.mark.usefixtures("tidied")
def test_a_hundred_thousand_lines_do_not_stall(log: LogPanel, node: FakeNode, qtbot: QtBot) -> None:
    node.lines.extend(LogLine(seq, 0.0, Level.INFO, "counter", f"line {seq}") for seq in range(1, 100_001))
    before = len(WATCHDOG.busy)
    log.refresh()
    qtbot.waitUntil(lambda: log.model.rowCount() == 100_000)
    log.filter.set_now("/line 4242$/")
    qtbot.waitUntil(lambda: [shown.line.seq for shown in log.model.rows] == [4242])
    log.filter.set_now("")
    qtbot.waitUntil(lambda: log.model.rowCount() == 100_000)
    assert [slot for slot in WATCHDOG.busy[before:] if "Log" in slot] == []


def test_an_unreadable_expression_keeps_the_lines(log: LogPanel, node: FakeNode, qtbot: QtBot) -> None:
    node.write(Level.INFO, "counter", "hello")
    qtbot.waitUntil(lambda: len(log.model.rows) == 1)
    log.filter.set_now("/(/")
    assert log.filter.property("invalid")
    assert "not a regular expression" in log.filter.problem
    assert len(log.model.rows) == 1


def test_lines_of_a_traceback_are_rows_and_know_their_place() -> None:
    trace = 'Traceback (most recent call last):\n  File "counter.py", line 7, in handle_request\nValueError: no'
    line = LogLine(1, 0.0, Level.ERROR, "counter", "ValueError: no", fields=(("exception.stacktrace", trace),))
    rows = shown_lines([line])
    assert [row.part for row in rows] == [0, 1, 2, 3]
    assert place(rows[2].text) == Location("counter.py", 7)
    assert innermost(trace) == Location("counter.py", 7)
    address = re.findall('href="([^"]+)"', as_html(trace, "#000000", "#000000"))
    assert [from_address(found) for found in address] == [Location("counter.py", 7)]


@pytest.mark.parametrize(
    ("level", "actor", "pattern", "shown"),
    [("info", "", "", True), ("error", "", "", False), ("info", "count", "", True), ("info", "node", "", False),
     ("trace", "", "/l+o/", True), ("trace", "", "zzz", False), ("trace", "", "hello level>=warn", True),
     ("error", "", "level:warn", True), ("trace", "", "level>warn", False), ("trace", "", "actor:counter", True),
     ("trace", "", "message~/^hello$/", True)],
)  # fmt: skip
def test_a_line_passes_level_actor_and_expression(level: str, actor: str, pattern: str, shown: bool) -> None:
    line = LogLine(1, 0.0, Level.WARN, "counter", "hello")
    assert Asked(Level(level), actor, parse(pattern, LINE_FIELDS, LEVELS)).wants(line) is shown


# graphs


def test_graphs_draw_what_was_measured_and_export_it(
    window: MainWindow, node: FakeNode, tmp_path: Path, qtbot: QtBot
) -> None:
    graphs = window.panels["graphs"]
    assert isinstance(graphs, GraphsPanel)
    for second in range(10):
        node.sample("", time=1000.0 + second, fuel_per_second=5.0, cpu_percent=3.0)
        node.sample("counter", time=1000.0 + second, fuel_per_second=2.0, turn_ms=1.0 if second % 2 else None)
    qtbot.waitUntil(lambda: len(graphs.plots) == 6)
    qtbot.waitUntil(lambda: "counter" in graphs.samples.series)
    graphs.export_csv(tmp_path / "s.csv")
    rows = (tmp_path / "s.csv").read_text().splitlines()
    assert rows[0].startswith("actor,time,fuel_per_second")
    assert [row.split(",")[4] for row in rows if row.startswith("counter")][:2] == ["", "1.0"]
    graphs.export_png(tmp_path / "g.png")
    assert (tmp_path / "g.png").stat().st_size > 1000


def test_a_paused_graph_stands_still(window: MainWindow, node: FakeNode, qtbot: QtBot) -> None:
    graphs = window.panels["graphs"]
    assert isinstance(graphs, GraphsPanel)
    node.sample("", time=1000.0, fuel_per_second=5.0)
    qtbot.waitUntil(lambda: bool(graphs.model.rows))
    graphs.desk.actions["graphs.pause"].trigger()
    before = graphs.model.rows
    node.sample("", time=1001.0, fuel_per_second=9.0)
    qtbot.waitUntil(lambda: len(graphs.samples.series[""]) == 2)
    assert graphs.model.rows == before
    graphs.desk.actions["graphs.pause"].trigger()
    qtbot.waitUntil(lambda: graphs.model.rows != before)
