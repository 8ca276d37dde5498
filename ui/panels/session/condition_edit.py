"""The line in which a condition on turns is written: it says what it cannot read, completes names, keeps a history."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu

from ui.expression import Expression
from ui.filter import Filter
from ui.icons import icon
from ui.models import Column
from ui.widgets.filter_edit import FilterEdit
from workbench.api import conditions
from workbench.api.filtering import MEMBERS

EXAMPLE = "outcome:crashed call:keyvalue.put state.count>5"
KEPT = 30
Row = TypeVar("Row")


class ConditionEdit(FilterEdit):
    """`remember` keeps what is written; Up and Down, and the button at the right, bring it back."""

    def __init__(self) -> None:
        super().__init__((), EXAMPLE)
        self.history: list[str] = []
        """The newest last."""
        self._at = 0
        """Which one of the history is shown; 0 is what was typed, 1 the newest."""
        self._typed = ""
        self.setPlaceholderText(f"Find turns where: {EXAMPLE}")
        self.setAccessibleName("Condition of the turns that are looked for")
        self.setToolTip(
            "A word is part of the name of the actor or of the type. "
            f"Fields: {', '.join(self.names(()))}, and members as state.count.\nFor example: {EXAMPLE}"
        )
        self._back = self.addAction(icon("history", "faint"), QLineEdit.ActionPosition.TrailingPosition)
        self._back.setToolTip("Conditions that were looked for (Up, Down)")
        self._back.triggered.connect(self._offer_history)
        self._back.setVisible(False)
        self.textEdited.connect(self._restart)

    def names(self, _columns: Sequence[Column[Row]]) -> tuple[str, ...]:
        return tuple(name for name in conditions.FIELDS if not name.endswith(MEMBERS))

    def read(self, line: str) -> Filter:
        return conditions.read(line, expression=Expression)

    # the history

    def remember(self) -> None:
        """The condition was looked for; one that is looked for again becomes the newest."""
        line = self.text().strip()
        if line and not self.problem:
            self.take_history([*(each for each in self.history if each != line), line])

    def take_history(self, lines: Sequence[str]) -> None:
        self.history = list(lines)[-KEPT:]
        self._back.setVisible(bool(self.history))
        self._restart()

    def _restart(self) -> None:
        self._at = 0

    def _walk(self, by: int) -> None:
        if not self._at:
            self._typed = self.text()
        lines = [each for each in reversed(self.history) if each != self._typed]
        self._at = min(max(self._at + by, 0), len(lines))
        self.set_now(lines[self._at - 1] if self._at else self._typed)

    def _offer_history(self) -> None:
        menu = QMenu(self)
        for line in reversed(self.history):
            menu.addAction(line.replace("&", "&&"), partial(self.set_now, line))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.mapToGlobal(self.rect().bottomLeft()))

    # Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {int(Qt.Key.Key_Up): 1, int(Qt.Key.Key_Down): -1}
        if event.key() in steps and not event.modifiers():
            self._walk(steps[event.key()])
            return
        super().keyPressEvent(event)

    def repaint_icons(self) -> None:
        super().repaint_icons()
        self._back.setIcon(icon("history", "faint"))
