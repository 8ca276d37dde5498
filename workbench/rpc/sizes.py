"""How much travels at once, for both ends."""

from __future__ import annotations

from collections.abc import Iterator

REQUEST_BYTES = 9 << 20
"""The largest request: a text payload of 8 MiB with room for what goes along with it."""
ANSWER_BYTES = 64 << 20
"""The largest answer that a client takes: a turn may hold several payloads."""
CHUNK_BYTES = 256 << 10
"""Modules travel in pieces of this size."""
BATCH_BYTES = 1 << 20
"""Long lists travel in answers of about this size."""
METADATA_BYTES = 64 << 10


def chunks(data: bytes, begin: int = 0) -> Iterator[bytes]:
    """`data` from `begin` on, in pieces."""
    return (data[start : start + CHUNK_BYTES] for start in range(begin, len(data), CHUNK_BYTES))
