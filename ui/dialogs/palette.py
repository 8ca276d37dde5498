"""The palette: type a few letters of what you want. Ctrl+Shift+P lists actions, Ctrl+K actors and modules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QIcon, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QDialog,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ui.icons import color
from ui.widgets.build import label, row

SHOWN = 100
HINT = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; `hint` stands at the right: a shortcut, a state."""

    text: str
    run: Callable[[], None]
    icon: QIcon
    hint: str = ""


class HintDelegate(QStyledItemDelegate):
    """Draws the hint at the right end of its line."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        hint = index.data(HINT)
        if hint:
            painter.save()
            painter.setPen(color("muted"))
            painter.drawText(option.rect.adjusted(0, 0, -12, 0), RIGHT, hint)
            painter.restore()


class Palette(QDialog):
    def __init__(self, parent: QWidget, choices: Sequence[Choice], placeholder: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._choices = choices
        self._ranked: list[Choice] = []
        self.setAccessibleName(placeholder)
        self.line = QLineEdit(placeholderText=placeholder)
        self.line.setAccessibleName(placeholder)
        self.line.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Matches")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(HintDelegate(self.list))
        self.nothing = label("Nothing matches.", tone="muted")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(8, 8, 8, 8)
        whole.addWidget(self.line)
        whole.addWidget(self.list, 1)
        whole.addLayout(row(self.nothing))
        self.line.textChanged.connect(self._rank)
        self.list.itemClicked.connect(lambda: self.take())
        self._place(parent)
        self._rank("")

    def _place(self, parent: QWidget) -> None:
        width, height = min(620, parent.width() - 40), min(430, parent.height() - 80)
        self.setFixedSize(width, height)
        corner = parent.mapToGlobal(parent.rect().topLeft())
        self.move(corner.x() + (parent.width() - width) // 2, corner.y() + 60)

    def _rank(self, typed: str) -> None:
        scored = ((rank(typed, choice.text), choice) for choice in self._choices)
        found = [(score, choice) for score, choice in scored if score is not None]
        self._ranked = [choice for _, choice in sorted(found, key=lambda pair: pair[0])[:SHOWN]]
        self.list.clear()
        for choice in self._ranked:
            item = QListWidgetItem(choice.icon, choice.text)
            item.setData(HINT, choice.hint)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.text} {choice.hint}".strip())
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not self._ranked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            key = Qt.Key(event.key())
            if key in STEPS:
                at = self.list.currentRow() + STEPS[key]
                self.list.setCurrentRow(max(0, min(at, self.list.count() - 1)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.take()
                return True
        return super().eventFilter(watched, event)

    def take(self) -> None:
        """Run what is chosen."""
        at = self.list.currentRow()
        self.accept()
        if 0 <= at < len(self._ranked):
            self._ranked[at].run()


def rank(typed: str, text: str) -> int | None:
    """How well `text` answers to `typed`, least is best; None when the letters are not in it in this order."""
    wanted, there = typed.lower().replace(" ", ""), text.lower()
    if not wanted:
        return 0
    whole = there.find(typed.lower().strip())
    if whole >= 0:
        return whole
    at, score = 0, 100
    for letter in wanted:
        found = there.find(letter, at)
        if found < 0:
            return None
        score += found - at
        at = found + 1
    return score
