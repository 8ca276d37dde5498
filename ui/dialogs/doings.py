"""What was changed from this window, the newest first, each to be copied as a command, Python or grpcurl."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui import format as show
from ui.copying.lines import NoLine, line_of
from ui.copying.noting import Done
from ui.desk import Desk
from ui.models import Column, RowModel
from ui.theme import sheet
from ui.widgets.build import box, button, row
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table


def line(done: Done) -> str:
    """The command, or why there is none."""
    try:
        return line_of(done.call, done.at)
    except NoLine as error:
        return f"({error})"


DONE: tuple[Column[Done], ...] = (
    Column("time", "Time", lambda d: d.time, lambda d: show.clock(d.time), 110, mono=True),
    Column("node", "Node", lambda d: d.node, lambda d: d.node, 110),
    Column("what", "What", lambda d: d.call.method, lambda d: d.call.method, 180, bold=True),
    Column("outcome", "Outcome", lambda d: d.outcome, lambda d: d.outcome, 90,
           tone=lambda d: "ok" if d.outcome == "ok" else "error"),
    Column("command", "Command", line, line, 420, mono=True),
)  # fmt: skip


class DoingsDialog(QDialog):
    """It stays open beside the window and goes on with it."""

    def __init__(self, parent: QWidget, desk: Desk, copy: Callable[[Done, str], None]) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("What was done from this window")
        self.setStyleSheet(sheet())
        self.resize(920, 460)
        self._desk, self._copy = desk, copy
        self.model: RowModel[Done] = RowModel(DONE, lambda d: d.number, self)
        self.table = Table(self.model, "What was done")
        self.table.command_for = lambda d: "" if line(d).startswith("(") else line(d)
        self.table.export_wanted.connect(desk.export_table)
        none = EmptyState("history", "Nothing was changed yet.")
        none.needs_node = False
        self.view = FilteredTable(desk, self.table, "what~actors outcome:ok", none)
        foot = row(None, *(button(f"Copy as {name}", self._copier(language), icon_name=icon_name)
                           for language, name, icon_name in (("command", "command", "command"),
                                                             ("python", "Python", "code"),
                                                             ("grpcurl", "grpcurl", "send"))),
                   button("Close", self.reject), margins=(10, 8, 10, 8))  # fmt: skip
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.view, 1)
        whole.addWidget(box("foot", foot))
        desk.doings.changed.connect(self._list)
        self._list()
        self.table.choose(0)

    def _list(self) -> None:
        self.view.show_rows(list(reversed(tuple(self._desk.doings))))

    def _copier(self, language: str) -> Callable[[], None]:
        def copy() -> None:
            if (chosen := self.table.chosen()) is not None:
                self._copy(chosen, language)

        return copy
