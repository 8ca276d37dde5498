"""A panel that is a table: declared columns, one filter line, an empty state, patches instead of refills."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QWidget

from ui.desk import Desk
from ui.filter import Filter
from ui.models import Column, RowModel
from ui.panel import Panel
from ui.settings import Record, child, text
from ui.widgets.build import box, label, row
from ui.widgets.empty_state import EmptyState
from ui.widgets.filter_edit import FilterEdit
from ui.widgets.table import Table

Row = TypeVar("Row")
AT_ONCE = 5_000
"""More rows than this are not arranged on the Qt thread."""


class TablePanel(Panel, Generic[Row]):
    """Subclasses give `columns`, `row_key`, `load` and `empty`; `context_menu` is what a right click offers."""

    columns: ClassVar[tuple[Column, ...]]  # type: ignore[type-arg]
    filter_example: ClassVar[str] = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.model: RowModel[Row] = RowModel(self.columns, self.row_key, self)
        self.table = Table(self.model, f"{self.title} table")
        self.table.menu_for = self.context_menu
        self.filter = FilterEdit([column.key for column in self.columns if column.key], self.filter_example)
        self.counter = label(tone="muted")
        self._all: Sequence[Row] = ()
        self.tools = row(spacing=2)
        self.band = box("band", self._band())
        self.none = self.empty()
        self.no_match = EmptyState("filter", "Nothing matches the filter.", "Clear the filter", self.filter.clear)
        self.no_match.needs_node = False
        self.stack = QStackedWidget()
        for page in (self.table, self.none, self.no_match):
            self.stack.addWidget(page)
        self.stack.setCurrentWidget(self.none)
        self.column.addWidget(self.band)
        self.filter.applied.connect(self._arrange)
        self.filter.applied.connect(desk.remember)
        self.table.order_changed.connect(self._arrange)
        self.table.layout_changed.connect(desk.remember)

    def _band(self) -> QHBoxLayout:
        line = row(self.filter, self.counter, margins=(8, 6, 8, 6), spacing=8)
        line.setStretch(0, 1)
        line.addLayout(self.tools)
        return line

    def row_key(self, found: Row) -> Hashable:
        raise NotImplementedError

    def empty(self) -> EmptyState:
        raise NotImplementedError

    def context_menu(self) -> QMenu:
        return QMenu(self)

    def add_tool(self, widget: QWidget) -> None:
        self.tools.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take new rows from the node."""
        self._all = rows
        self._arrange()

    def _arrange(self) -> None:
        if len(self._all) <= AT_ONCE:
            self._show(self.model.arrange(self._all, self.filter.filter))
        else:
            self.desk.bridge.start(self, self._arrange_aside(self._all, self.filter.filter), self.desk.failed)

    async def _arrange_aside(self, rows: Sequence[Row], wanted: Filter) -> None:
        """Many rows are filtered and sorted off the Qt thread; what was asked for meanwhile makes this one void."""
        shown = await self.call(self.model.arrange, rows, wanted)
        if rows is self._all and wanted is self.filter.filter:
            self._show(shown)

    def _show(self, shown: list[Row]) -> None:
        self.model.patch(shown)
        self._count(len(shown))
        page = self.table if shown else self.no_match if self._all else self.none
        if self.stack.currentWidget() is not page:
            self.stack.setCurrentWidget(page)
        self.arranged()

    def arranged(self) -> None:
        """The table shows other rows now."""

    def _count(self, shown: int) -> None:
        total = len(self._all)
        self.counter.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,}")

    def select_key(self, key: Hashable) -> None:
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
        self.model.layoutChanged.emit()
