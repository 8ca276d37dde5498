"""Tables from declared columns: rows are values of the api, shown as they are and patched in place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from ui import icons
from ui.excerpt import excerpt, short_line
from ui.filter import BEGINS, Filter, Value
from ui.theme import mono

Row = TypeVar("Row")
Answer = TypeVar("Answer")
Index = QModelIndex | QPersistentModelIndex
NOWHERE = QModelIndex()
RUNS = 24
"""More places than these are told to the views as one."""
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
    words: Callable[[Row], str] | None = None
    """Of the first column: where a plain word of the filter is looked for, when not in `value`."""
    begins: Callable[[Row], str] | None = None
    """Of the first column: what a plain word may also be the beginning of."""
    hidden: bool = False
    bold: bool = False
    mono: bool = False
    ranks: tuple[str, ...] = ()
    """The words of this column in rising order, where they have one."""


def always(answer: Answer) -> Callable[[object], Answer]:
    """A column's answer that is the same for every row."""
    return lambda _row: answer


@dataclass(frozen=True)
class Plan(Generic[Row]):
    """What it takes to show other rows: made off the Qt thread, so that carrying it out touches only what changed."""

    base: list[Row]
    """The rows that it was made for."""
    rows: list[Row]
    kept: int
    """How many rows stay where they are, when nothing else happens than rows that come at the end; else -1."""
    changed: tuple[int, ...] = ()
    places: dict[Hashable, int] = field(default_factory=dict)
    """Where each row is, by key; only when rows have moved."""
    problem: str = ""
    """Why there is no answer to the filter; then the rows are those shown already."""


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
        if role == Qt.ItemDataRole.FontRole and column.mono:
            return mono()
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

        def found(field: str) -> Value:
            if field == "" and first.words is not None:
                return first.words(row)
            if field == BEGINS and first.begins is not None:
                return first.begins(row)
            return by_key.get(field, first).value(row)

        return found

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
        self.apply(self.plan(rows))

    def plan(self, rows: Sequence[Row]) -> Plan[Row]:
        """How to come to `rows`. Pure, so that it can run off the Qt thread."""
        base = self.rows
        old, new = [self._key(row) for row in base], [self._key(row) for row in rows]
        if new[: len(old)] != old or (new and not old):
            return Plan(base, list(rows), -1, places={key: at for at, key in enumerate(new)})
        changed = (at for at, (one, other) in enumerate(zip(base, rows, strict=False)) if one is not other)
        return Plan(base, list(rows), len(old), tuple(at for at in changed if base[at] != rows[at]))

    def apply(self, plan: Plan[Row]) -> None:
        """Carry a plan out; one that was made for other rows than those shown now is made again."""
        if plan.base is not self.rows:
            plan = self.plan(plan.rows)
        if plan.kept < 0:
            self._rearrange(plan)
            return
        if len(plan.rows) > plan.kept:
            self.beginInsertRows(NOWHERE, plan.kept, len(plan.rows) - 1)
            self.rows = plan.rows
            self.endInsertRows()
        self.rows = plan.rows
        last = len(self.columns) - 1
        for first, end in _runs(plan.changed):
            self.dataChanged.emit(self.index(first, 0), self.index(end, last))

    def _rearrange(self, plan: Plan[Row]) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        moved = [self._moved(index, plan.places.get(self._key(plan.base[index.row()]), -1)) for index in kept]
        self.rows = plan.rows
        self.changePersistentIndexList(kept, moved)
        self.layoutChanged.emit()

    def _moved(self, index: QModelIndex, row: int) -> QModelIndex:
        return self.createIndex(row, index.column()) if row >= 0 else QModelIndex()


def _order(value: Value) -> tuple[int, float, str]:
    """Not measured first, then numbers, then text without regard to case."""
    if value is None:
        return (0, 0.0, "")
    return (1, float(value), "") if isinstance(value, int | float) else (2, 0.0, value.lower())


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Rising places as (first, last) of those without a gap; one run of all when there would be too many."""
    if len(places) > RUNS * 4:
        return [(places[0], places[-1])]
    runs: list[tuple[int, int]] = []
    for at in places:
        if runs and at == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], at)
        else:
            runs.append((at, at))
    return runs if len(runs) <= RUNS else [(places[0], places[-1])]
