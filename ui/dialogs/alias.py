"""Asks for a name that shall point at a module."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.build import label
from workbench.api import ModuleInfo


class AliasDialog(QDialog):
    """`name` holds the answer after it was accepted; it cannot be accepted empty."""

    def __init__(self, parent: QWidget, info: ModuleInfo) -> None:
        super().__init__(parent)
        self.setWindowTitle("Give a module an alias")
        self.setMinimumWidth(420)
        names = f" It is called {', '.join(info.aliases)} now." if info.aliases else ""
        text = label(f"A name for {info.hash[:12]}, `name` or `name@version`.{names}", wrap=True)
        self._name = QLineEdit(placeholderText="counter or counter@2")
        self._name.setAccessibleName("Alias")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.addButton("Give the alias", QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setProperty("primary", "true")
        self._ok.setDefault(True)
        self._ok.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._name.textChanged.connect(lambda: self._ok.setEnabled(bool(self.name)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(10)
        for part in (text, self._name, buttons):
            whole.addWidget(part)

    @property
    def name(self) -> str:
        return self._name.text().strip()
