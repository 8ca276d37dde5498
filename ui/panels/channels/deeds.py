"""What is done in the Channels panel: sending, editing what failed, redriving, purging, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from ui import format as show
from ui.dialogs.asking import asking
from ui.dialogs.confirm import confirmed
from ui.dialogs.queue import QueueDialog
from ui.panels.channels.composing import QUEUE, TOPIC, Written
from workbench.api import Channels, MessageState, QueuedMessage, QueueInfo

if TYPE_CHECKING:
    from ui.panels.channels.panel import ChannelsPanel


class Deeds:
    """The slots of the panel's actions."""

    def __init__(self, panel: ChannelsPanel) -> None:
        self._panel = panel

    def bind(self) -> None:
        actions, panel = self._panel.desk.actions, self._panel
        for verb, slot in {
            "new": self.new, "send": self.send, "purge": self.purge, "delete": self.delete, "redrive": self.redrive,
            "edit": self.edit, "resend": self.resend, "drop": self.drop, "actor": self.go_to_actor,
            "copy_command": self._copy_command, "copy_message": self._copy_message,
        }.items():  # fmt: skip
            actions.bind(f"queue.{verb}", slot)
        actions.bind("queue.deliver", self.deliver, owner=panel)
        actions.bind("topic.publish", self.publish)

    def enable(self) -> None:
        panel, actions = self._panel, self._panel.desk.actions
        info, message = panel.info, panel.lists.chosen()
        letters = bool(panel.lists.letters.all)
        free = message is not None and message.state is not MessageState.LEASED
        for verb, on in {
            "new": True, "send": True, "deliver": panel.composing.ready, "purge": info is not None,
            "delete": info is not None, "redrive": letters, "edit": free or letters, "resend": free, "drop": free,
            "actor": message is not None and bool(message.holder or message.sender), "copy_command": info is not None,
            "copy_message": message is not None,
        }.items():  # fmt: skip
            actions.enable(f"queue.{verb}", on=on)
        actions.enable("topic.publish", on=True)

    @property
    def _channels(self) -> Channels | None:
        node = self._panel.desk.node
        return node.channels if node is not None else None

    # writing

    def _write(self, kind: str, to: str) -> None:
        panel = self._panel
        panel.desk.raise_panel.emit(panel.id)
        panel.lists.setCurrentWidget(panel.composing)
        panel.composing.begin(kind, to)

    def send(self) -> None:
        info = self._panel.info
        self._write(QUEUE, info.queue if info is not None else "")

    def publish(self) -> None:
        chosen = self._panel.lists.topics.table.chosen()
        self._write(TOPIC, chosen.topic.topic if chosen is not None else "")

    def edit(self) -> None:
        """The chosen message, or the first dead letter when none is chosen."""
        panel = self._panel
        message = panel.lists.chosen()
        if message is None and panel.lists.letters.model.rows:
            message = panel.lists.letters.model.rows[0]
        if message is not None:
            panel.run(self._do_edit(message))

    async def _do_edit(self, message: QueuedMessage) -> None:
        """Lists have the beginning only: it is read whole."""
        panel, channels = self._panel, self._channels
        if channels is not None:
            whole = await panel.call(channels.message, message.queue, message.id)
            panel.desk.raise_panel.emit(panel.id)
            panel.lists.setCurrentWidget(panel.composing)
            panel.composing.edit(whole)
            self.enable()

    def deliver(self) -> None:
        if self._panel.composing.ready:
            self._panel.run(self._do_deliver(self._panel.composing.written()))

    async def _do_deliver(self, made: Written) -> None:
        panel, channels = self._panel, self._channels
        if channels is None:
            return
        if (old := made.again) is not None:
            await panel.call(lambda: channels.resend(
                old.queue, old.id, message_type=made.message_type, payload=made.payload))  # fmt: skip
            said = f"{old.id} is in {made.to} again, changed."
            panel.composing.leave()
        elif made.kind == TOPIC:
            await panel.call(channels.publish, made.to, made.message_type, made.payload)
            said = f"{made.message_type} went to the subscribers of {made.to}."
        else:
            await panel.call(lambda: channels.send(
                made.to, made.message_type, made.payload, delay_ms=made.delay_ms, ttl_ms=made.ttl_ms))  # fmt: skip
            said = f"{made.message_type} is in {made.to}."
        panel.desk.notice(said, "ok")
        panel.refresh()

    # messages

    def resend(self) -> None:
        if (message := self._panel.lists.chosen()) is not None:
            self._panel.run(self._do_resend(message))

    async def _do_resend(self, message: QueuedMessage) -> None:
        panel, channels = self._panel, self._channels
        if channels is not None:
            await panel.call(channels.resend, message.queue, message.id)
            panel.desk.notice(f"{message.id} is in {message.origin or message.queue} again.", "ok")
            panel.refresh()

    def drop(self) -> None:
        panel = self._panel
        message = panel.lists.chosen()
        if message is None:
            return
        question, what = f"Remove message {message.id}?", f"{message.message_type} of {message.queue} is gone for good."
        if confirmed(panel, question, what, "Remove"):
            panel.run(self._do_drop(message))

    async def _do_drop(self, message: QueuedMessage) -> None:
        channels = self._channels
        if channels is not None:
            await self._panel.call(channels.delete_message, message.queue, message.id)
            self._panel.refresh()

    def redrive(self) -> None:
        """All dead letters of the chosen queue, back to where they failed."""
        letters = list(self._panel.lists.letters.all)
        if letters:
            self._panel.run(self._do_redrive(letters))

    async def _do_redrive(self, letters: list[QueuedMessage]) -> None:
        panel, channels = self._panel, self._channels
        if channels is not None:
            moved = await panel.call(channels.redrive, letters[0].queue, [letter.id for letter in letters])
            panel.desk.notice(
                f"{show.plural(moved, 'message')} back where they failed, with no attempts counted.", "ok"
            )
            panel.refresh()

    # queues

    def new(self) -> None:
        panel = self._panel
        with asking(QueueDialog(panel)) as dialog:
            if dialog.exec():
                panel.run(self._do_new(dialog.name, dialog.visibility_ms, dialog.max_attempts, dialog.max_length,
                                       dialog.dead_letter_queue))  # fmt: skip

    async def _do_new(self, name: str, visibility: int, attempts: int, length: int, dead: str | None) -> None:
        panel, channels = self._panel, self._channels
        if channels is not None:
            await panel.call(
                lambda: channels.create_queue(
                    name,
                    visibility_ms=visibility,
                    max_attempts=attempts,
                    max_length=length,
                    dead_letter_queue=dead,
                )
            )
            panel.desk.raise_panel.emit(panel.id)
            panel.desk.notice(f"Queue {name} is made.", "ok")
            panel.refresh()

    def purge(self) -> None:
        panel, info = self._panel, self._panel.info
        if info is None:
            return
        count = show.plural(info.waiting + info.delayed, "message")
        kept = f" {show.plural(info.leased, 'leased one')} stay." if info.leased else ""
        if confirmed(panel, f"Purge {info.queue}?", f"{count} of it are gone for good.{kept}", "Purge"):
            panel.run(self._do_purge(info))

    async def _do_purge(self, info: QueueInfo) -> None:
        panel, channels = self._panel, self._channels
        if channels is not None:
            removed = await panel.call(channels.purge_queue, info.queue)
            panel.desk.notice(f"{show.plural(removed, 'message')} of {info.queue} removed.", "ok")
            panel.refresh()

    def delete(self) -> None:
        panel, info = self._panel, self._panel.info
        if info is None:
            return
        total = show.plural(info.waiting + info.delayed + info.leased, "message")
        waits = f" {show.plural(info.receivers, 'receiver')} will be told." if info.receivers else ""
        stays = f" Its dead letters stay in {info.dead_letter_queue}." if info.dead_letters else ""
        if confirmed(panel, f"Delete {info.queue}?", f"It goes with {total}.{waits}{stays}", "Delete"):
            panel.run(self._do_delete(info))

    async def _do_delete(self, info: QueueInfo) -> None:
        panel, channels = self._panel, self._channels
        if channels is not None:
            await panel.call(channels.delete_queue, info.queue)
            panel.desk.notice(f"Queue {info.queue} is deleted.", "ok")
            panel.chosen = ""
            panel.refresh()

    # elsewhere

    def go_to_actor(self) -> None:
        """Who works on it, or who sent it."""
        message = self._panel.lists.chosen()
        if message is not None and (name := message.holder or message.sender):
            self._panel.desk.raise_panel.emit("actors")
            self._panel.desk.actor_chosen.emit(name)

    def _copy_command(self) -> None:
        if (info := self._panel.info) is not None:
            QGuiApplication.clipboard().setText(self._panel.command_for(info))

    def _copy_message(self) -> None:
        if (message := self._panel.lists.chosen()) is not None:
            QGuiApplication.clipboard().setText(self._panel.message_command(message))
