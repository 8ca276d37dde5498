"""The fixed sequence that stands for chance where an actor was not granted any: the same for the same seed, on every
machine, and from any place on, so that an actor that is restored goes on where it was."""

from __future__ import annotations

from hashlib import blake2b

BLOCK_BYTES = 64


def sequence(seed: str, first: int, size: int) -> bytes:
    """`size` bytes of the sequence of `seed`, from byte `first` on: blocks of BLAKE2b, keyed by the seed, numbered."""
    key = blake2b(seed.encode("utf-8", "surrogatepass")).digest()
    start, offset = divmod(first, BLOCK_BYTES)
    count = -(-(offset + size) // BLOCK_BYTES)
    blocks = (blake2b(number.to_bytes(8, "little"), key=key).digest() for number in range(start, start + count))
    return b"".join(blocks)[offset : offset + size]
