"""The table of every panel: columns that are chosen, moved and sorted; copy as, export."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QMenu, QTableView, QToolButton, QWidget

from ui.icons import icon
from ui.models import Column, RowModel
from ui.settings import Record, child, words
from ui.table_text import FORMATS, Export, as_text
from ui.widgets.build import tool

Row = TypeVar("Row")
ROOM = 13
"""What a row is higher than its text."""
ALONE = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
FILES = "CSV (*.csv);;JSON (*.json);;Markdown (*.md);;Text (*.txt)"


class Table(QTableView, Generic[Row]):
    """Shows a RowModel. `order_changed` asks the owner to sort again; `opened` is Enter or a double click.

    `command_for` is the command line that shows or does a row; `everything` are the rows without the filter.
    """

    order_changed = Signal()
    opened = Signal()
    layout_changed = Signal()
    export_wanted = Signal(object)
    """Export: the window writes it, off the Qt thread."""
    copy_wanted = Signal(object, str)
    """Command lines that show rows, and the language to copy them in instead."""

    def __init__(self, model: RowModel[Row], name: str) -> None:
        super().__init__()
        self.rows = model
        self.setModel(model)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._set_up_header()
        self.room = ROOM
        self._text_height = 0
        self._exact: dict[int, float] = {}
        """Widths that text of another size has given to columns."""
        self.fit_rows()
        self.menu_for: Callable[[], QMenu] | None = None
        self.command_for: Callable[[Row], str] | None = None
        self.everything: Callable[[], Sequence[Row]] = lambda: model.rows
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._menu)
        self.doubleClicked.connect(lambda: self.opened.emit())

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsMovable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(36)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._column_menu)
        header.sectionClicked.connect(self._sort_by)
        header.setAccessibleName(f"{self.accessibleName()} columns")
        for at, column in enumerate(self.rows.columns):
            self.setColumnWidth(at, column.width)
            self.setColumnHidden(at, column.hidden)
        self._fit_last()
        header.sectionMoved.connect(lambda: self._fit_last())
        header.sectionResized.connect(lambda: self.layout_changed.emit())
        header.sectionMoved.connect(lambda: self.layout_changed.emit())

    @property
    def _last(self) -> int:
        """The column that is shown last, -1 for none."""
        header = self.horizontalHeader()
        shown = (header.logicalIndex(at) for at in reversed(range(header.count())))
        return next((at for at in shown if not self.isColumnHidden(at)), -1)

    def _fit_last(self) -> None:
        """The last column takes the room that is left; numbers do not, as they would stand far from the others."""
        header, last = self.horizontalHeader(), self._last
        header.setStretchLastSection(False)  # gives the one that was last its own width back
        header.setStretchLastSection(last >= 0 and not self.rows.columns[last].right)

    def fit_rows(self) -> None:
        """Rows as high as their text, and columns that grow with it."""
        height = self.fontMetrics().height()
        if height != self._text_height:
            if self._text_height:
                self._scale_columns(height / self._text_height)
            self._text_height = height
        self.verticalHeader().setDefaultSectionSize(height + self.room)

    def _scale_columns(self, by: float) -> None:
        """The hidden ones too: Qt keeps their width, but says 0 of it."""
        header, last = self.horizontalHeader(), self._last
        hidden = [at for at in range(self.rows.columnCount()) if self.isColumnHidden(at)]
        for at in hidden:
            header.showSection(at)
        for at in range(self.rows.columnCount()):
            if not (header.stretchLastSection() and at == last):
                self._exact[at] = self._width(at) * by
                self.setColumnWidth(at, round(self._exact[at]))
        for at in hidden:
            header.hideSection(at)

    def _width(self, at: int) -> float:
        """Before it was rounded, unless somebody has moved its edge since."""
        shown, exact = self.columnWidth(at), self._exact.get(at, 0.0)
        return exact if round(exact) == shown else float(shown)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_text_height"):
            self.fit_rows()

    def chosen(self) -> Row | None:
        """The row that has the keyboard, when it is selected."""
        index = self.currentIndex()
        return self.rows.row(index) if index.isValid() and self.selectionModel().isSelected(index) else None

    def selected(self) -> list[Row]:
        rows = (self.rows.row(index) for index in self.selectionModel().selectedRows())
        return [row for row in rows if row is not None]

    def choose(self, position: int) -> None:
        """Select this row alone. Not `selectRow`: with Ctrl down, as after Ctrl+K, that one takes a selection away."""
        if position >= 0:
            index = self.rows.index(position, 0)
            self.selectionModel().setCurrentIndex(index, ALONE)
            self.scrollTo(index)

    def keep_in_sight(self) -> None:
        """Scroll to the chosen row once the layout is done: something that came below may have covered it."""
        QTimer.singleShot(0, self, lambda: self.scrollTo(self.currentIndex()))

    def _sort_by(self, section: int) -> None:
        rows = self.rows
        if rows.sort_column != section:
            down = rows.columns[section].right
            rows.sort_column = section
            rows.sort_order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
        elif (rows.sort_order == Qt.SortOrder.DescendingOrder) is rows.columns[section].right:
            rows.sort_order = Qt.SortOrder(1 - rows.sort_order.value)
        else:
            rows.sort_column = -1
        rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(rows.columns) - 1)
        self.order_changed.emit()
        self.layout_changed.emit()

    def _column_menu(self, at: QPoint) -> None:
        _popup(self.column_menu(self), self.horizontalHeader().mapToGlobal(at))

    def column_menu(self, parent: QWidget) -> QMenu:
        """Which columns are shown."""
        menu = QMenu(parent)
        for section, column in enumerate(self.rows.columns):
            action = QAction(column.title or column.key, menu, checkable=True, checked=not self.isColumnHidden(section))
            action.setEnabled(section > 0)
            action.toggled.connect(partial(self._show_column, section))
            menu.addAction(action)
        return menu

    def show_columns(self) -> None:
        """Let the keyboard choose the columns."""
        _popup(self.column_menu(self), self.mapToGlobal(self.horizontalHeader().geometry().bottomLeft()))

    def _show_column(self, section: int, on: bool) -> None:
        self.setColumnHidden(section, not on)
        self._fit_last()
        self.layout_changed.emit()

    def _menu(self, at: QPoint) -> None:
        menu = self.menu_for() if self.menu_for else QMenu(self)
        if menu.actions():
            menu.addSeparator()
        self.add_copy_menu(menu)
        _popup(menu, self.viewport().mapToGlobal(at))

    def add_copy_menu(self, menu: QMenu) -> None:
        """What every table offers: copy as, export, columns."""
        copy = menu.addMenu(icon("copy"), "Copy as")
        copy.addAction("Cell", self.copy_cell)
        for kind in FORMATS:
            copy.addAction("Row" if kind == "Text" else kind, partial(self.copy_as, kind))
        if self.command_for is not None:
            copy.addAction("Command", self.copy_command)
            copy.addAction("Python", partial(self._want_copy, "python"))
            copy.addAction("grpcurl", partial(self._want_copy, "grpcurl"))
        shown, everything = len(self.rows.rows), len(self.everything())
        rows = "the row" if shown == 1 else f"the {shown:,} rows" if shown else "the rows"
        menu.addAction(icon("export"), f"Export {rows} shown…", self.export_shown).setEnabled(shown > 0)
        if everything != shown:
            every = "the only row" if everything == 1 else f"all {everything:,} rows"
            menu.addAction(f"Export {every}…", self.export_all)
        columns = self.column_menu(menu)
        columns.setTitle("Columns")
        columns.setIcon(icon("columns"))
        menu.addMenu(columns)

    def more_tool(self) -> QToolButton:
        """A button for what a right click offers to every table: the mouse is not needed."""
        made = tool("columns", f"Columns, copy and export of {self.accessibleName()}")
        made.setToolTip("Columns, copy as, export")
        made.clicked.connect(lambda: self._show_more(made))
        return made

    def _show_more(self, beside: QToolButton) -> None:
        menu = QMenu(self)
        self.add_copy_menu(menu)
        _popup(menu, beside.mapToGlobal(beside.rect().bottomLeft()))

    def shown_columns(self) -> tuple[Column[Row], ...]:
        """Those with a title that are not hidden, from left to right."""
        header = self.horizontalHeader()
        order = (header.logicalIndex(at) for at in range(len(self.rows.columns)))
        return tuple(
            self.rows.columns[at] for at in order if not self.isColumnHidden(at) and self.rows.columns[at].title
        )

    def as_text(self, kind: str, rows: list[Row] | None = None) -> str:
        """The selected rows (all when none is) in the columns shown."""
        return as_text(kind, self.shown_columns(), rows or self.selected() or self.rows.rows)

    def copy_as(self, kind: str) -> None:
        if self.rows.rows:
            self._copy(self.as_text(kind))

    def _copy(self, text: str) -> None:
        """What there was stays when there is nothing to copy."""
        if text:
            QGuiApplication.clipboard().setText(text)

    def copy_cell(self) -> None:
        row, at = self.chosen(), self.currentIndex().column()
        if row is not None:
            QGuiApplication.clipboard().setText(self.rows.columns[at].text(row))

    def copy_command(self) -> None:
        """The command line of each selected row."""
        self._copy("\n".join(self.lines()))

    def lines(self) -> list[str]:
        """The command line of each selected row that has one."""
        return [] if self.command_for is None else list(filter(None, map(self.command_for, self.selected())))

    def _want_copy(self, language: str) -> None:
        self.copy_wanted.emit(self.lines(), language)

    def export_shown(self) -> None:
        self._export("Export the rows shown", self.rows.rows)

    def export_all(self) -> None:
        self._export("Export all rows, the filtered ones too", self.everything())

    def _export(self, title: str, rows: Sequence[Row]) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, title, "table.csv", FILES)
        if chosen:
            self.export_wanted.emit(Export(Path(chosen), self.shown_columns(), tuple(rows)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_as("Text")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    def record(self) -> Record:
        """Widths, hidden columns and order, by column key."""
        header = self.horizontalHeader()
        keys = [column.key for column in self.rows.columns]
        return {
            "widths": {
                key: header.sectionSize(at)
                for at, key in enumerate(keys)
                if not self.isColumnHidden(at) and not (header.stretchLastSection() and at == self._last)
            },
            "hidden": [key for at, key in enumerate(keys) if self.isColumnHidden(at)],
            "order": [keys[header.logicalIndex(at)] for at in range(len(keys))],
            "sort": keys[self.rows.sort_column] if self.rows.sort_column >= 0 else "",
            "down": self.rows.sort_order == Qt.SortOrder.DescendingOrder,
        }

    def restore(self, record: Record) -> None:
        hidden = record.get("hidden")
        widths = child(record, "widths")
        for at, column in enumerate(self.rows.columns):
            if isinstance(hidden, list):
                self.setColumnHidden(at, column.key in hidden)
            width = widths.get(column.key)
            if isinstance(width, int) and 20 <= width <= 2000:
                self.setColumnWidth(at, width)
            if column.key == record.get("sort"):
                self.rows.sort_column = at
        if record.get("down"):
            self.rows.sort_order = Qt.SortOrder.DescendingOrder
        self._order(words(record, "order"))
        self._fit_last()

    def _order(self, keys: list[str]) -> None:
        """Columns that are not named, because they are new, come last."""
        header, known = self.horizontalHeader(), [column.key for column in self.rows.columns]
        for place, key in enumerate(key for key in dict.fromkeys(keys) if key in known):
            header.moveSection(header.visualIndex(known.index(key)), place)


def _popup(menu: QMenu, at: QPoint) -> None:
    """Show it; it is gone once it is closed."""
    menu.aboutToHide.connect(menu.deleteLater)
    menu.popup(at)
