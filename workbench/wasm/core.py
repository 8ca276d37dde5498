"""Core modules as actors: no component around them, three texts in, one 64-bit number out.

A module exports `memory`, `allocate(size: i32) -> i32` and at least one handler; `init`, `snapshot_state` and
`shutdown` as it likes. Texts come in as pointer and length, of which the high bit says binary. What a function gives
back is one i64: bit 63 refused (the bytes are the reason), bit 62 binary, bits 32 to 61 the pointer, bits 0 to 31 the
length; 0 is nothing. The handler's three texts lie in one block that was asked of `allocate`; the module may reuse it.
"""

from __future__ import annotations

from collections.abc import Mapping
from ctypes import addressof, byref, c_void_p
from dataclasses import dataclass, replace
from pathlib import Path
from struct import Struct
from typing import Any

from wasmtime import Engine, Linker, Module

from workbench.api.errors import Cause, Invalid
from workbench.api.messages import Payload
from workbench.wasm import core_imports, ffi, traps
from workbench.wasm.binary import Binary, CoreMember
from workbench.wasm.codec import Err, Ok
from workbench.wasm.core_linker import BINARY, BINARY_INPUT, LENGTHS, PLACES, REFUSED
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context
from workbench.wasm.instance import Instance, Trapped
from workbench.wasm.program import BEHAVIORS, LIFECYCLE, Program
from workbench.wasm.validation import listed

ALLOCATE, MEMORY = "allocate", "memory"
_HANDLER = ((("i32",) * 6), ("i64",))
SIGNATURES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    ALLOCATE: (("i32",), ("i32",)),
    "init": (("i32", "i32"), ("i64",)),
    "snapshot_state": ((), ("i64",)),
    "shutdown": ((), ("i64",)),
    **{handler.replace("-", "_"): _HANDLER for handler in BEHAVIORS.values()},
}
"""Every exported function that means something to the host: the types of its parameters and results."""
NEAR_BYTES = 64 << 10
"""A trap with less room than this up to the limit of memory counts as the end of memory."""
TOO_EARLY = "host functions answer in init and in the handlers, not in a start function"
_SIX = Struct("<" + "I12x" * 6)
_TWO = Struct("<" + "I12x" * 2)
_ONE = Struct("<I12x")


@dataclass(frozen=True, slots=True)
class CoreProgram(Program):
    """A core module loaded into an engine; `pre` has its imports resolved."""

    pre: Any
    functions: frozenset[str]

    def instantiate(self, context: Context, engines: Engines) -> Instance:
        return CoreInstance(self, context, engines)


def load(module: str, artifact: Path, binary: Binary, engine: Engine, linker: Linker) -> CoreProgram:
    """Map a verified artifact and resolve its imports. Invalid: it is no actor, and why."""
    functions = _check(binary)  # by what was read of it: asked for a type with v128, the engine ends the process
    loaded = Module.deserialize_file(engine, str(artifact))
    behaviors = tuple(name for name, handler in BEHAVIORS.items() if handler.replace("-", "_") in functions)
    return CoreProgram(module, engine, binary.memory_bytes, behaviors, linker.instantiate_pre(loaded), functions)


def _check(binary: Binary) -> frozenset[str]:
    """The functions of SIGNATURES that it exports. Invalid: one is missing or of another type, or an import is."""
    core_imports.check(binary.core_imports)
    exports = {member.name: member for member in binary.core_exports}
    _check_memory(exports, binary)
    found = frozenset(name for name in SIGNATURES if name in exports)
    handlers = [handler.replace("-", "_") for handler in BEHAVIORS.values()]
    if not found & set(handlers):
        raise Invalid(f"it exports no handler: it must export one of {', '.join(handlers)}")
    if ALLOCATE not in found:
        raise Invalid(f"it does not export {core_imports.written(ALLOCATE, *SIGNATURES[ALLOCATE])}")
    for name in found:
        if SIGNATURES[name] != core_imports.signature(exports[name]):
            raise Invalid(f"it exports {name} as {core_imports.kind(exports[name])}; expected {_written(name)}")
    return found


def _check_memory(exports: Mapping[str, CoreMember], binary: Binary) -> None:
    """Refuse what the host cannot write to: no memory at all, one with 64-bit places, and one shared by threads."""
    member = exports.get(MEMORY)
    if member is None or member.kind != "memory":
        raise Invalid(f"it exports no memory called {MEMORY!r}; it exports {listed(tuple(exports))}")
    found = binary.memories[member.index] if member.index < len(binary.memories) else None
    if found is None or found.wide or found.shared:
        raise Invalid(f"it exports a {member.type}; expected one with places of 32 bits that is not shared")


def _written(name: str) -> str:
    return core_imports.written(name, *SIGNATURES[name])


class CoreInstance(Instance):
    """A living core module. See Instance.

    While the host asks `allocate` for room (`allocating`), host functions do not answer, as in components: an allocate
    that calls them would lead the host ever deeper into itself.
    """

    def __init__(self, program: CoreProgram, context: Context, engines: Engines) -> None:
        self._program = program
        self._instance = ffi.CoreInstance()
        self._functions: dict[str, tuple[Any, c_void_p]] = {}
        self._handlers: dict[str, c_void_p] = {}
        self._size, self._view = -1, memoryview(bytearray())
        self._allocate_at: c_void_p | None = None  # both are seen only when the start function is over
        self._memory_at: c_void_p | None = None
        self.allocating = False
        self._slots = ffi.Slots()
        self._slots_at = c_void_p(addressof(self._slots))
        self._trap = c_void_p()
        self._trap_at = c_void_p(addressof(self._trap))
        super().__init__(program.engine, program.memory_bytes, context, engines)

    def _instantiate(self, nothing: tuple[()]) -> None:  # noqa: ARG002
        self._ended(ffi.instantiate_core(self._program.pre.ptr(), self._context, byref(self._instance), self._trap_at))
        self._memory = self._export(MEMORY).memory
        self._allocate = self._export(ALLOCATE).func
        self._allocate_at, self._memory_at = c_void_p(addressof(self._allocate)), c_void_p(addressof(self._memory))
        self._look()

    def _export(self, name: str) -> Any:
        found = ffi.Extern()
        encoded = name.encode()
        there = ffi.core_export(self._context, byref(self._instance), encoded, len(encoded), byref(found))
        assert there, f"{name} was there when the module was checked"
        return found.of

    def _ended(self, error: int | None) -> None:
        """Raise Trapped when a call ended badly."""
        if error:
            raise Trapped(ffi.take_message(error))
        if self._trap.value:
            trap, self._trap.value = self._trap.value, None
            raise Trapped(ffi.take_trap(trap))

    def _call(self, function: c_void_p, slots: int) -> None:
        error = ffi.call_raw(self._context, function, self._slots_at, slots, self._trap_at)
        if error or self._trap.value:
            self._ended(error)

    def _invoke(self, asked: tuple[tuple[str, str], tuple[Any, ...]]) -> Ok | Err:
        (interface, function), arguments = asked
        if interface != LIFECYCLE:
            return self._message(asked)
        name = function.replace("-", "_")
        if name not in self._program.functions:
            return _without(name, arguments)
        if arguments:
            state = arguments[0]
            data = state if type(state) is bytes else state.encode()
            binary = BINARY_INPUT if data is state else 0
            _TWO.pack_into(self._slots, 0, self.put(data), len(data) | binary)
        self._call(self._function(name), 2 if arguments else 1)
        return self._taken(self._slots.first)

    def _function(self, name: str) -> c_void_p:
        found = self._functions.get(name)
        if found is None:
            exported = self._export(name).func
            found = self._functions[name] = exported, c_void_p(addressof(exported))
        return found[1]

    def _message(self, asked: tuple[tuple[str, str], tuple[str, str, Payload]]) -> Ok | Err:
        # What `put`, `_call`, `_look` and `_taken` do, laid out flat: calling them took a third of a small turn.
        (interface, handler), (sender, message_type, payload) = asked
        found = self._handlers.get(handler)
        if found is None:
            found = self._handlers[handler] = self._function(handler.replace("-", "_"))
        one, two = sender.encode(), message_type.encode()
        three = payload if type(payload) is bytes else payload.encode()  # type: ignore[union-attr]
        first, second, third = len(one), len(two), len(three)
        slots, context, trap, at = self._slots, self._context, self._trap, 0
        if size := first + second + third:
            _ONE.pack_into(slots, 0, size)
            self.allocating = True
            error = ffi.call_raw(context, self._allocate_at, self._slots_at, 1, self._trap_at)
            self.allocating = False
            if error or trap.value:
                self._ended(error)
            at = slots.first & 0xFFFFFFFF
            self._write(at, size, one + two + three)
        if three is payload:
            third |= BINARY_INPUT
        behind = at + first
        _SIX.pack_into(slots, 0, at, first, behind, second, behind + second, third)
        error = ffi.call_raw(context, found, self._slots_at, 6, self._trap_at)
        if error or trap.value:
            self._ended(error)
        packed = slots.first
        if packed >= BINARY:
            result = self._taken(packed)
            if interface == "gen-fsm" and type(result.value) is bytes:
                raise Trapped("the name of a state is text, and handle_transition gave bytes")
            return result
        start, length = packed >> 32, packed & LENGTHS - 1
        if start + length > self._look():
            return self._taken(packed)  # which says what is wrong
        try:
            return Ok(str(self._view[start : start + length], "utf-8"))
        except UnicodeDecodeError:
            return self._taken(packed)

    def put(self, data: bytes) -> int:
        """Copy bytes into memory that the guest allocates, and give their place. Raises Trapped."""
        size = len(data)
        if not size:
            return 0
        if self._allocate_at is None:
            raise Trapped(TOO_EARLY)
        slots = self._slots
        _ONE.pack_into(slots, 0, size)
        self.allocating = True
        self._call(self._allocate_at, 1)
        self.allocating = False
        at: int = slots.first & 0xFFFFFFFF
        self._write(at, size, data)
        return at

    def _write(self, at: int, size: int, data: bytes) -> None:
        if at + size > self._look():
            raise Trapped(f"allocate({size:,}) gave {at:,}, which is outside of its memory")
        self._view[at : at + size] = data

    def read(self, at: int, size: int) -> bytes:
        """Bytes of its memory. Raises Trapped when they are not all inside."""
        if at + size > self._look():
            raise Trapped(f"it spoke of {size:,} bytes at {at:,}, which are outside of its memory")
        return bytes(self._view[at : at + size])

    def _look(self) -> int:
        """The size of memory now. Only when it has grown may it have moved, and then the view is made anew."""
        if self._memory_at is None:
            raise Trapped(TOO_EARLY)
        size: int = ffi.memory_size(self._context, self._memory_at)
        if size != self._size:
            self._size, base = size, ffi.memory_data(self._context, self._memory_at)
            self._view = ffi.view_of(base, size, ffi.WRITABLE) if size else memoryview(bytearray())
        return size

    def _taken(self, packed: int) -> Ok | Err:
        """The value behind a function's i64."""
        data = self.read(packed >> 32 & PLACES - 1, packed & LENGTHS - 1)
        if packed & BINARY and not packed & REFUSED:
            return Ok(data)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            raise Trapped(f"its reply is not UTF-8 text: {error.reason} at byte {error.start}") from None
        return Err(text or "refused without a reason") if packed & REFUSED else Ok(text)

    def _cause(self, message: str, fuel: int) -> Cause:
        cause = super()._cause(message, fuel)
        if self.end_cause is not None or cause.limit or "wasm trap" not in message or self._memory_at is None:
            return cause
        alive = self._look()
        if alive + NEAR_BYTES <= self.memory_limit:
            return cause
        return replace(traps.out_of_memory(self.memory_limit, self.memory_bytes, None, ""), used=alive)

    def _measure(self) -> int | None:
        return self._size  # looked at after the last call

    def close(self) -> None:
        self._size, self._view = -1, memoryview(bytearray())
        super().close()


def _without(name: str, arguments: tuple[Any, ...]) -> Ok | Err:
    """What a function of the lifecycle does that a module does not have."""
    if name == "init" and arguments[0]:
        return Err("it has no init, so it starts with an empty state only")
    return Err("it has no snapshot_state") if name == "snapshot_state" else Ok("")
