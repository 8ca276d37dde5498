"""Recorded sessions across restarts of the app, and what a switch to another node keeps."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node
from test_session import file, go, open_at, real, session, window
from windows import close

from ui.main_window import MainWindow
from ui.panels.session.panel import SessionPanel

__all__ = ["file", "open_at", "real", "session", "window"]
Opener = Callable[..., MainWindow]


def open_sessions(window: MainWindow) -> list[str]:
    return sorted(held.name for held in window.desk.nodes.held if held.path is not None)


def shown_at(window: MainWindow) -> tuple[str, int]:
    held, moment = window.desk.nodes.current, window.desk.nodes.moment
    return held.name if held is not None else "", moment.position if moment is not None else -1


def menu_of(window: MainWindow) -> list[str]:
    return [action.toolTip() for action in window.reopening.menu.actions()]


@pytest.fixture
def other(file: Path, tmp_path: Path) -> Path:
    return shutil.copy(file, tmp_path / "other.plexbundle")


def test_open_sessions_come_back_where_they_were_with_the_one_that_was_shown(
    window: MainWindow, session: SessionPanel, file: Path, other: Path, open_window: Opener, qtbot: QtBot
) -> None:
    assert session.seen
    go(window, 3, qtbot)
    window.desk.nodes.open(other)
    qtbot.waitUntil(lambda: shown_at(window) == ("other.plexbundle", 7))
    go(window, 5, qtbot)
    close(window)
    with quick_node() as node:
        again = open_window(node)
        qtbot.waitUntil(lambda: shown_at(again) == ("other.plexbundle", 5))
        assert open_sessions(again) == ["other.plexbundle", "shop.plexbundle"]
        assert menu_of(again) == [str(other), str(file)]
        shop = next(held for held in again.desk.nodes.held if held.path == file)
        again.desk.nodes.show(shop)
        qtbot.waitUntil(lambda: shown_at(again) == ("shop.plexbundle", 3))
        again.desk.actions.run("nodes.running")
        close(again)
    with quick_node() as node:
        third = open_window(node)
        qtbot.waitUntil(lambda: len(open_sessions(third)) == 2)
        assert third.desk.nodes.current is third.desk.nodes.running
        close(third)


def test_sessions_that_are_gone_are_said_in_one_notice(
    window: MainWindow, session: SessionPanel, file: Path, other: Path, open_window: Opener, qtbot: QtBot
) -> None:
    assert session.seen
    window.desk.nodes.open(other)
    qtbot.waitUntil(lambda: shown_at(window)[0] == "other.plexbundle")
    close(window)
    file.unlink()
    other.unlink()
    with quick_node() as node:
        again = open_window(node)
        said = "2 recorded sessions that were open are gone: shop.plexbundle, other.plexbundle."
        qtbot.waitUntil(lambda: [each.text for each in again.notices.notices if "gone" in each.text] == [said])
        assert open_sessions(again) == []
        again.write()
        assert again.reopening.record()["open"] == []
        again.reopening.menu.actions()[0].trigger()
        qtbot.waitUntil(lambda: any("not in the list any more" in each.text for each in again.notices.notices))
        assert menu_of(again) == [str(file)]
        close(again)


def test_a_session_that_was_opened_recently_opens_from_the_menu(
    window: MainWindow, session: SessionPanel, file: Path, qtbot: QtBot
) -> None:
    assert session.seen and menu_of(window) == [str(file)]
    window.desk.actions.run("nodes.close")
    qtbot.waitUntil(lambda: open_sessions(window) == [])
    window.reopening.menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: shown_at(window) == ("shop.plexbundle", 7))


def test_a_replay_is_kept_while_its_session_is_open(
    window: MainWindow, session: SessionPanel, file: Path, real: QuickNode, qtbot: QtBot
) -> None:
    assert real is not None
    replaying = session.details.replaying
    window.desk.actions.run("session.replay")
    qtbot.waitUntil(lambda: len(replaying.model.rows) == 2, timeout=30_000)
    held = window.desk.nodes.current
    assert held is not None
    window.desk.actions.run("nodes.running")
    qtbot.waitUntil(lambda: not replaying.model.rows)
    window.desk.nodes.show(held)
    qtbot.waitUntil(lambda: len(replaying.model.rows) == 2)
    assert replaying.head.text().startswith("Every turn came out as recorded")
    window.desk.actions.run("nodes.close")
    window.desk.nodes.open(file)
    qtbot.waitUntil(lambda: shown_at(window)[0] == "shop.plexbundle")
    assert not replaying.model.rows


def test_a_window_on_a_session_raises_its_panel(open_at: Callable[[str], MainWindow], file: Path, qtbot: QtBot) -> None:
    made = open_at(f"bundle:{file}#3")
    qtbot.waitUntil(lambda: made.panels["session"].seen)
    assert shown_at(made)[0] == "shop.plexbundle"
