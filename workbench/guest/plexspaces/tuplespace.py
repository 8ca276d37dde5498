"""The tuple space: actors coordinate by writing tuples and taking those that match a pattern.

A pattern is a tuple with a field for each field of the tuples it matches:
a value matches itself, a type (`str`, `int`, `float`, `bytes`, `bool`, `NoneType`) any value of that type, `ANY`
anything, and `where("<", 10)` what passes the test. Ints and floats never equal each other.

    tuplespace.write(("order", 7, "open"))
    order = tuplespace.take(("order", int, ANY), timeout_ms=1_000)
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, Final, TypeAlias

from . import bindings
from .arguments import LIMIT, TTL_MS, U32, data_of, integer, natural, optional_natural, text

Value: TypeAlias = str | int | float | bytes | bool | None
"""One field of a tuple; an int has 64 bits."""


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()
"""The pattern field that matches anything."""


@dataclass(frozen=True, slots=True)
class Where:
    """A pattern field that compares; made by `where`."""

    operator: str
    operand: Value


Field: TypeAlias = Value | type | _Any | Where
"""One field of a pattern."""


def where(operator: str, operand: Value | Sequence[Value]) -> Where:
    """A pattern field that matches what passes a test.

    `=` and its opposite `!=`; `<` `<=` `>` `>=` among values of the operand's type; `in` one of a list of values;
    `startsWith:` `endsWith:` `contains:` `regex:` among texts (a regular expression of RE2, found anywhere).
    """
    if isinstance(operand, list | tuple):
        return Where(operator, json.dumps([_listed(value) for value in operand]))
    return Where(operator, operand)  # type: ignore[arg-type]  # a str is a Sequence too; other sequences are refused later


def _listed(value: object) -> object:
    """A value in the JSON array that the operand of `in` is."""
    if isinstance(value, bytes | bytearray | memoryview):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"float": str(value)}
    return value


def write(fields: Sequence[Value], *, ttl_ms: int | None = None) -> None:
    """Write a tuple; with `ttl_ms` it goes away after so many milliseconds. Equal tuples may exist side by side."""
    bindings.call("tuplespace", "write", _tuple(fields), optional_natural("ttl_ms", ttl_ms, taken=TTL_MS))


def read(pattern: Sequence[Field], *, timeout_ms: int = 0) -> tuple[Value, ...] | None:
    """The oldest tuple that matches; it stays. Waits up to `timeout_ms` for one; None when there was none."""
    found = bindings.call("tuplespace", "read", _pattern(pattern), natural("timeout_ms", timeout_ms))
    return None if found is None else _values(found)


def take(pattern: Sequence[Field], *, timeout_ms: int = 0) -> tuple[Value, ...] | None:
    """Take the oldest tuple that matches out of the space. Waits like `read`; None when there was none."""
    found = bindings.call("tuplespace", "take", _pattern(pattern), natural("timeout_ms", timeout_ms))
    return None if found is None else _values(found)


def read_all(pattern: Sequence[Field], *, limit: int = 1_000) -> list[tuple[Value, ...]]:
    """Up to `limit` matching tuples, oldest first; they stay."""
    found = bindings.call("tuplespace", "read_all", _pattern(pattern), natural("limit", limit, U32, taken=LIMIT))
    return [_values(fields) for fields in found]


def count(pattern: Sequence[Field]) -> int:
    """How many tuples match."""
    number: int = bindings.call("tuplespace", "count", _pattern(pattern))
    return number


def compare_and_swap(expected: Sequence[Value], replacement: Sequence[Value]) -> bool:
    """Replace one tuple that equals `expected`, atomically; False when there is none."""
    swapped: bool = bindings.call("tuplespace", "compare_and_swap", _tuple(expected), _tuple(replacement))
    return swapped


def subscribe(pattern: Sequence[Field]) -> str:
    """Get a message of type `tuple-written` for every matching tuple from now on; returns the subscription's id.

    Its payload is the JSON text `{"subscription": id, "tuple": [...]}`.
    """
    subscription: str = bindings.call("tuplespace", "subscribe", _pattern(pattern))
    return subscription


def unsubscribe(subscription: str) -> None:
    """End a subscription. Raises NotFound."""
    bindings.call("tuplespace", "unsubscribe", text("subscription", subscription))


def _tuple(fields: Sequence[Value]) -> list[Any]:
    if not isinstance(fields, tuple | list):
        raise TypeError(f"a tuple or a list is needed, not {type(fields).__name__}")
    return [_value(f"field {index}", field) for index, field in enumerate(fields, 1)]


def _pattern(fields: Sequence[Field]) -> list[Any]:
    if not isinstance(fields, tuple | list):
        raise TypeError(f"a pattern is a tuple or a list, not {type(fields).__name__}")
    return [_field(f"field {index}", field) for index, field in enumerate(fields, 1)]


def _field(name: str, field: object) -> Any:
    wit = bindings.interface("tuplespace")
    if field is ANY:
        return wit.PatternField_Any()
    if isinstance(field, Where):
        operand = _value(f"the operand of {name}", field.operand)
        return wit.PatternField_Predicate(wit.Predicate(text(f"the operator of {name}", field.operator), operand))
    if isinstance(field, type):
        return wit.PatternField_Typed(_kind(name, field))
    return wit.PatternField_Exact(_value(name, field))


def _kind(name: str, kind: type) -> Any:
    names = {str: "TEXT", int: "INT", float: "FLOAT", bytes: "BYTES", bool: "BOOLEAN", NoneType: "NULL"}
    if kind not in names:
        raise TypeError(f"{name}: tuples have no fields of type {kind.__name__}")
    return bindings.interface("tuplespace").TupleKind[names[kind]]


def _value(name: str, value: object) -> Any:
    wit = bindings.interface("tuplespace")
    if value is None:
        return wit.TupleValue_Null()
    if isinstance(value, bool):
        return wit.TupleValue_Boolean(value)
    if isinstance(value, str):
        return wit.TupleValue_Text(text(name, value))
    if isinstance(value, int):
        return wit.TupleValue_Int(integer(name, value))
    if isinstance(value, float):
        return wit.TupleValue_Float(float(value))
    if isinstance(value, bytes | bytearray | memoryview):
        return wit.TupleValue_Bytes(data_of(name, value))
    raise TypeError(f"{name} must be str, int, float, bytes, bool or None, not {type(value).__name__}")


def _values(fields: list[Any]) -> tuple[Value, ...]:
    return tuple(getattr(field, "value", None) for field in fields)
