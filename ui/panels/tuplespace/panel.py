"""TupleSpace: tuples by shape and pattern, who waits for which, and why nobody takes the one that is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QSplitter, QWidget

from ui import format as show
from ui.desk import Desk
from ui.filter import Filter
from ui.master_panel import MasterPanel, when_chosen
from ui.models import Plan, RowModel
from ui.panels.tuplespace.columns import SHAPES, TUPLES, shape_text, tuple_text
from ui.panels.tuplespace.deeds import Deeds
from ui.panels.tuplespace.lists import LEAST_HEIGHT, NOT_ASKED, WHY, Lists
from ui.panels.tuplespace.pattern_line import PatternLine
from ui.panels.tuplespace.reading import MOST, STEP, Answer, Asked, read
from ui.settings import Record, child, text
from ui.widgets.build import box, button, column, label, row, set_tone, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Area, TupleEntry, TupleShape
from workbench.api.patterns import write_tuple
from workbench.api.tuplespace import PatternField

NONE = "No tuples yet: actors with the capability tuplespace write them, and so can you."
TUPLE_SAID = 80


@dataclass(frozen=True, slots=True)
class Found:
    """One reading; `plan` is for the filter `wanted`."""

    asked: Asked
    answer: Answer
    wanted: Filter
    plan: Plan[TupleEntry]


class TupleSpacePanel(MasterPanel[TupleEntry]):
    """Shapes beside tuples above, below what belongs to the chosen one. What is `asked` is read off the Qt thread.

    `pattern` is the last one that could be read, `waiter` the id of the one who was chosen among those who wait.
    """

    id = "tuplespace"
    title = "TupleSpace"
    icon_name = "tuple"
    areas = frozenset({Area.TUPLESPACE})
    columns: ClassVar = TUPLES
    filter_example = "job by:producer age>1min"
    row_actions = (
        "tuple.why", "tuple.build", "", "tuple.author", "", "tuple.new", "tuple.remove", "", "tuple.copy",
        "tuple.copy_command",
    )  # fmt: skip

    def __init__(self, desk: Desk) -> None:
        self.pattern, self.limit, self.waiter, self._actor = "", STEP, 0, ""
        self._waits: str | int | None = None
        super().__init__(desk)
        self.line = PatternLine()
        self.count = label(tone="muted")
        self.said = label(tone="error")
        shrinks(self.said)
        self.shapes_model: RowModel[TupleShape] = RowModel(SHAPES, lambda shape: shape.kinds, self)
        self.shapes_table = Table(self.shapes_model, "Shapes of tuples")
        self.shapes_table.command_for = lambda shape: desk.command("tuple list", shape_text(shape))
        self.shapes = FilteredTable(desk, self.shapes_table, "text count>10", EmptyState("tuple", "No shapes."))
        self.lists = Lists(desk)
        self.more = button("Show more", self._more, style="link", name="Show more tuples")
        self.more.hide()
        self.view.tools.addWidget(self.more)
        for verb in ("why", "build", "author"):
            self.add_tool(tool_for(desk.actions[f"tuple.{verb}"]))
        for stack in (self.view.stack, self.shapes.stack):
            stack.setMinimumHeight(LEAST_HEIGHT)
        self.deeds = Deeds(self)
        self._bind()
        self.column.addWidget(self._band())
        self.lay_out(self.lists, self._beside())
        self.split.setSizes([240, 280])

    def _band(self) -> QWidget:
        actions = self.desk.actions
        line = row(self.line, self.count, margins=(8, 6, 8, 6), spacing=6)
        line.setStretch(0, 1)
        for verb in ("all", "read", "take", "new"):
            line.addWidget(tool_for(actions[f"tuple.{verb}"]))
        self.problem = box("band", row(self.said, margins=(10, 0, 8, 6)))
        self.problem.hide()
        whole = QWidget()
        whole.setLayout(column(box("band", line), self.problem, spacing=0))
        return whole

    def _beside(self) -> QWidget:
        made = QSplitter(Qt.Orientation.Horizontal)
        made.addWidget(self.shapes)
        made.addWidget(self.view)
        made.setSizes([284, 380])
        made.setStretchFactor(1, 1)
        made.setChildrenCollapsible(False)
        return made

    def _bind(self) -> None:
        self.deeds.bind()
        lists = self.lists
        self.line.read.connect(self._take_pattern)
        self.line.textChanged.connect(self._typed)
        lists.building.built.connect(self.line.setText)
        lists.writing.edited.connect(self.enable)
        lists.writing.edited.connect(self.desk.remember)
        lists.currentChanged.connect(lambda: self.desk.remember.emit())
        when_chosen(self.shapes_table, self._choose_shape)
        when_chosen(lists.waiting.table, self._choose_waiter)
        lists.waiting.arranged.connect(self._choose_waiter_again)
        when_chosen(lists.near.table, self.enable)
        when_chosen(lists.history.table, self.enable)
        for table, verb in ((self.table, "build"), (lists.waiting.table, "waiter"), (lists.near.table, "show"),
                            (lists.history.table, "changer")):  # fmt: skip
            table.opened.connect(lambda verb=verb: self._opened(verb))
        self.desk.show_waiter.connect(self._show_waiter)

    def _opened(self, verb: str) -> None:
        if self.desk.actions[f"tuple.{verb}"].isEnabled():
            self.desk.actions.run(f"tuple.{verb}")

    def empty(self) -> EmptyState:
        return EmptyState(
            "tuple",
            NONE,
            "Write a tuple…",
            lambda: self.desk.actions.run("tuple.new"),
            changes=True,
            recorded="No tuples at this moment, as far as the session holds them.",
        )

    def name_of(self, found: TupleEntry) -> str:
        return str(found.id)

    def command_for(self, found: TupleEntry) -> str:
        return self.desk.command("tuple list", write_tuple(found.fields))

    def tables(self) -> tuple[QAbstractItemView, ...]:
        return self.table, self.shapes_table, self.lists.waiting.table

    # reading

    @property
    def asked(self) -> Asked:
        return Asked(self.pattern, self.limit, int(self.chosen or 0), self.waiter)

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        asked, wanted = self.asked, self.filter.filter
        answer = read(node.tuplespace, asked)
        return Found(asked, answer, wanted, self.view.planned(answer.tuples or (), wanted))

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        asked, answer = found.asked, found.answer
        if (asked.pattern, asked.limit) != (self.pattern, self.limit):
            self.refresh()
            return
        self.shapes.show_rows(answer.shapes)
        if answer.tuples is not None:
            self.none.say("No tuple matches this pattern; Closest says what is in the way." if self.pattern else NONE)
            self.view.show_planned(answer.tuples, found.wanted, found.plan)
            self.more.setVisible(len(answer.tuples) == asked.limit < MOST)
            self._count(answer)
        typed = self.line.problem if self.line.text().strip() != self.pattern else ""
        self.line.refuse(answer.problem or typed)
        self._say(self.line.problem)
        if asked == self.asked:
            self._show_below(answer)
        else:
            self.refresh()
        self.tick(on=bool(answer.total or answer.waiting))
        self.enable()

    def _show_below(self, answer: Answer) -> None:
        lists, entry = self.lists, self.table.chosen()
        tuple_said = show.one_line(tuple_text(entry), TUPLE_SAID) if entry is not None else ""
        lists.about.setText(f"Why {tuple_said} is not theirs, for everybody who waits." if tuple_said else WHY)
        lists.waiting.show_rows(answer.waiting)
        lists.near.none.say("There are no tuples at all." if self.waiter and not answer.total else NOT_ASKED)
        if answer.near is not None:
            lists.near.show_rows(answer.near)
        lists.history.show_rows(answer.history)
        lists.show_counts()
        if self._actor:
            self._lead_to_waiter()

    def _count(self, answer: Answer) -> None:
        total = show.plural(answer.total, "tuple")
        self.count.setText(f"{answer.matching:,} of {total}" if self.pattern else total)

    def _say(self, problem: str) -> None:
        self.said.setText(problem)
        self.said.setToolTip(problem)
        set_tone(self.said, "error")
        self.problem.setVisible(bool(problem))

    def enable(self) -> None:
        self.deeds.enable()

    # where one is

    def lead_to(self, name: str) -> None:
        """Show the tuples that match the pattern `name`."""
        self.line.setText(name)
        self.refresh()

    def _typed(self) -> None:
        self._say(self.line.problem)
        self.enable()

    def _take_pattern(self, fields: Sequence[PatternField]) -> None:
        self.lists.building.show_pattern(fields)
        written = self.line.text().strip()
        shape = self.shapes_table.chosen()
        if shape is not None and shape_text(shape) != written:
            self.shapes_table.clearSelection()
        if written != self.pattern:
            self.pattern, self.limit = written, STEP
            self.refresh()
            self.desk.remember.emit()
        self.enable()

    def _choose_shape(self) -> None:
        """A shape is the pattern of its types."""
        shape = self.shapes_table.chosen()
        if shape is not None and shape_text(shape) != self.line.text().strip():
            self.line.setText(shape_text(shape))

    def _choose_waiter(self) -> None:
        """Who is served is gone from the list, and chosen again when it waits once more."""
        table = self.lists.waiting.table
        found = table.chosen()
        if found is not None:
            self._wait_of(found.key, found.waiter.id)
        elif self._waits is not None and table.rows.position(self._waits) >= 0:
            self._wait_of(None, 0)  # it is there and no more selected: somebody has done so
        self.enable()

    def _wait_of(self, key: str | int | None, waiter: int) -> None:
        self._waits = key
        if waiter != self.waiter:
            self.waiter = waiter
            self.refresh()

    def _choose_waiter_again(self) -> None:
        table = self.lists.waiting.table
        if self._waits is not None and (position := table.rows.position(self._waits)) >= 0:
            if table.chosen() is None:
                table.choose(position)
            self._wait_of(self._waits, table.rows.rows[position].waiter.id)

    def _show_waiter(self, actor: str) -> None:
        """The tuple for which an actor waits: its row among those who wait."""
        self._actor = actor
        self.desk.raise_panel.emit(self.id)
        self.lists.setCurrentWidget(self.lists.who_waits)
        self.refresh()

    def _lead_to_waiter(self) -> None:
        actor, self._actor = self._actor, ""
        found = next((each for each in self.lists.waiting.all if each.waiter.actor == actor), None)
        if found is None:
            self.desk.notice(f"{actor} waits for no tuple now.", "info", key="tuple")
        else:
            self.lists.waiting.select_key(found.key)
            self.lists.waiting.table.setFocus()

    def _more(self) -> None:
        self.limit = min(MOST, self.limit + STEP)
        self.refresh()

    def _forget(self) -> None:
        super()._forget()
        self.waiter, self.limit, self._waits = 0, STEP, None

    def record(self) -> Record:
        return super().record() | {
            "pattern": self.line.text(), "shapes": self.shapes.record(), "lists": self.lists.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.shapes.restore(child(record, "shapes"))
        self.lists.restore(child(record, "lists"))
        self.line.setText(text(record, "pattern"))
