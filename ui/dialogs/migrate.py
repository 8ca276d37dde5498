"""Asks to which node an actor is to be moved, and shows each step of the move: what it took, and what was sent."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QFormLayout, QGridLayout, QLabel, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from ui import format as show
from ui.desk import Desk
from ui.theme import sheet
from ui.widgets.build import button, label, row, set_tone
from workbench.api import Migration, WorkbenchError
from workbench.api.connections import Mode
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


@dataclass(frozen=True, slots=True)
class Places:
    """Names of stored connections over which it could move, and why it cannot over the others, a clause for each."""

    names: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def places_for(desk: Desk) -> Places:
    """Where it could go, by name: with an address the node would connect without the TLS and the mode that are stored.

    The node that is shown is none of them. Off the Qt thread.
    """
    held, names, without = desk.nodes.current, [], []
    with suppress(WorkbenchError):
        here = held.node.info() if held is not None else None
        own = held.connection.address if held is not None and held.connection is not None else here and here.endpoint
        for each in desk.attachments.store.list():
            info = desk.attachments.state(each.name).info
            same = info is not None and here is not None and (info.workspace, info.started) == (
                here.workspace, here.started)  # fmt: skip
            if same or (each.address == own and not each.ssh):
                continue
            if each.mode is not Mode.NORMAL:
                without.append(f"{each.name}, whose mode is {each.mode.value}")
            elif each.ssh:
                without.append(f"{each.name}, which goes through a tunnel")
            else:
                names.append(each.name)
    return Places(tuple(names), tuple(without))


def figures(done: Migration) -> str:
    """What a move took, in one line."""
    parts = [f"{done.ms:,.1f} ms", f"paused for {done.paused_ms:,.1f} ms", f"{show.size(done.bytes)} sent"]
    parts += [plural(done.messages, "message")] if done.messages else []
    parts += [plural(done.timers, "timer")] if done.timers else []
    return ", ".join(parts)


class MigrateDialog(QDialog):
    """It stays open while the actor moves. `wanted` says where to, and with which token."""

    wanted = Signal(str, str)

    def __init__(self, parent: QWidget, name: str, places: Places) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Move {name} to another node")
        self.setStyleSheet(sheet())
        self.setMinimumWidth(520)
        self.to = QComboBox(editable=True)
        self.to.addItems(list(places.names))
        if (line := self.to.lineEdit()) is not None:
            line.setPlaceholderText("node.example:50051, or a connection stored where the actor runs")
            line.setAccessibleName("Node")
        self.token = QLineEdit(placeholderText="empty: the stored one, or none", echoMode=QLineEdit.EchoMode.Password)
        self._said = label(NOTE, tone="muted", wrap=True)
        without = f"Not offered: {'; '.join(places.without)}." if places.without else ""
        self._without = label(without, tone="muted", wrap=True)
        self._without.setVisible(bool(without))
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
        whole.addWidget(self._without)
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
            for text, took, _ in list(self._steps.values())[: list(STEPS).index(stage)]:
                set_tone(text, "ok")
                took.clear()
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
