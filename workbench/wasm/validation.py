"""Whether a component is an actor: its names before it is compiled, its types after."""

from __future__ import annotations

from collections.abc import Mapping

from wasmtime import Engine, WasmtimeError
from wasmtime.component import Component, ComponentInstanceType, FuncType

from workbench.api.errors import Invalid
from workbench.wasm.binary import Binary
from workbench.wasm.linker import service_interfaces
from workbench.wasm.program import BEHAVIORS, LIFECYCLE
from workbench.wasm.types import Function
from workbench.wasm.wit import actor_package


def check_names(binary: Binary) -> None:
    """Refuse a component that is no actor, from its names alone: before anything is compiled."""
    package = actor_package()
    ours = {package.qualified(name) for name in service_interfaces()}
    for name in binary.imports:
        known = name in ours or name.startswith("wasi:")
        if not known and name.startswith(package.name + "/"):
            raise Invalid(f"it imports {name}, this host offers {package.name}@{package.version}: {_services()}")
        if not known:
            raise Invalid(f"it imports {name}, which this host does not offer; it offers WASI 0.2 and {_services()}")
    if package.qualified(LIFECYCLE) not in binary.exports:
        found = ", ".join(binary.exports) or "nothing"
        raise Invalid(f"it does not export {package.qualified(LIFECYCLE)}; it exports {found}")
    if not any(package.qualified(name) in binary.exports for name in BEHAVIORS):
        wanted = ", ".join(package.qualified(name) for name in BEHAVIORS)
        raise Invalid(f"it exports no handler: it must export one of {wanted}")


def _services() -> str:
    return ", ".join(service_interfaces())


def check_types(component: Component, engine: Engine) -> None:
    """Refuse a component whose imports or exports of ours have another shape than ours; needs the compiled form."""
    package = actor_package()
    found = component.type
    for direction, items in (("imports", found.imports(engine)), ("exports", found.exports(engine))):
        for interface, definition in package.interfaces.items():
            item = items.get(package.qualified(interface))
            if item is None:
                continue
            try:
                members = item.ty.exports(engine) if isinstance(item.ty, ComponentInstanceType) else None
            except WasmtimeError as error:
                raise Invalid(f"it {direction} {interface} in a form that cannot be read: {error}") from error
            if members is None:
                raise Invalid(f"it {direction} {interface} as something else than an interface")
            functions = {name: member.ty for name, member in members.items() if isinstance(member.ty, FuncType)}
            for name, kind in functions.items():
                _check_function(direction, interface, definition.function(name), name, kind)
            if direction == "exports":
                _check_complete(interface, functions, definition.functions)


def _check_complete(interface: str, functions: Mapping[str, FuncType], wanted: tuple[Function, ...]) -> None:
    for function in wanted:
        if function.name not in functions:
            raise Invalid(f"it exports {interface} without {function.name}; expected {function}")


def _check_function(direction: str, interface: str, wanted: Function | None, name: str, kind: FuncType) -> None:
    if wanted is None:
        raise Invalid(f"it {direction} {interface}.{name}, which {interface} does not have")
    if len(kind.params) != len(wanted.params) or (kind.result is None) != (wanted.result is None):
        raise Invalid(f"it {direction} {interface}.{name} with another type; expected {name}: {wanted}")
    for (given, _), (expected, _) in zip(kind.params, wanted.params, strict=True):
        if given != expected:
            raise Invalid(
                f"it {direction} {interface}.{name} with a parameter {given} instead of {expected}; "
                f"expected {name}: {wanted}"
            )
