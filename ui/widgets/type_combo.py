"""The message type: free text, with the types that were used before as suggestions, per actor."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox


class TypeCombo(QComboBox):
    def __init__(self) -> None:
        super().__init__()
        self._used: dict[str, list[str]] = {}
        self._actor = ""
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setAccessibleName("Message type")
        self.setMinimumWidth(110)
        edit = self.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("message type")
        edit.setAccessibleName("Message type")
        completer = self.completer()
        assert completer is not None
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseSensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)

    def set_actor(self, name: str) -> None:
        if name != self._actor:
            self._actor = name
            self._fill()

    def learn(self, actor: str, *types: str) -> None:
        """Remember types as used with this actor, the newest first."""
        known = self._used.setdefault(actor, [])
        for kind in types:
            if kind and kind not in known:
                known.insert(0, kind)
        if actor == self._actor:
            self._fill()

    def _fill(self) -> None:
        wanted = self._used.get(self._actor, [])
        if [self.itemText(at) for at in range(self.count())] == wanted:
            return
        typed = self.currentText()
        self.blockSignals(True)
        self.clear()
        self.addItems(wanted)
        self.setEditText(typed)
        self.blockSignals(False)
        edit = self.lineEdit()
        assert edit is not None
        if edit.text() != typed:
            edit.setText(typed)
