"""The queues and topics of one caller's tenant and namespace. See api.Channels and api.ChannelsOfActor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from workbench.api.channels import (
    ATTEMPTS,
    DEAD,
    LENGTH,
    VISIBILITY_MS,
    Delivery,
    MessageState,
    Publication,
    QueuedMessage,
    QueueInfo,
    TopicInfo,
    check_message,
    check_name,
    check_options,
    check_times,
)
from workbench.api.errors import Invalid
from workbench.api.identity import NAME_BYTES, ActorId
from workbench.api.messages import NO_HEADERS, Payload
from workbench.api.names import check_timeout
from workbench.services.channels import moving
from workbench.services.channels.queue import Content, Options, Queue
from workbench.services.channels.queues import QueueService
from workbench.services.channels.store import picture
from workbench.services.channels.topics import TopicService
from workbench.services.means import Caller, author

MOST_LISTED = 10_000
T = TypeVar("T")


class LocalChannels:
    """For one caller."""

    def __init__(self, queues: QueueService, topics: TopicService, caller: Caller) -> None:
        self._queues, self._topics, self._caller, self._scope = queues, topics, caller, caller.scope
        self._clock = queues.means.clock

    # Queues.

    def queues(self) -> Sequence[QueueInfo]:
        return [self._info(queue) for queue in self._queues.book.all(self._scope)]

    def queue(self, queue: str) -> QueueInfo:
        return self._info(self._find(queue))

    def create_queue(
        self,
        queue: str,
        *,
        visibility_ms: int = VISIBILITY_MS,
        max_attempts: int = ATTEMPTS,
        max_length: int | None = None,
        dead_letter_queue: str | None = None,
    ) -> None:
        check_options(queue, visibility_ms, max_attempts, max_length, dead_letter_queue)
        dead = f"{queue}{DEAD}" if dead_letter_queue is None else dead_letter_queue
        most = LENGTH if max_length is None else max_length
        self._queues.create(self._scope, queue, Options(visibility_ms, max_attempts, most, dead))

    def delete_queue(self, queue: str) -> None:
        self._queues.delete(self._scope, check_name(queue, "queue"))

    def purge_queue(self, queue: str) -> int:
        return moving.purge(self._queues, self._scope, check_name(queue, "queue"))

    def queue_depth(self, queue: str) -> int:
        return self.queue(queue).waiting

    # Messages of a queue.

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
        check_times(delay_ms, ttl_ms)
        size = check_message(message_type, payload, headers)
        room = NAME_BYTES if self._queues.book.get((self._scope, queue)) is not None else NAME_BYTES - len(DEAD)
        content = Content(message_type, payload, dict(headers), self._clock.now(), author(self._caller), size)
        ttl = ttl_ms / 1000 if ttl_ms is not None else None
        return self._queues.send(self._scope, check_name(queue, "queue", room), content, delay=delay_ms / 1000, ttl=ttl)

    def receive(self, queue: str, *, timeout: float = 0.0) -> Delivery | None:
        check_timeout(timeout)
        return self._queues.receive(self._caller, check_name(queue, "queue"), timeout)

    def ack(self, delivery: str) -> None:
        self._queues.ack(self._caller, delivery)

    def nack(self, delivery: str, *, requeue: bool = True) -> None:
        self._queues.nack(self._caller, delivery, requeue=requeue)

    def messages(self, queue: str, *, limit: int = 1_000, after: str = "") -> Sequence[QueuedMessage]:
        if not 1 <= limit <= MOST_LISTED:
            raise Invalid(f"a limit is 1 to {MOST_LISTED:,}, not {limit:,}")
        if after and not moving.number(after):
            raise Invalid(f"{after[:40]!r} is no id of a message; give that of the last one of the page before")
        found = self._find(queue)
        self._queues.ledger.settle()
        page = self._queues.store.page(found.number, moving.number(after), limit)
        with self._queues.lock:
            known = found.messages
            return [picture(known[seq], content, whole=whole) for seq, content, whole in page if seq in known]

    def message(self, queue: str, message: str) -> QueuedMessage:
        found = moving.find(self._queues, self._scope, check_name(queue, "queue"), message)
        content = found.content or self._queues.store.content(found.seq)
        found = moving.find(self._queues, self._scope, queue, message)
        assert content is not None, "it was written before it could be found"
        return picture(found, content, whole=True)

    def delete_message(self, queue: str, message: str) -> None:
        moving.delete(self._queues, self._scope, check_name(queue, "queue"), message)

    def redrive(self, queue: str, messages: Sequence[str] = ()) -> int:
        return moving.redrive(self._queues, self._scope, check_name(queue, "queue"), messages)

    def resend(
        self,
        queue: str,
        message: str,
        *,
        message_type: str | None = None,
        payload: Payload | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> str:
        def change(was: Content) -> Content:
            kind, body = _given(message_type, was.message_type), _given(payload, was.payload)
            beside = dict(_given(headers, was.headers))
            size = check_message(kind, body, beside)
            return Content(kind, body, beside, self._clock.now(), author(self._caller), size)

        return moving.resend(self._queues, self._scope, check_name(queue, "queue"), message, change)

    # Topics.

    def publish(self, topic: str, message_type: str, payload: Payload = "") -> str:
        size = check_message(message_type, payload)
        return self._topics.publish(self._caller, check_name(topic, "topic"), message_type, payload, size)

    def topics(self) -> Sequence[TopicInfo]:
        return self._topics.list(self._scope)

    def published(self, topic: str = "", *, limit: int = 200) -> Sequence[Publication]:
        if not 1 <= limit <= MOST_LISTED:
            raise Invalid(f"a limit is 1 to {MOST_LISTED:,}, not {limit:,}")
        return self._topics.published(self._scope, check_name(topic, "topic") if topic else "", limit)

    def subscribe(self, topic: str, filter: str | None = None) -> None:  # noqa: A002 -- the contract's word
        self._topics.subscribe(self._actor(), check_name(topic, "topic"), filter)

    def unsubscribe(self, topic: str) -> None:
        self._topics.unsubscribe(self._actor(), check_name(topic, "topic"))

    # Small change.

    def _actor(self) -> ActorId:
        assert self._caller.actor is not None, "only an actor can subscribe"
        return self._caller.actor

    def _find(self, queue: str) -> Queue:
        return self._queues.book.find(self._scope, check_name(queue, "queue"))

    def _info(self, queue: Queue) -> QueueInfo:
        options = queue.options
        with self._queues.lock:
            first = queue.first(self._clock.now())
            dead = self._queues.book.get((queue.scope, options.dead_letter_queue))
            return QueueInfo(
                queue=queue.name,
                created=queue.created,
                visibility_ms=options.visibility_ms,
                max_attempts=options.max_attempts,
                max_length=options.max_length,
                dead_letter_queue=options.dead_letter_queue,
                waiting=queue.counts[MessageState.WAITING],
                delayed=queue.counts[MessageState.DELAYED],
                leased=queue.counts[MessageState.LEASED],
                receivers=self._queues.receivers(queue),
                dead_letters=dead.origins[queue.name] if dead is not None else 0,
                oldest=first.visible if first is not None else None,
            )


def _given(new: T | None, old: T) -> T:
    return old if new is None else new
