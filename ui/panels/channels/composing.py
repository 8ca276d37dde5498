"""Writing a message for a queue or a topic; a message that failed is edited here and sent again in its place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from ui.desk import Desk
from ui.settings import Record, text
from ui.widgets.build import box, button, column, label, row, tool_for
from ui.widgets.payload_edit import PayloadEdit
from ui.widgets.spin import Spin
from workbench.api import Invalid, Payload, QueuedMessage

AT_ONCE = 0
STAYS = 0
QUEUE, TOPIC = "queue", "topic"


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be sent; `again` is the message that it replaces."""

    to: str
    kind: str
    message_type: str
    payload: Payload
    delay_ms: int
    ttl_ms: int | None
    again: QueuedMessage | None


class Composing(QWidget):
    """`again` is the message that is edited, None for a new one. `edited` follows typing."""

    edited = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.again: QueuedMessage | None = None
        self.kind = QComboBox()
        self.kind.addItems((QUEUE, TOPIC))
        self.kind.setAccessibleName("To a queue or a topic")
        self.to = QLineEdit(placeholderText="queue or topic")
        self.to.setAccessibleName("Name of the queue or topic")
        self.type = QLineEdit(placeholderText="message type")
        self.type.setAccessibleName("Message type")
        self.delay = Spin(AT_ONCE, 31_536_000, suffix=" s")
        self.delay.setSpecialValueText("at once")
        self.delay.setAccessibleName("Delay in seconds")
        self.ttl = Spin(STAYS, 31_536_000, suffix=" s")
        self.ttl.setSpecialValueText("stays")
        self.ttl.setAccessibleName("Time to live in seconds")
        self.payload = PayloadEdit()
        self.told = label("", wrap=True)
        line = row(self.told, button("Write a new message", self.leave, style="link"), margins=(10, 4, 8, 4))
        line.setStretch(0, 1)
        self.strip = box("notice", line, "info")
        self.strip.hide()
        first = row(self.kind, self.to, self.type, tool_for(desk.actions["queue.deliver"], text=True),
                    margins=(8, 6, 8, 2), spacing=6)  # fmt: skip
        first.setStretch(1, 1)
        first.setStretch(2, 1)
        self.times = QWidget()
        self.times.setLayout(row(label("Delay", tone="muted"), self.delay, label("Time to live", tone="muted"),
                                 self.ttl, None, spacing=6))  # fmt: skip
        whole = column(self.strip, spacing=0)
        whole.addLayout(first)
        body = column(self.times, self.payload, margins=(8, 2, 8, 6), spacing=4)
        body.setStretch(1, 1)
        whole.addLayout(body, 1)
        self.setLayout(whole)
        for changed in (self.to.textChanged, self.type.textChanged, self.payload.edited, self.delay.valueChanged,
                        self.ttl.valueChanged, self.kind.currentTextChanged):  # fmt: skip
            changed.connect(lambda: self.edited.emit())
        self.kind.currentTextChanged.connect(lambda: self.times.setEnabled(self.kind.currentText() == QUEUE))
        self.type.returnPressed.connect(lambda: desk.actions.run("queue.deliver"))

    @property
    def ready(self) -> bool:
        """Whether it could be sent."""
        try:
            self.payload.payload()
        except Invalid:
            return False
        return bool(self.to.text() and self.type.text())

    def written(self) -> Written:
        """Invalid: the payload is no JSON, or not hexadecimal."""
        return Written(
            self.to.text(), self.kind.currentText(), self.type.text(), self.payload.payload(),
            self.delay.value() * 1_000, self.ttl.value() * 1_000 or None, self.again,
        )  # fmt: skip

    def begin(self, kind: str, to: str) -> None:
        """A new message."""
        self.leave()
        self.kind.setCurrentText(kind)
        if to:
            self.to.setText(to)
        (self.type if self.to.text() else self.to).setFocus()

    def edit(self, message: QueuedMessage) -> None:
        """One that is in a queue, whole."""
        self.again = message
        home = message.origin or message.queue
        self.kind.setCurrentText(QUEUE)
        self.to.setText(home)
        self.type.setText(message.message_type)
        self.payload.set_payload(message.payload)
        what = f"Dead letter {message.id} of {home}" if message.origin else f"Message {message.id} of {home}"
        self.told.setText(f"{what}: Send puts it back into {home}, changed, and removes this one.")
        self._hold(again=True)
        self.payload.edit.setFocus()
        self.payload.edit.selectAll()

    def leave(self) -> None:
        """Send sends a new message again."""
        self.again = None
        self._hold(again=False)
        self.edited.emit()

    def _hold(self, *, again: bool) -> None:
        """What is sent again goes where it was."""
        self.strip.setVisible(again)
        self.times.setVisible(not again)
        for part in (self.kind, self.to):
            part.setEnabled(not again)

    def record(self) -> Record:
        """What was typed and not sent."""
        payload = self.payload.edit.toPlainText()
        return {"kind": self.kind.currentText(), "to": self.to.text(), "type": self.type.text(),
                "mode": self.payload.mode, "payload": payload}  # fmt: skip

    def restore(self, record: Record) -> None:
        self.kind.setCurrentText(text(record, "kind", QUEUE))
        self.to.setText(text(record, "to"))
        self.type.setText(text(record, "type"))
        self.payload.set_mode(text(record, "mode", "Text"))
        self.payload.edit.setPlainText(text(record, "payload"))
