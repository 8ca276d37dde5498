"""One tuple as text, to be written into the space."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import format as show
from ui.desk import Desk
from ui.settings import Record, number, text
from ui.widgets.build import box, column, label, row, set_tone, shrinks, tool_for
from ui.widgets.spin import Spin
from workbench.api import Invalid, Tuple
from workbench.api.patterns import parse_tuple
from workbench.api.tuplespace import KINDS, TUPLE_BYTES

STAYS = 0
EXAMPLE = '("order", 7, 1.5, x"00ff", true, null)'


class TupleWriting(QWidget):
    """`edited` follows typing."""

    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.fields = QLineEdit(placeholderText=EXAMPLE)
        self.fields.setAccessibleName("Tuple")
        self.fields.setMaxLength(4 * TUPLE_BYTES)
        self.fields.setMinimumWidth(60)
        self.ttl = Spin(STAYS, 2_000_000_000, suffix=" s")
        self.ttl.setSpecialValueText("stays")
        self.ttl.setAccessibleName("Time to live in seconds")
        self.ttl.setToolTip("How long the tuple shall live; 0: it stays")
        self.said = label(tone="muted")
        shrinks(self.said)
        line = row(self.fields, label("Time to live", tone="muted"), self.ttl,
                   tool_for(desk.actions["tuple.write"], text=True), margins=(8, 6, 8, 4))  # fmt: skip
        line.setStretch(0, 1)
        whole = column(box("composer", line), spacing=0)
        whole.addLayout(row(self.said, margins=(10, 4, 8, 6)))
        whole.addStretch(1)
        self.setLayout(whole)
        self.fields.textChanged.connect(self._typed)
        self.fields.returnPressed.connect(lambda: desk.actions.run("tuple.write"))
        self._typed()

    @property
    def found(self) -> Tuple | None:
        """What is written, when it is a tuple."""
        try:
            return parse_tuple(self.fields.text()) if self.fields.text().strip() else None
        except Invalid:
            return None

    @property
    def ttl_ms(self) -> int | None:
        return self.ttl.value() * 1_000 or None

    def _typed(self) -> None:
        problem, said = "", f"A tuple is written as on the command line, for example {EXAMPLE}."
        try:
            if self.fields.text().strip():
                kinds = [KINDS[type(field)] for field in parse_tuple(self.fields.text())]
                said = f"{show.plural(len(kinds), 'field')}: {', '.join(kinds)}"
        except Invalid as error:
            problem = str(error)
        self.said.setText(problem or said)
        set_tone(self.said, "error" if problem else "muted")
        self.edited.emit()

    def record(self) -> Record:
        return {"fields": self.fields.text(), "ttl": self.ttl.value()}

    def restore(self, record: Record) -> None:
        self.fields.setText(text(record, "fields"))
        self.ttl.setValue(max(STAYS, number(record, "ttl")))
