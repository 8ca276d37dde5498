"""States that take long to be found: what is shown belongs to the moment, and the newest wish is read first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from real_node import QuickNode, crash, quick_node
from test_session import go

import workbench
from tests.unit.fragile import FRAGILE
from ui.main_window import MainWindow
from ui.panels.journal.panel import JournalPanel
from ui.panels.session.details import DIFFERENCE, STATE, TURN, MomentDetails
from ui.panels.session.panel import SessionPanel
from ui.reading import CANCELLED
from workbench.api import SpawnOptions

GIVES = b"(i32.store8 (i32.const 4000) (global.get $count)) (call $text (i32.const 4000) (i32.const 1)))"
HANGS = FRAGILE.replace(
    GIVES, b"(if (i32.eq (global.get $count) (i32.const 50)) (then (loop $ever (br $ever))))" + GIVES, 1
)
"""Whoever asks it for its state when it has counted to two waits for minutes."""
HANGING, GIVEN = 3, 2
"""After so many turns it counted to two, or to one."""


def counted(node: QuickNode, **options: bool) -> None:
    node.modules.deploy(HANGS, file_name="hangs.wat", alias="hangs")
    node.actors.spawn("hangs", "0", options=SpawnOptions("till", "permissive", **options))  # type: ignore[arg-type]
    for _ in range(3):
        node.actors.ask("till", "increment")


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.set_perspective("debug")
    return made


@pytest.fixture
def details(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> MomentDetails:
    path = tmp_path / "hangs.plexbundle"
    with quick_node() as node:
        counted(node)
        workbench.export_bundle(node, path)
        crash(node, "till")
    window.drops.drop((path,))
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    qtbot.waitUntil(lambda: panel._session is not None and panel.actor() == "till")
    go(window, GIVEN, qtbot)
    panel.details.setCurrentIndex(STATE)
    qtbot.waitUntil(lambda: panel.details.state.text.toPlainText() == "1")
    return panel.details


def jobs(window: MainWindow) -> list[str]:
    return [job.text for job in window.desk.jobs.running]


def test_the_state_of_another_moment_is_gone_at_once_and_a_newer_wish_is_read_first(
    window: MainWindow, details: MomentDetails, qtbot: QtBot
) -> None:
    go(window, HANGING, qtbot)
    qtbot.waitUntil(lambda: details.state.head.text() == f"till at position {HANGING}: reading …")
    assert not details.state.text.toPlainText()
    qtbot.waitUntil(lambda: jobs(window) == [f"State of till at position {HANGING}: reading"])
    assert window.status.progress.isVisible() and window.status.progress.stop.isVisible()
    details.setCurrentIndex(DIFFERENCE)
    assert details.difference.head.text() == f"till at position {HANGING}: reading …"
    go(window, GIVEN, qtbot)
    details.setCurrentIndex(STATE)
    qtbot.waitUntil(lambda: details.state.text.toPlainText() == "1")
    assert details.state.head.text().startswith("till after turn 2: ")
    qtbot.waitUntil(lambda: not jobs(window))


def test_a_reading_is_cancelled_and_says_so(window: MainWindow, details: MomentDetails, qtbot: QtBot) -> None:
    go(window, HANGING, qtbot)
    qtbot.waitUntil(lambda: bool(jobs(window)))
    window.status.progress.stop.click()
    qtbot.waitUntil(lambda: details.state.head.text() == f"till at position {HANGING}: {CANCELLED}")
    assert not jobs(window) and not window.notices.notices
    details.setCurrentIndex(TURN)
    details.setCurrentIndex(STATE)
    qtbot.waitUntil(lambda: details.state.head.text().endswith("reading …"))
    go(window, GIVEN, qtbot)
    qtbot.waitUntil(lambda: details.state.text.toPlainText() == "1")


def test_a_journal_shows_the_state_of_the_entry_that_is_chosen(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    counted(real, durable=True)
    window.raise_panel("journal")
    panel = window.panels["journal"]
    assert isinstance(panel, JournalPanel)
    qtbot.waitUntil(lambda: panel.model.position("till") >= 0)
    panel.select_key("till")
    panel.details.setCurrentWidget(panel.details.state)
    qtbot.waitUntil(lambda: bool(panel.paged.rows) and panel.paged.rows[0].turn is not None)
    state = panel.details.state
    panel.entries.choose_number(GIVEN)
    qtbot.waitUntil(lambda: state.text.toPlainText() == "1")
    panel.entries.choose_number(HANGING)
    qtbot.waitUntil(lambda: state.head.text() == f"till after turn {HANGING}: reading …")
    assert not state.text.toPlainText()
    qtbot.waitUntil(lambda: jobs(window) == [f"State of till after turn {HANGING}: reading"])
    panel.entries.choose_number(GIVEN)
    qtbot.waitUntil(lambda: state.text.toPlainText() == "1")
    qtbot.waitUntil(lambda: not jobs(window))
    crash(real, "till")
