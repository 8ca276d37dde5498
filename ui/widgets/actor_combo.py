"""Chooses an actor by typing part of its name."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QListView

from ui.roster import COMPLETED, Roster

LEAST_CHARACTERS = 8


class ActorCombo(QComboBox):
    """Keeps what was typed when the list changes; the icon tells the actor's state. All of them share one list."""

    def __init__(self, roster: Roster, name: str = "Actor", *, chooses: bool = True) -> None:
        """`chooses` takes the first actor when none was typed."""
        super().__init__()
        self._names, self._chooses = roster.names, chooses
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LEAST_CHARACTERS)
        self.setAccessibleName(name)
        self.setMinimumWidth(90)
        view = QListView()
        view.setUniformItemSizes(True)
        self.setView(view)
        self.setModel(self._names)
        edit = self.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("actor")
        edit.setAccessibleName(name)
        completer = self.completer()
        assert completer is not None
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCurrentIndex(-1)
        self._names.layoutChanged.connect(self.take_names)
        self._names.rowsInserted.connect(self.take_names)

    def take_names(self) -> None:
        """The list changed: what was typed stays."""
        typed = self.currentText()
        if not typed and self._chooses and self._names.rows:
            typed = self._names.rows[0].id.name
        if typed:
            self.set_actor(typed)
        else:
            self.setCurrentIndex(-1)

    def set_actor(self, name: str) -> None:
        at = self._position(name)
        if at >= 0:
            self.setCurrentIndex(at)
        if self.currentText() != name:
            self.setEditText(name)

    def _position(self, name: str) -> int:
        return next((at for at, info in enumerate(self._names.rows[:COMPLETED]) if info.id.name == name), -1)

    def actor(self) -> str:
        return self.currentText().strip()

    def repaint_icons(self) -> None:
        self.update()
