"""Sending dead letters again: as they were, or edited in the composer, which says so while it holds one."""

from __future__ import annotations

from time import perf_counter_ns, time
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui.desk import Draft
from ui.panels.messages.letters import edited
from ui.sending import Sent
from ui.widgets.build import box, button, label, row
from workbench.api import DeadLetter, Payload
from workbench.api.actors import why_it_waits

if TYPE_CHECKING:
    from ui.panels.messages.panel import MessagesPanel


class Resending:
    """While `letter` is there, Send resends it instead of sending a new message. `strip` says so."""

    def __init__(self, panel: MessagesPanel) -> None:
        self._panel = panel
        self.letter: DeadLetter | None = None
        self.told = label("", wrap=True)
        line = row(self.told, button("Write a new message", self.leave, style="link"), margins=(10, 4, 8, 4))
        line.setStretch(0, 1)
        self.strip = box("notice", line, "info")
        self.strip.hide()

    def bind(self) -> None:
        self._panel.letters.bind({
            "letters": self.show, "letter_edit": self.edit, "letter_resend": self.resend,
            "letter_actor": self._go_to_actor, "letter_copy": self._copy,
        })  # fmt: skip

    def show(self) -> None:
        panel = self._panel
        panel.desk.raise_panel.emit(panel.id)
        panel.tabs.setCurrentWidget(panel.letters)
        panel.letters.table.setFocus()

    def edit(self) -> None:
        """Fill the composer with the chosen one; Send puts it into its actor's mailbox again."""
        panel, letter = self._panel, self._panel.letters.chosen()
        if letter is None:
            return
        panel.letters.take_in_hand()
        sent = letter.envelope
        panel.compose(Draft(letter.actor.name, sent.type, sent.payload, "cast"))
        self.letter = letter
        self.told.setText(f"Dead letter {letter.seq:,} of {letter.actor.name}: Send puts it into the mailbox again.")
        self.strip.show()
        self._show_kinds()
        panel.payload.edit.setFocus()
        panel.payload.edit.selectAll()

    def leave(self) -> None:
        """Send sends a new message again."""
        self.letter = None
        self.strip.hide()
        self._show_kinds()

    def _show_kinds(self) -> None:
        """What is resent is a cast."""
        for one in self._panel.kinds.buttons():
            one.setEnabled(self.letter is None)
        self._panel.headers_button.setEnabled(self.letter is None)  # it keeps those that it has

    def resend(self) -> None:
        """The chosen one, as it was."""
        if (letter := self._panel.letters.chosen()) is not None:
            self.send(letter, letter.envelope.type, letter.envelope.payload)

    def send(self, letter: DeadLetter, message_type: str, payload: Payload) -> None:
        self._panel.run(self._do_send(letter, message_type, payload))

    async def _do_send(self, letter: DeadLetter, message_type: str, payload: Payload) -> None:
        panel, node = self._panel, self._panel.desk.node
        if node is None:
            return
        other_type, other_payload = edited(letter, message_type, payload)
        started, began = time(), perf_counter_ns()
        message = await panel.call(node.actors.resend, letter.seq, message_type=other_type, payload=other_payload)
        self.leave()
        panel.add(Sent(panel.next_number(), started, letter.actor.name, "cast", message_type, payload,
                       text=f"dead letter {letter.seq:,} is in the mailbox again, as message {message}",
                       round_trip_ns=perf_counter_ns() - began))  # fmt: skip
        panel.refresh()
        info = await panel.call(node.actors.get, letter.actor)
        if reason := why_it_waits(info):
            restart = panel.desk.command("actor restart", letter.actor.name)
            panel.desk.notice(f"{reason}, in Actors or by {restart}.", "warn", key=f"waits:{letter.actor.name}")

    def _go_to_actor(self) -> None:
        if (letter := self._panel.letters.chosen()) is not None:
            self._panel.desk.raise_panel.emit("actors")
            self._panel.desk.actor_chosen.emit(letter.actor.name)

    def _copy(self) -> None:
        if (letter := self._panel.letters.chosen()) is not None:
            QGuiApplication.clipboard().setText(self._panel.letters.command(letter))
