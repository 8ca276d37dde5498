"""Recorded sessions beside the node that runs: opening, moving, comparing, replaying, rehearsing, exporting."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop
from real_node import QuickNode, crash, quick_node
from windows import close

import workbench
from tests.unit.fragile import FRAGILE
from tests.unit.sessions import forged
from ui.actions import CHANGES
from ui.app import window_for
from ui.dialogs.rehearsal import RehearsalWindow
from ui.dialogs.session_contents import SessionContents
from ui.main_window import MainWindow
from ui.moment import now, stands_still
from ui.opening import doors
from ui.panels.actors.panel import ActorsPanel
from ui.panels.editor.panel import EditorPanel
from ui.panels.messages.panel import MessagesPanel
from ui.panels.nodes.panel import NodesPanel
from ui.panels.session.details import DIFFERENCE, MAIL, REPLAY, STATE
from ui.panels.session.map import OTHERS, TurnMap
from ui.panels.session.panel import SessionPanel
from ui.settings import Settings
from workbench.api import ActorId, ActorState, Denied, Outcome, SpawnOptions
from workbench.api.rehearsal import Verdict
from workbench.api.session import TimelineEntry

SLOWER = FRAGILE.replace(b"(i32.const 1)))))", b"(i32.const 2)))))") if isinstance(FRAGILE, bytes) else FRAGILE


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        node.actors.spawn("fragile", "0", options=SpawnOptions(name="here"))
        yield node


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two actors: `till` counts to three and dies over the seventh turn of all, `desk` counts once."""
    path = tmp_path / "shop.plexbundle"
    with quick_node() as node:
        for name in ("till", "desk"):
            node.actors.spawn("fragile", "0", options=SpawnOptions(name=name))
        for name in ("till", "desk", "till", "till"):
            node.actors.ask(name, "increment")
        crash(node, "till")
        workbench.export_bundle(node, path)
    return path


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.activateWindow()
    return made


@pytest.fixture
def open_at(qapp: QApplication, loop: QEventLoop, qtbot: QtBot) -> Iterator[Callable[[str], MainWindow]]:
    """A window on the node of an address, as the command line opens one."""
    opened: list[MainWindow] = []

    def make(address: str) -> MainWindow:
        opened.append(window_for(loop, doors(address), Settings()))
        opened[-1].show()
        opened[-1].start()
        qtbot.waitUntil(lambda: opened[-1].opening.ready, timeout=20_000)
        return opened[-1]

    yield make
    for made in opened:
        close(made)


@pytest.fixture
def session(window: MainWindow, file: Path, qtbot: QtBot) -> SessionPanel:
    window.drops.drop((file,))
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    qtbot.waitUntil(lambda: panel._session is not None and panel._position() == 7)
    qtbot.waitUntil(lambda: panel._map.known == 7)
    return panel


def actors(window: MainWindow) -> ActorsPanel:
    panel = window.panels["actors"]
    assert isinstance(panel, ActorsPanel)
    return panel


def names(window: MainWindow) -> list[str]:
    return [row.id.name for row in actors(window).model.rows]


def go(window: MainWindow, position: int, qtbot: QtBot) -> None:
    window.desk.nodes.go(position)
    moment = window.desk.nodes
    qtbot.waitUntil(lambda: moment.moment is not None and moment.moment.position == position)


def test_a_dropped_session_is_a_node_beside_the_one_that_runs_and_is_marked(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    assert session.seen
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: names(window) == ["desk", "till"])
    assert window.windowTitle().startswith("shop.plexbundle (recorded session, read-only)")
    assert "shop.plexbundle, position 7 of 7" in window.recorded.said.text()
    qtbot.waitUntil(lambda: "recorded, read-only" in window.status.cells["node"].text())
    nodes = window.panels["nodes"]
    assert isinstance(nodes, NodesPanel)
    assert [(line.name, line.shown) for line in nodes.model.rows] == [("local", False), ("shop.plexbundle", True)]
    window.desk.actions.run("nodes.running")
    qtbot.waitUntil(lambda: names(window) == ["here"])
    assert window.windowTitle() == "Actor Workbench"
    assert not window.recorded.mark.isVisible()
    nodes.select_key((f"node:{id(window.desk.nodes.held[1])}",))
    window.desk.actions.run("nodes.show")
    qtbot.waitUntil(lambda: names(window) == ["desk", "till"])
    window.desk.actions.run("nodes.close")
    qtbot.waitUntil(lambda: names(window) == ["here"])
    assert len(window.desk.nodes.held) == 1


def test_moving_shows_the_actors_and_the_time_of_that_moment(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: any(row.state is ActorState.CRASHED for row in actors(window).model.rows))
    go(window, 6, qtbot)
    qtbot.waitUntil(lambda: all(row.state is ActorState.IDLE for row in actors(window).model.rows))
    moment = window.desk.nodes.moment
    assert moment is not None
    assert now() == moment.time
    go(window, 0, qtbot)
    qtbot.waitUntil(lambda: not names(window))
    window.desk.actions.run("nodes.running")
    assert not stands_still()


def test_the_keyboard_moves_turn_by_turn_and_from_turn_to_turn_of_an_actor(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    session.timeline.setFocus()
    for key, modifier, position in (
        (Qt.Key.Key_Home, Qt.KeyboardModifier.NoModifier, 0), (Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, 1),
        (Qt.Key.Key_Right, control, 3), (Qt.Key.Key_Right, control, 5), (Qt.Key.Key_Left, control, 3),
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier, 2), (Qt.Key.Key_End, Qt.KeyboardModifier.NoModifier, 7),
    ):  # fmt: skip
        qtbot.keyClick(session.timeline, key, modifier)
        qtbot.waitUntil(lambda: session._position() == position)  # noqa: B023


def test_the_next_turn_where_a_condition_holds_is_found_or_it_is_said(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    go(window, 0, qtbot)
    session.where_line.setText("actor:desk type:increment")
    session.where_line.setFocus()
    qtbot.keyClick(session.where_line, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: session._position() == 4)
    qtbot.keyClick(session.where_line, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: any("no such turn" in each.text for each in window.notices.notices))
    session.where_line.setText("nonsense=")
    qtbot.keyClick(session.where_line, Qt.Key.Key_F3)
    qtbot.waitUntil(lambda: any("nonsense" in each.text for each in window.notices.notices))


def test_the_turn_the_state_its_difference_and_the_mailbox_belong_to_the_moment(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    details = session.details
    go(window, 5, qtbot)
    qtbot.waitUntil(lambda: "increment" in details.turn.toPlainText())
    details.setCurrentIndex(STATE)
    qtbot.waitUntil(lambda: details.state.text.toPlainText() == "2")
    assert details.state.head.text() == "till after turn 3: lived through again, equal to the recording"
    details.setCurrentIndex(DIFFERENCE)
    qtbot.waitUntil(lambda: details.difference.text.toPlainText().splitlines()[-2:] == ["-1", "+2"])
    session.actor_box.choose("desk")
    details.setCurrentIndex(STATE)
    qtbot.waitUntil(lambda: details.state.head.text().startswith("desk after turn 2"))
    go(window, 7, qtbot)
    details.setCurrentIndex(MAIL)
    qtbot.waitUntil(lambda: details.mailbox.stack.currentWidget() is details.mailbox.none)


def test_the_turns_are_listed_and_a_click_on_one_goes_there(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    qtbot.waitUntil(lambda: all(place.entry is not None for place in session.model.rows))
    assert [place.position for place in session.model.rows] == [7, 6, 5, 4, 3, 2, 1]
    index = session.model.index(session.model.position(2), 0)
    place = session.table.visualRect(index).center()
    qtbot.mouseClick(session.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: session._position() == 2)
    qtbot.mouseClick(session.timeline, Qt.MouseButton.LeftButton,
                     pos=session.timeline.rect().center())  # fmt: skip
    qtbot.waitUntil(lambda: session._position() not in (2, 7))


def test_from_the_drop_to_a_replay_takes_two_actions(
    window: MainWindow, file: Path, session: SessionPanel, qtbot: QtBot
) -> None:
    window.desk.actions.run("session.replay")
    replaying = session.details.replaying
    qtbot.waitUntil(lambda: len(replaying.model.rows) == 2, timeout=30_000)
    assert session.details.currentIndex() == REPLAY
    assert replaying.head.text().startswith("Every turn came out as recorded")
    window.desk.actions.run("session.verify")
    qtbot.waitUntil(lambda: any("is whole" in each.text for each in window.notices.notices))


def test_from_the_drop_to_the_first_difference_takes_two_actions(
    window: MainWindow, file: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    """The bundle of a colleague, in which a turn is not what its code does: found among all of them, side by side."""

    def change(entries: dict[str, bytes]) -> None:
        name = next(name for name in entries if name.startswith("turns/"))
        assert b'"reply":"3"' in entries[name]
        entries[name] = entries[name].replace(b'"reply":"3"', b'"reply":"9"')

    window.drops.drop((forged(file, tmp_path / "changed.plexbundle", change),))  # one
    qtbot.waitUntil(lambda: window.desk.actions["session.replay"].isEnabled())
    window.desk.actions.run("session.replay")  # two
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    first = panel.details.replaying.first
    qtbot.waitUntil(lambda: "the reply differs" in first.head.text(), timeout=30_000)
    assert first.head.text().startswith("till, turn 4:")
    assert (first.recorded.toPlainText(), first.now.toPlainText()) == ("- reply '9'", "+ reply '3'")
    qtbot.waitUntil(lambda: first.before.toPlainText() == "  2", timeout=30_000)
    assert panel.details.replaying.head.text().startswith("It did not come out as recorded")


def test_other_code_is_rehearsed_on_a_session_with_its_first_difference_side_by_side(
    window: MainWindow, session: SessionPanel, tmp_path: Path, qtbot: QtBot
) -> None:
    edited = tmp_path / "fragile.wat"
    assert SLOWER != FRAGILE
    edited.write_bytes(SLOWER)
    editor = window.panels["editor"]
    editor.open(edited)  # type: ignore[attr-defined]
    window.desk.actions.run("module.rehearse")
    qtbot.waitUntil(lambda: window.rehearsing.window is not None and window.rehearsing.window.isVisible())
    made = window.rehearsing.window
    assert made is not None
    assert made.candidate.currentText().startswith("fragile.wat, as it stands")
    made.start.click()
    qtbot.waitUntil(lambda: len(made.model.rows) == 2, timeout=30_000)
    assert {row.verdict for row in made.model.rows} == {Verdict.REPLY}
    assert "turn 2: the reply differs" in made.first.head.text()
    assert (made.first.recorded.toPlainText(), made.first.now.toPlainText()) == ("- reply '1'", "+ reply '2'")
    made.close()


@pytest.fixture
def rehearsal(window: MainWindow, session: SessionPanel, tmp_path: Path, qtbot: QtBot) -> RehearsalWindow:
    """Its window over the session, with a document in front of the editor that belongs to no module."""
    (tmp_path / "stranger.wat").write_bytes(SLOWER)
    editor = window.panels["editor"]
    assert isinstance(editor, EditorPanel)
    editor.open(tmp_path / "stranger.wat")
    window.desk.actions.run("module.rehearse")
    qtbot.waitUntil(lambda: window.rehearsing.window is not None and window.rehearsing.window.isVisible())
    made = window.rehearsing.window
    assert made is not None
    return made


def test_what_a_strange_document_would_replace_is_asked_for(rehearsal: RehearsalWindow) -> None:
    assert rehearsal.candidate.currentText().startswith("stranger.wat, as it stands")
    assert rehearsal.replaces.currentIndex() == -1
    rehearsal.start.click()
    assert rehearsal.head.text() == "Choose the module that it takes the place of."
    rehearsal.close()


def test_a_file_is_rehearsed_and_what_was_found_goes_when_the_next_one_fails(
    rehearsal: RehearsalWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "fragile.wat"
    path.write_bytes(SLOWER)
    rehearsal.offer_file(path)
    assert rehearsal.candidate.currentText() == str(path)
    assert rehearsal.replaces.currentText().startswith("fragile")
    rehearsal.start.click()
    qtbot.waitUntil(lambda: {row.verdict for row in rehearsal.model.rows} == {Verdict.REPLY}, timeout=30_000)
    path.write_text("(module")
    rehearsal.start.click()
    qtbot.waitUntil(lambda: rehearsal.start.isEnabled() and rehearsal.head.property("tone") == "error")
    assert "fragile.wat" in rehearsal.head.text()
    assert not rehearsal.model.rows and not rehearsal.first.recorded.toPlainText()
    rehearsal.close()


def test_a_rehearsal_shows_how_far_it_is_and_is_cancelled_in_its_own_window(
    window: MainWindow, rehearsal: RehearsalWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    """The file is a pipe: it is read to its end only when the test says so."""
    path = tmp_path / "slow.wat"
    os.mkfifo(path)
    rehearsal.offer_file(path)
    rehearsal.replaces.setCurrentIndex(0)
    rehearsal.start.click()
    qtbot.waitUntil(lambda: rehearsal.progress.isVisible() and rehearsal.progress.stop.isVisible())
    assert rehearsal.progress.text.text() == "Rehearsal"
    rehearsal.progress.stop.click()
    path.write_bytes(SLOWER)
    qtbot.waitUntil(lambda: rehearsal.head.text() == "Cancelled.")
    assert not rehearsal.progress.isVisible() and not window.desk.jobs.running
    rehearsal.close()


def test_a_rehearsal_of_code_that_loops_is_cancelled_within_its_turn(
    window: MainWindow, rehearsal: RehearsalWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "loops.wat"
    path.write_bytes(FRAGILE.replace(b"(i32.const 115)) (then", b"(i32.const 105)) (then"))
    rehearsal.offer_file(path)
    rehearsal.replaces.setCurrentIndex(0)
    rehearsal.start.click()
    qtbot.waitUntil(lambda: rehearsal.progress.text.text() == "Rehearsal: rehearsing")
    begun = time.monotonic()
    rehearsal.progress.stop.click()
    qtbot.waitUntil(lambda: rehearsal.head.text() == "Cancelled.")
    assert time.monotonic() - begun < 3.0 and not window.desk.jobs.running
    rehearsal.close()


def test_a_session_is_exported_with_what_it_holds_and_cannot_be_exported_again(
    window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    real.actors.ask("here", "increment")
    path = tmp_path / "mine.plexbundle"
    window.bridge.start(window, window.recorded.export(real, path), window.desk.failed)
    qtbot.waitUntil(lambda: any("mine.plexbundle holds 2 turns of 1 actor" in n.text for n in window.notices.notices))
    told = next(each for each in window.notices.notices if "mine.plexbundle holds" in each.text)
    (_, inside), (_, open_it) = told.buttons
    window.desk.answered.emit(inside)
    qtbot.waitUntil(lambda: bool(window.findChildren(SessionContents)))
    assert "here" in window.findChildren(SessionContents)[0].text.toPlainText()
    window.desk.answered.emit(open_it)
    qtbot.waitUntil(lambda: window.desk.nodes.session is not None)
    assert not window.desk.actions["file.export_session"].isEnabled()


def test_nothing_of_a_session_can_be_changed(window: MainWindow, session: SessionPanel, qtbot: QtBot) -> None:
    node = window.desk.node
    assert node is not None
    with pytest.raises(Denied):
        node.actors.kill("desk")
    window.desk.actor_chosen.emit("till")
    qtbot.waitUntil(lambda: not actors(window).details.isHidden())
    actions = window.desk.actions
    why = "shop.plexbundle is a recorded session: nothing in it can be changed."
    for name in sorted(CHANGES):
        assert not actions[name].isEnabled() and why in actions[name].toolTip(), name
    messages = window.panels["messages"]
    assert isinstance(messages, MessagesPanel)
    assert not messages.send_button.isEnabled() and messages.send_button.toolTip() == why
    assert actors(window)._restart_button.off and actors(window).details.restart.isHidden()
    assert actions["actor.log"].isEnabled() and actions["module.rehearse"].isEnabled()
    running = window.desk.nodes.running
    assert running is not None
    window.desk.nodes.show(running)
    qtbot.waitUntil(lambda: not window.desk.sealed)
    assert actions["actor.spawn"].isEnabled() and why not in actions["actor.spawn"].toolTip()
    assert messages.send_button.isEnabled() and not actors(window)._restart_button.off


def test_the_actions_that_change_a_node_are_those_whose_commands_do() -> None:
    assert {"actor.spawn", "actor.kill", "edit.run", "tuple.take", "key.save", "message.send", "queue.purge"} <= CHANGES
    assert not CHANGES & {"actor.log", "module.show", "tuple.read", "key.copy_value", "journal.verify", "help.about"}


def test_what_is_no_session_is_refused_in_words(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "not.plexbundle"
    path.write_bytes(b"nothing of the kind")
    window.open_files((path,))
    qtbot.waitUntil(lambda: any("not.plexbundle was not opened" in each.text for each in window.notices.notices))
    assert window.desk.nodes.session is None


def entry(position: int, actor: str, *, crashed: bool = False) -> TimelineEntry:
    outcome = Outcome.CRASHED if crashed else Outcome.REPLY
    return TimelineEntry(position, ActorId(actor), position, "x", outcome, 0.0, 1, None, None, 0)


def test_the_map_of_a_session_has_lanes_for_the_busiest_and_one_for_the_others() -> None:
    found = TurnMap.of(100)
    found.add([entry(at + 1, f"a{at % 4}" if at < 90 else f"b{at}", crashed=at == 95) for at in range(100)])
    assert found.known == 100
    lanes = found.lanes(5)
    assert lanes == ["a0", "a1", "a2", "a3", OTHERS]
    some, crashed = found.cells(lanes, 10)
    assert some.tolist() == [[True] * 9 + [False]] * 4 + [[False] * 9 + [True]]
    assert crashed.tolist() == [[False] * 10] * 4 + [[False] * 9 + [True]]
    assert max(found.density(10)) == 10


def test_a_map_of_nothing_has_nothing() -> None:
    assert TurnMap.of(0).lanes() == []
    assert list(TurnMap.of(0).density(4)) == [0, 0, 0, 0]


@pytest.mark.usefixtures("session")
def test_a_session_stays_where_it_was_while_the_node_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    go(window, 3, qtbot)
    held = window.desk.nodes.current
    assert held is not None
    window.desk.actions.run("nodes.running")
    QApplication.processEvents()
    window.desk.nodes.show(held)
    qtbot.waitUntil(lambda: (moment := window.desk.nodes.moment) is not None and moment.position == 3)


def test_one_move_changes_a_tuple_a_key_a_lock_a_queue_a_mailbox_and_a_graph(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    """What services held is recorded with the turns; each panel shows that of the moment."""
    path = tmp_path / "services.plexbundle"
    with quick_node() as node:
        node.actors.spawn("fragile", "0", options=SpawnOptions(name="till"))
        node.actors.ask("till", "increment")
        node.tuplespace.write(("job", 1))
        node.keyvalue.put("colour", "blue")
        node.locks.acquire("brush", lease_ms=600_000, holder="painter")
        node.channels.send("orders", "order", "1")
        for _ in range(2):
            node.actors.ask("till", "increment")
        workbench.export_bundle(node, path)
    window.drops.drop((path,))
    qtbot.waitUntil(lambda: window.desk.nodes.moment is not None)
    moments = window.desk.nodes
    assert moments.moment is not None
    total = moments.moment.total
    window.set_perspective("data")
    seen = {"tuplespace": 1, "keyvalue": 1, "locks": 1, "channels": 2}  # with its dead letters
    for position, there in ((total, True), (1, False), (total, True)):
        go(window, position, qtbot)
        for name, rows in seen.items():
            window.raise_panel(name)
            model = window.panels[name].model  # type: ignore[attr-defined]  # each of them is a table
            qtbot.waitUntil(lambda: len(model.rows) == (rows if there else 0))  # noqa: B023
    locks = window.panels["locks"]
    window.raise_panel("locks")
    left = next(each for each in locks.model.columns if each.key == "left")  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: left.text(locks.model.rows[0]).startswith(("9 min", "10 min")))  # type: ignore[attr-defined]
    graphs = window.panels["graphs"]
    window.raise_panel("graphs")
    qtbot.waitUntil(lambda: bool(graphs.samples.series.get("")))  # type: ignore[attr-defined]
    newest = graphs.samples.now()  # type: ignore[attr-defined]
    assert newest <= moments.moment.time + 1


def test_a_window_on_a_recorded_session_alone_shows_it_and_where_it_is(
    open_at: Callable[[str], MainWindow], file: Path, qtbot: QtBot
) -> None:
    made = open_at(f"bundle:{file}#3")
    qtbot.waitUntil(lambda: (moment := made.desk.nodes.moment) is not None and moment.position == 3)
    assert made.windowTitle().startswith("shop.plexbundle (recorded session, read-only)")
    assert made.desk.reached == ("--node", f"bundle:{file}#3")


def test_what_happens_on_the_node_is_seen_again_once_the_session_is_closed(
    window: MainWindow, session: SessionPanel, real: QuickNode, qtbot: QtBot
) -> None:
    tuples = window.panels["tuplespace"]
    window.set_perspective("data")
    window.raise_panel("tuplespace")
    qtbot.waitUntil(lambda: session._session is not None and tuples.seen)
    window.desk.actions.run("nodes.close")
    number = real.tuplespace.write(("job", 1))
    rows = tuples.model  # type: ignore[attr-defined]  # it is a table
    qtbot.waitUntil(lambda: [row.id for row in rows.rows] == [number])
    tuples.select_key(str(number))  # type: ignore[attr-defined]  # the same
    real.tuplespace.write(("job", 2))
    qtbot.waitUntil(lambda: len(rows.rows) == 2 and tuples.chosen == str(number))  # type: ignore[attr-defined]
