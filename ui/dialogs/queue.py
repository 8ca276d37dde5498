"""Asks what a new queue shall be like."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from ui.widgets.build import label
from ui.widgets.spin import Spin
from workbench.api.channels import ATTEMPTS, DEAD, LENGTH, MOST_ATTEMPTS, MOST_LENGTH, MOST_VISIBILITY_MS, VISIBILITY_MS


class QueueDialog(QDialog):
    """`name` and the options hold the answer after it was accepted; it cannot be accepted without a name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Make a queue")
        self.setMinimumWidth(460)
        self._name = QLineEdit(placeholderText="orders")
        self._visibility = Spin(1, MOST_VISIBILITY_MS // 1_000, value=VISIBILITY_MS // 1_000)
        self._visibility.setSuffix(" s")
        self._attempts = Spin(1, MOST_ATTEMPTS, value=ATTEMPTS)
        self._length = Spin(1, MOST_LENGTH, value=LENGTH)
        self._length.setGroupSeparatorShown(True)
        self._dead = QLineEdit(placeholderText=f"the queue's name with {DEAD}")
        form = QFormLayout()
        for name, field in (("Name", self._name), ("A delivery is leased for", self._visibility),
                            ("Attempts before it is a dead letter", self._attempts),
                            ("Most messages", self._length), ("Dead letters go to", self._dead)):  # fmt: skip
            field.setAccessibleName(name)
            form.addRow(label(name), field)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._ok = buttons.addButton("Make the queue", QDialogButtonBox.ButtonRole.AcceptRole)
        self._ok.setProperty("primary", "true")
        self._ok.setDefault(True)
        self._ok.setEnabled(False)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._name.textChanged.connect(lambda: self._ok.setEnabled(bool(self.name)))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(buttons)

    @property
    def name(self) -> str:
        return self._name.text()

    @property
    def visibility_ms(self) -> int:
        return self._visibility.value() * 1_000

    @property
    def max_attempts(self) -> int:
        return self._attempts.value()

    @property
    def max_length(self) -> int:
        return self._length.value()

    @property
    def dead_letter_queue(self) -> str | None:
        return self._dead.text() or None
