"""The Journal panel on a real node, embedded and over its local endpoint."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from answering import Answer
from journals import durable
from pytestqt.qtbot import QtBot
from real_node import QuickNode, crash, shop

import workbench
from tests.unit.forged_journal import forge_reply
from tests.unit.fragile import FRAGILE
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.journal.panel import JournalPanel
from ui.panels.supervision.panel import SupervisionPanel
from workbench.api import Node, SpawnOptions
from workbench.config import load
from workbench.machine import Machine


@pytest.fixture
def real(tmp_path: Path) -> Iterator[QuickNode]:
    with QuickNode(Machine(tmp_path / "workspace", load())) as node:
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        durable(node, "till", 5)
        node.actors.spawn("fragile", options=SpawnOptions(name="plain"))
        yield node


@pytest.fixture(params=["embedded", "endpoint"])
def shown(request: pytest.FixtureRequest, real: QuickNode) -> Iterator[Node]:
    """The node as the app holds it: itself, or through the endpoint that the command line uses."""
    if request.param == "embedded":
        yield real
        return
    with workbench.serve(real):
        found = workbench.endpoint(real.info().workspace)
        assert found is not None
        with workbench.connect(f"grpc://{found.address}", token=found.token) as far:
            yield far


@pytest.fixture
def window(open_window: Callable[..., MainWindow], shown: Node) -> MainWindow:
    made = open_window(shown)
    made.activateWindow()
    made.set_perspective("data")
    made.raise_panel("journal")
    return made


def journal(window: MainWindow) -> JournalPanel:
    panel = window.panels["journal"]
    assert isinstance(panel, JournalPanel)
    return panel


def choose(window: MainWindow, name: str, qtbot: QtBot) -> JournalPanel:
    panel = journal(window)
    qtbot.waitUntil(lambda: panel.model.position(name) >= 0)
    panel.select_key(name)
    qtbot.waitUntil(lambda: bool(panel.paged.rows) and panel.paged.rows[0].turn is not None)
    return panel


def cells(panel: JournalPanel, column: str) -> list[str]:
    found = next(each for each in panel.paged.columns if each.key == column)
    return [found.text(row) for row in panel.paged.rows]


def test_durable_actors_are_listed_with_their_journals(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    panel = journal(window)
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1)
    info = real.journal.get("till")
    shown = {column.key: column.text(panel.model.rows[0]) for column in panel.model.columns}
    assert shown["actor"] == "till"
    assert shown["entries"] == str(info.entries) == "6"
    assert (shown["turns"], shown["checkpoint"], shown["back"]) == ("1 to 6", "none", "yes")


def test_entries_come_newest_first_and_follow_what_happens(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    panel = choose(window, "till", qtbot)
    assert cells(panel, "seq") == ["6", "5", "4", "3", "2", "1"]
    assert cells(panel, "operation")[-1] == "init (spawn)"
    panel.entries.choose_number(4)
    real.actors.ask("till", "increment")
    qtbot.waitUntil(lambda: cells(panel, "seq")[0] == "7" and cells(panel, "reply")[0] == "6")
    chosen = panel.entry_table.chosen()
    assert chosen is not None
    assert chosen.seq == 4


def test_the_filter_searches_all_entries_and_what_comes_later(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    panel = choose(window, "till", qtbot)
    panel.entries.filter.set_now("reply:3")
    qtbot.waitUntil(lambda: cells(panel, "seq") == ["4"])
    qtbot.waitUntil(lambda: panel.entries.counter.text() == "1 of 6")
    panel.entries.filter.set_now("type:increment")
    qtbot.waitUntil(lambda: len(panel.paged.rows) == 5)
    real.actors.ask("till", "increment")
    qtbot.waitUntil(lambda: len(panel.paged.rows) == 6)
    panel.entries.filter.set_now("type:nothing")
    qtbot.waitUntil(lambda: panel.entries.stack.currentWidget() is panel.entries.no_match)


def test_the_state_at_an_entry_is_the_recorded_one_or_is_lived_through_again(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    seq = real.journal.checkpoint("till")
    real.actors.ask("till", "increment")
    panel = choose(window, "till", qtbot)
    panel.details.setCurrentIndex(1)
    stored = max(turn.seq for turn in real.journal.entries("till") if turn.operation == "snapshot-state")
    assert stored >= seq
    panel.entries.choose_number(stored)
    qtbot.waitUntil(lambda: panel.details.state.text.toPlainText() == "5")
    assert "recorded" in panel.details.state.head.text()
    panel.entries.choose_number(stored + 1)
    qtbot.waitUntil(lambda: panel.details.state.text.toPlainText() == "6")
    assert "lived through again" in panel.details.state.head.text()


def test_two_entries_are_compared(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    real.journal.checkpoint("till")
    real.actors.ask("till", "increment")
    real.journal.checkpoint("till")
    panel = choose(window, "till", qtbot)
    stored = [turn.seq for turn in real.journal.entries("till") if turn.operation == "snapshot-state"]
    qtbot.waitUntil(lambda: panel.paged.position(stored[1]) >= 0)
    panel.entry_table.choose(panel.paged.position(stored[0]))
    selection = panel.entry_table.selectionModel()
    flag = selection.SelectionFlag
    selection.select(panel.paged.index(panel.paged.position(stored[1]), 0), flag.Select | flag.Rows)
    window.desk.actions.run("journal.compare")
    qtbot.waitUntil(lambda: "-5" in panel.details.diff.text.toPlainText().splitlines())
    assert "+6" in panel.details.diff.text.toPlainText().splitlines()
    assert panel.details.diff.head.text() == f"till from turn {stored[0]} to turn {stored[1]}"


def test_a_journal_is_verified_stored_compacted_and_removed_after_questions(
    window: MainWindow, real: QuickNode, answer: Answer, qtbot: QtBot
) -> None:
    panel = choose(window, "till", qtbot)
    notices = lambda: " ".join(each.text for each in window.notices.notices)  # noqa: E731
    window.desk.actions.run("journal.verify")
    qtbot.waitUntil(lambda: "6 entries of till: all as written" in notices())
    window.desk.actions.run("journal.checkpoint")
    qtbot.waitUntil(lambda: bool(panel.model.rows[0].checkpoint))
    asked = answer("Compact")
    qtbot.waitUntil(lambda: window.desk.actions["journal.compact"].isEnabled())
    window.desk.actions.run("journal.compact")
    qtbot.waitUntil(lambda: real.journal.get("till").first != 1)
    assert "can be neither shown nor replayed" in asked[0]
    asked = answer("Remove")
    window.desk.actions.run("journal.remove")
    qtbot.waitUntil(lambda: "still there" in notices())
    real.actors.stop("till")
    window.desk.actions.run("journal.remove")
    qtbot.waitUntil(lambda: not panel.model.rows)
    assert len(asked) == 2
    assert panel.stack.currentWidget() is panel.none


def test_what_somebody_else_does_to_a_journal_is_seen_at_once(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    panel = choose(window, "till", qtbot)
    real.journal.checkpoint("till")
    qtbot.waitUntil(lambda: bool(panel.model.rows[0].checkpoint))
    real.journal.compact("till")
    qtbot.waitUntil(lambda: panel.model.rows[0].first != 1)


def test_an_export_holds_every_entry(window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot) -> None:
    panel = choose(window, "till", qtbot)
    panel.deeds.export(tmp_path / "till.jsonl")
    qtbot.waitUntil(lambda: (tmp_path / "till.jsonl").exists())
    lines = (tmp_path / "till.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [turn.seq for turn in real.journal.entries("till")]


@pytest.mark.parametrize("how", ["dock", "status"])
def test_an_export_that_is_cancelled_leaves_no_file_and_no_notice(
    window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot, how: str
) -> None:
    """It writes into a pipe, so that it waits until the test reads: then it was cancelled long ago."""
    durable(real, "long")
    for _ in range(1_000):
        real.actors.ask("long", "get")
    panel, target = choose(window, "long", qtbot), tmp_path / "long.jsonl"
    scratch = tmp_path / "long.jsonl.part"
    os.mkfifo(scratch)
    pipe = os.open(scratch, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(pipe, "rb", buffering=0) as read:
        panel.deeds.export(target)
        qtbot.waitUntil(lambda: bool(read.read(1)))
        (job,) = window.desk.jobs.running
        if how == "dock":
            panel.cancel()
        else:
            window.desk.jobs.cancel()
        qtbot.waitUntil(job.cancel.is_set)
        qtbot.waitUntil(lambda: read.read(1 << 16) == b"")
    qtbot.waitUntil(lambda: not scratch.exists() and not window.desk.jobs.running)
    assert not target.exists() and not window.notices.notices


def test_verifying_a_journal_is_a_job_that_can_be_cancelled(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    choose(window, "till", qtbot)
    seen: list[str] = []

    def stop() -> None:
        seen.extend(job.text for job in window.desk.jobs.running)
        window.desk.jobs.cancel()

    window.desk.jobs.changed.connect(stop)
    window.desk.actions.run("journal.verify")
    qtbot.waitUntil(lambda: bool(seen) and not window.desk.jobs.running)
    assert seen == ["Journal of till: verifying"] and not window.notices.notices
    window.desk.jobs.changed.disconnect(stop)
    window.desk.actions.run("journal.verify")
    qtbot.waitUntil(lambda: any("all as written" in each.text for each in window.notices.notices))


def test_a_damaged_entry_has_its_row_and_says_what_to_do(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    with real._machine.workspace.database.transaction() as tx:
        tx.execute("UPDATE journal SET line = replace(line, 'increment', 'incremenT') WHERE seq = 3")
    panel = choose(window, "till", qtbot)
    assert cells(panel, "outcome")[3] == "damaged: verify says why"
    window.desk.actions.run("journal.verify")
    qtbot.waitUntil(lambda: any("till turn 3" in each.text for each in window.notices.notices))


def test_a_journal_is_lived_through_again_and_shows_where_it_first_differs(
    window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    panel = choose(window, "till", qtbot)
    window.desk.actions.run("journal.replay")
    view = panel.details.replayed
    qtbot.waitUntil(lambda: view.head.text() == "till: 6 of 6 turns came out as recorded", timeout=30_000)
    assert panel.details.currentWidget() is view and "fuel is not compared" in view.note.text()
    with closing(sqlite3.connect(tmp_path / "workspace" / "workbench.db")) as database:
        forge_reply(database, 4)
    window.desk.actions.run("journal.replay")
    qtbot.waitUntil(lambda: view.head.text() == "till, turn 4: the reply differs (behavior)", timeout=30_000)
    assert (view.recorded.toPlainText(), view.now.toPlainText()) == ("- reply '30'", "+ reply '3'")
    durable(real, "other", 1)
    choose(window, "other", qtbot)
    assert view.head.text().startswith("Replay lives through")


def test_from_a_crash_to_the_entry_before_it(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    crash(real, "till")
    crashed = real.journal.entries("till")[-1].seq
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    window.desk.raise_panel.emit("actors")
    window.desk.actor_chosen.emit("till")
    qtbot.waitUntil(lambda: window.desk.actions["actor.before_crash"].isEnabled())
    window.desk.actions.run("actor.before_crash")
    panel = journal(window)
    qtbot.waitUntil(lambda: panel.seen and panel.entries.chosen_number() == crashed - 1)
    assert panel.chosen == "till"


def test_from_a_crash_of_one_without_a_journal_to_its_turn_before(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.ask("plain", "increment")
    before = real.actors.turns("plain")[-1].seq
    crash(real, "plain")
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    window.desk.raise_panel.emit("actors")
    window.desk.actor_chosen.emit("plain")
    qtbot.waitUntil(lambda: window.desk.actions["actor.before_crash"].isEnabled())
    window.desk.actions.run("actor.before_crash")
    qtbot.waitUntil(lambda: (turn := actors.details.turns.chosen()) is not None and turn.seq == before)


def test_from_a_restart_on_the_line_of_time_to_the_turn_before_the_crash(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.stop("till")
    shop(real)
    real.actors.ask("first", "increment")
    before = real.actors.turns("first")[-1].seq
    crash(real, "first")
    panel = window.panels["supervision"]
    assert isinstance(panel, SupervisionPanel)
    window.desk.show_supervised.emit("first")
    qtbot.waitUntil(lambda: panel.chosen == "first" and panel.details.chosen() is not None)
    panel.details.timeline.opened.emit()
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    qtbot.waitUntil(lambda: actors.details.turns.chosen() is not None and actors.details.turns.chosen().seq == before)
