"""Host functions for core modules: plain numbers in, through the gate, one number out.

What it points at is put into memory that the host asks of the guest's `allocate`, so a call of the host can end in any
way in which a guest can die.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from ctypes import string_at
from struct import Struct
from typing import Any

from wasmtime import Engine, FuncType, Linker, ValType

from workbench.api.errors import Internal, Invalid, WorkbenchError
from workbench.wasm import core_values, ffi
from workbench.wasm.codec import Err
from workbench.wasm.core_imports import IMPORTS, MODULE, Import
from workbench.wasm.gate import GuestEnded, current, misfit, through_gate
from workbench.wasm.instance import Trapped

logger = logging.getLogger(__name__)
REFUSED, BINARY = 1 << 63, 1 << 62
PLACES, LENGTHS = 1 << 30, 1 << 32
"""A result has 30 bits for a place in memory and 32 for a length."""
BINARY_INPUT = 1 << 31
_SLOT = Struct("<Q8x")


class CoreLinkers:
    """One linker per engine, shared by all core modules. The caller guards it."""

    def __init__(self) -> None:
        self._linkers: dict[int, Linker] = {}
        self._callbacks: list[Any] = []  # must live as long as the linkers

    def get(self, engine: Engine) -> Linker:
        if id(engine) not in self._linkers:
            linker = self._linkers[id(engine)] = Linker(engine)
            for name, wanted in IMPORTS.items():
                self._define(linker, name, wanted)
        return self._linkers[id(engine)]

    def _define(self, linker: Linker, name: str, wanted: Import) -> None:
        callback = ffi.RawCallback(_trampoline(name, wanted))
        self._callbacks.append(callback)
        params, results = ([ValType.i64() if t == "i64" else ValType.i32() for t in side] for side in wanted.signature)
        function, encoded, module = FuncType(params, results), name.encode(), MODULE.encode()
        error = ffi.add_raw_function(
            linker.ptr(), module, len(module), encoded, len(encoded), function.ptr(), callback, None, None
        )
        if error:
            raise Internal(f"{name} cannot be defined: {ffi.take_message(error)}")


def _trampoline(name: str, wanted: Import) -> Callable[..., int]:
    slots = Struct("<" + "Q8x" * len(wanted.signature[0]))

    def trampoline(_env: Any, _caller: Any, raw: int, _count: int) -> int:
        try:
            numbers = iter(slots.unpack(string_at(raw, slots.size)))
            _SLOT.pack_into(ffi.Slot.from_address(raw), 0, _run(name, wanted, numbers))
        except GuestEnded as ended:
            current.instance.end_cause = ended.cause
            return _trap("ended by the host")
        except Trapped as trapped:
            return _trap(str(trapped))
        except BaseException as error:
            # Nothing may leave: a BaseException here ends the process.
            if (cause := misfit(current.instance.context, f"{wanted.interface}.{wanted.function}", error)) is not None:
                current.instance.end_cause = cause
                return _trap("ended by the host")
            logger.exception("host function %s.%s failed", wanted.interface, wanted.function)
            return _trap(f"{MODULE}.{name} failed inside the host; its log has the details")
        return 0

    return trampoline


def _trap(reason: str) -> int:
    text = reason.encode()
    return int(ffi.trap_new(text, len(text)))


def _run(name: str, wanted: Import, numbers: Iterator[int]) -> int:
    guest = current.instance
    if guest.allocating:
        raise Trapped(f"allocate called {MODULE}.{name}: while the host asks for room, host functions do not answer")
    try:
        arguments = wanted.arguments(*[_read(guest, name, kind, numbers) for name, kind in wanted.parameters])
    except WorkbenchError as refused:
        return _given(guest, f"{refused.code}: {refused.message}", REFUSED)
    result = through_gate(wanted.interface, wanted.function, guest.context, arguments)
    if isinstance(result, Err):
        return _given(guest, f"{result.value[0]}: {result.value[1]}", REFUSED)
    return _given(guest, core_values.plain(result.value), 0)


def _read(guest: Any, name: str, kind: str, numbers: Iterator[int]) -> int | str | bytes:
    """The next parameter. Invalid: it is a text and no UTF-8. Trapped: it is not inside of its memory."""
    number = next(numbers)
    if kind == "number":
        return number
    size = next(numbers) & 0xFFFFFFFF
    data: bytes = guest.read(number & 0xFFFFFFFF, size & 0x7FFFFFFF)
    if size >> 31 and kind == "payload":
        return data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Invalid(f"{name} is not UTF-8 text: {error.reason} at byte {error.start}") from None


def _given(guest: Any, value: str | bytes | None, flags: int) -> int:
    """The i64 that stands for a value, which is put into the guest's memory."""
    if value is None:
        return 0
    data = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    at: int = guest.put(data or b"\0")  # an empty text has a place too: 0 is nothing at all
    if at >= PLACES:
        raise Trapped(f"allocate({len(data):,}) gave {at:,}: a result can name places below {PLACES:,}")
    return flags | (BINARY if isinstance(value, bytes) else 0) | at << 32 | len(data)
