"""How a binary is damaged: one mutant per seed, the same on every machine."""

from __future__ import annotations

from random import Random

HEADER_BYTES = 8
MOST_BYTES = 64
NUMBERS = (b"\xff\xff\xff\xff\x0f", b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x80\x80\x04", b"\x00", b"\x7f")
"""Sizes, counts and indices that are likely to be too large for something."""


def mutated(data: bytes, seed: int) -> bytes:
    """One mutant: one to four times a few bytes changed, taken out, put in, moved, or a number made huge."""
    chance = Random(seed)
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(HEADER_BYTES if chance.random() < 0.98 else 0, len(found))
        size = chance.randint(1, MOST_BYTES)
        match chance.randrange(9):
            case 0 | 1 | 2:
                found[at] ^= 1 << chance.randrange(8)
            case 3:
                found[at] = chance.randrange(256)
            case 4:
                found[at : at + size] = chance.randbytes(min(size, len(found) - at))
            case 5:
                del found[at : at + size]
            case 6:
                found[at:at] = chance.randbytes(size)
            case 7:
                other = chance.randrange(len(found))
                found[at : at + size] = found[other : other + size]
            case _:
                found[at : at + 1] = chance.choice(NUMBERS)
        if len(found) <= HEADER_BYTES:
            break
    return bytes(found[: chance.randrange(len(found))]) if chance.random() < 0.02 and found else bytes(found)
