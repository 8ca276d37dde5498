"""What would be in the diagnostics, part by part and whole, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui import format as show
from ui.theme import mono, sheet
from ui.widgets.build import label
from workbench.api.diagnostics import DiagnosticsPart

HINT = (
    "This is all that will be in the file. Secrets were taken out by rule: look at it before you send it, for what no "
    "rule finds stays in."
)


class DiagnosticsDialog(QDialog):
    """Accepted: it is to be saved. The list is on the left, the text of the chosen part on the right."""

    def __init__(self, parent: QWidget, parts: Sequence[DiagnosticsPart]) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save diagnostics")
        self.setStyleSheet(sheet())
        self.resize(960, 600)
        self.parts = tuple(parts)
        self.list = QListWidget()
        self.list.setAccessibleName("Parts of the diagnostics")
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("The chosen part")
        self.text.setFont(mono())
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        for part in self.parts:
            item = QListWidgetItem(f"{part.name}   {show.size(part.size_bytes)}")
            item.setToolTip(part.what)
            self.list.addItem(item)
        self.what = label(tone="muted", wrap=True)
        self.list.currentRowChanged.connect(self._choose)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.addWidget(self.list)
        both.addWidget(self.text)
        both.setSizes([280, 680])
        hint = label(HINT, wrap=True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        save = buttons.addButton("Save…", QDialogButtonBox.ButtonRole.AcceptRole)
        save.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(10)
        whole.addWidget(hint)
        whole.addWidget(both, 1)
        whole.addWidget(self.what)
        whole.addWidget(buttons)
        self.list.setCurrentRow(0)

    def _choose(self, at: int) -> None:
        if 0 <= at < len(self.parts):
            self.what.setText(f"{self.parts[at].name}: {self.parts[at].what}")
            self.text.setPlainText(self.parts[at].text)
