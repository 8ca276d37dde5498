"""Memory as the build leaves it: without holes, so that what an actor makes lies together in few pages.

Memory is copied page by page when it is written to. The allocator (dlmalloc alone: Python for WASI has no pools of its
own) takes the hole that fits best, and after the imports there are thousands, spread over all of the heap: an actor of
a few kilobytes then copied 300 pages. So the build fills the holes itself, with bytes that nobody reads, and what an
actor makes comes from fresh pages behind them.
"""

from __future__ import annotations

import sys

LARGEST, SMALLEST, STEP = 64 << 10, 24, 8
MOST = 60_000
"""Holes, at the most; there are some ten thousand."""
OVERHEAD = sys.getsizeof(b"")
_filling: list[bytes | None] = []


def fill_holes() -> None:
    """Use up every free block below the top of the heap, the large ones first."""
    _filling.extend([None] * MOST)  # now, for a list that grows leaves holes behind
    top = id(bytes(1 << 20))
    at, size = 0, LARGEST
    while size >= SMALLEST and at < MOST:
        block = bytes(size - OVERHEAD)
        if id(block) < top:
            _filling[at] = block
            at += 1
        else:
            size = size // 2 if size > 1024 else size - STEP
