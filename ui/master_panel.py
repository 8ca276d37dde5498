"""A panel of things above, and what belongs to the chosen one below: TupleSpace, Groups, Locks, Registry."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QMenu, QSplitter, QWidget

from ui.desk import Desk
from ui.table_panel import TablePanel

Row = TypeVar("Row")
TICK_MS = 1_000


def when_chosen(table: QAbstractItemView, call: Callable[[], None]) -> None:
    """Call it when another row is chosen. A table that gets the keyboard has a current row that is not selected yet."""
    model = table.selectionModel()
    model.currentRowChanged.connect(lambda: call())
    model.selectionChanged.connect(lambda: call())


class MasterPanel(TablePanel[Row], Generic[Row]):
    """`chosen` is the name of the chosen row, empty for none; `load` may read it, off the Qt thread.

    Subclasses call `lay_out` when their parts exist, and say in `enable` what can be done now.
    """

    row_actions: ClassVar[tuple[str, ...]]

    def __init__(self, desk: Desk) -> None:
        self.chosen = ""
        super().__init__(desk)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(self._tick)

    def lay_out(self, below: QWidget, above: QWidget | None = None) -> None:
        """The table, or what it stands in, and `below` it what belongs to the chosen row."""
        self.split.addWidget(above or self.view)
        self.split.addWidget(below)
        self.split.setSizes([300, 220])
        self.column.addWidget(self.split, 1)
        when_chosen(self.table, self._choose)
        self.desk.node_changed.connect(self._forget)
        self.enable()

    def name_of(self, found: Row) -> str:
        """The name of a row, which is its key."""
        raise NotImplementedError

    def enable(self) -> None:
        """Enable what can be done with the chosen row."""

    def row_key(self, found: Row) -> str:
        return self.name_of(found)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *self.row_actions)

    def tick(self, *, on: bool) -> None:
        """Whether there are times on screen that go on by themselves."""
        self._ticking.start() if on else self._ticking.stop()

    def tables(self) -> tuple[QAbstractItemView, ...]:
        """Whose times go on."""
        return (self.table,)

    def _tick(self) -> None:
        if self.seen:
            for table in self.tables():
                table.viewport().update()

    def arranged(self) -> None:
        self._choose()

    def _choose(self) -> None:
        found = self.table.chosen()
        name = self.name_of(found) if found is not None else ""
        if name != self.chosen:
            self.chosen = name
            self.refresh()
        self.enable()

    def _forget(self) -> None:
        self.chosen = ""

    def go_to_actor(self, name: str) -> None:
        if name:
            self.desk.raise_panel.emit("actors")
            self.desk.actor_chosen.emit(name)

    def copy_command(self) -> None:
        if (found := self.table.chosen()) is not None:
            QGuiApplication.clipboard().setText(self.command_for(found))
