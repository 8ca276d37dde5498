"""What core modules may import, all from the module `plexspaces`: a few host functions of the WIT in plain numbers.

A text is pointer and length, a payload too, with the high bit of the length for binary; a number is an i64. Every
function returns one i64 as the module's own functions do; what it points at was put into memory that the host asked of
`allocate`. Nothing (no such key, no tuple) is 0, an empty text has a pointer. A refusal's text is `code: sentence`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from ctypes import string_at
from struct import Struct
from typing import Any, NamedTuple

from wasmtime import Engine, FuncType, Linker, Module, ValType

from workbench.api.errors import Internal, Invalid, WorkbenchError
from workbench.api.logs import Level
from workbench.wasm import core_values, ffi
from workbench.wasm.codec import Err
from workbench.wasm.gate import current, through_gate
from workbench.wasm.wasi import GuestEnded

logger = logging.getLogger(__name__)
MODULE = "plexspaces"
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


def check(module: Module) -> None:
    """Invalid: an import is none of ours, or of another type."""
    for item in module.imports:
        known = IMPORTS.get(item.name or "") if item.module == MODULE else None
        if known is None:
            raise Invalid(
                f"it imports {item.module}.{item.name}, which this host does not offer; a core module may import "
                f"{', '.join(IMPORTS)} from {MODULE!r}"
            )
        if signature(item.type) != known.signature:
            wanted = written(item.name or "", *known.signature)
            raise Invalid(f"it imports {MODULE}.{item.name} as {kind(item.type)}; expected {wanted}")


def interfaces(module: Module) -> tuple[str, ...]:
    """The WIT interfaces behind what it imports, in order of their names."""
    return tuple(sorted({IMPORTS[item.name or ""].interface for item in module.imports}))


def signature(found: Any) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Parameter and result types of a function; None for anything else."""
    if not isinstance(found, FuncType):
        return None
    return tuple(map(str, found.params)), tuple(map(str, found.results))


def kind(found: Any) -> str:
    """What an import or export is, in WebAssembly's words."""
    types = signature(found)
    if types is None:
        return f"a {type(found).__name__.removesuffix('Type').lower()}"
    return written("func", *types)


def written(name: str, params: tuple[str, ...], results: tuple[str, ...]) -> str:
    return f"{name}({', '.join(params)})" + (f" -> {', '.join(results)}" if results else "")


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
        callback = ffi.RawCallback(_trampoline(wanted))
        self._callbacks.append(callback)
        params, results = ([ValType.i64() if t == "i64" else ValType.i32() for t in side] for side in wanted.signature)
        function, encoded, module = FuncType(params, results), name.encode(), MODULE.encode()
        error = ffi.add_raw_function(
            linker.ptr(), module, len(module), encoded, len(encoded), function.ptr(), callback, None, None
        )
        if error:
            raise Internal(f"{name} cannot be defined: {ffi.take_message(error)}")


def _trampoline(wanted: Import) -> Callable[..., int]:
    readers = tuple(kind for _, kind in wanted.parameters)
    count = sum(1 if kind == "number" else 2 for kind in readers)
    slots = Struct("<" + "Q8x" * count)

    def trampoline(_env: Any, _caller: Any, raw: int, _count: int) -> int:
        try:
            numbers = iter(slots.unpack(string_at(raw, slots.size)))
            _SLOT.pack_into(ffi.Slot.from_address(raw), 0, _run(wanted, readers, numbers))
        except GuestEnded as ended:
            current.instance.end_cause = ended.cause
            return int(ffi.trap_new(b"ended by the host", 17))
        except BaseException as error:
            # Nothing may leave: a BaseException here ends the process.
            if type(error).__name__ != "Trapped":
                logger.exception("host function %s.%s failed", wanted.interface, wanted.function)
            text = str(error).encode() or b"a host function failed"
            return int(ffi.trap_new(text, len(text)))
        return 0

    return trampoline


def _run(wanted: Import, readers: tuple[str, ...], numbers: Any) -> int:
    guest = current.instance
    values = []
    for reader in readers:
        number = next(numbers)
        if reader == "number":
            values.append(number)
            continue
        size = next(numbers) & 0xFFFFFFFF
        data = guest.read(number & 0xFFFFFFFF, size & 0x7FFFFFFF)
        values.append(data if size >> 31 and reader == "payload" else data.decode("utf-8", "replace"))
    try:
        arguments = wanted.arguments(*values)
    except WorkbenchError as refused:
        return _given(guest, f"{refused.code}: {refused.message}", _FLAGS["refused"])
    result = through_gate(wanted.interface, wanted.function, guest.context, arguments)
    if isinstance(result, Err):
        return _given(guest, f"{result.value[0]}: {result.value[1]}", _FLAGS["refused"])
    return _given(guest, core_values.plain(result.value), 0)


def _given(guest: Any, value: str | bytes | None, flags: int) -> int:
    """The i64 that stands for a value, which is put into the guest's memory."""
    if value is None:
        return 0
    data = value if isinstance(value, bytes) else value.encode("utf-8", "replace")
    at: int = guest.put(data or b"\0")  # an empty text has a place too: 0 is nothing at all
    return flags | (_FLAGS["binary"] if isinstance(value, bytes) else 0) | at << 32 | len(data)
