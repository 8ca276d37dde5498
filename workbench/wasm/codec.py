"""Values in and out of components: one codec for exports and host imports, compiled once per type.

A type becomes two closures: `lift(val, context) -> value` reads a C value, `lower(value, val, context)` writes one
whose memory the C side owns. Values are always tagged, so that nothing is guessed from a Python type:

    bool, integers, floats, char, string   bool, int, float, str, str
    list<u8>                               bytes; any other list is a list
    option<T>                              None or the value (no option inside an option)
    result<T, E>                           Ok(value) or Err(value)
    record                                 a named tuple, fields with underscores
    tuple                                  tuple
    variant                                (case, value); a payload is plainly str or bytes
    enum                                   the case's name
    own, borrow                            the host's number for the resource

The stock converters cannot serve: a host function of type `result<option<T>, error>` cannot answer with an error there,
and True goes out as an integer in a variant that has both.
"""

from __future__ import annotations

import ctypes
from collections import namedtuple
from collections.abc import Callable, Iterable
from ctypes import byref, c_void_p, string_at
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from wasmtime import _ffi

from workbench.wasm import ffi
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

Lift: TypeAlias = Callable[[Any, Any], Any]
Lower: TypeAlias = Callable[[Any, Any, Any], None]


class Ok(NamedTuple):
    """The good case of a result."""

    value: Any = None


class Err(NamedTuple):
    """The bad case of a result."""

    value: Any = None


class Codec(NamedTuple):
    """Both directions of one function: a lift and a lower per parameter, and those of the result (None: no result)."""

    lift_params: tuple[Lift, ...]
    lower_params: tuple[Lower, ...]
    lift_result: Lift | None
    lower_result: Lower | None


@cache
def codec(function: Function) -> Codec:
    """The compiled codec of a function's type."""
    kinds = [kind for _, kind in function.params]
    pairs = [compiled(kind) for kind in kinds]
    lift, lower = compiled(function.result) if function.result else (None, None)
    return Codec(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), lift, lower)


@cache
def compiled(kind: Type) -> tuple[Lift, Lower]:
    """The two closures of one type."""
    match kind:
        case Primitive("string"):
            return _lift_string, _lower_string
        case Primitive(name):
            return _primitive(name)
        case ListOf(Primitive("u8")):
            return _lift_bytes, _lower_bytes
        case ListOf(element):
            return _list(*compiled(element))
        case OptionOf(element):
            return _option(*compiled(element))
        case ResultOf(ok, err):
            return _result(ok, err)
        case TupleOf(elements):
            return _tuple(tuple(map(compiled, elements)))
        case Record():
            return _record(kind)
        case Variant("payload", _):
            return _payload(*_variant(kind))
        case Variant():
            return _variant(kind)
        case Enum():
            return _lift_enum, _lower_enum
        case Handle():
            return _lift_handle, _lower_handle
    raise TypeError(f"no codec for {kind!r}")


def _kind(name: str) -> int:
    return int(getattr(_ffi, f"WASMTIME_COMPONENT_{name}").value)


_STRING, _LIST, _U8 = _kind("STRING"), _kind("LIST"), _kind("U8")
_OPTION, _RESULT, _RECORD = _kind("OPTION"), _kind("RESULT"), _kind("RECORD")
_TUPLE, _VARIANT, _ENUM, _RESOURCE = _kind("TUPLE"), _kind("VARIANT"), _kind("ENUM"), _kind("RESOURCE")


def _text(name: Any) -> str:
    return string_at(name.data, name.size).decode() if name.size else ""


def _lift_string(val: Any, _context: Any) -> str:
    return _text(val.of.string)


def _lower_string(value: str, val: Any, _context: Any) -> None:
    data = value.encode("utf-8", "replace") if type(value) is str else _refuse("string", value)
    ffi.bytes_new(byref(val.of.string), len(data), data)
    val.kind = _STRING


def _refuse(wanted: str, value: Any) -> Any:
    raise TypeError(f"expected {wanted}, got {type(value).__name__}")


def _primitive(name: str) -> tuple[Lift, Lower]:
    field = {"bool": "boolean", "char": "character"}.get(name, name)
    number = _kind(name.upper())
    wanted: type[Any] = bool if name == "bool" else float if name[0] == "f" else str if name == "char" else int
    bits = int(name[1:]) if wanted is int else 0
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if name[0] == "s" else (0, (1 << bits) - 1 if bits else 0)

    def lift(val: Any, _context: Any) -> Any:
        value = getattr(val.of, field)
        return chr(value) if wanted is str else value

    def lower(value: Any, val: Any, _context: Any) -> None:
        if type(value) is not wanted or (bits and not low <= value <= high):
            _refuse(name, value) if type(value) is not wanted else _out_of_range(name, value)
        setattr(val.of, field, ord(value) if wanted is str else value)
        val.kind = number

    return lift, lower


def _out_of_range(name: str, value: Any) -> None:
    raise OverflowError(f"{value} does not fit into {name}")


def _lift_bytes(val: Any, _context: Any) -> bytes:
    # An element is a whole value of the C interface; a strided slice picks the payload bytes at memcpy speed.
    values = val.of.list
    size = values.size
    return string_at(values.data, size * ffi.VAL_BYTES)[ffi.VALUE_OFFSET :: ffi.VAL_BYTES] if size else b""


def _lower_bytes(value: bytes, val: Any, _context: Any) -> None:
    if type(value) is not bytes:
        _refuse("bytes", value)
    values = val.of.list
    ffi.list_new(byref(values), len(value))
    if value:
        packed = bytearray(len(value) * ffi.VAL_BYTES)
        packed[0 :: ffi.VAL_BYTES] = bytes((_U8,)) * len(value)
        packed[ffi.VALUE_OFFSET :: ffi.VAL_BYTES] = value
        ctypes.memmove(values.data, (ctypes.c_char * len(packed)).from_buffer(packed), len(packed))
    val.kind = _LIST


def _fill(data: Any, lowers: Iterable[Lower], values: Iterable[Any], count: int, context: Any) -> None:
    """Write elements into fresh memory, each valid (a bool) before the first one can fail: a failure frees them all."""
    ctypes.memset(data, 0, count * ffi.VAL_BYTES)
    for index, (lower, value) in enumerate(zip(lowers, values, strict=True)):
        lower(value, data[index], context)


def _list(lift_one: Lift, lower_one: Lower) -> tuple[Lift, Lower]:
    def lift(val: Any, context: Any) -> list[Any]:
        values = val.of.list
        data = values.data
        return [lift_one(data[index], context) for index in range(values.size)]

    def lower(value: Iterable[Any], val: Any, context: Any) -> None:
        items = list(value)
        values = val.of.list
        ffi.list_new(byref(values), len(items))
        val.kind = _LIST
        if items:
            _fill(values.data, [lower_one] * len(items), items, len(items), context)

    return lift, lower


def _tuple(pairs: tuple[tuple[Lift, Lower], ...]) -> tuple[Lift, Lower]:
    lifts, lowers = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)

    def lift(val: Any, context: Any) -> tuple[Any, ...]:
        data = val.of.tuple.data
        return tuple(lift_one(data[index], context) for index, lift_one in enumerate(lifts))

    def lower(value: tuple[Any, ...], val: Any, context: Any) -> None:
        values = val.of.tuple
        ffi.tuple_new(byref(values), len(lowers))
        val.kind = _TUPLE
        _fill(values.data, lowers, value, len(lowers), context)

    return lift, lower


def _record(kind: Record) -> tuple[Lift, Lower]:
    names = [name.encode() for name, _ in kind.fields]
    pairs = [compiled(field) for _, field in kind.fields]
    fields = [name.replace("-", "_") for name, _ in kind.fields]
    make: Any = namedtuple(kind.name.replace("-", "_") or "record", fields)  # type: ignore[misc]  # the name is data

    def lift(val: Any, context: Any) -> Any:
        data = val.of.record.data
        return make(*[lift_one(data[index].val, context) for index, (lift_one, _) in enumerate(pairs)])

    def lower(value: Any, val: Any, context: Any) -> None:
        if len(value) != len(pairs):
            raise TypeError(f"expected {len(pairs)} fields of {kind}, got {len(value)}")
        record = val.of.record
        ffi.record_new(byref(record), len(pairs))
        ctypes.memset(record.data, 0, len(pairs) * ctypes.sizeof(ffi.RecordEntry))
        val.kind = _RECORD
        for index, (_, lower_one) in enumerate(pairs):
            entry = record.data[index]
            ffi.bytes_new(byref(entry.name), len(names[index]), names[index])
            lower_one(value[index], entry.val, context)

    return lift, lower


def _boxed(lower: Lower, value: Any, context: Any) -> Any:
    """A value on the C heap, owned by whatever points at it."""
    inner = ffi.Val()
    try:
        lower(value, inner, context)
    except BaseException:
        ffi.val_delete(byref(inner))
        raise
    return ffi.val_new(byref(inner))


def _option(lift_one: Lift, lower_one: Lower) -> tuple[Lift, Lower]:
    def lift(val: Any, context: Any) -> Any:
        inner = val.of.option
        return lift_one(inner[0], context) if inner else None

    def lower(value: Any, val: Any, context: Any) -> None:
        val.of.option = None if value is None else _boxed(lower_one, value, context)
        val.kind = _OPTION

    return lift, lower


def _result(ok: Type | None, err: Type | None) -> tuple[Lift, Lower]:
    ok_pair, err_pair = (compiled(ok) if ok else None), (compiled(err) if err else None)

    def lift(val: Any, context: Any) -> Ok | Err:
        result = val.of.result
        pair = ok_pair if result.is_ok else err_pair
        value = pair[0](result.val[0], context) if pair else None
        return Ok(value) if result.is_ok else Err(value)

    def lower(value: Ok | Err, val: Any, context: Any) -> None:
        if type(value) is Ok:
            pair = ok_pair
        elif type(value) is Err:
            pair = err_pair
        else:
            pair = _refuse("Ok or Err", value)
        inner = _boxed(pair[1], value[0], context) if pair else None
        result = val.of.result
        result.is_ok, result.val = type(value) is Ok, inner
        val.kind = _RESULT

    return lift, lower


def _variant(kind: Variant) -> tuple[Lift, Lower]:
    cases = {name: compiled(case) if case else None for name, case in kind.cases}
    encoded = {name: name.encode() for name in cases}

    def lift(val: Any, context: Any) -> tuple[str, Any]:
        variant = val.of.variant
        name = _text(variant.discriminant)
        pair = cases[name]
        return name, pair[0](variant.val[0], context) if pair else None

    def lower(value: tuple[str, Any], val: Any, context: Any) -> None:
        name, inner = value
        pair = cases[name]
        box = _boxed(pair[1], inner, context) if pair else None
        variant = val.of.variant
        ffi.bytes_new(byref(variant.discriminant), len(encoded[name]), encoded[name])
        variant.val = box
        val.kind = _VARIANT

    return lift, lower


def _payload(lift_variant: Lift, lower_variant: Lower) -> tuple[Lift, Lower]:
    def lift(val: Any, context: Any) -> str | bytes:
        value: str | bytes = lift_variant(val, context)[1]
        return value

    def lower(value: str | bytes, val: Any, context: Any) -> None:
        if type(value) not in (str, bytes):
            _refuse("text or bytes", value)
        lower_variant(("text" if type(value) is str else "binary", value), val, context)

    return lift, lower


def _lift_enum(val: Any, _context: Any) -> str:
    return _text(val.of.enumeration)


def _lower_enum(value: str, val: Any, _context: Any) -> None:
    data = value.encode()
    ffi.bytes_new(byref(val.of.enumeration), len(data), data)
    val.kind = _ENUM


def _lift_handle(val: Any, context: Any) -> int:
    # A borrowed handle must be consumed by the host function, or the call traps; turning it into a host resource does.
    host = c_void_p()
    if error := ffi.any_to_host(context, val.of.resource, byref(host)):
        raise TypeError(ffi.take_message(error))
    rep = int(ffi.host_rep(host))
    ffi.host_delete(host)
    return rep


def _lower_handle(value: tuple[int, int], val: Any, context: Any) -> None:
    """`value` is (number, resource type): a new owned handle."""
    host = ffi.host_new(True, value[0], value[1])
    found = ctypes.POINTER(_ffi.wasmtime_component_resource_any_t)()
    if error := ffi.host_to_any(context, host, byref(found)):
        raise TypeError(ffi.take_message(error))
    ffi.host_delete(host)
    val.of.resource = found
    val.kind = _RESOURCE
