"""One key: its value as text, JSON or bytes, how long it stays, and saving it without losing what others wrote."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from ui import format as show
from ui.desk import Desk
from ui.widgets.build import box, column, label, row, shrinks, tool_for
from ui.widgets.payload_edit import PayloadEdit, pretty
from ui.widgets.spin import Spin
from workbench.api import Invalid, KeyEntry, Payload

STAYS = 0


class KeyEditing(QWidget):
    """`entry` is what is edited, None for a key that is new. `edited` follows typing."""

    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._actions = desk.actions
        self.entry: KeyEntry | None = None
        self._shown: Payload = ""
        self.key = QLineEdit(placeholderText="key, for example config:colour")
        self.key.setAccessibleName("Key")
        self.ttl = Spin(STAYS, 2_000_000_000, suffix=" s")
        self.ttl.setSpecialValueText("stays")
        self.ttl.setAccessibleName("Time to live in seconds")
        self.ttl.setToolTip("How long the key shall live from now on; 0: it stays")
        self.value = PayloadEdit()
        self.value.edit.setAccessibleName("Value")
        self.value.edit.setPlaceholderText("Value")
        self.said = label(tone="muted")
        shrinks(self.said)
        deeds = tool_for(desk.actions["key.save"], text=True), tool_for(desk.actions["key.delete"])
        top = row(self.key, label("Time to live", tone="muted"), self.ttl, *deeds, margins=(8, 6, 8, 4), spacing=6)
        top.setStretch(0, 1)
        body = column(self.value, self.said, margins=(8, 2, 8, 6), spacing=4)
        body.setStretch(0, 1)
        whole = column(box("composer", top), spacing=0)
        whole.addLayout(body, 1)
        self.setLayout(whole)
        for changed in (self.key.textChanged, self.ttl.valueChanged, self.value.edited):
            changed.connect(lambda: self.edited.emit())

    @property
    def changed(self) -> bool:
        """Whether something was typed that is not kept yet."""
        try:
            value: Payload | None = self.value.payload()
        except Invalid:
            return True
        return value != self._shown or (self.entry is None and bool(self.key.text()))

    def payload(self) -> Payload:
        """What was typed. Invalid: it is no JSON, or not hexadecimal."""
        return self.value.payload()

    @property
    def ttl_ms(self) -> int | None:
        return self.ttl.value() * 1_000 or None

    def show_entry(self, entry: KeyEntry | None, *, again: bool = False) -> None:
        """Another key, or the same after it was saved (`again`). A value that is being edited is not touched."""
        same = not again and entry is not None and self.entry is not None and entry.key == self.entry.key
        if same and self.changed:
            self._tell(entry)
            return
        self.entry = entry
        self.key.setReadOnly(entry is not None)
        self.key.setText(entry.key if entry is not None else "")
        shown = entry.value if entry is not None else ""
        if not same or shown != self._shown:
            self._shown = shown
            readable = self.value.mode == "JSON" and isinstance(shown, str)
            self.value.set_payload(pretty(shown) if readable else shown)
            self._shown = self.value.payload() if readable and _is(self.value) else shown
        self.ttl.setValue(STAYS)
        self._tell(entry)

    def begin(self, prefix: str) -> None:
        """A new key under a prefix."""
        self.show_entry(None, again=True)
        self.key.setText(prefix)
        self.key.setFocus()
        self.said.setText("A new key: write its name and its value, then save.")

    def _tell(self, entry: KeyEntry | None) -> None:
        if entry is None:
            self.said.setText("")
            return
        by = f"by {entry.author}" if entry.author else "from outside of the actors"
        other = self.entry is not None and entry.version != self.entry.version
        until = f", until {show.moment(entry.expires)}" if entry.expires is not None else ""
        news = "  It was changed meanwhile; what you typed is kept." if other else ""
        self.said.setText(f"Version {entry.version:,}, {show.moment(entry.changed)} {by}{until}.{news}")


def _is(value: PayloadEdit) -> bool:
    try:
        value.payload()
    except Invalid:
        return False
    return True
