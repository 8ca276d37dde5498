"""Tables from declared columns: rows are values of the api, shown as they are and patched in place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from ui import icons
from ui.excerpt import excerpt, short_line
from ui.filter import Filter, Value

Row = TypeVar("Row")
Answer = TypeVar("Answer")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One column. `value` sorts and filters, `text` is what is shown; `key` is its name in the filter line.

    Without slots: calling `Column[Row](…)` sets `__orig_class__`, which slots of a frozen class answer with TypeError.
    """

    key: str
    title: str
    value: Callable[[Row], Value]
    text: Callable[[Row], str]
    width: int = 100
    right: bool = False
    icon: Callable[[Row], tuple[str, str]] | None = None
    """Icon name and colour token."""
    tone: Callable[[Row], str] | None = None
    tip: Callable[[Row], str] | None = None
    hidden: bool = False
    bold: bool = False


def always(answer: Answer) -> Callable[[object], Answer]:
    """A column's answer that is the same for every row."""
    return lambda _row: answer


class RowModel(QAbstractTableModel, Generic[Row]):
    """`rows` in the order shown. `row_key` tells which row is which when the list is read again."""

    def __init__(
        self, columns: Sequence[Column[Row]], row_key: Callable[[Row], Hashable], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: list[Row] = []
        self._key = row_key
        self._bold = QFont()
        self._bold.setWeight(QFont.Weight.DemiBold)
        self.sort_column, self.sort_order = -1, Qt.SortOrder.AscendingOrder

    def rowCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            arrow = " ↓" if self.sort_order == Qt.SortOrder.DescendingOrder else " ↑"
            return column.title + (arrow if section == self.sort_column else "")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{column.title}  (filter: {column.key})"
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        column, row = self.columns[index.column()], self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return short_line(column.text(row))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if column.right else LEFT
        if role == Qt.ItemDataRole.DecorationRole and column.icon:
            return icons.icon(*column.icon(row))
        if role == Qt.ItemDataRole.ForegroundRole and column.tone and (tone := column.tone(row)):
            return icons.color(tone)
        if role == Qt.ItemDataRole.FontRole and column.bold:
            return self._bold
        if role == Qt.ItemDataRole.ToolTipRole:
            return excerpt((column.tip or column.text)(row), 1000)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.title}: {short_line(column.text(row))}"
        return None

    def row(self, index: Index) -> Row | None:
        return self.rows[index.row()] if index.isValid() and index.row() < len(self.rows) else None

    def position(self, key: Hashable) -> int:
        """Where the row with this key is, or -1."""
        return next((at for at, row in enumerate(self.rows) if self._key(row) == key), -1)

    def lookup(self, row: Row) -> Callable[[str], Value]:
        """The row as a filter sees it; the empty name is the first column."""
        by_key = {column.key: column for column in self.columns}
        first = self.columns[0]
        return lambda field: by_key.get(field, first).value(row)

    def arrange(self, rows: Sequence[Row], wanted: Filter) -> list[Row]:
        """Filtered and sorted; pure, so that it can run off the Qt thread."""
        kept = [row for row in rows if wanted.matches(self.lookup(row))] if wanted.terms else list(rows)
        if 0 <= self.sort_column < len(self.columns):
            value = self.columns[self.sort_column].value
            down = self.sort_order == Qt.SortOrder.DescendingOrder
            kept.sort(key=lambda row: _order(value(row)), reverse=down)
        return kept

    def patch(self, rows: Sequence[Row]) -> None:
        """Show `rows`: unchanged ones stay untouched, and a selection stays on its row."""
        old = [self._key(row) for row in self.rows]
        new = [self._key(row) for row in rows]
        if old == new:
            self._patch_same(rows)
        elif old and new[: len(old)] == old:
            self.beginInsertRows(NOWHERE, len(old), len(new) - 1)
            self.rows.extend(rows[len(old) :])
            self.endInsertRows()
            self._patch_same(rows)
        else:
            self._rearrange(rows, old, new)

    def _patch_same(self, rows: Sequence[Row]) -> None:
        changed = [at for at, (one, other) in enumerate(zip(self.rows, rows, strict=True)) if one != other]
        self.rows = list(rows)
        if changed:
            last = len(self.columns) - 1
            self.dataChanged.emit(self.index(changed[0], 0), self.index(changed[-1], last))

    def _rearrange(self, rows: Sequence[Row], old: list[Hashable], new: list[Hashable]) -> None:
        self.layoutAboutToBeChanged.emit()
        places = {key: at for at, key in enumerate(new)}
        kept = self.persistentIndexList()
        moved = [self._moved(index, places.get(old[index.row()], -1)) for index in kept]
        self.rows = list(rows)
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _moved(self, index: QModelIndex, row: int) -> QModelIndex:
        return self.createIndex(row, index.column()) if row >= 0 else QModelIndex()


def _order(value: Value) -> tuple[int, float, str]:
    """Not measured first, then numbers, then text without regard to case."""
    if value is None:
        return (0, 0.0, "")
    return (1, float(value), "") if isinstance(value, int | float) else (2, 0.0, value.lower())
