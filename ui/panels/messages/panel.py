"""Messages: write one, send it, read the answer and what it took; what was sent stays and can be sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QMenu, QSplitter, QTabWidget

from ui.commands import message_command
from ui.desk import Desk, Draft
from ui.models import RowModel
from ui.panel import Panel
from ui.panels.messages.columns import COLUMNS
from ui.panels.messages.letters import Letters
from ui.panels.messages.resending import Resending
from ui.sending import Sent, send
from ui.settings import Record, child, number, text
from ui.text_file import raw_text
from ui.widgets.actor_combo import ActorCombo
from ui.widgets.build import box, button, column, row, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.headers_edit import HeadersEdit
from ui.widgets.payload_edit import PayloadEdit
from ui.widgets.reply_view import ReplyView
from ui.widgets.table import Table
from ui.widgets.turning_row import TurningRow
from ui.widgets.turning_splitter import TurningSplitter
from ui.widgets.type_combo import TypeCombo
from workbench.api import Area, DeadLetter, Invalid, NotFound
from workbench.api.calls import call

KEPT = 1000
LETTERS_SHOWN = 1000


@dataclass(frozen=True, slots=True)
class Found:
    """The types that the addressed actor was sent lately, after its name, and the dead letters."""

    types: tuple[str, ...]
    letters: Sequence[DeadLetter]


class MessagesPanel(Panel):
    """The composer on top, the answer beside it; below, what was sent, and the dead letters."""

    id = "messages"
    title = "Messages"
    icon_name = "messages"
    areas = frozenset({Area.ACTORS, Area.DEAD_LETTERS})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._number, self._cancellable = 0, False
        self.letters, self.resending = Letters(desk), Resending(self)
        self.actor = ActorCombo(desk.roster)
        self.type = TypeCombo()
        self.payload = PayloadEdit()
        self.headers = HeadersEdit()
        self.headers_button = button("Headers", self._show_headers, style="segment", name="Headers of the message")
        self.headers_button.setCheckable(True)
        self.headers_button.setToolTip("An idempotency key and other headers")
        self.headers_box = box("band", row(self.headers, margins=(8, 0, 8, 7)))
        self.headers_box.hide()
        self.send_button = button("Send", self._press, style="primary", icon_name="send")
        self.reply = ReplyView(desk)
        self.model: RowModel[Sent] = RowModel(COLUMNS, lambda sent: sent.number, self)
        self.history = Table(self.model, "Sent messages")
        self.history.command_for = self._command
        self.nothing_sent = EmptyState("messages", "What you send is listed here, ready to be sent again.")
        self.sent = FilteredTable(desk, self.history, "actor:counter outcome~crash took>5ms", self.nothing_sent)
        self._lay_out()
        self._bind()

    def _kinds(self) -> QHBoxLayout:
        self.kinds = QButtonGroup(self)
        made = row(spacing=0)
        for kind, tip in (("call", "waits for a reply"), ("cast", "does not wait for a reply")):
            one = button(kind, lambda: self.desk.remember.emit(), style="segment", name=f"Kind {kind}")
            one.setCheckable(True)
            one.setChecked(kind == "call")
            one.setToolTip(tip)
            self.kinds.addButton(one)
            made.addWidget(one)
        return made

    def _lay_out(self) -> None:
        whom = row(self.actor)
        whom.addLayout(self._kinds())
        what = row(self.type, self.headers_button, self.send_button)
        for half in (whom, what):
            half.setStretch(0, 1)
        address = TurningRow(whom, what, margins=(0, 0, 0, 0))
        self.top = TurningSplitter()
        self.top.addWidget(box("composer", column(self.payload, margins=(8, 8, 8, 8))))
        self.top.addWidget(self.reply)
        self.top.setSizes([400, 420])
        again = [tool_for(self.desk.actions[f"message.{verb}"]) for verb in ("resend", "edit", "copy_command")]
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setMinimumWidth(1)
        self.split.addWidget(self.top)
        for found in again:
            self.sent.tools.addWidget(found)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Sent messages and dead letters")
        self.tabs.tabBar().setAccessibleName("Sent messages and dead letters")
        self.tabs.addTab(self.sent, "Sent")
        self.tabs.addTab(self.letters, "Dead letters")
        self.split.addWidget(self.tabs)
        self.split.setSizes([240, 200])
        self.column.addWidget(box("band", row(address, margins=(8, 7, 8, 7))))
        self.column.addWidget(self.headers_box)
        self.column.addWidget(self.resending.strip)
        self.column.addWidget(self.split, 1)

    def _bind(self) -> None:
        actions = self.desk.actions
        actions.bind("message.send", self.send, owner=self)
        actions.bind("message.resend", self.resend)
        actions.bind("message.edit", self.edit_again)
        actions.bind("message.copy_command", self._copy_command)
        for language in ("python", "grpcurl"):
            actions.bind(f"message.copy_{language}", partial(self._copy_call, language))
        self.resending.bind()
        self.history.menu_for = self._menu
        self.history.opened.connect(self.edit_again)
        self.history.selectionModel().currentRowChanged.connect(lambda: self._show_chosen())
        self.desk.compose.connect(self.compose)
        self.actor.currentTextChanged.connect(self._actor_changed)
        self.type.currentTextChanged.connect(lambda: self.desk.remember.emit())
        self.payload.edited.connect(lambda: self.desk.remember.emit())
        self.headers.edited.connect(self._headers_changed)
        for field in (self.headers.key, self.headers.others):
            field.returnPressed.connect(self.send)
        line = self.type.lineEdit()
        assert line is not None
        line.returnPressed.connect(self.send)
        self.busy_changed.connect(self._show_cancel)
        self.show_absence()
        self._enable()

    def _menu(self) -> QMenu:
        return self.desk.actions.menu(
            self,
            "message.resend",
            "message.edit",
            "",
            "message.copy_command",
            "message.copy_python",
            "message.copy_grpcurl",
        )

    def load(self) -> Found:
        node, name = self.desk.node, self.actor.actor()
        if node is None:
            return Found((), ())
        letters = node.actors.dead_letters(limit=LETTERS_SHOWN)
        if not name:
            return Found((), letters)
        try:
            turns = node.actors.turns(name, limit=100)
        except NotFound:
            return Found((), letters)
        kinds = dict.fromkeys(turn.envelope.type for turn in turns if turn.envelope is not None and turn.envelope.type)
        return Found((name, *kinds), letters)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        if found.types:
            self.type.learn(*found.types)
        self.letters.show_letters(found.letters)
        self.tabs.setTabText(1, f"Dead letters ({len(found.letters):,})" if found.letters else "Dead letters")

    def _actor_changed(self, name: str) -> None:
        self.type.set_actor(name)
        letter = self.resending.letter
        if letter is not None and name != letter.actor.name:
            self.resending.leave()
        self.desk.remember.emit()
        self.refresh()

    def kind(self) -> str:
        chosen = self.kinds.checkedButton()
        return chosen.text() if chosen is not None else "call"

    def set_kind(self, kind: str) -> None:
        for one in self.kinds.buttons():
            one.setChecked(one.text() == kind)

    def compose(self, draft: Draft) -> None:
        """Show a message ready to be sent."""
        self.resending.leave()
        self.actor.set_actor(draft.actor)
        if draft.type:
            self.type.setCurrentText(draft.type)
            self.set_kind(draft.kind)
            self.payload.set_payload(draft.payload)
            self.set_headers(draft.headers)
        self.desk.raise_panel.emit(self.id)
        (self.type if not self.type.currentText() else self.payload.edit).setFocus()

    def set_headers(self, headers: Mapping[str, str]) -> None:
        """Write them, in sight when there are some."""
        self.headers.set_headers(headers)
        self.headers_button.setChecked(bool(headers))
        self._show_headers()

    def _show_headers(self) -> None:
        self.headers_box.setVisible(self.headers_button.isChecked())
        self._headers_changed()

    def _headers_changed(self) -> None:
        """What is written is sent also while it is hidden, so the button says it."""
        hidden = self.headers.is_written and not self.headers_button.isChecked()
        self.headers_button.setText("Headers *" if hidden else "Headers")
        self.desk.remember.emit()

    def show_absence(self) -> None:
        super().show_absence()
        why = self.desk.absence or self.desk.sealed
        self.send_button.setEnabled(not why)
        self.send_button.setToolTip(why)

    def _press(self) -> None:
        if self._cancellable:
            self.cancel()
        else:
            self.send()

    def _show_cancel(self, _on: bool, cancellable: bool) -> None:
        self._cancellable = cancellable
        self.send_button.setText("Cancel" if cancellable else "Send")
        self.send_button.setAccessibleName(self.send_button.text())

    def send(self) -> None:
        try:
            payload, headers = self.payload.payload(), self.headers.headers()
        except Invalid as error:
            self.reply.show_problem(str(error))
            return
        if not self.actor.actor() or not self.type.currentText().strip():
            self.reply.show_problem("Choose an actor and write a message type.")
            return
        if self.resending.letter is not None:
            self.resending.send(self.resending.letter, self.type.currentText().strip(), payload)
        else:
            self._send(self.actor.actor(), self.kind(), self.type.currentText().strip(), payload, headers)

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def _send(self, actor: str, kind: str, message_type: str, payload: str | bytes, headers: Mapping[str, str]) -> None:
        self.reply.show_waiting(actor, message_type)
        self.run(self._do_send(self.next_number(), actor, kind, message_type, payload, headers))

    async def _do_send(
        self, number: int, actor: str, kind: str, message_type: str, payload: str | bytes, headers: Mapping[str, str]
    ) -> None:
        node = self.desk.node
        if node is None:
            self.reply.show_problem(self.desk.absence)
            return
        timeout = float(self.desk.settings.ask_timeout_seconds)
        sent = await self.call(send, node, number, actor, kind, message_type, payload, timeout, headers)
        self.type.learn(actor, message_type)
        self.add(sent)

    def add(self, sent: Sent) -> None:
        """Put it on top of the history and show it."""
        self.sent.show_rows([sent, *self.sent.all[: KEPT - 1]])
        self.history.choose(self.model.position(sent.number))
        self.reply.show_sent(sent)
        self._enable()

    def cancel(self) -> None:
        super().cancel()
        self.reply.show_problem("No longer waiting. The actor may still handle the message.", "Cancelled")

    def chosen(self) -> Sent | None:
        return self.model.row(self.history.currentIndex())

    def _show_chosen(self) -> None:
        sent = self.chosen()
        self._enable()
        if sent is not None:
            self.reply.show_sent(sent)

    def _enable(self) -> None:
        ids = ("message.resend", "message.edit", "message.copy_command", "message.copy_python",
               "message.copy_grpcurl")  # fmt: skip
        self.desk.actions.enable(*ids, on=self.chosen() is not None)

    def resend(self) -> None:
        if (sent := self.chosen()) is not None:
            self._send(sent.actor, sent.kind, sent.type, sent.payload, sent.headers)

    def edit_again(self) -> None:
        if (sent := self.chosen()) is not None:
            self.compose(Draft(sent.actor, sent.type, sent.payload, sent.kind, headers=sent.headers))

    def _command(self, sent: Sent) -> str:
        return message_command(sent.kind, sent.actor, sent.type, sent.payload, self.desk.reached, sent.headers)

    def _copy_command(self) -> None:
        if (sent := self.chosen()) is not None:
            QGuiApplication.clipboard().setText(self._command(sent))

    def _copy_call(self, language: str) -> None:
        if (sent := self.chosen()) is not None:
            method = "actors.ask" if sent.kind == "call" else "actors.tell"
            headers = {"headers": dict(sent.headers)} if sent.headers else {}
            self.desk.copy_call.emit(call(method, sent.actor, sent.type, sent.payload, **headers), language)

    def focus_filter(self) -> None:
        (self.letters.view if self.tabs.currentWidget() is self.letters else self.sent).focus_filter()

    def record(self) -> Record:
        return {
            "actor": self.actor.actor(), "type": self.type.currentText(), "kind": self.kind(),
            "payload": raw_text(self.payload.edit.document()), "mode": self.payload.mode,
            "key": self.headers.key.text(), "headers": self.headers.others.text(),
            "sent": self.sent.record(), "letters": self.letters.view.record(), "tab": self.tabs.currentIndex(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        self.sent.restore(child(record, "sent"))
        self.letters.view.restore(child(record, "letters"))
        self.tabs.setCurrentIndex(int(number(record, "tab") == 1))
        self.actor.set_actor(text(record, "actor"))
        self.type.setCurrentText(text(record, "type"))
        self.set_kind(text(record, "kind", "call"))
        self.payload.set_mode(text(record, "mode", "Text"))
        self.payload.edit.setPlainText(text(record, "payload"))
        self.headers.key.setText(text(record, "key"))
        self.headers.others.setText(text(record, "headers"))
        self.headers_button.setChecked(self.headers.is_written)
        self._show_headers()

    def repaint_icons(self) -> None:
        self.actor.repaint_icons()
        self.model.layoutChanged.emit()
        self.reply.repaint_icons()
