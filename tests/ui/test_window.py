"""The window while its node starts, fails or goes away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_node import FakeNode
from PySide6.QtWidgets import QLabel, QTabBar
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from windows import close

from ui import theme
from ui.app import address, arguments, window_for
from ui.main_window import MainWindow
from ui.opening import Doors
from ui.panels.actors.panel import ActorsPanel
from ui.panels.messages.panel import MessagesPanel
from ui.panels.modules.panel import ModulesPanel
from ui.settings import Record, RecordFile, Settings, config_directory
from ui.status import recording_text
from ui.widgets.empty_state import EmptyState
from ui.widgets.notice_bar import PICTURE
from workbench.api import Node, RecordingLevel, RecordingStatistics, SpawnOptions, Unavailable

HELD = "the workspace is held by process 4711; close it or choose another with --workspace"


def test_a_node_that_cannot_be_opened_says_why_and_can_be_tried_again(loop: QEventLoop, qtbot: QtBot) -> None:
    tries: list[int] = []

    def connect() -> Node:
        tries.append(1)
        if len(tries) == 1:
            raise Unavailable(HELD)
        return FakeNode()

    window = window_for(loop, Doors(connect, lambda _node, _progress: None), Settings())
    window.show()
    window.start()
    qtbot.waitUntil(lambda: [notice.text for notice in window.notices.notices] == [HELD])
    assert window.isVisible()
    actions = window.desk.actions
    assert not actions["edit.run"].isEnabled()
    assert "held by process 4711" in actions["actor.spawn"].toolTip()
    assert "held by process 4711" in actors_empty_state(window).line.text()
    messages = window.panels["messages"]
    assert isinstance(messages, MessagesPanel)
    assert not messages.send_button.isEnabled()
    assert "held by process 4711" in messages.send_button.toolTip()
    window.desk.answered.emit("open")
    qtbot.waitUntil(lambda: window.opening.ready)
    assert actions["actor.spawn"].isEnabled()
    assert messages.send_button.isEnabled()
    assert "4711" not in actors_empty_state(window).line.text() + actions["actor.spawn"].toolTip()
    close(window)


def actors_empty_state(window: MainWindow) -> EmptyState:
    found = window.panels["actors"]
    assert isinstance(found, ActorsPanel)
    return found.none


@pytest.mark.parametrize("content", ["{broken", "[]"])
def test_broken_settings_are_put_aside_with_a_notice(
    open_window: Callable[..., MainWindow], config: Path, content: str
) -> None:
    config.mkdir()
    (config / "settings.json").write_text(content)
    window = open_window()
    assert [notice for notice in window.notices.notices if "settings.json" in notice.text]
    assert (config / "settings.broken").read_text() == content


@pytest.mark.parametrize(
    "record",
    [{"theme": "pink"}, {"font_points": 900.0}, {"font_points": -5.0}, {"font_points": float("nan")},
     {"graph_minutes": -3}, {"ask_timeout_seconds": 0}],
)  # fmt: skip
def test_settings_out_of_range_keep_their_default(record: Record) -> None:
    assert Settings.of(record) == Settings()


def test_a_font_size_may_be_written_as_a_whole_number() -> None:
    assert Settings.of({"font_points": 12}).font_points == 12.0


def test_building_the_interpreter_shows_how_far_it_is(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    node = FakeNode(interpreter_ready=False)
    window = open_window(node)
    seen: list[tuple[str, float]] = []
    window.reporter.reported.connect(lambda stage, fraction: seen.append((stage, fraction)))
    node.interpreter = ""
    window.desk.actions.run("node.prepare")
    qtbot.waitUntil(lambda: ("building the interpreter", 0.5) in seen)
    qtbot.waitUntil(window.status.progress.isHidden)


def test_the_tooltip_of_the_node_says_what_is_recorded(window: MainWindow, qtbot: QtBot) -> None:
    cell = window.status.cells["node"]
    qtbot.waitUntil(lambda: "Recording full: 0 turns, 0\u2009B on disk" in cell.toolTip())
    stands = RecordingStatistics(RecordingLevel.MESSAGES, 2_000, 3, 5 << 20, 9, 9, 1 << 20, 9, 0, 1, None, "full disk")
    assert recording_text(stands).splitlines() == [
        "Recording messages: 2,000 turns, 5\u2009MiB on disk, 1\u2009MiB of it pinned",
        "1 turn could not be recorded",
        "Recording stopped: full disk",
    ]


def test_data_of_a_node_that_went_away_stays_and_is_marked_old(
    window: MainWindow, node: FakeNode, qtbot: QtBot
) -> None:
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    qtbot.waitUntil(lambda: len(actors.model.rows) == 3)
    node.gone = True
    actors.refresh()
    qtbot.waitUntil(window.stale.isVisible)
    assert len(actors.model.rows) == 3
    node.gone = False
    actors.refresh()
    qtbot.waitUntil(window.stale.isHidden)


def test_a_fault_of_ours_is_a_notice_with_details_not_a_traceback(window: MainWindow) -> None:
    window.desk.failed(KeyError("x"))
    notice = window.notices.notices[-1]
    assert "mistake" in notice.text
    assert "Traceback" not in notice.text
    assert "KeyError" in notice.details


def test_settings_of_the_wrong_type_keep_their_default() -> None:
    found = Settings.of({"theme": 5, "sample": "yes", "graph_minutes": 15, "unknown": 1})
    assert (found.theme, found.sample, found.graph_minutes) == ("system", True, 15)


def test_settings_are_written_when_they_change(window: MainWindow, qtbot: QtBot) -> None:
    window.set_theme("dark")
    file = RecordFile(config_directory() / "settings.json")
    qtbot.waitUntil(lambda: file.read().get("theme") == "dark")
    window.set_theme("light")


def test_a_theme_is_taken_part_by_part_and_reaches_all_of_them(window: MainWindow, qtbot: QtBot) -> None:
    parts = window.looks.parts()
    window.set_theme("dark")
    assert [part.styleSheet() for part in parts] != [theme.sheet()] * len(parts)
    qtbot.waitUntil(lambda: window.looks.settled)
    assert {part.styleSheet() for part in parts} == {theme.sheet()}
    assert all(part.updatesEnabled() for part in parts)
    window.set_theme("light")
    qtbot.waitUntil(lambda: window.looks.settled)


def test_the_second_of_two_quick_changes_of_theme_wins(window: MainWindow, qtbot: QtBot) -> None:
    window.set_theme("dark")
    window.set_theme("light")
    qtbot.waitUntil(lambda: window.looks.settled)
    assert {part.styleSheet() for part in window.looks.parts()} == {theme.sheet()}
    assert theme.current().name == "light"


def test_a_window_of_another_dialog_is_dressed_too(window: MainWindow) -> None:
    window.desk.actions.run("view.palette")
    palette = window.jumps.dialog
    assert palette is not None
    assert palette.styleSheet() == theme.sheet()


@pytest.mark.parametrize(
    ("node", "workspace", "url"),
    [("", "/w", "embedded:/w"), ("host:1", "", "grpc://host:1"), ("grpc://host:1", "/w", "grpc://host:1")],
)
def test_the_command_line_chooses_the_node(node: str, workspace: str, url: str) -> None:
    assert address(node, workspace) == url


def test_the_sample_is_a_setting_unless_the_command_line_says() -> None:
    assert arguments([]).sample is None
    assert arguments(["--sample"]).sample is True
    assert arguments(["--no-sample", "--open", "a.py", "--open", "b.py"]).open == ["a.py", "b.py"]


def test_a_panel_behind_another_tab_says_in_its_tab_that_it_works(window: MainWindow, qtbot: QtBot) -> None:
    window.raise_panel("actors")
    dock = window.docks["modules"]
    bars = [bar for bar in window.findChildren(QTabBar) if bar.parent() is window]

    def tabs() -> list[str]:
        return [bar.tabText(at) for bar in bars for at in range(bar.count())]

    dock.panel.busy_changed.emit(True, False)
    assert "Modules …" in tabs()
    dock.panel.busy_changed.emit(False, False)
    assert "Modules" in tabs()


def test_a_panel_behind_another_tab_reads_nothing_until_it_is_in_front(window: MainWindow, qtbot: QtBot) -> None:
    modules = window.panels["modules"]
    assert isinstance(modules, ModulesPanel)
    actors = window.panels["actors"]
    qtbot.waitUntil(lambda: actors.seen and not modules.seen)
    assert modules.model.rows == []
    window.raise_panel("modules")
    qtbot.waitUntil(lambda: len(modules.model.rows) == 3)


def test_an_actor_that_was_typed_stays_when_the_list_changes(window: MainWindow, node: FakeNode, qtbot: QtBot) -> None:
    messages = window.panels["messages"]
    assert isinstance(messages, MessagesPanel)
    names = window.desk.roster.names
    qtbot.waitUntil(lambda: len(names.rows) == 3)
    messages.actor.set_actor("work")
    node.actors.spawn("counter_actor", options=SpawnOptions(name="a-first"))
    qtbot.waitUntil(lambda: len(names.rows) == 4)
    assert messages.actor.actor() == "work"
    messages.actor.set_actor("workflow")
    node.actors.stop("a-first")
    qtbot.waitUntil(lambda: len(names.rows) == 3)
    assert messages.actor.actor() == "workflow"
    assert messages.actor.itemText(messages.actor.currentIndex()) == "workflow"


def test_the_icon_of_a_notice_follows_the_theme(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.notice("A warning that stays", "warn")
    picture = window.notices.findChild(QLabel, PICTURE)
    assert picture is not None
    before = picture.pixmap().toImage()
    window.set_theme("dark")
    qtbot.waitUntil(lambda: window.looks.settled)
    assert picture.pixmap().toImage() != before
    window.set_theme("light")
