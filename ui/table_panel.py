"""A panel that is a table: declared columns, one filter line, an empty state, patches instead of refills."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QWidget

from ui.desk import Desk
from ui.models import Column, RowModel
from ui.panel import Panel
from ui.settings import Record
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table

Row = TypeVar("Row")
LOOKS = 4
"""So often a row that was asked for is looked for: at once, in what is being read already, and in what is read then."""


class TablePanel(Panel, Generic[Row]):
    """Subclasses give `columns`, `row_key`, `load` and `empty`; `context_menu` is what a right click offers.

    They put `self.view`, the table with its filter, where it belongs.
    """

    columns: ClassVar[tuple[Column, ...]]  # type: ignore[type-arg]
    filter_example: ClassVar[str] = ""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.model = self.make_model()
        self.table = self.make_table(self.model)
        self.table.menu_for = self.context_menu
        self.table.command_for = self.command_for
        self.none = self.empty()
        self.view = FilteredTable(desk, self.table, self.filter_example, self.none)
        self.filter, self.stack = self.view.filter, self.view.stack
        self._lent = False
        self._lead: Hashable = None
        self._lead_looks = 0
        desk.node_changed.connect(self._let_go)
        self.view.arranged.connect(self.arranged)
        self.view.arranged.connect(self._follow_lead)
        self.view.arranged.connect(lambda: QTimer.singleShot(0, self, self._pass_keyboard))

    def _let_go(self) -> None:
        """A closed session leaves nothing behind."""
        if self.desk.node is None:
            self.view.show_rows(())

    def make_model(self) -> RowModel[Row]:
        return RowModel(self.columns, self.row_key, self)

    def make_table(self, model: RowModel[Row]) -> Table[Row]:
        return Table(model, f"{self.title} table")

    def row_key(self, found: Row) -> Hashable:
        raise NotImplementedError

    def empty(self) -> EmptyState:
        raise NotImplementedError

    def command_for(self, found: Row) -> str:
        """The command line that shows this row."""
        raise NotImplementedError

    def context_menu(self) -> QMenu:
        return QMenu(self)

    def add_tool(self, widget: QWidget) -> None:
        self.view.tools.addWidget(widget, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Take new rows from the node."""
        self.view.show_rows(rows)

    def arranged(self) -> None:
        """The table shows other rows now."""

    def select_key(self, key: Hashable) -> None:
        self.view.select_key(key)

    def lead_to(self, name: str) -> None:
        """Choose the row that is called so, as soon as it is there."""
        self.await_key(name)

    def await_key(self, key: Hashable) -> None:
        """Choose this row now, or when the next reading brings it."""
        self._lead, self._lead_looks = key, LOOKS
        self.refresh()
        self._follow_lead()

    def _follow_lead(self) -> None:
        if self._lead is None:
            return
        self._lead_looks -= 1
        if any(self.row_key(found) == self._lead for found in self.view.all):
            key, self._lead = self._lead, None
            self.select_key(key)
        elif not self._lead_looks:
            self._lead = None  # it is gone: what comes later by that name was not meant

    def take_keyboard(self) -> None:
        """Its table; the filter keeps it for the table while that has no rows yet."""
        self._lent = self.stack.currentWidget() is not self.table
        (self.table if self.stack.currentWidget() is self.table else self.filter).setFocus()

    def _pass_keyboard(self) -> None:
        if self._lent and self.stack.currentWidget() is self.table:
            self._lent = False
            if self.filter.hasFocus() and not self.filter.text():
                self.table.setFocus()

    def focus_filter(self) -> None:
        self._lent = False
        self.view.focus_filter()

    def record(self) -> Record:
        return self.view.record()

    def restore(self, record: Record) -> None:
        self.view.restore(record)
