"""Whether a type that the engine knows is the one that WIT says.

The codec trusts it: it reads a value's union by the type it expects, so a guest that declared another one would have
the host read memory that is no such value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wasmtime.component import (
    BorrowType,
    EnumType,
    FuncType,
    ListType,
    OptionType,
    OwnType,
    RecordType,
    ResultType,
    TupleType,
    VariantType,
)

from workbench.wasm.types import (
    Enum,
    Function,
    Handle,
    ListOf,
    OptionOf,
    Primitive,
    Record,
    ResultOf,
    TupleOf,
    Type,
    Variant,
)


def same(found: FuncType, wanted: Function) -> bool:
    """Whether a function takes and gives exactly this, names of parameters, fields and cases included."""
    return _members(found.params, wanted.params) and matches(found.result, wanted.result)


def matches(found: Any, wanted: Type | None) -> bool:
    """Whether both have the same shape; it goes no deeper than `wanted`, however large `found` is."""
    match wanted:
        case None:
            return found is None
        case Primitive(name):
            return type(found).__name__.lower() == name
        case ListOf(element):
            return isinstance(found, ListType) and matches(found.element, element)
        case OptionOf(element):
            return isinstance(found, OptionType) and matches(found.payload, element)
        case TupleOf(elements):
            return isinstance(found, TupleType) and _all(found.elements, elements)
        case ResultOf(ok, err):
            return isinstance(found, ResultType) and matches(found.ok, ok) and matches(found.err, err)
        case Record(_, fields):
            return isinstance(found, RecordType) and _members(found.fields, fields)
        case Variant(_, cases):
            return isinstance(found, VariantType) and _members(found.cases, cases)
        case Enum(_, names):
            return isinstance(found, EnumType) and tuple(found.names) == names
        case Handle(_, owned):
            return isinstance(found, OwnType if owned else BorrowType)


def _all(found: Sequence[Any], wanted: Sequence[Type]) -> bool:
    return len(found) == len(wanted) and all(map(matches, found, wanted))


def _members(found: Sequence[tuple[str, Any]], wanted: Sequence[tuple[str, Type | None]]) -> bool:
    return [name for name, _ in found] == [name for name, _ in wanted] and all(
        matches(kind, other) for (_, kind), (_, other) in zip(found, wanted, strict=True)
    )
