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

from ui import format as show
from ui.rules import rules
from ui.theme import sheet
from ui.widgets.build import label
from workbench.api import Invalid
from workbench.api.bundles import SECRETS
from workbench.api.times import time_of

SPANS = {
    "everything that is recorded": 0, "the last 10 minutes": 600, "the last hour": 3_600, "the last day": 86_400,
}  # fmt: skip


class ExportSessionDialog(QDialog):
    """`actors`, `since`, `until`, `secrets` and `with_interpreter` hold the answer after it was accepted."""

    def __init__(self, parent: QWidget, chosen: str = "") -> None:
        super().__init__(parent)
        self.setWindowTitle("Export a session")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(460)
        self._actors = QLineEdit(chosen, placeholderText="empty: all; or names, with commas between them")
        self._since = QComboBox(editable=True)
        self._since.addItems(list(SPANS))
        self._since.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._since.lineEdit().setPlaceholderText("empty: everything; or a time, as below")  # type: ignore[union-attr]
        self._until = QLineEdit(placeholderText="empty: up to now; or a time: 12:05, 2026-03-01T12:05, 10m (ago)")
        self._wrong = label(tone="error", wrap=True)
        self._redact = QCheckBox("Take secrets out")
        self._redact.setChecked(True)
        self._names = QLineEdit(", ".join(SECRETS))
        self._interpreter = QCheckBox("Put the Python interpreter in too (25 MB)")
        self._redact.toggled.connect(self._names.setEnabled)
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Actors", self._actors), ("From", self._since), ("To", self._until)):
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
        form.addRow("", self._wrong)
        form.setRowVisible(self._wrong, False)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Export…", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._form = form
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 12)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(buttons)

    @property
    def actors(self) -> tuple[str, ...]:
        return show.parts(self._actors.text())

    @property
    def since(self) -> float:
        """0: from the first turn on. Invalid: what is written is no time."""
        written = self._since.currentText().strip()
        seconds = SPANS.get(written, 0)
        if seconds or not written or written in SPANS:
            return time.time() - seconds if seconds else 0.0
        return time_of(written, now=time.time())

    @property
    def until(self) -> float:
        """0: up to now. Invalid: what is written is no time."""
        written = self._until.text().strip()
        return time_of(written, now=time.time()) if written else 0.0

    def accept(self) -> None:
        """Only with a time range that there is, and rules that can be followed."""
        wrong: QWidget = self._since
        try:
            since = self.since
            wrong = self._until
            if self.until and self.until < since:
                raise Invalid("It would end before it begins: nothing would be in it.")
            wrong = self._names
            _ = self.secrets
        except Invalid as error:
            self._refuse(str(error), wrong)
            return
        super().accept()

    def _refuse(self, why: str, field: QWidget) -> None:
        self._wrong.setText(why)
        self._form.setRowVisible(self._wrong, True)
        field.setFocus()
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Rules. Invalid: one of them is none."""
        return rules(self._names.text()) if self._redact.isChecked() else ()

    @property
    def with_interpreter(self) -> bool:
        return self._interpreter.isChecked()
