"""A table with its filter line: what may take long is arranged off the Qt thread, and only what changed is touched."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.expression import TooSlow
from ui.filter import Filter
from ui.models import Plan, RowModel
from ui.settings import Record, child, text
from ui.widgets.build import box, label, row
from ui.widgets.empty_state import EmptyState
from ui.widgets.filter_edit import FilterEdit
from ui.widgets.table import Table

Row = TypeVar("Row")
AT_ONCE = 1_000
"""More rows than this are not arranged on the Qt thread."""


class FilteredTable(QWidget, Generic[Row]):
    """`show_rows` takes what was read; `arranged` tells that the table shows other rows now.

    `none` stands where there is nothing to show. `tools` is the right end of the filter's line.
    """

    arranged = Signal()

    def __init__(
        self, desk: Desk, table: Table[Row], example: str, none: EmptyState, *, all_rows: Sequence[Row] = ()
    ) -> None:
        super().__init__()
        self.desk, self.table, self.none = desk, table, none
        self.model: RowModel[Row] = table.rows
        self.all: Sequence[Row] = all_rows
        """The rows without the filter."""
        table.everything = lambda: self.all
        self.filter = FilterEdit(self.model.columns, example)
        self.filter.setAccessibleName(f"Filter of {table.accessibleName()}")
        self.counter = label(tone="muted")
        self.tools = row(spacing=2)
        self.no_match = EmptyState("filter", "Nothing matches the filter.", "Clear the filter", self.filter.clear)
        self.no_match.needs_node = False
        self.stack = QStackedWidget()
        for page in (self.table, self.none, self.no_match):
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(self.none)
        self._lay_out()
        self.filter.applied.connect(self.arrange)
        self.filter.applied.connect(desk.remember)
        self.table.order_changed.connect(self.arrange)
        self.table.layout_changed.connect(desk.remember)
        desk.theme_changed.connect(self.repaint_icons)

    def _lay_out(self) -> None:
        line = row(self.filter, self.counter, margins=(8, 6, 8, 6), spacing=8)
        line.setStretch(0, 1)
        line.addLayout(self.tools)
        line.addWidget(self.table.more_tool())
        self.band = box("band", line)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.band)
        whole.addWidget(self.stack, 1)
        self.stack.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take new rows."""
        self.all = rows
        self.arrange()

    def show_planned(self, rows: Sequence[Row], wanted: Filter, plan: Plan[Row]) -> None:
        """Take rows that were already arranged, with `planned`; arranged again when another filter was typed since."""
        self.all = rows
        if wanted is self.filter.filter:
            self._show(plan, wanted)
        else:
            self.arrange()

    def planned(self, rows: Sequence[Row], wanted: Filter) -> Plan[Row]:
        """Filter, sort and compare. Pure: for the thread that read the rows."""
        try:
            return self.model.plan(self.model.arrange(rows, wanted))
        except TooSlow as error:
            return Plan(self.model.rows, self.model.rows, -1, problem=str(error))

    def arrange(self) -> None:
        """Show what the filter and the order ask for now."""
        wanted = self.filter.filter
        if len(self.all) <= AT_ONCE and not wanted.may_be_slow:
            self._show(self.planned(self.all, wanted), wanted)
        else:
            self.desk.bridge.start(self, self._arrange_aside(self.all, wanted), self.desk.failed)

    async def _arrange_aside(self, rows: Sequence[Row], wanted: Filter) -> None:
        """What was asked for meanwhile makes this one void."""
        plan = await self.desk.bridge.call(self.planned, rows, wanted)
        if rows is self.all and wanted is self.filter.filter:
            self._show(plan, wanted)

    def _show(self, plan: Plan[Row], wanted: Filter) -> None:
        if plan.problem:
            self.filter.refuse(wanted, plan.problem)
            return
        self.filter.answered()
        self.model.apply(plan)
        shown, total = len(self.model.rows), len(self.all)
        self.counter.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,}")
        page = self.table if shown else self.no_match if total else self.none
        if self.stack.currentWidget() is not page:
            self.stack.setCurrentWidget(page)
        self.arranged.emit()

    def select_key(self, key: Hashable) -> None:
        """Choose a row, past the filter if need be."""
        position = self.model.position(key)
        if position < 0 and self.filter.text():
            self.filter.set_now("")
            position = self.model.position(key)
        self.table.choose(position)

    def focus_filter(self) -> None:
        self.filter.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.selectAll()

    def record(self) -> Record:
        return {"filter": self.filter.text(), "table": self.table.record()}

    def restore(self, record: Record) -> None:
        self.table.restore(child(record, "table"))
        self.filter.set_now(text(record, "filter"))

    def repaint_icons(self) -> None:
        self.filter.repaint_icons()
        self.none.repaint_icons()
        self.no_match.repaint_icons()
        self.table.viewport().update()
