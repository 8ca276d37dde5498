"""Copy as, export and columns of the table that has the keyboard, from menu, palette and keys."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from ui.desk import Desk
from ui.panel import Panel
from ui.table_text import FORMATS, Export
from ui.widgets.table import Table


class TableActions(QObject):
    """Also writes what the tables of the window export, off the Qt thread."""

    def __init__(
        self, desk: Desk, window: QWidget, panels: Iterable[Panel], current_panel: Callable[[], Panel]
    ) -> None:
        super().__init__(window)
        self._desk, self._current_panel = desk, current_panel
        actions = desk.actions
        actions.bind("table.copy_cell", lambda: self._with(Table.copy_cell))
        for kind in FORMATS:
            actions.bind(f"table.copy_{kind.lower()}", partial(self._copy_as, kind))
        actions.bind("table.copy_command", lambda: self._with(Table.copy_command))
        actions.bind("table.export", lambda: self._with(Table.export_shown))
        actions.bind("table.export_all", lambda: self._with(Table.export_all))
        actions.bind("table.columns", lambda: self._with(Table.show_columns))
        desk.export_table.connect(self._export)
        for table in chain.from_iterable(panel.findChildren(Table) for panel in panels):
            table.export_wanted.connect(self._export)
            table.copy_wanted.connect(desk.copy_lines)

    def table(self) -> Table[object] | None:
        """The one that has the keyboard, else the first that is seen in the panel that has it."""
        focused = QApplication.focusWidget()
        if isinstance(focused, Table):
            return focused
        return next((found for found in self._current_panel().findChildren(Table) if found.isVisible()), None)

    def _with(self, do: Callable[[Table[object]], None]) -> None:
        if (table := self.table()) is not None:
            do(table)

    def lines(self) -> list[str]:
        """The command lines of the rows that are chosen in the table that has the keyboard."""
        table = self.table()
        return table.lines() if table is not None else []

    def _copy_as(self, kind: str) -> None:
        self._with(lambda table: table.copy_as(kind))

    def _export(self, export: Export[object]) -> None:
        self._desk.bridge.start(self, self._do_export(export), self._desk.failed)

    async def _do_export(self, export: Export[object]) -> None:
        try:
            self._desk.notice(await self._desk.bridge.call(export.write), "ok")
        except OSError as error:
            self._desk.notice(f"{export.path} was not written: {error.strerror or error}", "error")
