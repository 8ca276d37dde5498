"""Values of the WIT as core modules write them: tuples and patterns are JSON texts. Pure.

tuple    a JSON array of strings, whole numbers, floats, true, false, null and {"base64": text} for bytes
pattern  the same, with {"any": true}, {"typed": "int"} and {"predicate": [operator, value]} for a field
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from workbench.api.errors import Invalid


def fields(text: str) -> list[tuple[str, Any]]:
    """The fields of a tuple. Invalid says what is wrong with the text."""
    return [_value(field) for field in _array(text)]


def pattern(text: str) -> list[tuple[str, Any]]:
    """The fields of a pattern. Invalid says what is wrong with the text."""
    return [_wanted(field) for field in _array(text)]


def wanted(text: str, timeout_ms: int) -> tuple[Any, ...]:
    return pattern(text), timeout_ms


def signed_delta(key: str, delta: int) -> tuple[Any, ...]:
    return key, delta - (1 << 64) if delta >> 63 else delta


def plain(value: Any) -> str | bytes | None:
    """What a host function gave, as one payload; None is nothing."""
    if value is None or isinstance(value, str | bytes):
        return value
    if isinstance(value, list):
        return json.dumps([_json(field) for field in value])
    return json.dumps(value)


def _array(text: str) -> list[Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Invalid(f"a tuple is a JSON array, and this is no JSON: {error}") from None
    if not isinstance(found, list):
        raise Invalid(f"a tuple is a JSON array, not {text[:40]!r}")
    return found


def _value(field: Any) -> tuple[str, Any]:
    match field:
        case None:
            return "null", None
        case bool():
            return "boolean", field
        case int():
            return "int", field
        case float():
            return "float", field
        case str():
            return "text", field
        case {"base64": str(text)}:
            return "bytes", _decoded(text)
    raise Invalid(f"{json.dumps(field)[:60]} cannot be a field: use text, numbers, true, false, null or base64")


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise Invalid(f"{text[:40]!r} is not base64: {error}") from None


def _wanted(field: Any) -> tuple[str, Any]:
    match field:
        case {"any": True}:
            return "any", None
        case {"typed": str(name)}:
            return "typed", name
        case {"predicate": [str(operator), operand]}:
            return "predicate", (operator, _value(operand))
    return "exact", _value(field)


def _json(field: tuple[str, Any]) -> Any:
    kind, value = field
    return {"base64": base64.b64encode(value).decode()} if kind == "bytes" else value
