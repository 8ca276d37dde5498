"""Whether a message may be put into a mailbox at all: its type and payload, against the limits of who gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.api.errors import Exhausted, Invalid
from workbench.api.identity import NAME_BYTES
from workbench.api.limits import MAILBOX_BYTES, Limits
from workbench.api.messages import Envelope, Payload
from workbench.api.words import plural
from workbench.wasm.instance import Instance

if TYPE_CHECKING:
    from workbench.runtime.actor import Actor


def size_of(text: Payload, what: str = "the text") -> int:
    """Bytes of a payload; Invalid when it is neither text nor bytes, or no valid Unicode."""
    if isinstance(text, bytes) or (isinstance(text, str) and text.isascii()):
        return len(text)
    if not isinstance(text, str):
        raise Invalid(f"a payload is text (str) or binary (bytes), not {type(text).__name__}")
    try:
        return len(text.encode())
    except UnicodeEncodeError as error:
        raise Invalid(f"{what} is not valid Unicode: {error.reason} at character {error.start}") from error


def check_sizes(envelope: Envelope, limits: Limits, instance: Instance | None, receiver: str) -> None:
    """Invalid: it is not text or bytes. Exhausted: it is larger than its limit, or than a quarter of free memory."""
    payload, message_type = envelope.payload, envelope.type
    if not isinstance(message_type, str):
        raise Invalid(f"a message type is text (str), not {type(message_type).__name__}")
    size, named = size_of(payload), size_of(message_type, "the message type")
    if named > NAME_BYTES:
        raise Exhausted(
            f"size: a message type has up to {NAME_BYTES:,} bytes, this one has {named:,}",
            limit="size",
            value=NAME_BYTES,
            used=named,
        )
    allowed = limits.text_bytes if isinstance(payload, str) else limits.binary_bytes
    if instance is not None and instance.memory_bytes is not None:
        allowed = min(allowed, (instance.memory_limit - instance.memory_bytes) // 4)
    if size > allowed:
        raise Exhausted(
            f"size: the payload has {size:,} bytes and {receiver} takes up to {allowed:,} now; use a blob",
            limit="size",
            value=allowed,
            used=size,
        )


def check_timer(actor: Actor, envelope: Envelope) -> None:
    """Whether one more timer of this actor may carry this message."""
    actor.check(envelope)
    held = sum(len(timer.envelope.payload) for timer in list(actor.timers.values())) + len(envelope.payload)
    count = len(actor.timers) if actor.durable is None else actor.durable.outbox.timers
    if count >= actor.mailbox.limit or held > MAILBOX_BYTES:
        raise Exhausted(
            f"{actor.id.name} has {plural(count, 'timer')} already, and they would carry {held:,} bytes",
            limit="mailbox",
            value=actor.mailbox.limit,
            used=count,
        )
