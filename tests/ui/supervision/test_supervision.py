"""The Supervision panel on a real node: what is drawn, what would happen, what is done, and where keys lead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from answering import Answer
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, child, crash, shop, tree

from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.log.panel import LogPanel
from ui.panels.supervision.cards import lines, spoken
from ui.panels.supervision.forest import Measures, grow
from ui.panels.supervision.panel import SupervisionPanel
from ui.watchdog import WATCHDOG
from workbench.api import ActorState, Ending, Strategy

TREE = """
[supervisor.shop]
intensity = 3
children = ["till", "clerk"]

[actor.till]
file = "fragile.wat"

[actor.clerk]
module = "fragile"
restart = "transient"
"""


@pytest.fixture
def drawn(panel: SupervisionPanel, real: QuickNode, qtbot: QtBot) -> SupervisionPanel:
    """The panel with the tree `shop`."""
    shop(real)
    qtbot.waitUntil(lambda: len(panel.canvas.forest.cards) == 6)
    return panel


def choose(panel: SupervisionPanel, name: str, qtbot: QtBot) -> None:
    panel.desk.show_supervised.emit(name)
    qtbot.waitUntil(lambda: panel.chosen == name and panel.details.isVisible())


def test_without_a_tree_there_is_one_line_and_one_button(panel: SupervisionPanel) -> None:
    assert panel.stack.currentWidget() is panel.none
    assert "No supervisor yet" in panel.none.line.text()
    assert panel.none.button is not None
    assert panel.none.button.text() == "New tree…"


def test_every_supervisor_and_child_is_drawn_with_state_and_kind_in_words(
    drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    cards = drawn.canvas.forest.cards
    assert list(cards) == ["shop", "till", "workers", "first", "second", "third"]
    assert lines(cards["shop"]) == ("runs", "one_for_one")
    assert lines(cards["till"]) == ("idle", "permanent")
    assert cards["first"].parent == "workers"
    assert drawn.counts.text() == "2 supervisors, 4 actors"
    crash(real, "till")
    qtbot.waitUntil(lambda: lines(drawn.canvas.forest.cards["till"])[1] == "permanent  ·  1 restart")
    assert "1 of 3 in 1 min restarts used" in spoken(drawn.canvas.forest.cards["shop"])


def test_the_gauge_fills_with_restarts_and_empties_with_time(
    panel: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    real.supervision.apply(tree("quick", Strategy.ONE_FOR_ONE, child("worker"), period_ms=700))
    crash(real, "worker")
    seen: list[int] = []

    def emptied() -> bool:
        card = panel.canvas.forest.cards.get("quick")
        if card is not None and card.info is not None:
            seen.append(card.info.restarts)
        return 1 in seen and seen[-1] == 0

    qtbot.waitUntil(emptied)


def test_choosing_a_child_shows_what_the_node_says_would_happen(
    drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    choose(drawn, "second", qtbot)
    plan = real.supervision.preview("second")
    qtbot.waitUntil(lambda: bool(drawn.canvas.marks))
    assert drawn.canvas.marks == {"second": "ends, starts", "third": "stops, starts"}
    assert set(plan.start) == {"second", "third"}
    shown = drawn.details.overview.toPlainText()
    assert "If it crashed now" in shown
    assert "second, third" in shown
    drawn.desk.actions["supervision.preview"].trigger()
    assert drawn.canvas.marks == {}
    drawn.desk.actions["supervision.preview"].trigger()
    choose(drawn, "workers", qtbot)
    below = dict.fromkeys(("first", "second", "third"), "stops, starts")
    qtbot.waitUntil(lambda: drawn.canvas.marks == {"workers": "ends, starts", **below})


def test_the_preview_follows_how_it_would_end(panel: SupervisionPanel, real: QuickNode, qtbot: QtBot) -> None:
    from workbench.api import Restart

    real.supervision.apply(tree("t", Strategy.ONE_FOR_ONE, child("once", Restart.TRANSIENT)))
    qtbot.waitUntil(lambda: "once" in panel.canvas.forest.cards)
    choose(panel, "once", qtbot)
    qtbot.waitUntil(lambda: panel.canvas.marks == {"once": "ends, starts"})
    panel.details.endings.button(1).click()
    qtbot.waitUntil(lambda: panel.canvas.marks == {"once": "ends"})
    assert panel.details.ending is Ending.NORMAL
    assert "once stays listed, and stopped" in panel.details.overview.toPlainText()


def test_arrows_walk_the_tree_and_enter_goes_to_the_actor(
    window: MainWindow, drawn: SupervisionPanel, qtbot: QtBot
) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    drawn.canvas.setFocus()
    assert drawn.chosen == "shop"
    keys, walked = Qt.Key, []
    for key in (keys.Key_Right, keys.Key_Down, keys.Key_Right, keys.Key_Down, keys.Key_Left, keys.Key_Left):
        qtbot.keyClick(drawn.canvas, key)
        walked.append(drawn.chosen)
    assert walked == ["till", "workers", "first", "second", "workers", "shop"]
    qtbot.keyClick(drawn.canvas, keys.Key_End)
    assert drawn.chosen == "third"
    assert "third, actor, idle, permanent" in drawn.canvas.accessibleDescription()
    qtbot.keyClick(drawn.canvas, keys.Key_Return)
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    qtbot.waitUntil(lambda: actors.chosen == "third")


def test_a_supervisor_is_closed_and_opened_and_counts_what_is_inside(drawn: SupervisionPanel, qtbot: QtBot) -> None:
    choose(drawn, "workers", qtbot)
    qtbot.keyClick(drawn.canvas, Qt.Key.Key_Return)
    assert list(drawn.canvas.forest.cards) == ["shop", "till", "workers"]
    assert drawn.canvas.forest.cards["workers"].inside == 3
    assert drawn.record()["closed"] == ["workers"]
    choose(drawn, "third", qtbot)
    assert drawn.closed == frozenset()


def test_the_mouse_chooses_a_card_and_its_arrow_closes_it(drawn: SupervisionPanel, qtbot: QtBot) -> None:
    drawn.canvas.fit()
    for name, dx in (("till", 30.0), ("workers", 0.0)):
        card = drawn.canvas.forest.cards[name]
        where = (card.x + dx, card.y + 12) if dx else (card.right - 16, card.y + 15)
        place = drawn.canvas.mapFromScene(*where)
        qtbot.mouseClick(drawn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert drawn.chosen == "till"
    assert drawn.closed == {"workers"}
    qtbot.mouseClick(drawn.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert drawn.chosen == "till"


def test_restarts_are_marks_on_a_line_and_rows_with_cause_and_message(
    drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    crash(real, "till", 2)
    choose(drawn, "till", qtbot)
    drawn.details.tabs.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(drawn.details.model.rows) == 2)
    newest = drawn.details.model.rows[0]
    assert (newest.child, newest.killed_by, newest.used) == ("till", "die", 2)
    drawn.details.table.choose(0)
    text = drawn.details.decision.toPlainText()
    assert "unreachable" in text
    assert "Killed by the message" in text
    line = drawn.details.timeline
    assert line.number == newest.seq
    qtbot.keyClick(line, Qt.Key.Key_Left)
    assert drawn.details.chosen() == drawn.details.model.rows[1]
    place = line.place(newest).center().toPoint()
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=place)
    assert drawn.details.chosen() == newest
    assert drawn.details.table.as_text("CSV").splitlines()[0].startswith("No.,Time,Supervisor,Ended")


def test_a_supervisor_that_gave_up_says_why_and_runs_again_when_restarted(
    panel: SupervisionPanel, real: QuickNode, qtbot: QtBot, answer: Answer
) -> None:
    real.supervision.apply(tree("weak", Strategy.ONE_FOR_ONE, child("worker"), intensity=0))
    crash(real, "worker")
    qtbot.waitUntil(lambda: "weak" in panel.canvas.forest.cards)
    choose(panel, "weak", qtbot)
    qtbot.waitUntil(lambda: lines(panel.canvas.forest.cards["weak"])[0] == "gave up")
    qtbot.waitUntil(lambda: "Why it gave up" in panel.details.overview.toPlainText())
    assert "unreachable" in panel.details.overview.toPlainText()
    asked = answer("Restart")
    panel.desk.actions.run("supervision.restart")
    qtbot.waitUntil(lambda: real.supervision.get("weak").state is ActorState.IDLE)
    assert "Restart weak with all its children?" in asked[0]


def test_stop_says_what_the_supervisor_would_do_and_keeps_it_stopped(
    drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot, answer: Answer
) -> None:
    crash(real, "till")
    choose(drawn, "till", qtbot)
    asked = answer("Stop and keep stopped")
    drawn.desk.actions.run("supervision.stop")
    qtbot.waitUntil(lambda: real.supervision.get("shop").children[0].held)
    assert "Supervisor shop (one_for_one, 1 of 3 restarts used) will start it again. Stop and keep stopped?" in asked[0]
    qtbot.waitUntil(lambda: "kept by hand" in lines(drawn.canvas.forest.cards["till"])[0])
    qtbot.waitUntil(lambda: drawn.desk.actions["supervision.start"].isEnabled())
    assert not drawn.desk.actions["supervision.stop"].isEnabled()
    drawn.desk.actions.run("supervision.start")
    qtbot.waitUntil(lambda: real.actors.get("till").state is ActorState.IDLE)


def test_a_tree_is_removed_after_a_question_from_any_of_its_cards(
    drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot, answer: Answer
) -> None:
    choose(drawn, "second", qtbot)
    asked = answer("Remove")
    drawn.desk.actions.run("supervision.remove")
    qtbot.waitUntil(lambda: not real.supervision.list())
    assert "Remove the tree shop? 5 children" in asked[0]
    qtbot.waitUntil(lambda: drawn.stack.currentWidget() is drawn.none)


def test_a_simple_supervisor_gets_one_more_child(panel: SupervisionPanel, real: QuickNode, qtbot: QtBot) -> None:
    real.supervision.apply(tree("pool", Strategy.SIMPLE_ONE_FOR_ONE, child("worker")))
    qtbot.waitUntil(lambda: "pool" in panel.canvas.forest.cards)
    choose(panel, "pool", qtbot)
    qtbot.waitUntil(lambda: panel.desk.actions["supervision.add"].isEnabled())
    panel.desk.actions.run("supervision.add")
    qtbot.waitUntil(lambda: "worker-1" in panel.canvas.forest.cards)


def test_a_dropped_tree_file_deploys_its_sources_and_runs(
    window: MainWindow, panel: SupervisionPanel, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    from tests.unit.fragile import FRAGILE

    (tmp_path / "fragile.wat").write_bytes(FRAGILE)
    (tmp_path / "shop.toml").write_text(TREE)
    window.drops.drop((tmp_path / "shop.toml",))
    qtbot.waitUntil(lambda: panel.chosen == "shop")
    assert [info.name for info in real.supervision.list()] == ["shop"]
    assert "shop.toml is applied: shop runs with 2 children." in [n.text for n in window.notices.notices]


def test_a_tree_file_with_a_fault_says_its_line_and_changes_nothing(
    window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "shop.toml").write_text(TREE.replace("intensity", "intensty"))
    window.drops.drop((tmp_path / "shop.toml",))
    qtbot.waitUntil(lambda: any("not applied" in notice.text for notice in window.notices.notices))
    assert any("shop.toml:3: supervisor.shop has the unknown key" in n.text for n in window.notices.notices)
    assert not real.supervision.list()


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('"fragile"', '"nosuch"', "shop.toml:10: the child 'clerk' cannot be made: no module 'nosuch'"),
        ('"fragile"', '"fragile"\n[actor.alone]\nmodule = "fragile"', "shop.toml:11: there is an actor or supervisor"),
        ("fragile.wat", "nosuch.wat", "shop.toml:7: "),
    ],
)  # fmt: skip
def test_a_tree_file_that_the_node_refuses_says_its_line_and_changes_nothing(
    window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot, before: str, after: str, says: str
) -> None:
    from tests.unit.fragile import FRAGILE

    (tmp_path / "fragile.wat").write_bytes(FRAGILE)
    more = TREE.replace('"clerk"]', '"clerk", "alone"]') if "alone" in after else TREE
    (tmp_path / "shop.toml").write_text(more.replace(before, after))
    window.drops.drop((tmp_path / "shop.toml",))
    qtbot.waitUntil(lambda: any(says in notice.text for notice in window.notices.notices))
    assert not real.supervision.list()
    assert [info.id.name for info in real.actors.list()] == ["alone"]


def test_from_a_card_one_goes_to_log_and_messages_and_copies_its_command(
    window: MainWindow, drawn: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    crash(real, "till")
    choose(drawn, "till", qtbot)
    drawn.desk.actions.run("supervision.copy_command")
    assert QGuiApplication.clipboard().text().endswith("shop till")
    log, actors = window.panels["log"], window.panels["actors"]
    assert isinstance(log, LogPanel)
    assert isinstance(actors, ActorsPanel)
    drawn.desk.actions.run("supervision.log")
    assert log.filter.text() == "actor:till"
    drawn.desk.actions.run("supervision.message")
    qtbot.waitUntil(lambda: actors.chosen == "till" and actors.details.tabs.currentIndex() == 1)
    qtbot.waitUntil(lambda: bool(actors.details.model.rows))


@pytest.mark.usefixtures("tidied")
@pytest.mark.alone
def test_a_thousand_actors_are_drawn_without_holding_the_window(
    window: MainWindow, panel: SupervisionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    before = len(WATCHDOG.busy)
    real.supervision.apply(tree("big", Strategy.ONE_FOR_ONE, *(child(f"w{at:03}") for at in range(1000))))
    qtbot.waitUntil(lambda: len(panel.canvas.forest.cards) == 1001)
    choose(panel, "w500", qtbot)
    for verb in ("zoom_in", "zoom_out", "fit", "close_all", "open_all"):
        panel.desk.actions.run(f"supervision.{verb}")
    window.grab()
    assert [slot for slot in WATCHDOG.busy[before:] if "Supervision" in slot or "supervision" in slot] == []
    forest = panel.canvas.forest
    assert 0.5 < forest.width / forest.height < 5


def test_cards_never_lie_over_each_other(drawn: SupervisionPanel) -> None:
    infos = list(drawn.trees)
    many = tuple(replace(infos[0].children[0], name=f"m{at}") for at in range(37))
    infos[0] = replace(infos[0], children=(*many[:20], *infos[0].children, *many[20:]))
    cards = list(grow(infos, (), Measures(16.0)).cards.values())
    assert len(cards) == 43
    for at, one in enumerate(cards):
        for other in cards[at + 1 :]:
            assert one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y


def test_choice_and_closed_supervisors_come_back(
    window: MainWindow, drawn: SupervisionPanel, real: QuickNode, open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    choose(drawn, "till", qtbot)
    drawn.canvas.turned.emit("workers")
    window.write()
    window.session.release()
    again = open_window(real).panels["supervision"]
    assert isinstance(again, SupervisionPanel)
    again.desk.raise_panel.emit("supervision")
    qtbot.waitUntil(lambda: again.chosen == "till")
    assert again.closed == {"workers"}
