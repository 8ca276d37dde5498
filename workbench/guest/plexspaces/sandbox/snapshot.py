"""The state of an actor that stores nothing by itself: its public attributes as tagged JSON.

Plain JSON values are themselves. Anything else is an object with the key `$`, which names the type:
`{"$": "set", "items": [...]}`. Sets are written in a fixed order, so that equal states are equal texts. Attributes
whose names start with an underscore are not state.
"""

from __future__ import annotations

import dataclasses
import json
import math
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

FORMAT = "plexspaces.attributes"
VERSION = 1
DEEPEST = 100


class SnapshotError(Exception):
    """The state cannot be stored or restored; the text names the attribute."""


def encode(actor: object, modules: Collection[str]) -> str:
    """The public attributes of an actor as text. `modules` are those whose dataclasses and enums may be stored.

    Raises SnapshotError for a value of any other type, naming its attribute.
    """
    writer = _Writer(modules)
    attributes = {name: writer.value(f"self.{name}", value) for name, value in _public(actor).items()}
    return json.dumps({FORMAT: VERSION, "attributes": attributes}, separators=(",", ":"))


def decode(text: str, modules: Collection[str]) -> dict[str, Any]:
    """The attributes that `encode` wrote. Raises SnapshotError for any other text and for unknown types."""
    try:
        stored = json.loads(text)
    except (ValueError, RecursionError):
        stored = None
    if not isinstance(stored, dict) or not isinstance(stored.get("attributes"), dict) or FORMAT not in stored:
        raise SnapshotError("this is no snapshot of attributes")
    if stored[FORMAT] != VERSION:
        raise SnapshotError(f"this snapshot has the version {stored[FORMAT]}, and {VERSION} is known")
    reader = _Reader(modules)
    return {name: reader.value(f"self.{name}", value) for name, value in stored["attributes"].items()}


def _public(actor: object) -> dict[str, Any]:
    names = dict.fromkeys(vars(actor)) if hasattr(actor, "__dict__") else {}
    for kind in type(actor).__mro__:
        slots = vars(kind).get("__slots__", ())
        names.update(dict.fromkeys([slots] if isinstance(slots, str) else slots))
    return {name: getattr(actor, name) for name in names if not name.startswith("_") and hasattr(actor, name)}


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[0] in 'aeioAEIO' else 'a'} {kind.__name__}"


class _Writer:
    """Writes values; it remembers the way down, to name what it cannot write and to notice a circle."""

    def __init__(self, modules: Collection[str]) -> None:
        self._modules = modules
        self._above: set[int] = set()

    def value(self, where: str, value: Any) -> Any:
        kind = type(value)
        if value is None or kind in (str, bool, int):
            return value
        if kind in _SIMPLE:
            return _SIMPLE[kind](value)
        if isinstance(value, Enum):
            return self._enum(where, value)
        if kind in (list, tuple, set, frozenset, dict) or dataclasses.is_dataclass(kind):
            return self._inside(where, value)
        raise SnapshotError(f"{where} is {_a(kind)}, which cannot be stored: write init and snapshot_state")

    def _inside(self, where: str, value: Any) -> Any:
        if id(value) in self._above:
            raise SnapshotError(f"{where} contains itself")
        if len(self._above) >= DEEPEST:
            raise SnapshotError(f"{where} lies more than {DEEPEST} levels deep")
        self._above.add(id(value))
        try:
            return self._container(where, value)
        finally:
            self._above.discard(id(value))

    def _container(self, where: str, value: Any) -> Any:
        kind = type(value)
        if kind is dict:
            return self._dict(where, value)
        if kind in (list, tuple):
            items = [self.value(f"{where}[{index}]", each) for index, each in enumerate(value)]
            return items if kind is list else {"$": "tuple", "items": items}
        if kind in (set, frozenset):
            items = [self.value(f"an element of {where}", each) for each in value]
            return {"$": kind.__name__, "items": sorted(items, key=lambda item: json.dumps(item, sort_keys=True))}
        return self._dataclass(where, value)

    def _dict(self, where: str, value: dict[Any, Any]) -> Any:
        if all(type(key) is str for key in value) and "$" not in value:
            return {key: self.value(f"{where}[{key!r}]", each) for key, each in value.items()}
        items = [
            [self.value(f"a key of {where}", key), self.value(f"{where}[{key!r}]", each)] for key, each in value.items()
        ]
        return {"$": "dict", "items": items}

    def _enum(self, where: str, value: Enum) -> Any:
        name = self._name(where, type(value))
        return {"$": "enum", "type": name, "value": self.value(f"the value of {where}", value.value)}

    def _dataclass(self, where: str, value: Any) -> Any:
        name = self._name(where, type(value))
        fields = {
            each.name: self.value(f"{where}.{each.name}", getattr(value, each.name))
            for each in dataclasses.fields(value)
        }
        return {"$": "object", "type": name, "fields": fields}

    def _name(self, where: str, kind: type) -> str:
        if kind.__module__ not in self._modules or "<" in kind.__qualname__:
            raise SnapshotError(f"{where} is {_a(kind)}, which is not a class of the actor's own modules")
        return f"{kind.__module__}:{kind.__qualname__}"


class _Reader:
    def __init__(self, modules: Collection[str]) -> None:
        self._modules = modules

    def value(self, where: str, stored: Any) -> Any:
        if isinstance(stored, list):
            return [self.value(where, each) for each in stored]
        if not isinstance(stored, dict):
            return stored
        if "$" not in stored:
            return {key: self.value(where, each) for key, each in stored.items()}
        try:
            return self._tagged(where, stored)
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise SnapshotError(f"{where} cannot be restored: {type(error).__name__}: {error}") from None

    def _tagged(self, where: str, stored: dict[str, Any]) -> Any:
        tag = stored["$"]
        if tag in _RESTORE:
            return _RESTORE[tag](stored["value"])
        if tag == "dict":
            return {self.value(where, key): self.value(where, value) for key, value in stored["items"]}
        if tag in _COLLECTIONS:
            return _COLLECTIONS[tag](self.value(where, stored["items"]))
        if tag == "enum":
            return self._type(stored["type"])(self.value(where, stored["value"]))
        if tag == "object":
            return self._object(where, stored)
        raise ValueError(f"unknown tag {tag!r}")

    def _object(self, where: str, stored: dict[str, Any]) -> Any:
        """A dataclass is put together field by field; fields that it lost are dropped, new ones take their defaults."""
        kind = self._type(stored["type"])
        made = object.__new__(kind)
        for each in dataclasses.fields(kind):
            if each.name in stored["fields"]:
                value = self.value(f"{where}.{each.name}", stored["fields"][each.name])
            elif each.default is not dataclasses.MISSING:
                value = each.default
            elif each.default_factory is not dataclasses.MISSING:
                value = each.default_factory()
            else:
                raise ValueError(f"the snapshot has no field {each.name!r}, and it has no default")
            object.__setattr__(made, each.name, value)
        return made

    def _type(self, name: str) -> Any:
        module, _, path = name.partition(":")
        if module not in self._modules:
            raise ValueError(f"there is no module {module!r} any more")
        found: Any = sys.modules[module]
        for part in path.split("."):
            found = getattr(found, part, None)
        if not isinstance(found, type):
            raise TypeError(f"there is no class {path} any more")
        return found


def _timezone(value: timezone) -> dict[str, Any]:
    return {"$": "timezone", "value": value.utcoffset(None) / timedelta(microseconds=1)}


def _datetime(value: datetime) -> Any:
    if value.tzinfo is None or type(value.tzinfo) is timezone:
        return {"$": "datetime", "value": value.isoformat()}
    raise SnapshotError(f"a datetime in the time zone {value.tzinfo} cannot be stored: use datetime.timezone")


def _float(value: float) -> Any:
    return value if math.isfinite(value) else {"$": "float", "value": repr(value)}


_SIMPLE: dict[type, Callable[[Any], Any]] = {
    float: _float,
    complex: lambda value: {"$": "complex", "value": repr(value)},
    bytes: lambda value: {"$": "bytes", "value": b64encode(value).decode()},
    bytearray: lambda value: {"$": "bytearray", "value": b64encode(value).decode()},
    Decimal: lambda value: {"$": "decimal", "value": str(value)},
    Fraction: lambda value: {"$": "fraction", "value": str(value)},
    datetime: _datetime,
    date: lambda value: {"$": "date", "value": value.isoformat()},
    time: lambda value: {"$": "time", "value": value.isoformat()},
    timedelta: lambda value: {"$": "timedelta", "value": [value.days, value.seconds, value.microseconds]},
    timezone: _timezone,
}
_RESTORE: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "complex": complex,
    "bytes": b64decode,
    "bytearray": lambda value: bytearray(b64decode(value)),
    "decimal": Decimal,
    "fraction": Fraction,
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda value: timedelta(*value),
    "timezone": lambda value: timezone(timedelta(microseconds=value)),
}
_COLLECTIONS: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
