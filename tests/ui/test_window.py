"""The window while its node starts, fails or goes away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fake_node import FakeNode
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from windows import close

from ui.app import address, arguments, window_for
from ui.main_window import MainWindow
from ui.opening import Doors
from ui.panels.actors.panel import ActorsPanel
from ui.settings import RecordFile, Settings, config_directory
from workbench.api import Node, Unavailable

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
    window.desk.answered.emit("open")
    qtbot.waitUntil(lambda: window.opening.ready)
    close(window)


def test_building_the_interpreter_shows_how_far_it_is(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    node = FakeNode(interpreter_ready=False)
    window = open_window(node)
    seen: list[tuple[str, float]] = []
    window.reporter.reported.connect(lambda stage, fraction: seen.append((stage, fraction)))
    node.interpreter = ""
    window.desk.actions.run("node.prepare")
    qtbot.waitUntil(lambda: ("building the interpreter", 0.5) in seen)
    qtbot.waitUntil(window.status.progress.isHidden)


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
