"""Whose state is shown: that of the actor of the turn, or of one that is chosen by typing part of its name."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QListView

THAT_OF_THE_TURN = "the actor of the turn"


class ActorChoice(QComboBox):
    """`chosen` is empty for the actor of the turn. A name that is not in the list is refused: `refused` carries it."""

    took = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.chosen = ""
        self._names = QStringListModel([THAT_OF_THE_TURN], self)
        self._known: dict[str, str] = {}
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumWidth(90)
        view = QListView()
        view.setUniformItemSizes(True)
        self.setView(view)
        self.setModel(self._names)
        edit, completer = self.lineEdit(), self.completer()
        assert edit is not None and completer is not None
        edit.setPlaceholderText(THAT_OF_THE_TURN)
        for part in (self, edit):
            part.setAccessibleName("Actor whose state is shown")
        self.setToolTip("Whose state is shown: type part of a name, or nothing for the actor of the turn")
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setCurrentIndex(-1)
        self.activated.connect(lambda at: self._take(self.itemText(at)))
        edit.returnPressed.connect(lambda: self._take(self.currentText()))

    def show_names(self, names: Sequence[str]) -> None:
        """All that can be chosen; what was typed and chosen stays."""
        wanted = [THAT_OF_THE_TURN, *sorted(names)]
        if wanted == self._names.stringList():
            return
        typed = self.currentText()
        self._known = {name.lower(): name for name in names} | {name: name for name in names}
        self._names.setStringList(wanted)
        self.setCurrentIndex(self.findText(self.chosen, Qt.MatchFlag.MatchExactly) if self.chosen else -1)
        self.setEditText(typed)

    def choose(self, name: str) -> None:
        """Choose one that is known, or the actor of the turn, and tell."""
        self.chosen = name
        self._revert()
        self.took.emit()

    def forget(self) -> None:
        """Another session has other actors."""
        self.chosen = ""
        self.show_names(())
        self._revert()

    def _take(self, typed: str) -> None:
        typed = typed.strip()
        if not typed or typed == THAT_OF_THE_TURN:
            self.choose("")
        elif (name := self._known.get(typed) or self._known.get(typed.lower())) is not None:
            self.choose(name)
        else:
            self._mark(True)
            self.refused.emit(typed)

    def _revert(self) -> None:
        self._mark(False)
        self.setCurrentIndex(self.findText(self.chosen, Qt.MatchFlag.MatchExactly) if self.chosen else -1)
        self.setEditText(self.chosen)
        if (edit := self.lineEdit()) is not None:
            edit.setCursorPosition(0)  # of a long name the beginning is seen

    def _mark(self, refused: bool) -> None:
        edit = self.lineEdit()
        if edit is not None and edit.font().underline() != refused:
            font = edit.font()
            font.setUnderline(refused)
            edit.setFont(font)

    # Qt's own

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._revert()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What was typed and not taken is not chosen, so it does not stay."""
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._revert()
