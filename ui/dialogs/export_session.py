"""Asks what of a node's recording goes into a session bundle, and what is taken out of it."""

from __future__ import annotations

import time

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ui.theme import sheet
from workbench.api.bundles import SECRETS

SPANS = {
    "everything that is recorded": 0, "the last 10 minutes": 600, "the last hour": 3_600, "the last day": 86_400,
}  # fmt: skip


class ExportSessionDialog(QDialog):
    """`actors`, `since`, `secrets` and `with_interpreter` hold the answer after it was accepted."""

    def __init__(self, parent: QWidget, chosen: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Export a session")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(460)
        self._actors = QLineEdit(chosen, placeholderText="empty: all; or names, with commas between them")
        self._since = QComboBox()
        self._since.addItems(list(SPANS))
        self._redact = QCheckBox("Take secrets out")
        self._redact.setChecked(True)
        self._names = QLineEdit(", ".join(SECRETS))
        self._interpreter = QCheckBox("Put the Python interpreter in too (25 MB)")
        self._redact.toggled.connect(self._names.setEnabled)
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Actors", self._actors), ("From", self._since)):
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        form.addRow("", self._redact)
        self._names.setAccessibleName("Names under which a secret stands")
        form.addRow("Secrets under", self._names)
        hint = QLabel("A name of a header, a key or a member of JSON; or /an expression/ for the secret itself. "
                      "Look at the file before you send it: what no rule finds stays in.", wordWrap=True)  # fmt: skip
        hint.setProperty("tone", "muted")
        form.addRow("", hint)
        form.addRow("", self._interpreter)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(buttons)

    @property
    def actors(self) -> tuple[str, ...]:
        return parts(self._actors.text())

    @property
    def since(self) -> float:
        seconds = SPANS[self._since.currentText()]
        return time.time() - seconds if seconds else 0.0

    @property
    def secrets(self) -> tuple[str, ...]:
        return parts(self._names.text()) if self._redact.isChecked() else ()

    @property
    def with_interpreter(self) -> bool:
        return self._interpreter.isChecked()


def parts(line: str) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(filter(None, (part.strip() for part in line.split(","))))
