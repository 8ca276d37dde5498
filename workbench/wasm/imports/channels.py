"""The interface `channels`: queues and topics of the actor's tenant and namespace."""

from __future__ import annotations

from typing import Any

from workbench.api.channels import Delivery
from workbench.api.errors import Timeout
from workbench.api.messages import Payload
from workbench.wasm.gate import Context, host_call


@host_call("channels", "send-to-queue")
def send_to_queue(context: Context, queue: str, message_type: str, payload: Payload, options: Any) -> str:
    times: dict[str, Any] = {"delay_ms": options.delay_ms, "ttl_ms": options.ttl_ms}
    return context.services.channels.send(queue, message_type, payload, headers=dict(options.headers), **times)


@host_call("channels", "receive-from-queue")
def receive_from_queue(context: Context, queue: str, timeout_ms: int) -> tuple[object, ...] | None:
    allowed = context.bounded(timeout_ms)
    found = context.services.channels.receive(queue, timeout=allowed / 1000)
    if found is None and allowed < timeout_ms:
        raise Timeout(f"queue {queue[:40]!r} had no message within the {allowed:,} ms that this turn may still wait")
    return None if found is None else _delivery(found)


@host_call("channels", "ack")
def ack(context: Context, delivery: str) -> None:
    context.services.channels.ack(delivery)


@host_call("channels", "nack")
def nack(context: Context, delivery: str, requeue: bool) -> None:
    context.services.channels.nack(delivery, requeue=requeue)


@host_call("channels", "publish-to-topic")
def publish_to_topic(context: Context, topic: str, message_type: str, payload: Payload) -> str:
    return context.services.channels.publish(topic, message_type, payload)


@host_call("channels", "subscribe-to-topic")
def subscribe_to_topic(context: Context, topic: str, filter: str | None) -> None:  # noqa: A002 -- the contract's word
    context.services.channels.subscribe(topic, filter)


@host_call("channels", "unsubscribe-from-topic")
def unsubscribe_from_topic(context: Context, topic: str) -> None:
    context.services.channels.unsubscribe(topic)


@host_call("channels", "create-queue")
def create_queue(context: Context, queue: str, options: Any) -> None:
    context.services.channels.create_queue(
        queue,
        visibility_ms=options.visibility_ms,
        max_attempts=options.max_attempts,
        max_length=options.max_length,
        dead_letter_queue=options.dead_letter_queue,
    )


@host_call("channels", "delete-queue")
def delete_queue(context: Context, queue: str) -> None:
    context.services.channels.delete_queue(queue)


@host_call("channels", "queue-depth")
def queue_depth(context: Context, queue: str) -> int:
    return context.services.channels.queue_depth(queue)


def _delivery(found: Delivery) -> tuple[object, ...]:
    """The record `delivery`: its fields in their order."""
    headers, sent_ms = list(found.headers.items()), round(found.sent * 1000)
    return found.id, found.queue, found.message_type, found.payload, headers, found.attempt, sent_ms
