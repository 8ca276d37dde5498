"""Help > Showcase: the real demonstrations, off the Qt thread, line by line, with stop, rerun and copy."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from ui.dialogs.showcase import AT_ONCE, ShowcaseWindow
from ui.main_window import MainWindow
from workbench.api.showcase import DEMONSTRATIONS, Mark, ShowcaseLine

RUN_MS = 120_000


@pytest.fixture
def showcase(window: MainWindow, interpreter: str) -> ShowcaseWindow:
    window.desk.actions.run("help.showcase")
    made = window.demonstrating.window
    assert made is not None
    return made


def run(window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot, *names: str) -> str:
    """Run these to the end; all the text."""
    showcase.choose(names)
    window.desk.actions.run("showcase.run")
    qtbot.waitUntil(lambda: window.demonstrating.job is not None)
    qtbot.waitUntil(lambda: window.demonstrating.job is None and showcase.settled, timeout=RUN_MS)
    return showcase.text.toPlainText()


def test_it_opens_with_all_demonstrations_ticked(window: MainWindow, showcase: ShowcaseWindow) -> None:
    assert showcase.isVisible()
    assert showcase.chosen == tuple(each.name for each in DEMONSTRATIONS)
    showcase.choose(["locks", "blob"])
    assert showcase.chosen == ("locks", "blob")
    assert window.desk.actions["showcase.run"].isEnabled()
    showcase.choose([])
    assert not window.desk.actions["showcase.run"].isEnabled()


def test_the_chosen_ones_run_again_and_again_and_can_be_copied(
    window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot
) -> None:
    first = run(window, showcase, qtbot, "deployment")
    lines = first.splitlines()
    assert lines[0] == " PlexSpaces WASM Runtime Showcase" and "[ok] Module compiled and cached" in lines
    assert lines[-1] == "[done] Deployment demo complete!" and "Demo 4" not in first
    claims = sum(line.startswith("[ok]") for line in lines)
    assert showcase.state.text() == f"All {claims} claims held."
    window.desk.actions.run("showcase.copy")
    assert QGuiApplication.clipboard().text() == first
    again = run(window, showcase, qtbot, "deployment")
    assert len(again.splitlines()) == len(lines) and again != first, "each run compiles a module of its own"


def test_it_is_stopped_in_order_and_says_how_far_it_came(
    window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot
) -> None:
    showcase.choose(["deployment", "concurrency", "locks"])
    window.desk.actions.run("showcase.run")
    qtbot.waitUntil(lambda: "[ok]" in showcase.text.toPlainText(), timeout=RUN_MS)
    assert window.desk.actions["showcase.stop"].isEnabled() and not window.desk.actions["showcase.run"].isEnabled()
    window.desk.actions.run("showcase.stop")
    qtbot.waitUntil(lambda: window.demonstrating.job is None and showcase.settled, timeout=RUN_MS)
    assert showcase.text.toPlainText().splitlines()[-1].startswith("[stopped] The showcase was stopped after ")
    assert showcase.state.text().startswith("Stopped: ")
    assert "[done] Locks" not in showcase.text.toPlainText()
    assert window.desk.actions["showcase.run"].isEnabled() and not window.desk.actions["showcase.stop"].isEnabled()


def test_closing_its_window_stops_it(window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot) -> None:
    showcase.choose(["concurrency", "locks"])
    window.desk.actions.run("showcase.run")
    qtbot.waitUntil(lambda: window.demonstrating.job is not None)
    qtbot.keyClick(showcase, Qt.Key.Key_Escape)
    assert not showcase.isVisible()
    qtbot.waitUntil(lambda: window.demonstrating.job is None, timeout=RUN_MS)
    assert "Locks demo complete" not in showcase.text.toPlainText()
    assert not window.desk.actions["showcase.copy"].isEnabled()
    window.desk.actions.run("help.showcase")
    assert showcase.isVisible()


def test_every_message_is_shown_when_it_is_wanted(window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot) -> None:
    assert "  > " not in run(window, showcase, qtbot, "concurrency")
    showcase.verbose.setChecked(True)
    text = run(window, showcase, qtbot, "locks")
    assert "  > ada call acquire" in text and "  >     locks.acquire(" in text


def test_thousands_of_lines_are_drawn_in_pieces(showcase: ShowcaseWindow, qtbot: QtBot) -> None:
    showcase.begin()
    for number in range(5 * AT_ONCE + 1):
        showcase.tell(ShowcaseLine(Mark.TRACE, str(number)))
    showcase._append()
    assert showcase.text.document().blockCount() == AT_ONCE and not showcase.settled
    qtbot.waitUntil(lambda: showcase.settled)
    lines = showcase.text.toPlainText().splitlines()
    assert lines == showcase.said == [f"  {number}" for number in range(5 * AT_ONCE + 1)]


def test_closing_the_app_stops_it(window: MainWindow, showcase: ShowcaseWindow, qtbot: QtBot) -> None:
    showcase.choose(["concurrency", "locks"])
    window.desk.actions.run("showcase.run")
    qtbot.waitUntil(lambda: window.demonstrating.job is not None)
    job = window.demonstrating.job
    window.close()
    assert job is not None and job.cancel.is_set()


def test_all_are_listed_and_the_empty_page_says_what_to_do(showcase: ShowcaseWindow) -> None:
    shown = [showcase.list.item(index).text() for index in range(showcase.list.count())]
    assert shown == [each.title for each in DEMONSTRATIONS]
    showcase.choose(each.name for each in DEMONSTRATIONS)
    assert showcase.chosen == tuple(each.name for each in DEMONSTRATIONS)
    assert showcase.text.placeholderText().startswith("Tick what shall be demonstrated")
