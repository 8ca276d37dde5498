"""The interface `tuplespace`: tuples of the actor's tenant and namespace.

In the WIT a field is a variant, for the service it is its value alone, whose type says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.api.names import MOST_SECONDS
from workbench.api.tuplespace import ANY, KINDS, TYPES, PatternField, Tuple, Where
from workbench.wasm import core_values
from workbench.wasm.gate import Context, host_call

Fields = Sequence[tuple[str, Any]]


@host_call("tuplespace", "write")
def write(context: Context, fields: Fields, ttl_ms: int | None) -> None:
    context.services.tuplespace.write(_values(fields), ttl_ms=ttl_ms)


@host_call("tuplespace", "read")
def read(context: Context, pattern: Fields, timeout_ms: int) -> Fields | None:
    return _variants(context.services.tuplespace.read(_pattern(pattern), timeout=min(timeout_ms / 1000, MOST_SECONDS)))


@host_call("tuplespace", "take", shape=lambda _context, fields: _variants(fields))
def take(context: Context, pattern: Fields, timeout_ms: int) -> Fields | None:
    return _variants(context.services.tuplespace.take(_pattern(pattern), timeout=min(timeout_ms / 1000, MOST_SECONDS)))


@host_call("tuplespace", "read-all")
def read_all(context: Context, pattern: Fields, limit: int) -> list[Fields | None]:
    return list(map(_variants, context.services.tuplespace.read_all(_pattern(pattern), limit=limit)))


@host_call("tuplespace", "count")
def count(context: Context, pattern: Fields) -> int:
    return context.services.tuplespace.count(_pattern(pattern))


@host_call("tuplespace", "compare-and-swap")
def compare_and_swap(context: Context, expected: Fields, replacement: Fields) -> bool:
    return context.services.tuplespace.compare_and_swap(_values(expected), _values(replacement))


@host_call("tuplespace", "subscribe")
def subscribe(context: Context, pattern: Fields) -> str:
    return context.services.tuplespace.subscribe(_pattern(pattern))


@host_call("tuplespace", "unsubscribe")
def unsubscribe(context: Context, subscription: str) -> None:
    context.services.tuplespace.unsubscribe(subscription)


def _values(fields: Fields) -> Tuple:
    return tuple(field for _, field in fields)


def _variants(fields: Tuple | None) -> list[tuple[str, Any]] | None:
    return None if fields is None else [(KINDS[type(field)], field) for field in fields]


def _pattern(fields: Fields) -> tuple[PatternField, ...]:
    return tuple(inner[1] if case == "exact" else _field(case, inner) for case, inner in fields)


def _field(case: str, inner: Any) -> PatternField:
    if case == "any":
        return ANY
    if case == "typed":
        return TYPES[inner]
    _, operand = inner.operand
    if inner.operator == "in" and isinstance(operand, str):
        operand = _values(core_values.fields(operand))
    return Where(inner.operator, operand)
