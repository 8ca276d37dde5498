"""Whether a component is an actor: its names before it is compiled, its types after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component, ComponentInstanceType, FuncType

from workbench.api.errors import Invalid
from workbench.api.limits import DECLARED_BYTES
from workbench.wasm import wasi
from workbench.wasm.binary import Binary
from workbench.wasm.linker import service_interfaces, wasi_package
from workbench.wasm.program import BEHAVIORS, LIFECYCLE
from workbench.wasm.signatures import same
from workbench.wasm.types import Function, Interface
from workbench.wasm.wit import actor_package

NAMES, NAME_CHARACTERS = 12, 100
"""How much of what others called something a sentence repeats."""


def check_names(binary: Binary) -> None:
    """Refuse a component that is no actor, from its names alone: before anything is compiled."""
    package = actor_package()
    ours = {package.qualified(name) for name in service_interfaces()}
    for name in (full[:NAME_CHARACTERS] for full in binary.imports):
        known = name in ours or name.startswith("wasi:")
        if not known and name.startswith(package.name + "/"):
            raise Invalid(f"it imports {name}, this host offers {package.name}@{package.version}: {_services()}")
        if not known:
            raise Invalid(f"it imports {name}, which this host does not offer; it offers WASI 0.2 and {_services()}")
    if package.qualified(LIFECYCLE) not in binary.exports:
        raise Invalid(f"it does not export {package.qualified(LIFECYCLE)}; it exports {listed(binary.exports)}")
    if not any(package.qualified(name) in binary.exports for name in BEHAVIORS):
        wanted = ", ".join(package.qualified(name) for name in BEHAVIORS)
        raise Invalid(f"it exports no handler: it must export one of {wanted}")


def check_memory(binary: Binary) -> None:
    """Refuse what no limit would hold: a module's own memory comes on top of the limit of every profile."""
    declared = max(binary.memory_bytes, sum(memory.minimum_bytes for memory in binary.memories))
    if declared > DECLARED_BYTES:
        raise Invalid(f"it declares {declared:,} bytes of memory at start; up to {DECLARED_BYTES:,} are taken")


def _services() -> str:
    return ", ".join(service_interfaces())


def check_types(component: Component, engine: Engine) -> None:
    """Refuse a component whose imports or exports of ours have another shape than ours; needs the compiled form."""
    package, found = actor_package(), component.type
    ours = {package.qualified(name): interface for name, interface in package.interfaces.items()}
    imports, exports = found.imports(engine), found.exports(engine)
    for name, item in imports.items():
        definition = ours.get(name) or _of_wasi(name)
        if definition is not None:
            _functions("imports", definition, item.ty, engine, open_ended=name not in ours)
    for name, item in exports.items():
        if name in ours:
            functions = _functions("exports", ours[name], item.ty, engine, open_ended=False)
            _check_complete(ours[name].name, functions, ours[name].functions)


def _of_wasi(name: str) -> Interface | None:
    """The interface of WASI that this host defines under a name, whatever its version is."""
    package, _, rest = name.partition("/")
    interface = rest.partition("@")[0]
    known = interface in wasi.PACKAGES.get(package.removeprefix("wasi:"), ())
    return wasi_package().interfaces[interface] if known and package.startswith("wasi:") else None


def _functions(
    direction: str, definition: Interface, kind: object, engine: Engine, *, open_ended: bool
) -> Mapping[str, FuncType]:
    """The functions of one import or export, each of the type that it is defined with; `open_ended` allows others."""
    try:
        members = kind.exports(engine) if isinstance(kind, ComponentInstanceType) else None
    except WasmtimeError as error:
        raise Invalid(f"it {direction} {definition.name} in a form that cannot be read: {error}") from error
    if members is None:
        raise Invalid(f"it {direction} {definition.name} as something else than an interface")
    functions = {member: extern.ty for member, extern in members.items() if isinstance(extern.ty, FuncType)}
    for member, found in functions.items():
        wanted = definition.function(member)
        if wanted is None and not open_ended:
            raise Invalid(f"it {direction} {definition.name}.{member}, which {definition.name} does not have")
        if wanted is not None and not same(found, wanted):
            raise Invalid(f"it {direction} {definition.name}.{member} with another type; expected {member}: {wanted}")
    return functions


def _check_complete(interface: str, functions: Mapping[str, FuncType], wanted: tuple[Function, ...]) -> None:
    for function in wanted:
        if function.name not in functions:
            raise Invalid(f"it exports {interface} without {function.name}; expected {function}")


def listed(names: Sequence[str]) -> str:
    """Names for a sentence: all of a few, the first of many."""
    shown = ", ".join(name[:NAME_CHARACTERS] for name in names[:NAMES])
    return f"{shown} and {len(names) - NAMES:,} more" if len(names) > NAMES else shown or "nothing"
