"""Asks to which node an actor is to be moved, and shows each step of the move: what it took, and what was sent."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui import format as show
from ui.desk import Desk
from ui.theme import sheet
from ui.widgets.build import button, label, row, set_tone
from workbench.api import Migration, WorkbenchError
from workbench.api.words import plural

STEPS = {
    "reach": "Reach the other node",
    "module": "Bring its code there",
    "pause": "Let it end its turn",
    "snapshot": "Take its state",
    "send": "Send it, bring it to life",
    "commit": "Write down where it is",
    "resume": "Let it go on there",
}
NOTE = (
    "It goes on there with its state, its mailbox and its timers. Who sends to it here still reaches it, and it "
    "reaches those that stay. Until it is there it serves on here if anything fails."
)


def places_for(desk: Desk) -> Sequence[str]:
    """Where it could go: connections of this user, by address, since the node itself connects."""
    with suppress(WorkbenchError):
        return [each.address for each in desk.attachments.store.list() if not each.ssh]
    return ()


def figures(done: Migration) -> str:
    """What a move took, in one line."""
    parts = [f"{done.ms:,.1f} ms", f"paused for {done.paused_ms:,.1f} ms", f"{show.size(done.bytes)} sent"]
    parts += [plural(done.messages, "message")] if done.messages else []
    parts += [plural(done.timers, "timer")] if done.timers else []
    return ", ".join(parts)


class MigrateDialog(QDialog):
    """It stays open while the actor moves. `wanted` says where to, and with which token."""

    wanted = Signal(str, str)

    def __init__(self, parent: QWidget, name: str, places: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Move {name} to another node")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(520)
        self.to = QComboBox(editable=True)
        self.to.addItems(list(places))
        if (line := self.to.lineEdit()) is not None:
            line.setPlaceholderText("node.example:50051, or a connection stored where the actor runs")
            line.setAccessibleName("Node")
        self.token = QLineEdit(placeholderText="empty: the stored one, or none", echoMode=QLineEdit.EchoMode.Password)
        self._said = label(NOTE, tone="muted", wrap=True)
        self._steps = {step: self._line(text) for step, text in STEPS.items()}
        self._move = button("Move", self._start, style="primary")
        self._close = button("Close", self.reject)
        self._lay_out()
        self.to.editTextChanged.connect(lambda _: self._enable())
        self._enable()

    def _line(self, text: str) -> tuple[QLabel, QLabel, QLabel]:
        took, sent = label(), label(tone="muted")
        for figure in (took, sent):
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        return label(text, tone="muted"), took, sent

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setSpacing(8)
        for caption, field in (("Node", self.to), ("Token", self.token)):
            field.setAccessibleName(caption)
            form.addRow(caption, field)
        grid = QGridLayout()
        grid.setColumnStretch(0, 1)
        grid.setHorizontalSpacing(24)
        for at, line in enumerate(self._steps.values()):
            for column, part in enumerate(line):
                grid.addWidget(part, at, column)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(18, 16, 18, 14)
        whole.setSpacing(12)
        whole.addLayout(form)
        whole.addWidget(self._said)
        whole.addLayout(grid)
        whole.addLayout(row(None, self._close, self._move))

    def _enable(self, *, moving: bool = False) -> None:
        self._move.setEnabled(bool(self.to.currentText().strip()) and not moving)
        for field in (self.to, self.token):
            field.setEnabled(not moving)

    def _start(self) -> None:
        for text, took, sent in self._steps.values():
            set_tone(text, "muted")
            took.clear()
            sent.clear()
        self._tell("It is being moved.", "")
        self._enable(moving=True)
        self.wanted.emit(self.to.currentText().strip(), self.token.text())

    def reached(self, stage: str, _fraction: float) -> None:
        """This step has begun; what is none of them is a part of bringing the code there."""
        if not isValid(self):
            return
        step = self._steps.get(stage)
        if step is not None:
            set_tone(step[0], "accent")
            step[1].setText("…")
        else:
            self._steps["module"][2].setText(stage)

    def show_done(self, done: Migration) -> None:
        """Each step with its figures."""
        if not isValid(self):
            return
        for phase in done.phases:
            text, took, sent = self._steps[phase.name]
            set_tone(text, "ok")
            took.setText(f"{phase.ms:,.1f} ms")
            sent.setText(show.size(phase.bytes) if phase.bytes else "")
        self._tell(f"It runs at {done.node} ({done.address}): {figures(done)}.", "ok")
        self._close.setFocus()

    def refuse(self, error: Exception) -> None:
        """Why it was not moved."""
        if isValid(self):
            self._tell(str(error), "error")
            self._enable()

    def _tell(self, text: str, tone: str) -> None:
        self._said.setText(text)
        set_tone(self._said, tone)
