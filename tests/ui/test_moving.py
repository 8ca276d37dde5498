"""An actor is moved from the window: each step is shown with its figures, and what could not be done is said there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node, shop

import workbench
from tests.ui.test_nodes import WAIT_MS, add, attach
from ui.dialogs.migrate import STEPS, MigrateDialog
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from workbench.api import SpawnOptions
from workbench.api.connections import Connection, Mode


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        node.actors.spawn("fragile", options=SpawnOptions(name="alone"))
        shop(node)
        yield node


@pytest.fixture
def other() -> Iterator[tuple[QuickNode, str]]:
    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        yield node, server.address


@pytest.fixture
def actors(open_window: Callable[..., MainWindow], real: QuickNode, qtbot: QtBot) -> ActorsPanel:
    window = open_window(real)
    found = window.panels["actors"]
    assert isinstance(found, ActorsPanel)
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: len(found.model.rows) == 5)
    return found


def choose(actors: ActorsPanel, name: str, qtbot: QtBot) -> None:
    actors.desk.actor_chosen.emit(name)
    qtbot.waitUntil(lambda: actors.chosen == name)


def asked(actors: ActorsPanel, qtbot: QtBot) -> MigrateDialog:
    """The window that asks where to."""
    actors.desk.actions.run("actor.migrate")
    qtbot.waitUntil(lambda: bool(actors.findChildren(MigrateDialog)))
    return actors.findChildren(MigrateDialog)[-1]


def said(dialog: MigrateDialog) -> str:
    return " ".join(label.text() for label in dialog.findChildren(QLabel))


def move(dialog: MigrateDialog, to: str) -> None:
    dialog.to.setEditText(to)
    button = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Move")
    assert button.isEnabled()
    button.click()


def test_an_actor_is_moved_and_every_step_shows_its_figures(
    actors: ActorsPanel, real: QuickNode, other: tuple[QuickNode, str], qtbot: QtBot
) -> None:
    node, address = other
    real.actors.ask("alone", "increment")
    choose(actors, "alone", qtbot)
    dialog = asked(actors, qtbot)
    move(dialog, address)
    qtbot.waitUntil(lambda: "It runs at local" in said(dialog), timeout=WAIT_MS)
    shown = said(dialog)
    assert all(text in shown for text in STEPS.values()) and shown.count(" ms") >= len(STEPS)
    assert "paused for" in shown and "sent" in shown
    window = actors.window()
    assert isinstance(window, MainWindow)
    before = dialog.grab().toImage().pixelColor(2, 2)
    window.set_theme("dark")
    qtbot.waitUntil(lambda: window.looks.settled)
    assert dialog.grab().toImage().pixelColor(2, 2).lightness() < before.lightness() // 2, "it follows the theme"
    dialog.reject()
    assert node.actors.ask("alone", "get").payload == real.actors.ask("alone", "get").payload == "1"
    qtbot.waitUntil(lambda: "alone" not in [row.id.name for row in actors.model.rows])


def test_why_it_was_not_moved_is_said_where_it_was_asked(actors: ActorsPanel, real: QuickNode, qtbot: QtBot) -> None:
    choose(actors, "alone", qtbot)
    dialog = asked(actors, qtbot)
    assert not next(each for each in dialog.findChildren(QPushButton) if each.text() == "Move").isEnabled()
    move(dialog, "127.0.0.1:1")
    qtbot.waitUntil(lambda: "nothing listens at port 1" in said(dialog), timeout=WAIT_MS)
    dialog.reject()
    assert real.actors.ask("alone", "get").payload == "0"


def test_connections_are_offered_by_name_without_the_node_itself_and_those_that_let_no_actor_out(
    actors: ActorsPanel, real: QuickNode, other: tuple[QuickNode, str], qtbot: QtBot
) -> None:
    node, address = other
    node.actors.spawn("fragile", options=SpawnOptions(name="mover"))
    window = actors.desk.parent()
    with workbench.serve(real, listen="127.0.0.1:0") as server:
        add(
            window, qtbot, Connection("back", server.address),  # type: ignore[arg-type]
            Connection("tls", "127.0.0.1:5", tls_ca="system"), Connection("same", address),
            Connection("ro", "127.0.0.1:6", mode=Mode.READ_ONLY), Connection("asks", "127.0.0.1:7", mode=Mode.CONFIRM),
            Connection("far", "127.0.0.1:8", ssh="me@host"),
        )  # fmt: skip
        attach(window, qtbot, Connection("here", address))  # type: ignore[arg-type]
        window.raise_panel("actors")  # type: ignore[union-attr]
        qtbot.waitUntil(lambda: [row.id.name for row in actors.model.rows] == ["mover"], timeout=WAIT_MS)
        choose(actors, "mover", qtbot)
        dialog = asked(actors, qtbot)
        assert [dialog.to.itemText(at) for at in range(dialog.to.count())] == ["back", "tls"]
        assert (
            "Not offered: asks, whose mode is confirm; far, which goes through a tunnel; ro, whose mode is read-only."
            in said(dialog)
        )
        move(dialog, "back")
        qtbot.waitUntil(lambda: "It runs at local" in said(dialog), timeout=WAIT_MS)
        dialog.reject()
        actors.desk.attachments.detach("here")
    assert "mover" in [row.id.name for row in real.actors.list()]


def test_one_with_a_supervisor_stays_and_so_does_one_over_a_read_only_connection(
    actors: ActorsPanel, other: tuple[QuickNode, str], qtbot: QtBot
) -> None:
    choose(actors, "till", qtbot)
    action = actors.desk.actions["actor.migrate"]
    qtbot.waitUntil(lambda: not action.isEnabled())
    node, address = other
    node.actors.spawn("fragile", options=SpawnOptions(name="far"))
    attach(actors.desk.parent(), qtbot, Connection("prod", address, mode=Mode.READ_ONLY))  # type: ignore[arg-type]
    assert not action.isEnabled()
    assert "prod is a read-only connection: nothing that changes its node is sent." in action.toolTip()
