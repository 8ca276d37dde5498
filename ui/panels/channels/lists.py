"""The lists under the queues: messages, dead letters, topics and what was published. Each with its own filter line."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QTabWidget

from ui.desk import Desk
from ui.models import RowModel
from ui.panels.channels.columns import LETTERS, MESSAGES, PUBLISHED, TOPICS, Listener
from ui.settings import Record, child
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Publication, QueuedMessage

NOTHING_CHOSEN = "Choose a queue above; what it holds is listed here."


class Lists(QTabWidget):
    """One tab each; the number of rows stands in its name."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            part.setAccessibleName("Messages, dead letters and topics")
        held = Table(RowModel[QueuedMessage](MESSAGES, lambda m: m.id, self), "Messages of the queue")
        dead = Table(RowModel[QueuedMessage](LETTERS, lambda m: m.id, self), "Dead letters of the queue")
        heard = Table(RowModel[Listener](TOPICS, _listener, self), "Topics and subscribers")
        said = Table(RowModel[Publication](PUBLISHED, lambda p: p.seq, self), "What was published")
        held.command_for = lambda m: desk.command("queue show", m.queue, m.id)
        dead.command_for = lambda m: desk.command("queue show", m.queue, m.id)
        heard.command_for = lambda _: desk.command("topic list")
        said.command_for = lambda p: desk.command("topic watch", p.topic)
        self.messages = FilteredTable(
            desk,
            held,
            "state:leased attempts>1 type~order",
            EmptyState("queue", NOTHING_CHOSEN),
        )
        self.letters = FilteredTable(desk, dead, "why~crash from:shop", EmptyState("letter", "No dead letters here."))
        self.topics = FilteredTable(
            desk, heard, "topic:news subscriber~log",
            EmptyState("topic", "No topics: actors subscribe to them, and a message makes one."),
        )  # fmt: skip
        silent = EmptyState(
            "topic",
            "Nothing was published since the node started.",
            recorded="Find it on the timeline of the session: call:channels.publish-to-topic",
        )
        self.published = FilteredTable(desk, said, "topic:news type~price", silent)
        for verb in ("edit", "resend", "redrive", "drop"):
            self.letters.tools.addWidget(tool_for(desk.actions[f"queue.{verb}"], text=verb in ("edit", "redrive")))
        self.topics.tools.addWidget(tool_for(desk.actions["topic.publish"], text=True))
        self._names: dict[FilteredTable[Any], str] = {
            self.messages: "Messages",
            self.letters: "Dead letters",
            self.topics: "Topics",
            self.published: "Published",
        }
        for page, name in self._names.items():
            self.addTab(page, name)
        self._wanted_topic = ""
        self.topics.arranged.connect(self._choose_topic)

    def show_counts(self) -> None:
        """How many there are, in the names of the tabs."""
        for page, name in self._names.items():
            self.setTabText(self.indexOf(page), f"{name} ({len(page.all):,})" if page.all else name)

    def lead_to_topic(self, topic: str) -> None:
        """Choose it as soon as it is there."""
        self.setCurrentWidget(self.topics)
        self._wanted_topic = topic
        self._choose_topic()

    def _choose_topic(self) -> None:
        found = next((each for each in self.topics.all if each.topic.topic == self._wanted_topic), None)
        if self._wanted_topic and found is not None:
            self._wanted_topic = ""
            self.topics.select_key(_listener(found))

    def chosen(self) -> QueuedMessage | None:
        """The message or dead letter that the tab in front has chosen."""
        for page in (self.messages, self.letters):
            if self.currentWidget() is page:
                return page.table.chosen()
        return None

    def record(self) -> Record:
        return {"tab": self.currentIndex()} | {name: page.record() for page, name in self._names.items()}

    def restore(self, record: Record) -> None:
        for page, name in self._names.items():
            page.restore(child(record, name))
        tab = record.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.count():
            self.setCurrentIndex(tab)


def _listener(row: Listener) -> tuple[str, str]:
    return row.topic.topic, row.subscriber.actor if row.subscriber is not None else ""
