"""The TupleSpace panel on a real node, embedded and over its local endpoint alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from answering import Answer
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode
from tuple_actors import clerk, waiting
from windows import close

import workbench
from ui.main_window import MainWindow
from ui.panels.actors.panel import ActorsPanel
from ui.panels.tuplespace.panel import TupleSpacePanel
from ui.settings import child
from ui.watchdog import WATCHDOG
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.marked import marks
from workbench.api import ActorState, Node
from workbench.api.patterns import parse_pattern
from workbench.config import load
from workbench.machine import Machine

TUPLES = (("order", 1, "open"), ("order", 2, "open"), ("order", "3", "open"), ("price", 9.5))


@pytest.fixture
def real(tmp_path: Path) -> Iterator[QuickNode]:
    with QuickNode(Machine(tmp_path / "workspace", load())) as node:
        yield node


@pytest.fixture(params=["embedded", "endpoint"])
def end(request: pytest.FixtureRequest, real: QuickNode) -> Iterator[Node]:
    """The node as the window holds it: itself, or over its private local endpoint."""
    with ExitStack() as stack:
        if request.param == "embedded":
            yield real
            return
        stack.enter_context(workbench.serve(real))
        found = workbench.endpoint(real.info().workspace)
        assert found is not None
        yield stack.enter_context(workbench.connect(f"grpc://{found.address}", token=found.token))


@pytest.fixture
def window(open_window: Callable[..., MainWindow], end: Node) -> Iterator[MainWindow]:
    made = open_window(end)
    made.activateWindow()
    made.set_perspective("data")
    yield made
    close(made)


@pytest.fixture
def tuples(real: QuickNode) -> list[int]:
    return [real.tuplespace.write(each, ttl_ms=600_000 if each[0] == "price" else None) for each in TUPLES]


@pytest.fixture
def panel(window: MainWindow, tuples: list[int], qtbot: QtBot) -> TupleSpacePanel:
    found = window.panels["tuplespace"]
    assert isinstance(found, TupleSpacePanel)
    window.raise_panel("tuplespace")
    qtbot.waitUntil(lambda: len(found.model.rows) == len(tuples))
    return found


def cells(page: FilteredTable, column: str) -> list[str]:  # type: ignore[type-arg]
    found = next(each for each in page.model.columns if each.key == column)
    return [found.text(row) for row in page.model.rows]


def test_tuples_stand_by_shape_with_count_age_and_time_left(panel: TupleSpacePanel, qtbot: QtBot) -> None:
    shapes = {"(text, int, text)": "2", "(text, text, text)": "1", "(text, float)": "1"}
    assert dict(zip(cells(panel.shapes, "shape"), cells(panel.shapes, "count"), strict=True)) == shapes
    assert cells(panel.view, "tuple")[0] == '("order", 1, "open")' and cells(panel.view, "by") == ["outside"] * 4
    assert cells(panel.view, "left")[:3] == [""] * 3 and cells(panel.view, "left")[3].startswith(("9 min", "10 min"))
    assert panel.count.text() == "4 tuples" and panel._ticking.isActive()
    panel.shapes.select_key(("text", "int", "text"))
    qtbot.waitUntil(lambda: cells(panel.view, "tuple") == ['("order", 1, "open")', '("order", 2, "open")'])
    assert (panel.line.text(), panel.count.text()) == ("(text, int, text)", "2 of 4 tuples")
    panel.desk.actions.run("tuple.all")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 4)
    assert panel.shapes_table.chosen() is None


def test_why_nobody_takes_a_tuple_is_answered_in_two_actions(
    window: MainWindow, real: QuickNode, tuples: list[int], qtbot: QtBot
) -> None:
    worker, auditor = clerk(real, "worker"), clerk(real, "auditor")
    wanted = '["order", {"typed": "int"}, {"predicate": ["startsWith:", "paid"]}]'
    asks = partial(real.actors.ask, worker, "take", wanted), partial(real.actors.ask, auditor, "take", '["order"]')
    with waiting(real, *asks):
        panel = window.panels["tuplespace"]
        assert isinstance(panel, TupleSpacePanel)
        window.desk.raise_panel.emit("tuplespace")  # one: its tab, or Ctrl+K
        qtbot.waitUntil(lambda: len(panel.lists.waiting.model.rows) == 2 and len(panel.model.rows) == 4)
        panel.select_key(str(tuples[2]))  # two: the tuple
        said = 'field 2 is text ("3"), int is wanted; field 3 is "open", which fails the test startsWith: "paid"'
        said += ': ("order", »int«, »startsWith: "paid"«)'
        qtbot.waitUntil(lambda: cells(panel.lists.waiting, "why")[0] == said)
        assert cells(panel.lists.waiting, "who") == ["worker", "auditor"]
        assert cells(panel.lists.waiting, "kind") == ["take", "take"]
        assert cells(panel.lists.waiting, "why")[1] == 'it has 3 fields, the pattern 1: ("order", »–«, »–«)'
        assert panel.lists.currentWidget() is panel.lists.who_waits and panel.lists.waiting.isVisible()
        assert '("order", "3", "open")' in panel.lists.about.text()
        assert panel.lists.tabText(0) == "Waiting (2)"


def test_what_comes_closest_to_somebody_who_waits_is_listed_with_the_fields_marked(
    panel: TupleSpacePanel, real: QuickNode, qtbot: QtBot
) -> None:
    clerk(real, "worker")
    with waiting(
        real, lambda: real.actors.ask("worker", "take", '["order", {"predicate": [">", 5]}, "open"]')
    ) as seats:
        qtbot.waitUntil(lambda: len(panel.lists.waiting.model.rows) == 1)
        (closest,) = cells(panel.lists.waiting, "why")
        assert closest == 'field 2 is 1, which fails the test > 5: ("order", »1«, "open")'
        assert panel.lists.waiting.model.rows[0].waiter.id == seats[0].id
        panel.lists.waiting.select_key("worker")
        qtbot.waitUntil(lambda: len(panel.lists.near.model.rows) == 3)
        panel.desk.actions.run("tuple.near")
        assert panel.lists.currentWidget() is panel.lists.near
        assert cells(panel.lists.near, "tuple")[2] == '("order", »"3"«, "open")'
        assert cells(panel.lists.near, "why")[2] == 'field 2 is text ("3"), int is wanted'
        panel.lists.near.table.choose(2)
        panel.lists.near.table.setFocus()
        qtbot.keyClick(panel.lists.near.table, Qt.Key.Key_Return)  # Enter leads to the tuple itself
        qtbot.waitUntil(lambda: cells(panel.view, "tuple") == ['("order", "3", "open")'])


def test_one_goes_from_a_waiter_to_its_actor_and_back(
    panel: TupleSpacePanel, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    for name in ("idle", "worker"):
        clerk(real, name)
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    with waiting(real, lambda: real.actors.ask("worker", "take", '["order"]')) as seats:
        qtbot.waitUntil(lambda: len(panel.lists.waiting.model.rows) == 1)
        panel.lists.waiting.select_key("worker")
        panel.lists.waiting.table.setFocus()
        qtbot.keyClick(panel.lists.waiting.table, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: actors.chosen == "worker")
        qtbot.waitUntil(lambda: (row := actors.actor()) is not None and row.state is ActorState.WAITING)
        panel.lists.waiting.table.clearSelection()
        panel.lists.setCurrentWidget(panel.lists.writing)
        assert window.desk.actions["actor.tuple"].isEnabled()
        window.desk.actions.run("actor.tuple")
        table = panel.lists.waiting.table
        qtbot.waitUntil(lambda: (row := table.chosen()) is not None and row.waiter.id == seats[0].id)
        assert panel.lists.currentWidget() is panel.lists.who_waits
        window.desk.show_waiter.emit("idle")
        qtbot.waitUntil(lambda: any("idle waits for no tuple now." in each.text for each in window.notices.notices))


def test_a_pattern_is_built_from_a_tuple_and_shows_at_once_what_matches(
    panel: TupleSpacePanel, tuples: list[int], qtbot: QtBot
) -> None:
    panel.select_key(str(tuples[0]))
    panel.table.setFocus()
    qtbot.keyClick(panel.table, Qt.Key.Key_Return)
    building = panel.lists.building
    assert panel.lists.currentWidget() is building and building.rows[0].choice.hasFocus()
    assert panel.line.text() == '("order", 1, "open")'
    building.rows[1].choice.setCurrentText("any int")
    assert panel.line.text() == '("order", int, "open")' and building.rows[1].value.isHidden()
    qtbot.waitUntil(lambda: panel.count.text() == "2 of 4 tuples")
    building.rows[1].choice.setCurrentText(">")
    assert panel.line.text() == '("order", > 1, "open")'
    qtbot.waitUntil(lambda: cells(panel.view, "tuple") == ['("order", 2, "open")'])
    building.rows[1].choice.setCurrentText("in")
    qtbot.keyClicks(building.rows[1].value, ", 2")  # behind the bracket: it cannot be read yet
    assert building.said.text().startswith("Field 2: ") and panel.line.text() == '("order", in [1], "open")'
    building.rows[1].value.setText("[1, 2]")
    assert building.said.text() == "" and panel.line.text() == '("order", in [1, 2], "open")'
    qtbot.waitUntil(lambda: panel.count.text() == "2 of 4 tuples")
    building.rows[2].choice.setCurrentText("startsWith:")
    building.rows[0].choice.setCurrentText("anything")
    assert panel.line.text() == '(?, in [1, 2], startsWith: "open")'
    qtbot.mouseClick(building.less, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(building.less, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(building.more, Qt.MouseButton.LeftButton)
    building.rows[1].choice.setCurrentText("any float")
    qtbot.waitUntil(lambda: cells(panel.view, "tuple") == ['("price", 9.5)'])


@pytest.mark.parametrize(
    "written", ['("a", ?, int, 7)', '(regex: "^o", != null, in ["a", 1.5])', '(x"00", true, <= 1.0, endsWith: "z")']
)
def test_a_pattern_that_was_typed_is_the_same_in_the_form(panel: TupleSpacePanel, written: str) -> None:
    panel.line.setText(written)
    assert panel.lists.building.text == written
    assert parse_pattern(panel.lists.building.text) == parse_pattern(written)


def test_what_cannot_be_read_is_said_and_the_last_answer_stays(panel: TupleSpacePanel, qtbot: QtBot) -> None:
    panel.line.setText('("price", float)')
    qtbot.waitUntil(lambda: len(panel.model.rows) == 1)
    panel.line.setText('("price", like 1)')
    assert "this is not understood" in panel.said.text() or "expected" in panel.said.text()
    assert panel.problem.isVisible() and panel.line.font().underline() and len(panel.model.rows) == 1
    assert not panel.desk.actions["tuple.take"].isEnabled()
    panel.line.setText('(regex: "(", ?)')
    qtbot.waitUntil(lambda: "cannot be used" in panel.said.text())
    assert len(panel.model.rows) == 1
    panel.line.setText("")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 4 and not panel.problem.isVisible())


def test_a_tuple_is_written_read_and_taken(
    panel: TupleSpacePanel, window: MainWindow, real: QuickNode, answer: Answer, qtbot: QtBot
) -> None:
    window.desk.actions.run("tuple.new")
    writing = panel.lists.writing
    assert writing.fields.hasFocus() and not window.desk.actions["tuple.write"].isEnabled()
    qtbot.keyClicks(writing.fields, '("job", 7')
    assert "expected" in writing.said.text() and not window.desk.actions["tuple.write"].isEnabled()
    qtbot.keyClicks(writing.fields, ", true)")
    assert writing.said.text() == "3 fields: text, int, boolean"
    writing.ttl.setValue(60)
    qtbot.keyClick(writing.fields, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: real.tuplespace.count(("job", 7, True)) == 1)
    assert real.tuplespace.list(("job", int, bool))[0].expires is not None
    panel.line.setText('("job", int, ?)')
    window.desk.actions.run("tuple.read")
    qtbot.waitUntil(lambda: any('("job", 7, true) is the oldest' in each.text for each in window.notices.notices))
    asked = answer("Cancel")
    window.desk.actions.run("tuple.take")
    qtbot.waitUntil(lambda: len(asked) == 1)
    assert real.tuplespace.count(("job", 7, True)) == 1 and '("job", 7, true), written by outside' in asked[0]
    asked = answer("Take")
    window.desk.actions.run("tuple.take")
    qtbot.waitUntil(lambda: real.tuplespace.count(("job", 7, True)) == 0)
    window.desk.actions.run("tuple.take")
    qtbot.waitUntil(lambda: any("No tuple matches" in each.text for each in window.notices.notices))
    assert len(asked) == 1


def test_a_take_waits_as_long_as_it_is_told_and_can_be_cancelled(
    panel: TupleSpacePanel, window: MainWindow, real: QuickNode, answer: Answer, qtbot: QtBot
) -> None:
    answer("Take")
    panel.line.setText('("later")')
    panel.lists.building.seconds.setValue(30)
    window.desk.actions.run("tuple.take")
    qtbot.waitUntil(lambda: [each.pattern for each in real.tuplespace.waiters()] == ['("later")'])
    panel.cancel()
    qtbot.waitUntil(lambda: not real.tuplespace.waiters())
    window.desk.actions.run("tuple.take")
    qtbot.waitUntil(lambda: len(real.tuplespace.waiters()) == 1)
    real.tuplespace.write(("later",))
    qtbot.waitUntil(lambda: any('("later") is taken.' in each.text for each in window.notices.notices))


def test_who_wrote_and_who_took_a_tuple_is_seen_and_led_to(
    panel: TupleSpacePanel, window: MainWindow, real: QuickNode, qtbot: QtBot
) -> None:
    writer, taker = clerk(real, "writer"), clerk(real, "taker")
    for _ in range(2):
        real.actors.ask(writer, "write", '["order", 7, "paid"]')
    real.actors.ask(taker, "take", '["order", 7, "paid"]')
    qtbot.waitUntil(lambda: len(panel.model.rows) == 5)
    panel.select_key(str(panel.model.rows[-1].id))
    qtbot.waitUntil(lambda: cells(panel.lists.history, "change") == ["taken", "written", "written"])
    assert cells(panel.lists.history, "who") == ["taker", "writer", "writer"]
    assert cells(panel.lists.history, "author") == ["writer"] * 3
    actors = window.panels["actors"]
    assert isinstance(actors, ActorsPanel)
    panel.lists.history.table.choose(0)
    window.desk.actions.run("tuple.changer")
    qtbot.waitUntil(lambda: actors.chosen == "taker")
    window.desk.actions.run("tuple.author")
    qtbot.waitUntil(lambda: actors.chosen == "writer")


def test_what_matches_is_watched_as_it_happens(panel: TupleSpacePanel, real: QuickNode, qtbot: QtBot) -> None:
    panel.line.setText('("news", ?)')
    panel.desk.actions.run("tuple.watch")
    assert panel.lists.currentWidget() is panel.lists.history
    qtbot.waitUntil(lambda: not panel.lists.history.all)
    real.tuplespace.write(("news", 1))
    real.tuplespace.write(("other", 1))
    real.tuplespace.take(("news", 1))
    qtbot.waitUntil(lambda: cells(panel.lists.history, "change") == ["taken", "written"])
    real.tuplespace.write(("news", 2), ttl_ms=200)
    qtbot.waitUntil(lambda: cells(panel.lists.history, "change")[0] == "expired")
    assert cells(panel.lists.history, "who")[0] == ""


def test_a_tuple_is_removed_after_a_question(
    panel: TupleSpacePanel, real: QuickNode, tuples: list[int], answer: Answer, qtbot: QtBot
) -> None:
    asked = answer("Remove")
    panel.select_key(str(tuples[1]))
    panel.desk.actions.run("tuple.remove")
    qtbot.waitUntil(lambda: len(panel.model.rows) == 3)
    assert real.tuplespace.count(("order", 2, "open")) == 0 and '("order", 2, "open")' in asked[0]


def test_commands_and_texts_say_the_same(panel: TupleSpacePanel, tuples: list[int], qtbot: QtBot) -> None:
    panel.select_key(str(tuples[0]))
    panel.desk.actions.run("tuple.copy")
    assert QApplication.clipboard().text() == '("order", 1, "open")'
    panel.desk.actions.run("tuple.copy_command")
    said = QApplication.clipboard().text()
    assert said.startswith("workbench tuple list ") and said.endswith(' \'("order", 1, "open")\'')


def test_an_empty_space_says_so_and_has_one_button(window: MainWindow, qtbot: QtBot) -> None:
    panel = window.panels["tuplespace"]
    assert isinstance(panel, TupleSpacePanel)
    window.raise_panel("tuplespace")
    qtbot.waitUntil(lambda: panel.view.stack.currentWidget() is panel.none and panel.none.button is not None)
    assert panel.none.button is not None and panel.none.line.text().startswith("No tuples yet")
    qtbot.mouseClick(panel.none.button, Qt.MouseButton.LeftButton)
    assert panel.lists.writing.fields.hasFocus()


def test_what_was_typed_comes_back(panel: TupleSpacePanel, window: MainWindow) -> None:
    panel.line.setText('("order", int, ?)')
    panel.lists.writing.fields.setText('("half", ')
    panel.lists.setCurrentWidget(panel.lists.building)
    window.write()
    kept = child(child(window.session.file.read(), "panels"), "tuplespace")
    panel.line.setText("")
    panel.lists.writing.fields.setText("")
    panel.lists.setCurrentWidget(panel.lists.history)
    panel.restore(kept)
    assert (panel.line.text(), panel.lists.writing.fields.text()) == ('("order", int, ?)', '("half", ')
    assert panel.lists.currentWidget() is panel.lists.building and panel.pattern == '("order", int, ?)'


def test_marks_are_found_in_a_line() -> None:
    text = '("a", »"3"«, »–«): field 2'
    assert [text[at : at + length] for at, length in marks(text)] == ['»"3"«', "»–«"]
    assert marks("»no end") == [] == marks("plain")


def test_a_large_space_is_read_page_by_page(window: MainWindow, real: QuickNode, qtbot: QtBot) -> None:
    for number in range(3_000):
        real.tuplespace.write(("many", number))
    panel = window.panels["tuplespace"]
    assert isinstance(panel, TupleSpacePanel)
    before = len(WATCHDOG.slow)
    window.raise_panel("tuplespace")
    qtbot.waitUntil(lambda: panel.count.text() == "3,000 tuples", timeout=20_000)
    assert len(panel.view.all) == 1_000 and panel.more.isVisible()
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(panel.view.all) == 2_000, timeout=20_000)
    panel.line.setText('("many", >= 2900)')
    qtbot.waitUntil(lambda: panel.count.text() == "100 of 3,000 tuples", timeout=20_000)
    assert [slot for slot in WATCHDOG.slow[before:] if "TupleSpace" in slot] == []


def test_who_waits_again_and_again_stays_chosen(panel: TupleSpacePanel, real: QuickNode, qtbot: QtBot) -> None:
    clerk(real, "worker")
    ask = partial(real.actors.ask, "worker", "take", '["order", {"typed": "bytes"}]')
    with waiting(real, ask) as seats:
        qtbot.waitUntil(lambda: len(panel.lists.waiting.model.rows) == 1)
        panel.lists.waiting.select_key("worker")
        qtbot.waitUntil(lambda: panel.waiter == seats[0].id and len(panel.lists.near.all) > 0)
        real.tuplespace.write(("order", b"x"))
        qtbot.waitUntil(lambda: not panel.lists.waiting.model.rows)
        assert panel.lists.near.all, "what was in the way is still to be read"
        with waiting(real, ask) as again:
            qtbot.waitUntil(lambda: panel.waiter == again[0].id and panel.lists.waiting.table.chosen() is not None)
            panel.lists.waiting.table.clearSelection()
            assert panel.waiter == 0


def test_the_theme_changes_after_windows_have_come_and_gone(
    panel: TupleSpacePanel, window: MainWindow, qtbot: QtBot
) -> None:
    """The icons of the filter lines are asked of them anew: those that were kept could be taken for dead ones."""
    for look in ("dark", "light"):
        window.set_theme(look)
        qtbot.waitUntil(lambda: window.looks.settled)
    assert panel.filter.actions()


def test_the_fields_of_a_pattern_stand_in_line_and_wrong_ones_are_outlined(panel: TupleSpacePanel) -> None:
    building = panel.lists.building
    panel.lists.setCurrentWidget(building)
    panel.line.setText('("order", int, ?)')
    QApplication.processEvents()
    assert len({made.choice.x() for made in building.rows}) == 1
    assert len({made.choice.width() for made in building.rows}) == 1
    assert not any(made.value.property("invalid") for made in building.rows)
    building.rows[0].value.setText('"order')
    assert [bool(made.value.property("invalid")) for made in building.rows] == [True, False, False]
    assert building.said.text().startswith("Field 1: ")
    building.rows[0].value.setText('"order"')
    assert not building.rows[0].value.property("invalid") and not building.said.text()


def test_the_table_of_shapes_has_no_scroll_bar_that_leads_nowhere(panel: TupleSpacePanel, qtbot: QtBot) -> None:
    header = panel.shapes_table.horizontalHeader()
    qtbot.waitUntil(lambda: header.length() <= panel.shapes_table.viewport().width())
    assert panel.shapes_table.horizontalScrollBar().maximum() == 0
