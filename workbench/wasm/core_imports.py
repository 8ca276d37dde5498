"""What core modules may import, all from the module `plexspaces`: a few host functions of the WIT in plain numbers.

A text is pointer and length, a payload too, with the high bit of the length for binary; a number is an i64. Every
function returns one i64 as the module's own functions do; what it points at was put into memory that the host asked of
`allocate`. Nothing (no such key, no tuple) is 0, an empty text has a pointer. A refusal's text is `code: sentence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from workbench.api.errors import Invalid
from workbench.api.logs import Level
from workbench.wasm import core_values
from workbench.wasm.binary import CoreMember

MODULE = "plexspaces"
NAME_CHARACTERS, SHOWN_TYPES = 100, 8
"""How much of what others wrote a sentence repeats."""


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
