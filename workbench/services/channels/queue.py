"""One queue in memory: which of its messages can be had, in which order. No storage, no time of its own, no locks.

The order is that of becoming visible. A message that comes back takes its old place, so it is at the front: as in
RabbitMQ, Service Bus and the FIFO queues of SQS.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from workbench.api.channels import MessageState
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.services.means import Scope

SLACK = 64
"""A heap is made anew when more than half of it, and more than this, are messages that left it another way."""


@dataclass(frozen=True, slots=True)
class Options:
    """See api.Channels.create_queue. `max_attempts` is 0 where what fails stays."""

    visibility_ms: int
    max_attempts: int
    max_length: int
    dead_letter_queue: str


class Content(NamedTuple):
    """What a consumer gets."""

    message_type: str
    payload: Payload
    headers: Mapping[str, str]
    sent: float
    sender: str
    size_bytes: int


@dataclass(slots=True, eq=False)
class Message:
    """What is known of a message without its content, which is here too while it is small and new."""

    seq: int
    queue: Queue
    visible: float
    expires: float | None = None
    attempts: int = 0
    origin: str = ""
    reason: str = ""
    died: float | None = None
    content: Content | None = None
    state: MessageState | None = None
    """None once it is gone."""
    lease: Lease | None = None

    @property
    def id(self) -> str:
        return f"m{self.seq}"

    def over(self, now: float) -> bool:
        """Whether its time to live has passed."""
        return self.expires is not None and self.expires <= now


@dataclass(slots=True, eq=False)
class Lease:
    """A message that somebody works on until `ends`; `holder` is None for somebody outside of the node's actors."""

    id: str
    message: Message
    holder: ActorId | None
    ends: float


class Queue:
    """Messages by number, and two heaps: those that can be had now, and those that will be."""

    def __init__(self, number: int, scope: Scope, name: str, options: Options, created: float) -> None:
        self.number, self.scope, self.name, self.options, self.created = number, scope, name, options, created
        self.gone = False
        self.reserved = 0
        """Messages that are being written."""
        self.messages: dict[int, Message] = {}
        self.counts: Counter[MessageState | None] = Counter()
        self.origins: Counter[str] = Counter()
        self._waiting: list[tuple[float, int, Message]] = []
        self._delayed: list[tuple[float, int, Message]] = []

    @property
    def key(self) -> tuple[Scope, str]:
        return self.scope, self.name

    @property
    def length(self) -> int:
        return len(self.messages) + self.reserved

    def add(self, message: Message, now: float) -> None:
        """A new message, or one from another queue."""
        message.queue = self
        self.messages[message.seq] = message
        if message.origin:
            self.origins[message.origin] += 1
        self.place(message, now)

    def place(self, message: Message, now: float) -> None:
        """Let it be had when it is visible."""
        delayed = message.visible > now
        self._set(message, MessageState.DELAYED if delayed else MessageState.WAITING)
        heap = self._delayed if delayed else self._waiting
        heapq.heappush(heap, (message.visible, message.seq, message))
        if len(heap) > 2 * self.counts[message.state] + SLACK:
            heap[:] = [entry for entry in heap if self._holds(entry, message.state)]
            heapq.heapify(heap)

    def take(self, now: float) -> Message | None:
        """The first one that can be had, which is leased from here on."""
        found = self.first(now)
        if found is not None:
            heapq.heappop(self._waiting)
            self._set(found, MessageState.LEASED)
        return found

    def first(self, now: float) -> Message | None:
        """The one that comes next."""
        self.promote(now)
        heap = self._waiting
        while heap:
            found = heap[0][2]
            if self._holds(heap[0], MessageState.WAITING) and not found.over(now):
                return found
            heapq.heappop(heap)
        return None

    def promote(self, now: float) -> bool:
        """Let those be had whose delay is over; whether there were any."""
        heap, found = self._delayed, False
        while heap and heap[0][0] <= now:
            entry = heapq.heappop(heap)
            if self._holds(entry, MessageState.DELAYED):
                self._set(entry[2], MessageState.WAITING)
                heapq.heappush(self._waiting, entry)
                found = True
        return found

    def next_visible(self) -> float | None:
        """When the first delayed one can be had."""
        heap = self._delayed
        while heap and not self._holds(heap[0], MessageState.DELAYED):
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def hold(self, message: Message) -> None:
        """Nobody else shall have it for now; `place` lets it be had again."""
        self._set(message, MessageState.LEASED)

    def remove(self, message: Message) -> None:
        """It is done, expired, deleted, or goes to another queue."""
        del self.messages[message.seq]
        if message.origin:
            self.origins[message.origin] -= 1
        self._set(message, None)

    def _set(self, message: Message, state: MessageState | None) -> None:
        self.counts[message.state] -= 1
        message.state = state
        self.counts[state] += 1

    def _holds(self, entry: tuple[float, int, Message], state: MessageState | None) -> bool:
        """Whether an entry of a heap still stands for its message."""
        visible, _, message = entry
        return message.state is state and message.queue is self and message.visible == visible
