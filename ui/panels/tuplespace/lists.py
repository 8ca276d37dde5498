"""What lies under the tuples: who waits, what comes closest, the pattern, a tuple to write, and changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from PySide6.QtWidgets import QTabWidget, QWidget

from ui.desk import Desk
from ui.models import Column, RowModel
from ui.panels.tuplespace.building import PatternBuilding
from ui.panels.tuplespace.columns import HISTORY, NEAR, WAITING
from ui.panels.tuplespace.writing import TupleWriting
from ui.settings import Record, child
from ui.widgets.build import box, column, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.marked import MarkedDelegate
from ui.widgets.table import Table
from workbench.api.patterns import write_tuple

Row = TypeVar("Row")
LEAST_HEIGHT = 72
NOBODY = "Nobody waits for a tuple."
NOT_ASKED = "Choose somebody who waits, or write a pattern that nothing matches: what comes closest is listed here."
WHY = "For everybody who waits: the tuple that comes closest, and »the fields« that are in the way."


class Lists(QTabWidget):
    """One tab each; what it is about stands in its name."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            part.setAccessibleName("Who waits, pattern, writing and changes")
        self.waiting = FilteredTable(
            desk, _table(WAITING, "Who waits", lambda found: found.key, self), "who:worker pattern~job why~int",
            EmptyState("waiting", NOBODY, recorded="Who waits for a tuple is not recorded."),
        )  # fmt: skip
        self.near = FilteredTable(
            desk, _table(NEAR, "What comes closest", lambda found: found.entry.id, self), "why~int by:shop",
            EmptyState("find", NOT_ASKED),
        )  # fmt: skip
        self.history = FilteredTable(
            desk, _table(HISTORY, "Changes of tuples", lambda change: change.seq, self), "change:taken who:worker",
            EmptyState("history", "No such tuple was written or taken since the node started.",
                       recorded="Find it on the timeline of the session: call:tuplespace.write"),
        )  # fmt: skip
        _mark(self.waiting.table)
        _mark(self.near.table)
        for stack in (self.waiting.stack, self.near.stack, self.history.stack):
            stack.setMinimumHeight(LEAST_HEIGHT)
        self.building = PatternBuilding(desk)
        self.writing = TupleWriting(desk)
        self.about = label(WHY, tone="muted")
        shrinks(self.about)
        waits = column(box("band", row(self.about, margins=(10, 4, 8, 4))), self.waiting, spacing=0)
        self.who_waits = QWidget()
        self.who_waits.setLayout(waits)
        self._tools(desk)
        for page, name in ((self.who_waits, "Waiting"), (self.near, "Closest"), (self.building, "Pattern"),
                           (self.writing, "Write"), (self.history, "Changes")):  # fmt: skip
            self.addTab(page, name)

    def _tools(self, desk: Desk) -> None:
        actions = desk.actions
        for tools, names in ((self.waiting.tools, ("near", "waiter")), (self.near.tools, ("show",)),
                             (self.history.tools, ("changer",))):  # fmt: skip
            for name in names:
                tools.addWidget(tool_for(actions[f"tuple.{name}"]))
        self.waiting.table.command_for = lambda found: desk.command("tuple near --waiter", str(found.waiter.id))
        self.near.table.command_for = lambda found: desk.command("tuple list", write_tuple(found.entry.fields))
        self.history.table.command_for = lambda change: desk.command("tuple history", write_tuple(change.fields))
        self.waiting.table.menu_for = lambda: actions.menu(self, "tuple.near", "tuple.waiter")
        self.near.table.menu_for = lambda: actions.menu(self, "tuple.show")
        self.history.table.menu_for = lambda: actions.menu(self, "tuple.changer")

    def show_counts(self) -> None:
        """How many there are, in the names of the tabs."""
        for page, inside, name in ((self.who_waits, self.waiting, "Waiting"), (self.near, self.near, "Closest"),
                                   (self.history, self.history, "Changes")):  # fmt: skip
            count = len(inside.all)
            self.setTabText(self.indexOf(page), f"{name} ({count:,})" if count else name)

    def record(self) -> Record:
        return {
            "tab": self.currentIndex(), "waiting": self.waiting.record(), "near": self.near.record(),
            "history": self.history.record(), "writing": self.writing.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        for page, name in ((self.waiting, "waiting"), (self.near, "near"), (self.history, "history")):
            page.restore(child(record, name))
        self.writing.restore(child(record, "writing"))
        tab = record.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.count():
            self.setCurrentIndex(tab)


def _mark(table: Table[Row]) -> None:
    """Let the fields stand out that are in the way."""
    for at, found in enumerate(table.rows.columns):
        if found.key in ("why", "tuple"):
            table.setItemDelegateForColumn(at, MarkedDelegate(table))


def _table(columns: Sequence[Column[Row]], name: str, key: Callable[[Row], Hashable], parent: QWidget) -> Table[Row]:
    return Table(RowModel(columns, key, parent), name)
