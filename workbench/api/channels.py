"""Queues (a message goes to one consumer), topics (it goes to every subscriber), and the facet `node.channels`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from workbench.api.errors import Exhausted, Invalid
from workbench.api.identity import NAME_BYTES
from workbench.api.limits import MIB
from workbench.api.messages import NO_HEADERS, Payload
from workbench.api.value import value

VISIBILITY_MS, ATTEMPTS, LENGTH = 30_000, 3, 100_000
"""What a queue has that was made without options."""
MOST_VISIBILITY_MS = 7 * 86_400_000
MOST_ATTEMPTS = 1_000
MOST_LENGTH = 1_000_000
MOST_DELAY_MS = 365 * 86_400_000
"""A year, also for a time to live."""
TEXT_BYTES, BINARY_BYTES, HEADERS_BYTES = 8 * MIB, MIB, 64 << 10
FILTER_CHARACTERS = 256
DEAD = ".dead"
"""The dead letters of `orders` are the queue `orders.dead`, unless another is chosen."""


class MessageState(StrEnum):
    """Where a message of a queue is: to be had now, not before a time, or leased to a consumer."""

    WAITING = "waiting"
    DELAYED = "delayed"
    LEASED = "leased"


@value
class QueueInfo:
    """One queue as it is now.

    `waiting` is its depth: messages that a consumer can have now. `oldest` is when the first of them could be had.
    `receivers` wait for a message at this moment. `dead_letters` are those of its dead-letter queue that came from it.
    A queue that has no `dead_letter_queue` (a dead-letter queue, as a rule) keeps what fails; its `max_attempts` is 0.
    """

    queue: str
    created: float
    visibility_ms: int
    max_attempts: int
    max_length: int
    dead_letter_queue: str
    waiting: int
    delayed: int
    leased: int
    receivers: int
    dead_letters: int
    oldest: float | None = None


@value
class QueuedMessage:
    """A message in a queue, looked at without being leased.

    `visible` is when a consumer may (or could first) have it. `holder` is the actor that it is leased to, empty for
    somebody outside of the node's actors, and `lease_ends` when it comes back unless it is acknowledged. `sender` is
    the actor that sent it, empty too for somebody outside. A dead letter has `reason`, `origin` (the queue where it
    failed) and `died`. `size_bytes` is that of the whole payload; lists give the beginning only, with `whole` False.
    """

    id: str
    queue: str
    state: MessageState
    message_type: str
    payload: Payload
    size_bytes: int
    sent: float
    visible: float
    attempts: int
    sender: str = ""
    holder: str = ""
    lease_ends: float | None = None
    expires: float | None = None
    origin: str = ""
    reason: str = ""
    died: float | None = None
    whole: bool = True
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@value
class Delivery:
    """A message that was received. `id` is that of the lease, for `ack` and `nack`; `message` that of the message.

    `attempt` counts its deliveries, this one included. `lease_ends` is when it comes back unless it is acknowledged.
    """

    id: str
    message: str
    queue: str
    message_type: str
    payload: Payload
    attempt: int
    sent: float
    lease_ends: float
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


@value
class Subscriber:
    """An actor that gets a topic's messages whose type matches `filter` (None: all of them)."""

    actor: str
    since: float
    delivered: int
    filter: str | None = None


@value
class TopicInfo:
    """A topic that has subscribers, or had a message since the node started. `last` is when the newest one came."""

    topic: str
    published: int
    subscribers: Sequence[Subscriber]
    last: float | None = None


@value
class Publication:
    """One message of a topic. `payload` is its beginning, `receivers` how many got it, `failed` how many could not."""

    seq: int
    time: float
    topic: str
    message_type: str
    payload: Payload
    size_bytes: int
    receivers: int
    failed: int = 0
    author: str = ""


class Channels(Protocol):
    """The facet `node.channels`, for one tenant and namespace. Thread-safe.

    Names of queues and topics are any text of 1 to NAME_BYTES bytes. Invalid: one is not.
    """

    def queues(self) -> Sequence[QueueInfo]:
        """All queues, by name."""
        ...

    def queue(self, queue: str) -> QueueInfo:
        """One queue. NotFound."""
        ...

    def create_queue(
        self,
        queue: str,
        *,
        visibility_ms: int = VISIBILITY_MS,
        max_attempts: int = ATTEMPTS,
        max_length: int | None = None,
        dead_letter_queue: str | None = None,
    ) -> None:
        """Make a queue, and its dead-letter queue if that is not there. AlreadyExists, Invalid."""
        ...

    def delete_queue(self, queue: str) -> None:
        """Remove a queue and all its messages; who waits there is told (NotFound).

        Its own dead-letter queue goes with it when that is empty, and stays with its letters otherwise. NotFound.
        """
        ...

    def purge_queue(self, queue: str) -> int:
        """Remove all messages that are not leased; how many there were. NotFound."""
        ...

    def queue_depth(self, queue: str) -> int:
        """How many messages a consumer can have now, so neither leased nor delayed ones. NotFound."""
        ...

    def send(
        self,
        queue: str,
        message_type: str,
        payload: Payload = "",
        *,
        delay_ms: int = 0,
        ttl_ms: int | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        """Put a message into a queue; its id. A queue that is not there is made.

        It can be had after `delay_ms`, and goes away unless it was received within `ttl_ms` of now.
        Exhausted: the queue is full, the message too large, or the disk full. Invalid.
        """
        ...

    def receive(self, queue: str, *, timeout: float = 0.0) -> Delivery | None:
        """The next message, leased to the caller; waits up to `timeout` seconds for one, first come first served.

        None when there was none, also of a queue that is not there (yet). NotFound: it was deleted meanwhile.
        """
        ...

    def ack(self, delivery: str) -> None:
        """The message is done and removed. NotFound: no such lease of this caller, or it has ended."""
        ...

    def nack(self, delivery: str, *, requeue: bool = True) -> None:
        """It failed: back to its place in the queue, or to the dead letters. NotFound as for `ack`."""
        ...

    def messages(self, queue: str, *, limit: int = 1_000, after: str = "") -> Sequence[QueuedMessage]:
        """Up to `limit` messages in the order sent, only those behind the one with the id `after`. NotFound."""
        ...

    def message(self, queue: str, message: str) -> QueuedMessage:
        """One message, whole. NotFound."""
        ...

    def delete_message(self, queue: str, message: str) -> None:
        """Remove one message. NotFound. Conflict: it is leased."""
        ...

    def redrive(self, queue: str, messages: Sequence[str] = ()) -> int:
        """Put dead letters (these, or all) back into the queues where they failed, with no attempts; how many.

        An origin that was deleted is made again. NotFound. Exhausted: one of the origins has no room; none was moved.
        """
        ...

    def resend(
        self,
        queue: str,
        message: str,
        *,
        message_type: str | None = None,
        payload: Payload | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        """Send a message of `queue` once more, changed where something is given, and remove the one that was.

        A dead letter goes to the queue where it failed, another one stays in its queue; the id of the new one.
        NotFound. Conflict: it is leased.
        """
        ...

    def publish(self, topic: str, message_type: str, payload: Payload = "") -> str:
        """Send a message (kind cast) to every subscriber; its id. One that has no room for it has a dead letter."""
        ...

    def topics(self) -> Sequence[TopicInfo]:
        """Topics with subscribers, or with messages since the node started, by name."""
        ...

    def published(self, topic: str = "", *, limit: int = 200) -> Sequence[Publication]:
        """The newest messages of a topic (empty: of all) still remembered, oldest first."""
        ...


class ChannelsOfActor(Channels, Protocol):
    """What an actor can do besides: its messages bring it those of topics."""

    def subscribe(self, topic: str, filter: str | None = None) -> None:  # noqa: A002 -- the contract's word
        """Get the topic's messages whose type matches the glob `filter` from now on; again replaces the filter."""
        ...

    def unsubscribe(self, topic: str) -> None:
        """End a subscription. NotFound."""
        ...


def check_name(name: str, what: str, most: int = NAME_BYTES) -> str:
    """The name of a queue or topic, or Invalid."""
    size = _size(name, f"the name of a {what}")
    if not 1 <= size <= most:
        raise Invalid(f"the name of a {what} has 1 to {most:,} bytes, this one has {size:,}: {name[:40]!r}")
    return name


def check_message(message_type: str, payload: Payload, headers: Mapping[str, str] = NO_HEADERS) -> int:
    """The size of the payload in bytes. Exhausted: something is too large. Invalid: it is no Unicode text."""
    size = _size(payload, "the payload") if isinstance(payload, str) else len(payload)
    beside = sum(_size(text, "a header") for pair in headers.items() for text in pair)
    for what, used, most in (
        ("a message type", _size(message_type, "the message type"), NAME_BYTES),
        ("the headers of a message", beside, HEADERS_BYTES),
        ("a payload", size, TEXT_BYTES if isinstance(payload, str) else BINARY_BYTES),
    ):
        if used > most:
            hint = "; use a blob" if what == "a payload" else ""
            text = f"size: {what} has up to {most:,} bytes, this one has {used:,}{hint}"
            raise Exhausted(text, limit="size", value=most, used=used)
    return size


def check_times(delay_ms: int, ttl_ms: int | None) -> None:
    """Invalid: a message could not live so."""
    if not 0 <= delay_ms <= MOST_DELAY_MS:
        raise Invalid(f"a delay is 0 to {MOST_DELAY_MS:,} ms, not {delay_ms:,}")
    if ttl_ms is None:
        return
    if not 1 <= ttl_ms <= MOST_DELAY_MS:
        raise Invalid(f"a time to live is 1 to {MOST_DELAY_MS:,} ms, not {ttl_ms:,}; without one the message stays")
    if ttl_ms <= delay_ms:
        raise Invalid(f"a message that lives {ttl_ms:,} ms and is delayed by {delay_ms:,} ms could never be received")


def check_options(
    queue: str, visibility_ms: int, max_attempts: int, max_length: int | None, dead_letter_queue: str | None
) -> None:
    """Invalid: there cannot be such a queue."""
    check_name(queue, "queue", NAME_BYTES if dead_letter_queue is not None else NAME_BYTES - len(DEAD))
    for what, number, most in (
        ("visibility_ms", visibility_ms, MOST_VISIBILITY_MS),
        ("max_attempts", max_attempts, MOST_ATTEMPTS),
        ("max_length", LENGTH if max_length is None else max_length, MOST_LENGTH),
    ):
        if not 1 <= number <= most:
            raise Invalid(f"{what} of a queue is 1 to {most:,}, not {number:,}")
    if dead_letter_queue is not None and check_name(dead_letter_queue, "queue") == queue:
        raise Invalid(f"queue {queue[:40]!r} cannot take its own dead letters; choose another, or none for {DEAD!r}")


def _size(text: str, what: str) -> int:
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        raise Invalid(f"{text[:40]!r} is no Unicode text, so it cannot be {what}") from None
