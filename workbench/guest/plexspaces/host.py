"""The names under which other PlexSpaces runtimes offer the most used services; each calls its own module."""

from __future__ import annotations

from collections.abc import Sequence

from . import channels, messaging, tuplespace
from .payload import Payload


def spawn_actor(module_ref: str, initial_state: Payload = "") -> str:
    """Start a child and return its id; see `messaging.spawn`."""
    return messaging.spawn(module_ref, initial_state)


def send_message(to: str, message_type: str, payload: Payload = "") -> str:
    """Send a message without waiting for a reply; see `messaging.tell`."""
    return messaging.tell(to, message_type, payload)


def tuplespace_write(fields: Sequence[tuplespace.Value]) -> None:
    """Write a tuple; see `tuplespace.write`."""
    tuplespace.write(fields)


def tuplespace_read(pattern: Sequence[tuplespace.Field]) -> tuple[tuplespace.Value, ...] | None:
    """The oldest tuple that matches, without waiting; it stays. See `tuplespace.read`."""
    return tuplespace.read(pattern)


def tuplespace_take(pattern: Sequence[tuplespace.Field]) -> tuple[tuplespace.Value, ...] | None:
    """Take the oldest tuple that matches, without waiting; see `tuplespace.take`."""
    return tuplespace.take(pattern)


def tuplespace_count(pattern: Sequence[tuplespace.Field]) -> int:
    """How many tuples match; see `tuplespace.count`."""
    return tuplespace.count(pattern)


def send_to_queue(queue_name: str, message_type: str, payload: Payload = "") -> str:
    """Put a message into a queue; see `channels.send_to_queue`."""
    return channels.send_to_queue(queue_name, message_type, payload)


def publish_to_topic(topic_name: str, message_type: str, payload: Payload = "") -> str:
    """Send a message to every subscriber of a topic; see `channels.publish_to_topic`."""
    return channels.publish_to_topic(topic_name, message_type, payload)


def receive_from_queue(queue_name: str, timeout_ms: int = 0) -> channels.Delivery | None:
    """The next message of a queue, waiting up to `timeout_ms`; see `channels.receive_from_queue`."""
    return channels.receive_from_queue(queue_name, timeout_ms=timeout_ms)
