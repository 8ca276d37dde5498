"""Values of the api to messages of the wire and back. Fields are paired by name, so a new one needs only its line of
proto; a test compares both sides.

A codec is made once per type of the api, from its annotations:

    str, int, float, bool   the same                 X | None           an optional field
    StrEnum, Grant          its text                 tuple, Sequence    a repeated field
    dataclass               a message                Mapping[str, str]  a map
    Payload                 message Payload          Any                message Value: whatever WIT can express
    TupleValue              message Value            Row                message Value: a tuple
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from google.protobuf.message import Message

from workbench.api import ActorId, Grant, Limits, Payload, TupleValue, parse_grant
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.sizes import BATCH_BYTES

ALIKE = (Limits,)
"""Records that cannot be changed, and of which thousands are the same: one of each is made."""
KEPT = 1_000
ROW = Sequence[Any]
"""Of a table: where it may be absent, or is one of many, it is one value."""
M = TypeVar("M", bound=Message)
T = TypeVar("T")


def to_message(value: Any, message: type[M]) -> M:
    """The dataclass `value` as a new `message`."""
    made = message()
    _record(type(value)).fill(made, value)
    return made


def from_message(message: Message, kind: type[T]) -> T:
    """The dataclass `kind` that `message` stands for."""
    value: T = _record(kind).read(message)
    return value


def payload(value: Payload) -> common.Payload:
    return common.Payload(text=value) if isinstance(value, str) else common.Payload(binary=value)


def payload_of(message: common.Payload) -> Payload:
    return message.binary if message.WhichOneof("content") == "binary" else message.text


def actor(value: ActorId | str) -> common.ActorId:
    """An actor as callers name it: an identity, or an address in the connection's tenant and namespace."""
    if isinstance(value, str):
        return common.ActorId(name=value)
    return common.ActorId(name=value.name, namespace=value.namespace, tenant=value.tenant)


def actor_of(message: common.ActorId) -> ActorId | str:
    return ActorId(message.name, message.namespace, message.tenant) if message.tenant else message.name


def optional(message: Message, name: str) -> Any:
    """The plain value of a field that may be absent, None when it is."""
    return getattr(message, name) if message.HasField(name) else None


def batches(messages: Iterable[M], size_bytes: int = BATCH_BYTES) -> Iterator[list[M]]:
    """`messages` in lists of about `size_bytes`; nothing for none."""
    batch: list[M] = []
    filled = 0
    for message in messages:
        batch.append(message)
        filled += message.ByteSize()
        if filled >= size_bytes:
            yield batch
            batch, filled = [], 0
    if batch:
        yield batch


def value(plain: Any) -> common.Value:
    """A plain value of a host call."""
    made = common.Value()
    _fill_value(made, plain)
    return made


def value_of(message: common.Value) -> Any:
    kind = message.WhichOneof("kind")
    if kind is None:
        return None
    if kind in ("list", "tuple"):
        items = (value_of(item) for item in getattr(message, kind).values)
        return list(items) if kind == "list" else tuple(items)
    return getattr(message, kind)


def _fill_value(message: common.Value, plain: Any) -> None:
    if plain is None:
        return
    if isinstance(plain, list | tuple):
        items = message.list if isinstance(plain, list) else message.tuple
        items.SetInParent()
        for item in plain:
            _fill_value(items.values.add(), item)
        return
    setattr(message, _value_field(plain), plain)


def _value_field(plain: Any) -> str:
    match plain:
        case bool():
            return "boolean"
        case int():
            return "integer" if plain < 1 << 63 else "large"
        case float():
            return "number"
        case str():
            return "text"
        case bytes():
            return "binary"
        case _:
            raise TypeError(f"a host call carries no {type(plain).__name__}")


@dataclass(frozen=True, slots=True)
class _Shape:
    """How one value becomes one message: `fill(message, value)` and `read(message)`."""

    fill: Callable[[Any, Any], None]
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    """How one value lives in one field: `put(message, name, value)` and `take(message, name)`."""

    put: Callable[[Any, str, Any], None]
    take: Callable[[Any, str], Any]


_RECORDS: dict[type, _Shape] = {}


def _record(kind: type) -> _Shape:
    if kind not in _RECORDS:
        _RECORDS[kind] = _planned(kind)
    return _RECORDS[kind]


def _planned(kind: type[Any]) -> _Shape:
    @cache
    def plan() -> Sequence[tuple[str, _Field]]:  # made when first used: a record may hold others of its own kind
        hints = get_type_hints(kind)
        return tuple((entry.name, _field(hints[entry.name])) for entry in fields(kind))

    def fill(message: Any, value: Any) -> None:
        for name, codec in plan():
            codec.put(message, name, getattr(value, name))

    def read(message: Any) -> Any:
        return kind(**{name: codec.take(message, name) for name, codec in plan()})

    return _Shape(fill, _shared(read) if kind in ALIKE else read)


def _shared(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads a message that was read before as the value that was made of it then."""
    known: dict[bytes, Any] = {}

    def shared(message: Any) -> Any:
        written = message.SerializeToString()
        found = known.get(written)
        if found is None:
            if len(known) >= KEPT:
                known.clear()
            found = known[written] = read(message)
        return found

    return shared


def _field(hint: Any) -> _Field:
    origin, arguments = get_origin(hint), get_args(hint)
    if hint not in (Payload, TupleValue) and origin in (Union, types.UnionType):
        inner = next(part for part in arguments if part is not type(None))
        return _optional(_nested(ROW_SHAPE) if inner == ROW else _field(inner))
    if origin is Mapping or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return _Field(lambda message, name, value: getattr(message, name).update(value), _take_map)
    if origin in (tuple, list) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return _repeated(arguments[0])
    shape = _shape(hint)
    return _nested(shape) if shape else _scalar(hint)


def _shape(hint: Any) -> _Shape | None:
    """The message that a type becomes, None for a scalar."""
    if hint == Payload:
        return _Shape(_fill_payload, payload_of)
    if hint == ROW:
        return ROW_SHAPE
    if hint is Any or hint == TupleValue:
        return _Shape(_fill_value, value_of)
    if hint == tuple[str, str]:
        return _Shape(_fill_pair, lambda message: (message.name, message.value))
    return _record(hint) if is_dataclass(hint) and isinstance(hint, type) and hint is not Grant else None


def _scalar(hint: Any) -> _Field:
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _Field(lambda m, n, value: setattr(m, n, value.value), lambda m, n: hint(getattr(m, n)))
    return _Field(setattr, getattr)


def _texts(hint: Any) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """How one of many scalars is written, and read again."""
    if hint is Grant:
        return str, parse_grant
    return lambda value: value, hint if isinstance(hint, type) and issubclass(hint, StrEnum) else lambda value: value


def _nested(shape: _Shape) -> _Field:
    def put(message: Any, name: str, value: Any) -> None:
        part = getattr(message, name)
        part.SetInParent()
        shape.fill(part, value)

    return _Field(put, lambda message, name: shape.read(getattr(message, name)))


def _optional(inner: _Field) -> _Field:
    def put(message: Any, name: str, value: Any) -> None:
        if value is not None:
            inner.put(message, name, value)

    return _Field(put, lambda message, name: inner.take(message, name) if message.HasField(name) else None)


def _repeated(hint: Any) -> _Field:
    shape = _shape(hint)
    if shape is None:
        write, read = _texts(hint)
        return _Field(
            lambda m, n, values: getattr(m, n).extend(map(write, values)),
            lambda m, n: tuple(map(read, getattr(m, n))),
        )

    def put(message: Any, name: str, values: Any) -> None:
        field = getattr(message, name)
        for item in values:
            shape.fill(field.add(), item)

    return _Field(put, lambda message, name: tuple(map(shape.read, getattr(message, name))))


def _fill_row(message: common.Value, row: Sequence[Any]) -> None:
    _fill_value(message, tuple(row))


ROW_SHAPE = _Shape(_fill_row, value_of)


def _fill_payload(message: common.Payload, value: Payload) -> None:
    setattr(message, "text" if isinstance(value, str) else "binary", value)


def _fill_pair(message: Any, pair: tuple[str, str]) -> None:
    message.name, message.value = pair


def _take_map(message: Any, name: str) -> Mapping[str, str]:
    return types.MappingProxyType(dict(getattr(message, name)))
