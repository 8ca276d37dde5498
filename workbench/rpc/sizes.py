"""How much travels at once, for both ends."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor

REQUEST_BYTES = 9 << 20
"""The largest request: a text payload of 8 MiB with room for what goes along with it."""
ANSWER_BYTES = 64 << 20
"""The largest answer that a client takes: a turn may hold several payloads."""
CHUNK_BYTES = 256 << 10
"""Modules travel in pieces of this size."""
BATCH_BYTES = 256 << 10
"""Long lists travel in answers of about this size: one is read while the next is made."""
METADATA_BYTES = 64 << 10
LIST_BYTES = 1 << 20
"""The largest request that has lists in it, of names and the like."""
PLAIN_BYTES = 64 << 10
"""The largest one that has not."""
CONTENT = ("Payload", "Value")
"""Messages that hold what people send, and not what it is about."""


@cache
def most(method: MethodDescriptor) -> int:
    """The largest request that a method takes, in bytes: by what it is made of."""
    return max(_most(method.input_type, ()), PLAIN_BYTES)


def _most(message: Descriptor, above: tuple[str, ...]) -> int:
    if message.name in CONTENT:
        return REQUEST_BYTES
    if message.full_name in above:
        return LIST_BYTES
    found = 0
    for field in message.fields:
        if field.message_type is not None:
            found = max(found, _most(field.message_type, (*above, message.full_name)))
        if field.is_repeated:
            found = max(found, LIST_BYTES)
        elif field.type == FieldDescriptor.TYPE_BYTES:
            found = max(found, CHUNK_BYTES + PLAIN_BYTES)
    return found


def chunks(data: bytes, begin: int = 0) -> Iterator[bytes]:
    """`data` from `begin` on, in pieces."""
    return (data[start : start + CHUNK_BYTES] for start in range(begin, len(data), CHUNK_BYTES))
