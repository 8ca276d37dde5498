"""A list of every object that exists when a component is built, for the host to make them immortal.

Whoever looks at an object writes to it: its count of references goes up and down again, and the page it lies in is
copied. An immortal object's count is never written. Python offers no way to make an object so; the host does it in the
finished binary, where it finds this list by its first bytes (`workbench/wasm/immortal.py`).
"""

from __future__ import annotations

import gc
import sys
from types import CodeType, CoroutineType, FrameType, GeneratorType

MARK = b"census of the objects in this image:"
GRAIN = 16
"""Every object begins at a multiple of this."""
MEMORY = 64 << 20
MOST = 400_000
_PASSING = (FrameType, GeneratorType, CoroutineType)
"""Objects that are about to end."""
_taken = bytearray()


def take() -> None:
    """Write down the addresses of all objects that can be reached, and those of their types.

    The bytes are MARK, two counts and the addresses, all as 32-bit numbers in the machine's order. Their place is taken
    first, so that what the census itself needs lies behind it, at the top of the heap, and leaves no hole there.
    """
    _taken.extend(bytes(len(MARK) + 4 * (2 + MOST)))
    seen = bytearray(MEMORY // GRAIN // 8)
    types: set[int] = set()
    numbers = memoryview(_taken)[len(MARK) :].cast("I")
    count = 0
    pending: list[object] = [sys.modules, *gc.get_objects()]
    while pending and count < MOST:
        each = pending.pop()
        byte, bit = divmod(id(each) // GRAIN, 8)
        if seen[byte] >> bit & 1 or isinstance(each, _PASSING) or each is pending or each is seen:
            continue
        seen[byte] |= 1 << bit
        numbers[2 + count] = id(each)
        count += 1
        types.add(id(type(each)))
        pending.extend(_inside(each) if isinstance(each, CodeType) else gc.get_referents(each))
    for at, kind in enumerate(types):
        numbers[2 + count + at] = kind
    numbers[0], numbers[1] = count, len(types)
    numbers.release()
    _taken[: len(MARK)] = MARK


def _inside(code: CodeType) -> list[object]:
    """What a code object keeps; the collector does not look into it."""
    names = (*code.co_varnames, *code.co_cellvars, *code.co_freevars)
    return [*code.co_consts, *code.co_names, *names, code.co_filename, code.co_name, code.co_qualname,
            code.co_linetable, code.co_exceptiontable, code.co_consts, code.co_names]  # fmt: skip
