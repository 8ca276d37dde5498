"""The idempotency key and the headers of a message, in a line that is hidden until it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import format as show
from ui.widgets.build import label, row
from workbench.api.journal import KEY_HEADER, headers_of


class HeadersEdit(QWidget):
    """`headers()` gives what is written, also while it is hidden, or raises Invalid with a sentence."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.key = QLineEdit(placeholderText="handled once, however often it is sent")
        self.others = QLineEdit(placeholderText="trace=42, tenant=blue")
        for field, name in ((self.key, "Idempotency key"), (self.others, "Headers")):
            field.setAccessibleName(name)
            field.setClearButtonEnabled(True)
            field.setMinimumWidth(60)
            field.textChanged.connect(lambda: self.edited.emit())
        line = row(label("Key", tone="muted"), self.key, label("Headers", tone="muted"), self.others)
        line.setStretch(1, 1)
        line.setStretch(3, 1)
        self.setLayout(line)

    @property
    def is_written(self) -> bool:
        return bool(self.key.text().strip() or self.others.text().strip())

    def headers(self) -> Mapping[str, str]:
        """Invalid: what is written is no header, or a second one of its name."""
        others = ("=".join(map(str.strip, part.split("=", 1))) for part in show.parts(self.others.text()))
        return headers_of(others, self.key.text().strip())

    def set_headers(self, headers: Mapping[str, str]) -> None:
        """A value with a comma in it cannot be written in this line, and is sent again from the history alone."""
        self.key.setText(headers.get(KEY_HEADER, ""))
        self.others.setText(", ".join(f"{name}={value}" for name, value in headers.items() if name != KEY_HEADER))
