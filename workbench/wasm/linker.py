"""Linkers: every host function defined once per engine and WASI version, shared by all actors.

A host function finds its actor through a thread-local that is set around each call into a guest. Functions are defined
through the C interface with our own codec; nothing is ever raised through the bindings.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component, Linker, LinkerInstance, ResourceType

from workbench.api.errors import Internal, Invalid
from workbench.data import directory
from workbench.wasm import ffi, wasi
from workbench.wasm.codec import codec
from workbench.wasm.gate import GuestEnded, current, misfit, through_gate
from workbench.wasm.imports import blob as _blob
from workbench.wasm.imports import channels as _channels
from workbench.wasm.imports import durability as _durability
from workbench.wasm.imports import http as _http
from workbench.wasm.imports import keyvalue as _keyvalue
from workbench.wasm.imports import locks as _locks
from workbench.wasm.imports import logging as _logging
from workbench.wasm.imports import messaging as _messaging
from workbench.wasm.imports import process_groups as _process_groups
from workbench.wasm.imports import registry as _registry
from workbench.wasm.imports import socket as _socket
from workbench.wasm.imports import tuplespace as _tuplespace
from workbench.wasm.native import SHADOWED
from workbench.wasm.types import Function
from workbench.wasm.wit import Package, actor_package, read_package

logger = logging.getLogger(__name__)
IMPORTS = (
    *(_blob, _channels, _durability, _http, _keyvalue, _locks, _logging),
    *(_messaging, _process_groups, _registry, _socket, _tuplespace),
)  # fmt: skip
"""The modules whose host functions are registered by importing them; what is not there answers `unavailable`."""


@cache
def wasi_package() -> Package:
    """The part of WASI that this host defines."""
    return read_package(directory("wit") / "wasi")


def service_interfaces() -> tuple[str, ...]:
    """The interfaces that a component may import from us, as the worlds say."""
    package = actor_package()
    imports = [name for world in package.worlds.values() for name in world.imports]
    return tuple(dict.fromkeys((*imports, "types")))


class Linkers:
    """The linkers of one node. Thread-safe."""

    def __init__(self) -> None:
        self._linkers: dict[tuple[int, str, bool], Linker] = {}
        self._callbacks: list[Any] = []  # must live as long as the linkers
        self._lock = threading.Lock()

    def get(self, engine: Engine, component: Component, imports: Sequence[str], *, files: bool = False) -> Linker:
        """The linker for a component with these imports; what we do not define becomes a trap in it.

        With `files`, the engine's own WASI is behind ours, and what neither defines is an error of the instantiation.
        """
        versions = {name.rpartition("@")[2] for name in imports if name.startswith("wasi:")}
        if len(versions) > 1:
            raise Invalid(
                f"the component imports several versions of WASI: {', '.join(sorted(versions))}; build it for one"
            )
        version = versions.pop() if versions else ""
        with self._lock:
            key = (id(engine), version, files)
            if key not in self._linkers:
                self._linkers[key] = self._new(engine, version, files)
            linker = self._linkers[key]
            if files:  # the engine finds its WASI for another version's name too, and a trap would hide it
                return linker
            try:
                linker.define_unknown_imports_as_traps(component)
            except WasmtimeError as error:
                raise Invalid(f"the component cannot be linked: {error}") from error
            return linker

    def _new(self, engine: Engine, version: str, files: bool) -> Linker:
        linker = Linker(engine)
        if files:
            linker.add_wasip2()
            linker.allow_shadowing = True
        package = actor_package()
        with linker.root() as root:
            for name in service_interfaces():
                with root.add_instance(package.qualified(name)) as instance:
                    for function in package.interfaces[name].functions:
                        self._define(instance, function, partial(_service, name, function.name))
            if version:
                self._define_wasi(root, version, files)
        return linker

    def _define_wasi(self, root: LinkerInstance, version: str, files: bool) -> None:
        runs = wasi.functions(_world, files=files)
        for package, interfaces in wasi.PACKAGES.items():
            for name in interfaces:
                if files and name not in SHADOWED:
                    continue
                with root.add_instance(f"wasi:{package}/{name}@{version}") as instance:
                    for resource, number in wasi.RESOURCES.get(name, {}).items():
                        self._resource(instance, resource, number)
                    for function in wasi_package().interfaces[name].functions:
                        self._define(instance, function, runs[name, function.name])

    def _define(self, instance: LinkerInstance, function: Function, run: Callable[..., Any]) -> None:
        callback = ffi.Callback(_trampoline(function, run))
        self._callbacks.append(callback)
        name = function.name.encode()
        error = ffi.add_function(instance.ptr(), name, len(name), callback, None, None)
        if error:
            raise Internal(f"{function.name} cannot be defined: {ffi.take_message(error)}")

    def _resource(self, instance: LinkerInstance, resource: str, number: int) -> None:
        destructor = ffi.Destructor(_drop_pollable if number == wasi.POLLABLE else _drop_nothing)
        self._callbacks.append(destructor)
        name, kind = resource.encode(), ResourceType.host(number)  # `kind` owns the pointer handed over below
        error = ffi.add_resource(instance.ptr(), name, len(name), kind.ptr(), destructor, None, None)
        if error:
            raise Internal(f"the resource {resource} cannot be defined: {ffi.take_message(error)}")


def _service(interface: str, name: str, *arguments: Any) -> Any:
    return through_gate(interface, name, current.instance.context, arguments)


def _world() -> wasi.World:
    world: wasi.World = current.instance.world
    return world


def _drop_pollable(_env: Any, _context: Any, number: int) -> int:
    if current.instance is not None:
        current.instance.world.drop(number)
    return 0


def _drop_nothing(_env: Any, _context: Any, _number: int) -> int:
    return 0


def _trampoline(function: Function, run: Callable[..., Any]) -> Callable[..., int]:
    offsets = [(lift, index * ffi.VAL_BYTES) for index, lift in enumerate(codec(function).lift_params)]
    lower, at = codec(function).lower_result, ffi.Val.from_address

    def trampoline(
        _env: Any, context: Any, _type: Any, arguments: Any, _count: int, results: Any, _results: int
    ) -> int:
        try:
            value = run(*[lift(at(arguments + offset), context) for lift, offset in offsets])
            if lower is not None:
                lower(value, at(results), context)
        except GuestEnded as ended:
            current.instance.end_cause = ended.cause
            return int(ffi.error_new(b"ended by the host"))
        except BaseException as error:
            # Nothing may leave: a BaseException here ends the process, an Exception ends up in another actor.
            if (cause := misfit(current.instance.context, function.name, error)) is not None:
                current.instance.end_cause = cause
                return int(ffi.error_new(b"ended by the host"))
            logger.exception("host function %s failed", function.name)
            return int(ffi.error_new(b"host function failed: " + function.name.encode()))
        return 0

    return trampoline
