"""The legend: which series are drawn, in which colour, and their newest values."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from ui import format as show
from ui.desk import Desk
from ui.models import Column, RowModel
from ui.widgets.table import Table

NODE = ""
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Series:
    """One line of the legend; its values are None where nothing was measured."""

    name: str
    color: str
    drawn: bool
    crashed: bool
    fuel: float | None = None
    turn: float | None = None
    memory: float | None = None
    kills: int = 0
    killed: str = ""
    """Why it ended the last time: limit, what was allowed, what was used."""


Col = Column[Series]
COLUMNS: tuple[Col, ...] = (
    Col("name", "Series", lambda s: s.name or "node", lambda s: s.name or "node", 116),
    Col("fuel", "Fuel/s", lambda s: s.fuel, lambda s: show.short(s.fuel), 60, right=True),
    Col("turn", "Turn", lambda s: s.turn, lambda s: show.duration(s.turn), 72, right=True),
    Col("memory", "Memory", lambda s: s.memory, lambda s: show.size(s.memory), 76, right=True, hidden=True),
    Col("kills", "Ends", lambda s: s.kills, lambda s: show.count(s.kills) if s.kills else "", 50, right=True,
        tip=lambda s: s.killed),
    Col("killed", "Last end", lambda s: s.killed, lambda s: s.killed, 200, tone=lambda s: "error" if s.killed else ""),
    Col("drawn", "Drawn", lambda s: "yes" if s.drawn else "no", lambda s: "yes" if s.drawn else "no", 60, hidden=True),
)  # fmt: skip


class LegendModel(RowModel[Series]):
    """The first column is a check box in the colour of the curve; a crashed actor says so in words."""

    toggled = Signal(str, bool)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        series = self.row(index)
        if series is not None and index.column() == 0:
            if role == Qt.ItemDataRole.CheckStateRole:
                return Qt.CheckState.Checked if series.drawn else Qt.CheckState.Unchecked
            if role == Qt.ItemDataRole.DecorationRole:
                return swatch(series.color if series.drawn else "")
            if role == Qt.ItemDataRole.DisplayRole and series.crashed:
                return f"{series.name} (crashed)"
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        series = self.row(index)
        if role != Qt.ItemDataRole.CheckStateRole or series is None:
            return False
        self.toggled.emit(series.name, value == Qt.CheckState.Checked.value)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        checkable = Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | checkable


class Legend(Table[Series]):
    def __init__(self, model: LegendModel, desk: Desk) -> None:
        super().__init__(model, "Series of the graphs")
        self.command_for = lambda series: desk.command("actor show", series.name) if series.name else ""
        self.room = 10
        self.fit_rows()
        self.horizontalHeader().setStretchLastSection(True)


def swatch(color: str) -> QIcon:
    """A short line in the curve's colour."""
    image = QPixmap(32, 32)
    image.fill(Qt.GlobalColor.transparent)
    if color:
        painter = QPainter(image)
        painter.fillRect(2, 12, 28, 7, QColor(color))
        painter.end()
    return QIcon(image)
