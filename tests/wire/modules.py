"""Modules to send: a component of any size, which compiles in a moment."""

from __future__ import annotations

import random

from tests.mutants.modules import component

MEBIBYTE = 1 << 20
LARGE_BYTES = 18 * MEBIBYTE


def large(size: int = LARGE_BYTES, seed: int = 1) -> bytes:
    """A component of about `size` bytes, most of them in a custom section that nothing can compress."""
    content = b"\x07padding" + random.Random(seed).randbytes(size)
    return component() + b"\x00" + _leb128(len(content)) + content


def _leb128(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])
