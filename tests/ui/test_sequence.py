"""The Sequence panel on a real node: every arrow leads to its turn, and thousands stay fluent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from time import perf_counter
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, crash

import workbench
from tests.unit.fragile import FRAGILE
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.sequence.canvas import LEAST
from ui.panels.sequence.panel import SequencePanel
from workbench.api import Node, Outcome, SpawnOptions
from workbench.api.sequence import Arrow, ArrowKind, Diagram, Party, PartyKind
from workbench.api.sequence_layout import lay_out
from workbench.config import load
from workbench.machine import Machine


@pytest.fixture
def real(tmp_path: Path) -> Iterator[QuickNode]:
    """`one` asks `gate` whether it may live."""
    with QuickNode(Machine(tmp_path / "workspace", load())) as node:
        node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        node.actors.spawn("fragile", options=SpawnOptions(name="gate"))
        node.actors.spawn("fragile", "?", options=SpawnOptions(name="one"))
        node.actors.ask("one", "increment")
        yield node


@pytest.fixture(params=["embedded", "endpoint"])
def shown(request: pytest.FixtureRequest, real: QuickNode) -> Iterator[Node]:
    with ExitStack() as stack:
        if request.param == "embedded":
            yield real
            return
        stack.enter_context(workbench.serve(real))
        found = workbench.endpoint(real.info().workspace)
        assert found is not None
        yield stack.enter_context(workbench.connect(f"grpc://{found.address}", token=found.token))


@pytest.fixture
def window(open_window: Callable[..., MainWindow], shown: Node) -> MainWindow:
    made = open_window(shown)
    made.activateWindow()
    return made


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> SequencePanel:
    found = window.panels["sequence"]
    assert isinstance(found, SequencePanel)
    window.desk.actions.run("sequence.show")
    qtbot.waitUntil(lambda: bool(found.canvas.diagram.arrows))
    return found


def drawn(panel: SequencePanel) -> list[tuple[str, str, str]]:
    names = [party.name for party in panel.canvas.diagram.parties]
    return [(str(each.kind), names[each.source], names[each.target]) for each in panel.canvas.diagram.arrows]


def test_messages_and_replies_are_drawn_and_follow_what_happens(
    panel: SequencePanel, real: QuickNode, qtbot: QtBot
) -> None:
    assert ("call", "one", "gate") in drawn(panel)
    assert ("reply", "gate", "one") in drawn(panel)
    crash(real, "one")
    qtbot.waitUntil(lambda: ("crashed", "one", "outside") in drawn(panel))


def test_a_click_on_an_arrow_shows_its_turn_and_a_double_click_opens_it(
    panel: SequencePanel, window: MainWindow, qtbot: QtBot
) -> None:
    canvas = panel.canvas
    at = next(at for at, arrow in enumerate(canvas.diagram.arrows) if arrow.label.startswith("may"))
    arrow = canvas.diagram.arrows[at]
    canvas.choose(0)
    canvas.choose(at)
    middle = (canvas.layout_.columns[arrow.source] + canvas.layout_.columns[arrow.target]) / 2
    place = canvas.mapFromScene(middle, canvas.layout_.row(at))
    canvas.at = -1
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
    assert canvas.arrow() == arrow
    qtbot.waitUntil(lambda: "may" in panel.turn.toPlainText())
    place = canvas.mapFromScene(middle, canvas.layout_.row(at))
    qtbot.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place.x(), place.y()))
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    qtbot.waitUntil(lambda: actors.chosen == "gate")
    qtbot.waitUntil(lambda: (turn := actors.details.turns.chosen()) is not None and turn.seq == arrow.seq)


def test_the_keyboard_walks_the_arrows(panel: SequencePanel, qtbot: QtBot) -> None:
    canvas, last = panel.canvas, len(panel.canvas.diagram.arrows) - 1
    canvas.setFocus()
    for key, at in ((Qt.Key.Key_Home, 0), (Qt.Key.Key_Down, 1), (Qt.Key.Key_Up, 0), (Qt.Key.Key_End, last)):
        qtbot.keyClick(canvas, key)
        assert canvas.at == at
    assert canvas.diagram.arrows[last].actor in canvas.accessibleDescription()


def test_only_the_actors_that_are_named_are_drawn(
    panel: SequencePanel, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    real.actors.spawn("fragile", options=SpawnOptions(name="other"))
    real.actors.ask("other", "increment")
    qtbot.waitUntil(lambda: ("call", "outside", "other") in drawn(panel))
    window.desk.show_sequence.emit("gate")
    qtbot.waitUntil(lambda: all("gate" in arrow for arrow in drawn(panel)))
    assert ("call", "one", "gate") in drawn(panel)
    window.desk.actions.run("sequence.copy_command")
    assert QGuiApplication.clipboard().text().endswith("gate")
    panel.actors.setText("nobody")
    panel.actors.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.stack.currentWidget() is panel.none)
    assert "nobody" in panel.none.line.text()


def test_a_range_is_drawn_between_two_times(
    panel: SequencePanel, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    crash(real, "one")
    qtbot.waitUntil(lambda: ("crashed", "one", "outside") in drawn(panel))
    before = max(each.turn.started for each in real.debugger.turns() if each.turn.outcome is not Outcome.CRASHED
                 and each.turn.envelope is not None)  # fmt: skip
    panel.until.setText(datetime.fromtimestamp(before).isoformat())
    panel.until.editingFinished.emit()
    qtbot.waitUntil(lambda: ("crashed", "one", "outside") not in drawn(panel))
    assert ("call", "one", "gate") in drawn(panel)
    window.desk.actions.run("sequence.copy_command")
    assert f" --until {datetime.fromtimestamp(before).isoformat()}" in QGuiApplication.clipboard().text()
    panel.until.setText("1970-01-02")
    panel.until.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.stack.currentWidget() is panel.none)
    assert panel.none.line.text() == "Nothing of any actor in this range is recorded that could be drawn."
    panel.until.setText("tomorrow")
    panel.until.editingFinished.emit()
    qtbot.waitUntil(lambda: any("'tomorrow' is no time" in each.text for each in window.notices.notices))
    assert panel.stack.currentWidget() is panel.none


def test_a_range_of_a_session_is_from_position_to_position(
    panel: SequencePanel, window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    workbench.export_bundle(real, tmp_path / "s.plexbundle")
    window.desk.nodes.open(tmp_path / "s.plexbundle")
    qtbot.waitUntil(lambda: window.desk.nodes.moment is not None)
    session = window.desk.nodes.session
    assert session is not None
    first, *_, last = [entry for entry in session.entries() if entry.actor.name == "one"]
    for field, position in ((panel.since, first.position), (panel.until, last.position)):
        field.setText(str(position))
        field.editingFinished.emit()
    window.raise_panel("sequence")
    turns = last.position - first.position + 1
    qtbot.waitUntil(lambda: panel.canvas.diagram.turns == turns)
    panel.since.setText(str(last.position))
    panel.since.editingFinished.emit()
    qtbot.waitUntil(lambda: panel.canvas.diagram.turns == 1)
    assert {arrow.actor for arrow in panel.canvas.diagram.arrows} == {"one"}
    window.desk.actions.run("sequence.copy_command")
    assert f" --after {last.position - 1} --up-to {last.position}" in QGuiApplication.clipboard().text()


def test_the_first_view_shows_the_newest_arrows_and_all_fit_when_asked(panel: SequencePanel, qtbot: QtBot) -> None:
    panel.desk.actions["sequence.follow"].setChecked(False)
    parties = tuple(Party(f"actor {at}", PartyKind.ACTOR) for at in range(12))
    arrows = tuple(
        Arrow(float(at), ArrowKind.CALL, 10 * (at > 5), 1 + 10 * (at > 5), "m", "actor 0", at) for at in range(60)
    )
    found, canvas = Diagram(parties, arrows), panel.canvas
    canvas.at = -1
    canvas.show_diagram(found, lay_out(found))
    seen = canvas.mapToScene(canvas.viewport().rect()).boundingRect()
    assert seen.left() <= canvas.layout_.columns[10] and canvas.layout_.columns[11] <= seen.right()
    panel.desk.actions.enable("sequence.fit", on=True)
    panel.desk.actions.run("sequence.fit")
    assert canvas.zoom == max(canvas.viewport().width() / canvas.layout_.width, LEAST)
    qtbot.wait(0)


def test_a_long_name_is_cut_and_whole_in_its_tooltip_and_all_columns_fit(panel: SequencePanel) -> None:
    panel.desk.actions["sequence.follow"].setChecked(False)
    long, canvas = "a" * 60 + "b" * 60, panel.canvas
    parties = (Party(long, PartyKind.ACTOR), *(Party(f"actor {at}", PartyKind.ACTOR) for at in range(3)))
    found = Diagram(parties, tuple(Arrow(float(at), ArrowKind.CALL, 0, 1 + at % 3, "m", long, at) for at in range(9)))
    canvas.show_diagram(found, lay_out(found))
    canvas.resize(700, 400)
    canvas.fit_width()
    assert canvas.zoom > 0.85, "its text is too small to be read"
    assert canvas.layout_.width * canvas.zoom <= canvas.viewport().width() + 1
    head = canvas.mapFromScene(canvas.layout_.columns[0], 0)
    assert canvas.name_at(head.x(), 10) == long
    assert canvas.name_at(canvas.mapFromScene(canvas.layout_.columns[2], 0).x(), 10) == "actor 1"
    assert canvas.name_at(head.x(), 200) == ""


def test_an_empty_diagram_of_a_session_says_why(
    panel: SequencePanel, window: MainWindow, real: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    workbench.export_bundle(real, tmp_path / "s.plexbundle")
    window.desk.nodes.open(tmp_path / "s.plexbundle")
    qtbot.waitUntil(lambda: window.desk.nodes.moment is not None)
    window.raise_panel("sequence")
    for actors, since, until, said in (
        ("nobody", "", "", "nobody"), ("", "3", "2", "between 3 and 2: the range ends before it begins"),
        ("", "2000-01-01", "2000-01-02", "Nothing of any actor in this range is recorded that could be drawn."),
    ):  # fmt: skip
        for field, text in ((panel.actors, actors), (panel.since, since), (panel.until, until)):
            field.setText(text)
        panel._ask()
        qtbot.waitUntil(lambda: said in panel.none.line.text())  # noqa: B023
        assert panel.stack.currentWidget() is panel.none
    for field in (panel.actors, panel.since, panel.until):
        field.clear()
    window.desk.nodes.go(0)
    panel._ask()
    qtbot.waitUntil(lambda: panel.none.line.text() == "No turn up to this moment could be drawn.")


def test_a_diagram_is_exported_as_what_the_file_is_called(panel: SequencePanel, tmp_path: Path, qtbot: QtBot) -> None:
    for name in ("d.svg", "d.mmd", "d.json"):
        panel.export(tmp_path / name)
        qtbot.waitUntil(lambda: (tmp_path / name).exists() and (tmp_path / name).stat().st_size > 100)  # noqa: B023
    count = len(panel.canvas.diagram.arrows)
    assert len(json.loads((tmp_path / "d.json").read_text())["arrows"]) == count
    assert sum(": " in line for line in (tmp_path / "d.mmd").read_text().splitlines()) == count
    assert ElementTree.parse(tmp_path / "d.svg").getroot().tag.endswith("svg")


def test_five_thousand_arrows_stay_fluent(panel: SequencePanel, qtbot: QtBot) -> None:
    """No frame of a walk through all of them takes as long as a hand would feel."""
    panel.desk.actions["sequence.follow"].setChecked(False)
    parties = tuple(Party(f"actor {at}", PartyKind.ACTOR) for at in range(40))
    kinds = (ArrowKind.CALL, ArrowKind.REPLY, ArrowKind.CAST, ArrowKind.TIMER)
    arrows = tuple(
        Arrow(float(at), kinds[at % 4], at % 40, (at * 7) % 40, f"message {at}", "actor 0", at) for at in range(5_000)
    )
    found = Diagram(parties, arrows)
    began = perf_counter()
    panel.canvas.show_diagram(found, lay_out(found))
    assert perf_counter() - began < 0.5
    times = []
    bar = panel.canvas.verticalScrollBar()
    for at in range(0, bar.maximum(), bar.maximum() // 25):
        began = perf_counter()
        bar.setValue(at)
        panel.canvas.grab()
        times.append(perf_counter() - began)
    assert sorted(times)[len(times) // 2] < 0.05, times
