"""A table whose rows lie inside one another: the first column is drawn as a tree, and the keyboard opens and closes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from ui import icons
from ui.models import Column
from ui.outline import Outline, Path
from ui.widgets.table import Table

Row = TypeVar("Row")
STEP = 16
"""How far a row stands to the right of the one that it lies in; the arrow has as much room."""
ARROW = 12


class Tree(Table[Row]):
    """Left and Right close and open in the first column and move between the others; so do Enter and a double click."""

    def __init__(self, model: Outline[Row], name: str) -> None:
        super().__init__(model, name)
        self.outline = model
        self._folded = False
        self.setItemDelegateForColumn(0, BranchDelegate(self))
        self.menu_for = self._folding_menu
        self.opened.connect(lambda: self._turn(self.currentIndex().row()))
        for changed in (model.layoutChanged, model.rowsInserted):
            changed.connect(lambda: self._fold())

    def close_paths(self, paths: Iterable[Path]) -> None:
        """Close these rows and open all others."""
        self.outline.closed = set(paths)
        self._fold()

    def close_all(self) -> None:
        model = self.outline
        self.close_paths(model.path_at(at) for at in range(len(model.rows)) if model.has_inside(at))

    def open_all(self) -> None:
        self.close_paths(())

    def choose(self, position: int) -> None:
        """A row in a closed one is shown."""
        if position >= 0:
            self.close_paths(self.outline.closed.difference(self.outline.around(self.outline.path_at(position))))
        super().choose(position)

    def shown_columns(self) -> tuple[Column[Row], ...]:
        """In text the first column is indented as on screen."""
        model, first = self.outline, self.outline.columns[0]
        indented = replace(first, text=lambda row: "    " * (len(model.path(row)) - 1) + first.text(row))
        return tuple(indented if column is first else column for column in super().shown_columns())

    def _folding_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(icons.icon("chevron-down"), "Open all", self.open_all)
        menu.addAction(icons.icon("chevron-right"), "Close all", self.close_all)
        return menu

    def _turn(self, position: int) -> None:
        """Close what is open, open what is closed."""
        if 0 <= position < len(self.outline.rows) and self.outline.has_inside(position):
            self.close_paths(self.outline.closed ^ {self.outline.path_at(position)})

    def _fold(self) -> None:
        """Hide what lies in closed rows; the keyboard goes to the row that was closed over it."""
        if not self.outline.closed and not self._folded:  # every row is seen, and there may be very many
            self.viewport().update()
            return
        self._folded = bool(self.outline.closed)
        for position, hidden in enumerate(self.outline.unseen()):
            if self.isRowHidden(position) != hidden:
                self.setRowHidden(position, hidden)
        at = self.currentIndex().row()
        if at >= 0 and self.isRowHidden(at):
            path = self.outline.path_at(at)
            super().choose(
                self.outline.position(next(p for p in self.outline.around(path) if p in self.outline.closed))
            )
        self.viewport().update()

    def _arrow(self, at: QPoint) -> int:
        """The row whose arrow is there, or -1."""
        index = self.indexAt(at)
        if not index.isValid() or index.column() != 0 or not self.outline.has_inside(index.row()):
            return -1
        left = self.visualRect(index).left() + STEP * (len(self.outline.path_at(index.row())) - 1)
        return index.row() if left <= at.x() < left + STEP else -1

    # Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.modifiers() or index.column() != 0 or not self._step(Qt.Key(event.key()), index.row()):
            super().keyPressEvent(event)

    def _step(self, key: Qt.Key, position: int) -> bool:
        model = self.outline
        branch, closed = model.has_inside(position), model.path_at(position) in model.closed
        if branch and ((key == Qt.Key.Key_Right and closed) or (key == Qt.Key.Key_Left and not closed)):
            self._turn(position)
        elif key == Qt.Key.Key_Left:
            self.choose(model.position(model.path_at(position)[:-1]))
        else:
            return False
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self._arrow(event.position().toPoint())
        if position >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self._turn(position)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._arrow(event.position().toPoint()) >= 0:
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)


class BranchDelegate(QStyledItemDelegate):
    """Indents a row by how deep it lies, behind the arrow of one that others lie in."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = index.model()
        assert isinstance(model, Outline)
        path = model.path_at(index.row())
        self.initStyleOption(option, index)
        option.widget.style().drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )  # fmt: skip
        left = option.rect.left() + STEP * (len(path) - 1)
        if model.has_inside(index.row()):
            box = QRectF(left + (STEP - ARROW) / 2 + 1, option.rect.center().y() - ARROW / 2 + 1, ARROW, ARROW)
            icons.paint(painter, "chevron-right" if path in model.closed else "chevron-down", "muted", box)
        option.rect.setLeft(left + STEP)
        super().paint(painter, option, index)
