"""Chooses an actor by typing part of its name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter

from ui.icons import icon
from ui.states import STATES
from workbench.api import ActorInfo


class ActorCombo(QComboBox):
    """Keeps what was typed when the list changes; the icon tells the actor's state."""

    def __init__(self, name: str = "Actor") -> None:
        super().__init__()
        self._shown: tuple[tuple[str, str], ...] = ()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName(name)
        self.setMinimumWidth(90)
        edit = self.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("actor")
        edit.setAccessibleName(name)
        completer = self.completer()
        assert completer is not None
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def list_actors(self, actors: tuple[ActorInfo, ...]) -> None:
        shown = tuple((info.id.name, STATES[info.state][0]) for info in actors)
        if shown == self._shown:
            return
        self._shown = shown
        typed = self.currentText()
        self.blockSignals(True)
        if [self.itemText(at) for at in range(self.count())] != [name for name, _ in shown]:
            self.clear()
            self.addItems([name for name, _ in shown])
        for at, info in enumerate(actors):
            self.setItemIcon(at, icon(*STATES[info.state]))
        self.blockSignals(False)
        self.set_actor(typed or (shown[0][0] if shown else ""))

    def set_actor(self, name: str) -> None:
        at = self.findText(name, Qt.MatchFlag.MatchExactly)
        if at >= 0:
            self.setCurrentIndex(at)
        else:
            self.setEditText(name)

    def actor(self) -> str:
        return self.currentText().strip()

    def repaint_icons(self) -> None:
        self._shown = ()
