"""Components as actors: their exports looked up once, their values lowered and lifted by our own codec."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from ctypes import byref
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from wasmtime import Engine
from wasmtime.component import Component, ExportIndex, Linker

from workbench.wasm import ffi
from workbench.wasm.binary import PAGE_BYTES, PROBE, Binary, no_probe
from workbench.wasm.codec import Lend, Lift, Lower, codec
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Context
from workbench.wasm.instance import Instance, Trapped
from workbench.wasm.linker import Linkers
from workbench.wasm.program import BEHAVIORS, LIFECYCLE, Program
from workbench.wasm.types import Function
from workbench.wasm.wit import actor_package

OPTIONAL = ("loader", "debugger")


@dataclass(frozen=True, slots=True)
class Export:
    """One exported function: where it is in the component and how its values travel."""

    index: ExportIndex
    values: type[Any]
    puts: tuple[Lend, ...]
    owned: tuple[int, ...]  # the parameters whose values are on the C heap
    lift: Lift | None


@dataclass(frozen=True, slots=True)
class ComponentProgram(Program):
    """A component loaded into an engine."""

    component: Component
    linker: Linker
    with_files: Callable[[], Linker]  # the engine's own WASI is behind it; made when first needed
    exports: Mapping[tuple[str, str], Export]
    probe: ExportIndex | None

    def instantiate(self, context: Context, engines: Engines) -> Instance:
        return ComponentInstance(self, context, engines)


def load(module: str, artifact: Path, binary: Binary, engine: Engine, linkers: Linkers) -> ComponentProgram:
    """Map a verified artifact and look up what it exports."""
    component = Component.deserialize_file(engine, str(artifact))
    linker = linkers.get(engine, component, binary.imports)
    with_files = cache(lambda: linkers.get(engine, component, binary.imports, files=True))
    exports: dict[tuple[str, str], Export] = {}
    package = actor_package()
    for interface in (LIFECYCLE, *BEHAVIORS, *OPTIONAL):
        parent = component.get_export_index(package.qualified(interface))
        if parent is None:
            continue
        for function in package.interfaces[interface].functions:
            index = component.get_export_index(function.name, parent)
            if index is not None:
                exports[interface, function.name] = _export(index, function)
    behaviors = tuple(name for name, handler in BEHAVIORS.items() if (name, handler) in exports)
    probe = None if no_probe(binary) else component.get_export_index(PROBE)  # never an export of the guest's own
    return ComponentProgram(
        module, engine, binary.memory_bytes, behaviors, component, linker, with_files, exports, probe
    )


def _export(index: ExportIndex, function: Function) -> Export:
    found = codec(function)
    pairs = tuple(zip(found.lend_params, found.lower_params, strict=True))
    puts = tuple(lend or _lowered(lower) for lend, lower in pairs)
    owned = tuple(at for at, (lend, _) in enumerate(pairs) if lend is None)
    return Export(index, ffi.Val * len(puts), puts, owned, found.lift_result)


def _lowered(lower: Lower) -> Lend:
    return lambda value, val, _kept: lower(value, val, None)


class ComponentInstance(Instance):
    """A living component. See Instance."""

    def __init__(self, program: ComponentProgram, context: Context, engines: Engines) -> None:
        self._program = program
        self._instance = ffi.ComponentInstance()
        self._functions: dict[tuple[str, str], tuple[Any, Export]] = {}
        self._probe: Any = None
        super().__init__(program.engine, program.memory_bytes, context, engines)

    def _instantiate(self, nothing: tuple[()]) -> None:  # noqa: ARG002
        program, linker = self._program, self._program.linker
        if native := self.world.bind_folders():
            linker = program.with_files()
            native.attach(self._context)
        error = ffi.instantiate_component(linker.ptr(), self._context, program.component.ptr(), byref(self._instance))
        if error:
            raise Trapped(ffi.take_message(error))
        if program.probe is not None:
            self._probe = self._function(program.probe)

    def _function(self, index: ExportIndex) -> Any:
        found = ffi.Func()
        assert ffi.component_function(byref(self._instance), self._context, index.ptr(), byref(found))
        return byref(found)

    def _invoke(self, asked: tuple[tuple[str, str], tuple[Any, ...]]) -> Any:
        key, arguments = asked
        found = self._functions.get(key)
        if found is None:
            export = self._program.exports[key]
            found = self._functions[key] = self._function(export.index), export
        handle, export = found
        values = export.values()
        kept: list[Any] = []  # memory that the values point at, ours until the call is over
        try:
            for put, argument, value in zip(export.puts, arguments, values, strict=True):
                put(argument, value, kept)
            return self._enter(handle, values, len(arguments), export.lift)
        finally:
            for at in export.owned:
                ffi.val_delete(byref(values[at]))

    def _enter(self, handle: Any, values: Any, count: int, lift: Lift | None) -> Any:
        result = ffi.Val()  # zeroed: a reused slot would be freed twice
        slot = byref(result) if lift else None
        if error := ffi.call(handle, self._context, values, count, slot, 1 if lift else 0):
            raise Trapped(ffi.take_message(error))
        if lift is None:
            return None
        try:
            return lift(result, self._context)
        finally:
            ffi.val_delete(slot)

    def _measure(self) -> int | None:
        """From the probe that was added to the binary."""
        if self._probe is None:
            return None
        result = ffi.Val()
        if error := ffi.call_short(self._probe, self._context, None, 0, byref(result), 1):
            ffi.error_delete(error)
            self._probe = None
            return None
        return int(result.u32) * PAGE_BYTES

    def close(self) -> None:
        self._functions.clear()
        self._probe = None
        super().close()
