"""Queues (a message goes to one consumer, and comes back unless it is acknowledged) and topics (to all subscribers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import bindings
from .arguments import DELAY_MS, QUEUED_TTL_MS, U32, natural, optional_natural, optional_text, pairs, payload_of, text
from .payload import Payload


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message from a queue, leased to this actor until it is acknowledged or its lease ends.

    `id` is the lease's id, for `ack` and `nack`; `attempt` counts the deliveries of this message from 1.
    """

    id: str
    queue: str
    message_type: str
    payload: Payload
    attempt: int
    sent_at_ms: int
    headers: Mapping[str, str] = field(default_factory=dict)


def send_to_queue(
    queue: str,
    message_type: str,
    payload: Payload = "",
    *,
    delay_ms: int = 0,
    ttl_ms: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Put a message into a queue and return its id. It is seen after `delay_ms` and goes away unread after `ttl_ms`.

    A queue that does not exist is made, with the node's defaults. Raises Exhausted when the queue is full.
    """
    options = bindings.interface("channels").SendOptions(
        delay_ms=natural("delay_ms", delay_ms, taken=DELAY_MS),
        ttl_ms=optional_natural("ttl_ms", ttl_ms, taken=QUEUED_TTL_MS),
        headers=pairs("headers", headers or {}),
    )
    wit = payload_of("payload", payload)
    names = text("queue", queue), text("message_type", message_type)
    identity: str = bindings.call("channels", "send_to_queue", *names, wit, options)
    return identity


def receive_from_queue(queue: str, *, timeout_ms: int = 0) -> Delivery | None:
    """The next message of a queue. Waits up to `timeout_ms` for one; None when there was none."""
    found = bindings.call("channels", "receive_from_queue", text("queue", queue), natural("timeout_ms", timeout_ms))
    return None if found is None else _delivery(found)


def ack(delivery: Delivery | str) -> None:
    """The message is done; it is removed. Raises NotFound when the lease has ended."""
    bindings.call("channels", "ack", _lease(delivery))


def nack(delivery: Delivery | str, *, requeue: bool = True) -> None:
    """The message failed: back into the queue, or to the dead letters. Raises NotFound when the lease has ended."""
    bindings.call("channels", "nack", _lease(delivery), bool(requeue))


def publish_to_topic(topic: str, message_type: str, payload: Payload = "") -> str:
    """Send a message (kind cast) to every subscriber of a topic and return its id."""
    wit = payload_of("payload", payload)
    names = text("topic", topic), text("message_type", message_type)
    identity: str = bindings.call("channels", "publish_to_topic", *names, wit)
    return identity


def subscribe_to_topic(topic: str, *, filter: str | None = None) -> None:  # noqa: A002 -- the contract's word
    """Get the topic's messages whose type matches the glob pattern `filter` (None: all) from now on."""
    bindings.call("channels", "subscribe_to_topic", text("topic", topic), optional_text("filter", filter))


def unsubscribe_from_topic(topic: str) -> None:
    """End a subscription. Raises NotFound."""
    bindings.call("channels", "unsubscribe_from_topic", text("topic", topic))


def create_queue(
    queue: str,
    *,
    visibility_ms: int = 30_000,
    max_attempts: int = 3,
    max_length: int | None = None,
    dead_letter_queue: str | None = None,
) -> None:
    """Make a queue. A delivery is leased for `visibility_ms`; after `max_attempts` a message goes to the dead letters.

    Raises AlreadyExists, Invalid.
    """
    options = bindings.interface("channels").QueueOptions(
        visibility_ms=natural("visibility_ms", visibility_ms),
        max_attempts=natural("max_attempts", max_attempts, U32),
        max_length=optional_natural("max_length", max_length),
        dead_letter_queue=optional_text("dead_letter_queue", dead_letter_queue),
    )
    bindings.call("channels", "create_queue", text("queue", queue), options)


def delete_queue(queue: str) -> None:
    """Remove a queue and what is in it. Raises NotFound."""
    bindings.call("channels", "delete_queue", text("queue", queue))


def queue_depth(queue: str) -> int:
    """How many messages wait in a queue, leased ones not counted. Raises NotFound."""
    depth: int = bindings.call("channels", "queue_depth", text("queue", queue))
    return depth


def _lease(delivery: Delivery | str) -> str:
    return delivery.id if isinstance(delivery, Delivery) else text("delivery", delivery)


def _delivery(found: Any) -> Delivery:
    return Delivery(
        id=found.id,
        queue=found.queue,
        message_type=found.message_type,
        payload=found.payload.value,
        attempt=found.attempt,
        sent_at_ms=found.sent_at_ms,
        headers=dict(found.headers),
    )
