"""Under the text: which actor runs it, a message to it right there, and what came back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui import format as show
from ui.excerpt import excerpt
from ui.icons import pixmap
from ui.sending import Sent
from ui.settings import Record, text
from ui.states import STATES, error_look, state_text
from ui.theme import current, mono
from ui.widgets.build import button, label, row, set_tone, shrinks
from ui.widgets.figures import FigureCells
from ui.widgets.turning_row import TurningRow
from ui.widgets.type_combo import TypeCombo
from workbench.api import ActorInfo, ActorState

NO_MARGINS = (0, 0, 0, 0)
CELLS = ("Fuel", "Memory", "Time", "State")


class Strip(QWidget):
    """`send_pressed` and `restart_pressed` are wishes; the panel fulfils them."""

    send_pressed = Signal()
    restart_pressed = Signal()
    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.info: ActorInfo | None = None
        self.picture, self.actor, self.state = label(), label(role="figure"), label(tone="muted")
        shrinks(self.state)
        self.restart = button("Restart", self.restart_pressed.emit, style="danger", icon_name="restart")
        self.restart.hide()
        self.type = TypeCombo()
        self.payload = QLineEdit(placeholderText="payload")
        self.payload.setFont(mono())
        self.payload.setAccessibleName("Payload")
        self.send = button("Send", self.send_pressed.emit, style="primary", icon_name="send")
        self.outcome = label()
        self.outcome.setAccessibleName("Outcome")
        self.reply = QLineEdit(readOnly=True, placeholderText="the reply appears here")
        self.reply.setFont(mono())
        self.reply.setAccessibleName("Reply")
        self.cells = FigureCells(compact=True, cells=CELLS)
        self.outcome.hide()
        self._lay_out()
        self.payload.returnPressed.connect(self.send_pressed)
        self.type.currentTextChanged.connect(lambda: self.edited.emit())
        self.payload.textChanged.connect(lambda: self.edited.emit())

    def _lay_out(self) -> None:
        who = row(self.picture, self.actor, self.state, self.restart, spacing=6)
        who.setStretch(2, 1)
        first = TurningRow(who, row(None, self.cells, spacing=6), margins=NO_MARGINS)
        what = row(spacing=6)
        what.addLayout(self._kinds())
        what.addWidget(self.type, 1)
        content = row(self.payload, self.send, spacing=6)
        content.setStretch(0, 1)
        second = TurningRow(what, content, margins=NO_MARGINS)
        answer = row(self.outcome, self.reply, spacing=8)
        answer.setStretch(1, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(10, 6, 10, 8)
        whole.setSpacing(6)
        whole.addWidget(first)
        whole.addWidget(second)
        whole.addLayout(answer)

    def _kinds(self) -> QHBoxLayout:
        self.kinds = QButtonGroup(self)
        made = row(spacing=0)
        for kind in ("call", "cast"):
            one = button(kind, self.edited.emit, style="segment", name=f"Kind {kind}")
            one.setCheckable(True)
            one.setChecked(kind == "call")
            self.kinds.addButton(one)
            made.addWidget(one)
        return made

    def kind(self) -> str:
        chosen = self.kinds.checkedButton()
        return chosen.text() if chosen is not None else "call"

    def show_actor(self, name: str, info: ActorInfo | None, sealed: str = "") -> None:
        """The actor that runs this source, or that none does yet; `sealed` is why nothing is sent to it."""
        self.info = info
        self.actor.setText(name)
        self.type.set_actor(name)
        icon, tone = STATES[info.state] if info is not None else ("stopped", "faint")
        self.picture.setPixmap(pixmap(icon, current().color(tone), 16, self.devicePixelRatioF()))
        self.state.setText(state_text(info) if info is not None else "not running: press Ctrl+Enter")
        set_tone(self.state, "error" if tone == "error" else "muted")
        self.restart.setVisible(info is not None and info.state is ActorState.CRASHED and not sealed)
        self.send.setEnabled(info is not None and not sealed)
        self.send.setToolTip(sealed)

    def show_waiting(self) -> None:
        self.reply.clear()
        self.reply.setToolTip("")
        self.outcome.setText("waiting …")
        self.outcome.show()
        set_tone(self.outcome, "muted")

    def show_sent(self, sent: Sent) -> None:
        tone = error_look(sent.code)[1] if sent.code else "ok"
        self.outcome.setText(sent.outcome)
        self.outcome.show()
        set_tone(self.outcome, tone)
        answer = sent.text or sent.reply
        shown = (
            show.one_line(answer, 2000) if isinstance(answer, str) else f"{answer[:256].hex(' ')} ({len(answer):,} B)"
        )
        self.reply.setText(shown)
        self.reply.setCursorPosition(0)
        self.reply.setToolTip(excerpt(answer, 1000) if isinstance(answer, str) else "")
        self.cells.show_figures(sent.figures, turn=sent.turn, state=sent.state)

    def record(self) -> Record:
        return {"type": self.type.currentText(), "payload": self.payload.text(), "kind": self.kind()}

    def restore(self, record: Record) -> None:
        self.type.setCurrentText(text(record, "type"))
        self.payload.setText(text(record, "payload"))
        for one in self.kinds.buttons():
            one.setChecked(one.text() == text(record, "kind", "call"))
