"""Records of the api as JSON's values, and back, by their annotations. Pure.

An unknown member is left alone and an absent one has its default, so that a newer record is read as far as it is
understood. Everything that is read is checked: it may come from a stranger.
"""

from __future__ import annotations

import json
import math
import types
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from workbench.api.errors import Invalid
from workbench.api.messages import Payload
from workbench.api.turn_text import in_words

T = TypeVar("T")
Read = Callable[[Any], Any]
MOST = 1 << 63


def plain(value: Any) -> Any:
    """A record, or what is in one, as JSON's values; bytes are `{"b64": …}`."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bytes):
        return {"b64": b64encode(value).decode()}
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value]


def text(value: Any) -> str:
    """Values of `plain` in the one way in which a bundle writes them."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def parsed(data: bytes | str) -> Any:
    """What a text of JSON holds. Invalid: it is none, or holds what cannot be shown."""
    try:
        found = json.loads(data)
        if b"\\ud" in data if isinstance(data, bytes) else "\\ud" in data:
            json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise Invalid("it holds half a character") from None
    except (ValueError, RecursionError) as error:
        raise Invalid(f"it is no JSON: {in_words(error)}") from None
    return found


def record(kind: type[T], found: Any, *, lenient: bool = False) -> T:
    """The record that `plain` was made of. Invalid names the member that is wrong; `lenient` leaves that one out."""
    if not isinstance(found, dict):
        raise Invalid(f"{str(found)[:40]!r} stands where a {kind.__name__} belongs")
    given = {}
    members: Sequence[tuple[str, Read, bool]] = _plan(kind)  # type: ignore[arg-type]  # a class can be hashed
    for name, read, needed in members:
        if name not in found:
            continue
        try:
            given[name] = read(found[name])
        except (Invalid, ValueError, TypeError, RecursionError) as error:
            if needed or not lenient:
                said = error.message[:200] if isinstance(error, Invalid) else in_words(error)
                raise Invalid(f"{name} of a {kind.__name__} is wrong: {said}") from None
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise Invalid(f"it is no {kind.__name__}: {in_words(error)}") from None


@cache
def _plan(kind: Any) -> Sequence[tuple[str, Read, bool]]:
    hints = get_type_hints(kind)
    return tuple(
        (entry.name, _read(hints[entry.name]), entry.default is MISSING and entry.default_factory is MISSING)
        for entry in fields(kind)
    )


def _read(hint: Any) -> Read:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint == Payload:
        return _payload
    if origin in (Union, types.UnionType):
        inner = _read(next(part for part in arguments if part is not type(None)))
        return lambda found: None if found is None else inner(found)
    if hint == tuple[str, str]:
        return lambda found: tuple(map(_text, _list(found, 2)))
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        inner = _read(arguments[1])
        return lambda found: {_text(key): inner(item) for key, item in _object(found).items()}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        inner = _read(arguments[0])
        return lambda found: tuple(map(inner, _list(found)))
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return lambda found: hint(_text(found))
    if is_dataclass(hint):
        return lambda found: record(hint, found)  # type: ignore[arg-type]
    return {str: _text, int: _number, float: _float, bool: _bool}[hint]


def _payload(found: Any) -> Payload:
    if isinstance(found, dict):
        return b64decode(_text(found.get("b64")), validate=True)
    return _text(found)


def _text(found: Any) -> str:
    return _of(str, found, "a text")


def _number(found: Any) -> int:
    number: int = _of(int, found, "a whole number")
    if not -MOST <= number < MOST:
        raise Invalid("the number has more than 64 bits")
    return number


def _float(found: Any) -> float:
    number = float(_number(found)) if type(found) is int else _of(float, found, "a number")
    if not math.isfinite(number) or abs(number) > MOST:
        raise Invalid(f"{number} is out of range")
    return number


def _bool(found: Any) -> bool:
    return _of(bool, found, "true or false")


def _object(found: Any) -> dict[str, Any]:
    return _of(dict, found, "an object")


def _list(found: Any, length: int | None = None) -> list[Any]:
    if not isinstance(found, list):
        raise Invalid(f"{str(found)[:40]!r} stands where a list belongs")
    if length is not None and len(found) != length:
        raise Invalid(f"a list of {len(found)} stands where one of {length} belongs")
    return found


def _of(kind: type[T], found: Any, what: str) -> T:
    if type(found) is not kind:
        raise Invalid(f"{str(found)[:40]!r} stands where {what} belongs")
    return found
