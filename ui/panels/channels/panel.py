"""Channels: queues with what waits, is leased and has failed in them, and topics with their subscribers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QSplitter

from ui.commands import written
from ui.desk import Desk
from ui.filter import Filter
from ui.master_panel import when_chosen
from ui.models import Plan
from ui.panels.channels.columns import QUEUES, Listener
from ui.panels.channels.composing import Composing
from ui.panels.channels.deeds import Deeds
from ui.panels.channels.lists import NOTHING_CHOSEN, Lists
from ui.settings import Record, child, text
from ui.table_panel import TablePanel
from ui.widgets.build import button, tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import Area, Channels, NotFound, Publication, QueuedMessage, QueueInfo

STEP, PUBLISHED_SHOWN = 500, 500
"""So many messages of a queue are read at first, and more with each wish; so many publications are shown."""
MOST = 10_000
TICK_MS = 1_000
ROW_ACTIONS = ("queue.send", "queue.new", "", "queue.redrive", "queue.purge", "queue.delete", "", "queue.copy_command")
MESSAGE_ACTIONS = (
    "queue.edit", "queue.resend", "queue.drop", "", "queue.redrive", "", "queue.actor", "queue.copy_message"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One reading; `messages` and `letters` are those of the queue `chosen`, `plan` is for the filter `wanted`."""

    queues: Sequence[QueueInfo]
    wanted: Filter
    plan: Plan[QueueInfo]
    chosen: str
    messages: Sequence[QueuedMessage]
    letters: Sequence[QueuedMessage]
    more: bool
    topics: Sequence[Listener]
    published: Sequence[Publication]


class ChannelsPanel(TablePanel[QueueInfo]):
    """Queues above, below what the chosen one holds. `chosen` and `limit` are read off the Qt thread."""

    id = "channels"
    title = "Channels"
    icon_name = "queue"
    areas = frozenset({Area.CHANNELS})
    columns: ClassVar = QUEUES
    filter_example = "orders dead>0 waiting>100 oldest>1min"

    def __init__(self, desk: Desk) -> None:
        self.chosen, self.limit = "", STEP
        super().__init__(desk)
        self.lists = Lists(desk)
        self.composing = Composing(desk)
        self.lists.addTab(self.composing, "Write")
        self.more = button("Show more messages", self._more, style="link")
        self.lists.messages.tools.addWidget(self.more)
        self.more.hide()
        for verb in ("send", "new", "purge"):
            self.add_tool(tool_for(desk.actions[f"queue.{verb}"], text=verb == "send"))
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.view)
        self.split.addWidget(self.lists)
        self.split.setSizes([220, 300])
        self.split.setChildrenCollapsible(False)
        self.column.addWidget(self.split, 1)
        self._ticking = QTimer(self, interval=TICK_MS)
        self._ticking.timeout.connect(self._tick)
        self.deeds = Deeds(self)
        self._bind()

    def _bind(self) -> None:
        self.deeds.bind()
        when_chosen(self.table, self._choose)
        self.table.opened.connect(lambda: self.lists.setCurrentWidget(self.lists.messages))
        for page in (self.lists.messages, self.lists.letters):
            page.table.menu_for = lambda: self.desk.actions.menu(self, *MESSAGE_ACTIONS)
            page.table.opened.connect(self.deeds.edit)
            when_chosen(page.table, self.deeds.enable)
        self.lists.currentChanged.connect(lambda: self.deeds.enable())
        self.lists.currentChanged.connect(lambda: self.desk.remember.emit())
        self.composing.edited.connect(self.deeds.enable)
        self.composing.edited.connect(lambda: self.desk.remember.emit())
        self.desk.node_changed.connect(self._other_node)
        self.desk.show_topic.connect(self._show_topic)
        self.deeds.enable()

    def empty(self) -> EmptyState:
        return EmptyState("queue", "No queues yet: an actor that sends to one makes it, and so can you.",
                          "Make a queue…", lambda: self.desk.actions.run("queue.new"), changes=True,
                          recorded="No queues at this moment, as far as the session holds them.")  # fmt: skip

    def row_key(self, found: QueueInfo) -> Hashable:
        return found.queue

    def command_for(self, found: QueueInfo) -> str:
        return self.desk.command("queue show", found.queue)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    # reading

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        channels, chosen, limit, wanted = node.channels, self.chosen, self.limit, self.filter.filter
        queues = channels.queues()
        info = next((each for each in queues if each.queue == chosen), None)
        messages = _messages(channels, chosen, limit) if info is not None else []
        letters: Sequence[QueuedMessage] = []
        if info is not None:
            dead = info.dead_letter_queue
            letters = [m for m in _messages(channels, dead, limit) if m.origin == chosen] if dead else messages
            letters = [each for each in letters if each.origin]
        topics = [Listener(topic, each) for topic in channels.topics() for each in (*topic.subscribers,) or (None,)]
        return Found(
            queues, wanted, self.view.planned(queues, wanted), chosen, messages, letters, len(messages) == limit,
            topics, list(reversed(channels.published(limit=PUBLISHED_SHOWN))),
        )  # fmt: skip

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.view.show_planned(found.queues, found.wanted, found.plan)
        self.lists.topics.show_rows(found.topics)
        self.lists.published.show_rows(found.published)
        if found.chosen == self.chosen:
            self.more.setVisible(found.more and self.limit < MOST)
            self.lists.messages.show_rows(found.messages)
            self.lists.letters.show_rows(found.letters)
            self.lists.messages.none.say(f"{found.chosen} is empty." if found.chosen else NOTHING_CHOSEN)
        else:
            self.refresh()
        self.lists.show_counts()
        moving = any(each.waiting or each.leased or each.delayed for each in found.queues)
        self._ticking.start() if moving else self._ticking.stop()
        if not self.chosen and self.model.rows:
            self.table.choose(0)
        self.deeds.enable()

    def _tick(self) -> None:
        """Ages go up and what is left goes down; nothing is read for it."""
        if self.seen:
            for table in (self.table, self.lists.messages.table, self.lists.letters.table):
                table.viewport().update()

    # where one is

    @property
    def info(self) -> QueueInfo | None:
        """The chosen queue."""
        return self.table.chosen()

    def _show_topic(self, name: str) -> None:
        self.desk.raise_panel.emit(self.id)
        self.lists.lead_to_topic(name)

    def _choose(self) -> None:
        found = self.table.chosen()
        if found is not None and found.queue != self.chosen:
            self.chosen, self.limit = found.queue, STEP
            self.lists.messages.show_rows([])
            self.lists.letters.show_rows([])
            self.refresh()
            self.desk.remember.emit()
        self.deeds.enable()

    def _more(self) -> None:
        self.limit = min(MOST, self.limit + STEP)
        self.refresh()

    def _other_node(self) -> None:
        self.chosen, self.limit = "", STEP
        self.composing.leave()

    def message_command(self, message: QueuedMessage) -> str:
        """What sends it again."""
        what = written(message.message_type, message.payload)
        return self.desk.command("queue resend", message.queue, message.id, what)

    def record(self) -> Record:
        return super().record() | {
            "queue": self.chosen, "lists": self.lists.record(), "writing": self.composing.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.chosen = text(record, "queue")
        self.lists.restore(child(record, "lists"))
        self.composing.restore(child(record, "writing"))


def _messages(channels: Channels, queue: str, limit: int) -> Sequence[QueuedMessage]:
    """Of a queue that may be gone by now."""
    try:
        return channels.messages(queue, limit=limit)
    except NotFound:
        return []
