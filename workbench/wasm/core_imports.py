"""What core modules may import, all from the module `plexspaces`: a few host functions of the WIT in plain numbers.

A text is pointer and length, a payload too, with the high bit of the length for binary; a number is an i64. Every
function returns one i64 as the module's own functions do; what it points at was put into memory that the host asked of
`allocate`. Nothing (no such key, no tuple) is 0, an empty text has a pointer. A refusal's text is `code: sentence`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from ctypes import string_at
from struct import Struct
from typing import Any, NamedTuple

from wasmtime import Engine, FuncType, Linker, ValType

from workbench.api.errors import Internal, Invalid, WorkbenchError
from workbench.api.logs import Level
from workbench.wasm import core_values, ffi
from workbench.wasm.binary import CoreMember
from workbench.wasm.codec import Err
from workbench.wasm.gate import current, through_gate
from workbench.wasm.instance import Trapped
from workbench.wasm.wasi import GuestEnded

logger = logging.getLogger(__name__)
MODULE = "plexspaces"
NAME_CHARACTERS, SHOWN_TYPES = 100, 8
"""How much of what others wrote a sentence repeats."""
PLACES = 1 << 30
"""A result has 30 bits for a place in memory."""
_SLOT = Struct("<Q8x")
_FLAGS = {"refused": 1 << 63, "binary": 1 << 62}


class Import(NamedTuple):
    """One function: what it stands for, how its parameters are read, and how they become those of the WIT."""

    interface: str
    function: str
    parameters: tuple[tuple[str, str], ...]
    arguments: Callable[..., tuple[Any, ...]]

    @property
    def signature(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        flat = [("i64",) if kind == "number" else ("i32", "i32") for _, kind in self.parameters]
        return tuple(core for pair in flat for core in pair), ("i64",)


def _as_given(*arguments: Any) -> tuple[Any, ...]:
    return arguments


def _level(level: str, message: str) -> tuple[Any, ...]:
    if level not in tuple(Level):
        raise Invalid(f"no log level {level!r}; there are {', '.join(Level)}")
    return level, message, []


def _import(interface: str, function: str, arguments: Callable[..., tuple[Any, ...]], **parameters: str) -> Import:
    return Import(interface, function, tuple(parameters.items()), arguments)


_MESSAGE = {"message_type": "text", "payload": "payload"}
IMPORTS: Mapping[str, Import] = {
    "log": _import("logging", "log", _level, level="text", message="text"),
    "send_message": _import("messaging", "tell", _as_given, to="text", **_MESSAGE),
    "ask": _import("messaging", "ask", _as_given, to="text", **_MESSAGE, timeout_ms="number"),
    "send_after": _import("messaging", "send-after", _as_given, delay_ms="number", **_MESSAGE),
    "self_id": _import("messaging", "self-id", _as_given),
    "now_ms": _import("messaging", "now-ms", _as_given),
    "keyvalue_get": _import("keyvalue", "get", _as_given, key="text"),
    "keyvalue_put": _import("keyvalue", "put", lambda key, value: (key, value, None), key="text", value="payload"),
    "keyvalue_delete": _import("keyvalue", "delete", _as_given, key="text"),
    "keyvalue_increment": _import("keyvalue", "increment", core_values.signed_delta, key="text", delta="number"),
    "tuplespace_write": _import("tuplespace", "write", lambda t: (core_values.fields(t), None), fields="text"),
    "tuplespace_read": _import("tuplespace", "read", core_values.wanted, pattern="text", timeout_ms="number"),
    "tuplespace_take": _import("tuplespace", "take", core_values.wanted, pattern="text", timeout_ms="number"),
    "tuplespace_count": _import("tuplespace", "count", lambda p: (core_values.pattern(p),), pattern="text"),
}


def check(imports: Iterable[CoreMember]) -> None:
    """Invalid: an import is none of ours, or of another type."""
    for item in imports:
        known = IMPORTS.get(item.name) if item.module == MODULE else None
        if known is None:
            name = f"{item.module}.{item.name}"[:NAME_CHARACTERS]
            raise Invalid(
                f"it imports {name}, which this host does not offer; a core module may import "
                f"{', '.join(IMPORTS)} from {MODULE!r}"
            )
        if signature(item) != known.signature:
            wanted = written(item.name, *known.signature)
            raise Invalid(f"it imports {MODULE}.{item.name} as {kind(item)}; expected {wanted}")


def interfaces(imports: Iterable[CoreMember]) -> tuple[str, ...]:
    """The WIT interfaces behind what a module imports, in order of their names."""
    return tuple(sorted({IMPORTS[item.name].interface for item in imports}))


def signature(found: CoreMember) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Parameter and result types of a function; None for anything else."""
    return (found.params, found.results) if found.kind == "function" and "?" not in found.type else None


def kind(found: CoreMember) -> str:
    """What an import or export is, in WebAssembly's words."""
    types = signature(found)
    if types is not None:
        return written("func", *types)
    return f"a {found.kind} of a type that is newer than this host" if found.kind == "function" else f"a {found.kind}"


def written(name: str, params: tuple[str, ...], results: tuple[str, ...]) -> str:
    return f"{name}({_types(params)})" + (f" -> {_types(results)}" if results else "")


def _types(types: tuple[str, ...]) -> str:
    more = len(types) - SHOWN_TYPES
    return ", ".join(types[:SHOWN_TYPES]) + (f" and {more:,} more" if more > 0 else "")


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
            _SLOT.pack_into(ffi.Slot.from_address(raw), 0, _run(wanted, numbers))
        except GuestEnded as ended:
            current.instance.end_cause = ended.cause
            return _trap("ended by the host")
        except Trapped as trapped:
            return _trap(str(trapped))
        except BaseException:
            # Nothing may leave: a BaseException here ends the process.
            logger.exception("host function %s.%s failed", wanted.interface, wanted.function)
            return _trap(f"{MODULE}.{name} failed inside the host; its log has the details")
        return 0

    return trampoline


def _trap(reason: str) -> int:
    text = reason.encode()
    return int(ffi.trap_new(text, len(text)))


def _run(wanted: Import, numbers: Iterator[int]) -> int:
    guest = current.instance
    try:
        arguments = wanted.arguments(*[_read(guest, name, kind, numbers) for name, kind in wanted.parameters])
    except WorkbenchError as refused:
        return _given(guest, f"{refused.code}: {refused.message}", _FLAGS["refused"])
    result = through_gate(wanted.interface, wanted.function, guest.context, arguments)
    if isinstance(result, Err):
        return _given(guest, f"{result.value[0]}: {result.value[1]}", _FLAGS["refused"])
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
    return flags | (_FLAGS["binary"] if isinstance(value, bytes) else 0) | at << 32 | len(data)
