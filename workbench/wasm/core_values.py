"""Values of the WIT as core modules write them: tuples and patterns are JSON texts. Pure.

tuple    a JSON array of strings, whole numbers, floats, true, false, null and {"base64": text} for bytes;
         what JSON has no number for is {"float": "inf"}, "-inf" or "nan"
pattern  the same, with {"any": true}, {"typed": "int"} and {"predicate": [operator, value]} for a field
"""

from __future__ import annotations

import base64
import json
import math
from typing import Any, NamedTuple

from workbench.api.errors import Invalid

KINDS = ("text", "int", "float", "bytes", "boolean", "null")
"""What a field can be, in the words of the WIT."""
SHOWN_CHARACTERS = 60


class Predicate(NamedTuple):
    """The record of that name."""

    operator: str
    operand: tuple[str, Any]


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
    return _encode(_json(value))


def _array(text: str) -> list[Any]:
    try:
        found = _decode(text)
    except RecursionError:
        raise Invalid("a tuple is a JSON array, and this one is nested too deeply") from None
    except ValueError as error:
        raise Invalid(f"a tuple is a JSON array, and this is no JSON: {error}") from None
    if not isinstance(found, list):
        raise Invalid(f"a tuple is a JSON array, not {text[:40]!r}")
    return found


def _no_constant(name: str) -> Any:
    raise Invalid(f'a tuple is a JSON array, and {name} is no JSON; write {{"float": "inf"}}, "-inf" or "nan"')


_decode = json.JSONDecoder(parse_constant=_no_constant).decode
_encode = json.JSONEncoder(ensure_ascii=False).encode
"""Made once: `json.loads` and `json.dumps` with an option make one for each call."""


def _value(field: Any) -> tuple[str, Any]:
    match field:
        case None:
            return "null", None
        case bool():
            return "boolean", field
        case int():
            return "int", _whole(field)
        case float():
            return "float", _finite(field)
        case str():
            return "text", _unicode(field)
        case {"base64": str(text)} if len(field) == 1:
            return "bytes", _decoded(text)
        case {"float": "inf" | "-inf" | "nan" as name} if len(field) == 1:
            return "float", float(name)
    raise Invalid(f"{_shown(field)} cannot be a field: use text, numbers, true, false, null or base64")


def _whole(number: int) -> int:
    if not -(1 << 63) <= number < 1 << 63:
        raise Invalid(f"{_shown(number)} is no whole number of 64 bits")
    return number


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise Invalid("there is a float that is too large for 64 bits")
    return number


def _unicode(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(f"{_shown(text)} is no valid Unicode: {error.reason} at character {error.start}") from None
    return text


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Invalid(f"{text[:40]!r} is not base64: {error}") from None


def _wanted(field: Any) -> tuple[str, Any]:
    if isinstance(field, dict) and len(field) == 1:
        match field:
            case {"any": True}:
                return "any", None
            case {"typed": str(name)}:
                return "typed", _kind(name)
            case {"predicate": [str(operator), operand]}:
                return "predicate", Predicate(_unicode(operator), _value(operand))
    return "exact", _value(field)


def _kind(name: str) -> str:
    if name not in KINDS:
        raise Invalid(f"there is no type {name[:40]!r}; there are {', '.join(KINDS)}")
    return name


def _shown(field: Any) -> str:
    return json.dumps(field)[:SHOWN_CHARACTERS]


def _json(value: Any) -> Any:
    """Lists are arrays, records objects with their fields, a field of a tuple is its value alone."""
    match value:
        case bytes():
            return {"base64": base64.b64encode(value).decode()}
        case float() if not math.isfinite(value):
            return {"float": str(value)}
        case tuple() if (names := getattr(value, "_fields", None)) is not None:
            return {name: _json(part) for name, part in zip(names, value, strict=True)}
        case (kind, inner) if isinstance(value, tuple) and kind in KINDS:
            return _json(inner)
        case list() | tuple():
            return [_json(part) for part in value]
    return value
