"""The palette: type a few letters of what you want. Ctrl+Shift+P lists actions; Ctrl+K all that has a name.

More than a few thousand choices are ranked off the Qt thread; Enter waits for the ranking of what was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QKeyEvent, QPainter
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

from ui.bridge import Bridge
from ui.filter import LEAST_BEGINNING
from ui.icons import color, icon
from ui.theme import sheet
from ui.watchdog import watched
from ui.widgets.build import label, row

SHOWN = 100
AT_ONCE = 2_000
PIECE = 4_096
HINT = Qt.ItemDataRole.UserRole
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose; `hint` stands at the right: a shortcut, a state."""

    text: str
    run: Callable[[], None]
    icon: tuple[str, str] = ("", "icon")
    hint: str = ""
    words: tuple[str, ...] = ()
    """Other names that it answers to."""
    hash: str = ""
    """It answers to the beginning of it."""

    def rank(self, typed: str) -> int | None:
        """How well it answers; what it is called counts before its other names."""
        if len(typed) >= LEAST_BEGINNING and self.hash.startswith(typed.lower().strip()):
            return 0
        found = [score for word in (self.text, *self.words) if (score := rank(typed, word)) is not None]
        return min(found, default=None)


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
    def __init__(self, parent: QWidget, bridge: Bridge, choices: Sequence[Choice], placeholder: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setStyleSheet(sheet())
        self._bridge, self._choices = bridge, choices
        self._typed, self._ranking, self._wants_take = "", False, False
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

    @watched
    def _rank(self, typed: str) -> None:
        self._typed = typed
        if len(self._choices) <= AT_ONCE:
            self._show(best(typed, self._choices))
        else:
            self._ranking = True
            self._bridge.start(self, self._rank_aside(typed), lambda _error: None)

    async def _rank_aside(self, typed: str) -> None:
        ranked = await self._bridge.call(best, typed, self._choices, lambda: self._typed == typed)
        if self._typed == typed:
            self._ranking = False
            self._show(ranked)
            if self._wants_take:
                self.take()

    def _show(self, ranked: list[Choice]) -> None:
        self._ranked = ranked
        self.list.clear()
        for choice in ranked:
            item = QListWidgetItem(icon(*choice.icon), choice.text)
            item.setData(HINT, choice.hint)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{choice.text} {choice.hint}".strip())
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.nothing.setVisible(not ranked)

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
        """Run what is chosen, once what was typed has been ranked."""
        self._wants_take = self._ranking
        if self._ranking:
            return
        at = self.list.currentRow()
        self.accept()
        if 0 <= at < len(self._ranked):
            self._ranked[at].run()


def best(typed: str, choices: Sequence[Choice], wanted: Callable[[], bool] = lambda: True) -> list[Choice]:
    """The closest choices, best first; stops without any once they are no longer `wanted`. Pure."""
    if not typed.strip():
        return list(choices[:SHOWN])

    def scored() -> Iterator[tuple[int, int]]:
        for at, choice in enumerate(choices):
            if at % PIECE == 0 and not wanted():
                return
            score = choice.rank(typed)
            if score is not None:
                yield score, at

    return [choices[at] for _, at in nsmallest(SHOWN, scored())]


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
