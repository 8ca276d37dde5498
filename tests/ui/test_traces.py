"""Traces in the app: what a turn tells of its own, and all turns of a trace from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from tests.unit.core_modules import imported, module, request, texts
from ui.copying.lines import line_of
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.messages.panel import Draft, MessagesPanel
from ui.panels.sequence.panel import SequencePanel
from ui.panels.session.panel import SessionPanel
from workbench.api import RecordingLevel, SpawnOptions
from workbench.api.traces import of_message, span, trace_of

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


RELAY = module(
    texts(gate="gate", weigh="increment"),
    """(func (export "init") (param i32 i32) (result i64) (i64.const 0))
    (func (export "snapshot_state") (result i64) (i64.const 0))""",
    request("(call $ask (call $gate) (call $weigh) (i32.const 4000) (i32.const 0) (i64.const 5000))"),
    imports=imported("ask", "i32 i32 i32 i32 i32 i32 i64"),
)
"""Whatever it is asked, it asks `gate`."""


def prepare(node: QuickNode) -> None:
    """`one` asks `gate`, which is asked once more from outside."""
    node.debugger.set_level(None, RecordingLevel.FULL)
    node.actors.spawn("fragile", options=SpawnOptions(name="gate"))
    node.modules.deploy(RELAY, file_name="relay.wat", alias="relay")
    node.actors.spawn("relay", options=SpawnOptions(name="one"))
    node.actors.ask("one", "route", headers={"traceparent": GIVEN, "order": "7"})
    node.actors.ask("gate", "increment")


@pytest.fixture
def real() -> Iterator[QuickNode]:
    with quick_node() as node:
        prepare(node)
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    return open_window(real)


@pytest.fixture
def session(window: MainWindow, tmp_path: Path, qtbot: QtBot, real: QuickNode) -> SessionPanel:
    path = tmp_path / "shop.plexbundle"
    workbench.export_bundle(real, path)
    window.drops.drop((path,))
    panel = window.panels["session"]
    assert isinstance(panel, SessionPanel)
    qtbot.waitUntil(lambda: panel._session is not None and panel._position() == panel._total() > 0)
    return panel


def listed(panel: SessionPanel) -> list[tuple[str, str]]:
    return [(row.entry.actor.name, row.entry.type) for row in panel.model.rows if row.entry is not None]


def test_the_details_of_a_turn_tell_its_trace_and_spans_and_lead_to_all_of_it(
    window: MainWindow, session: SessionPanel, qtbot: QtBot, real: QuickNode
) -> None:
    recorded = {turn.turn.actor.name: turn for turn in real.debugger.turns(trace=TRACE)}
    asker, asked = recorded["one"].turn, recorded["gate"].turn
    assert asker.envelope is not None
    own = span(asker.envelope, asker.actor, asker.seq)
    found = of_message(asked.envelope)
    assert found is not None and found.parent == own
    places = [at + 1 for at in range(session._total()) if session._session.turn(at + 1) == asker]  # type: ignore[union-attr]
    window.desk.nodes.go(places[0])
    qtbot.waitUntil(lambda: own in session.details.turn.toPlainText())
    said = " ".join(session.details.turn.toPlainText().split())
    assert f"trace {TRACE} · parent span {PARENT} · this turn is span {own}" in said and "order: 7" in said
    assert "traceparent" not in said
    assert window.desk.actions["session.trace"].isEnabled()
    session.details.turn.anchorClicked.emit(QUrl(f"trace:{TRACE}"))
    assert session.turns.filter.text() == f"trace:{TRACE}"
    qtbot.waitUntil(lambda: sorted(listed(session)) == [("gate", "increment"), ("one", "route")])


def test_the_action_lists_the_trace_of_the_moment_and_is_off_where_there_is_none(
    window: MainWindow, session: SessionPanel, qtbot: QtBot
) -> None:
    assert not window.desk.actions["session.trace"].isEnabled(), "the last turn came without a trace"
    session.turns.filter.set_now("trace~4bf92f35")
    qtbot.waitUntil(lambda: len(listed(session)) == 2)
    session.turns.filter.set_now("")
    at = next(at for at in range(1, session._total() + 1) if trace_of(session._session.turn(at)))  # type: ignore[union-attr]
    window.desk.nodes.go(at)
    qtbot.waitUntil(lambda: window.desk.actions["session.trace"].isEnabled())
    window.desk.actions.run("session.trace")
    qtbot.waitUntil(lambda: len(listed(session)) == 2)
    session.where_line.setText(f"trace:{TRACE}")
    window.desk.nodes.go(0)
    qtbot.waitUntil(lambda: session._position() == 0)
    window.desk.actions.run("session.find")
    qtbot.waitUntil(lambda: session._position() == at)


def test_of_a_node_that_runs_a_trace_is_drawn(window: MainWindow, qtbot: QtBot) -> None:
    actors, drawn = window.panels["actors"], window.panels["sequence"]
    assert isinstance(actors, ActorsPanel) and isinstance(drawn, SequencePanel)
    window.desk.show_trace.emit(TRACE)
    assert drawn.actors.text() == f"trace:{TRACE}"
    qtbot.waitUntil(lambda: drawn.canvas.diagram.turns == 2)
    assert {party.name for party in drawn.canvas.diagram.parties} >= {"one", "gate"}
    window.desk.actions.run("sequence.copy_command")
    assert f"--trace {TRACE}" in QGuiApplication.clipboard().text()
    assert "trace:" not in QGuiApplication.clipboard().text()
    drawn.actors.setText("trace:aaaaaaaa")
    drawn._ask()
    qtbot.waitUntil(lambda: not drawn.canvas.diagram.turns or drawn.stack.currentWidget() is drawn.none)
    drawn.actors.setText("trace:xyz")
    drawn._ask()
    assert "is no trace" in " ".join(notice.text for notice in window.notices.notices)


def test_a_message_that_is_sent_from_the_window_begins_a_trace_and_is_copied_without_it(
    window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    panel = window.panels["messages"]
    assert isinstance(panel, MessagesPanel)
    panel.compose(Draft("gate", "increment"))
    panel.send()
    qtbot.waitUntil(lambda: panel.chosen() is not None)
    turn = real.actors.turns("gate")[-1]
    assert len(trace_of(turn)) == 32
    last = window.desk.doings.last
    assert last is not None and "traceparent" not in line_of(last.call, ())
    panel.send()
    qtbot.waitUntil(lambda: len(real.actors.turns("gate")) > turn.seq)
    assert trace_of(real.actors.turns("gate")[-1]) not in ("", trace_of(turn))
