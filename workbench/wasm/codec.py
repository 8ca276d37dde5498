"""Values in and out of components: one codec for exports and host imports, compiled once per type.

A type becomes three closures: `lift(val, context) -> value` reads a C value, `lower(value, val, context)` writes one
whose memory the C side owns, `lend(value, val, kept)` writes one whose memory stays Python's, in `kept`, for arguments
that the C side only reads. Values are always tagged, so that nothing is guessed from a Python type:

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
from ctypes import addressof, byref, c_void_p, string_at
from functools import cache
from typing import Any, NamedTuple, TypeAlias

from wasmtime import _ffi

from workbench.wasm import ffi
from workbench.wasm.ffi import VAL_BYTES, VALUE_OFFSET, Val
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
Lend: TypeAlias = Callable[[Any, Any, list[Any]], None]
_at = Val.from_address


class Ok(NamedTuple):
    """The good case of a result."""

    value: Any = None


class Err(NamedTuple):
    """The bad case of a result."""

    value: Any = None


class Codec(NamedTuple):
    """Both directions of one function, per parameter, and those of the result (None: no result).

    A parameter without a `lend` (None) is lowered, and freed by the caller afterwards.
    """

    lift_params: tuple[Lift, ...]
    lower_params: tuple[Lower, ...]
    lend_params: tuple[Lend | None, ...]
    lift_result: Lift | None
    lower_result: Lower | None


@cache
def codec(function: Function) -> Codec:
    """The compiled codec of a function's type."""
    kinds = [kind for _, kind in function.params]
    pairs = [compiled(kind) for kind in kinds]
    lift, lower = compiled(function.result) if function.result else (None, None)
    return Codec(tuple(p[0] for p in pairs), tuple(p[1] for p in pairs), tuple(map(lent, kinds)), lift, lower)


@cache
def compiled(kind: Type) -> tuple[Lift, Lower]:
    """Lift and lower of one type."""
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


def lent(kind: Type) -> Lend | None:
    """The lend of a type that messages are made of; None for the others."""
    match kind:
        case Primitive("string"):
            return _lend_string
        case ListOf(Primitive("u8")):
            return _lend_bytes
        case Variant("payload", _):
            return _lend_payload
    return None


def _kind(name: str) -> int:
    return int(getattr(_ffi, f"WASMTIME_COMPONENT_{name}").value)


_STRING, _LIST, _U8 = _kind("STRING"), _kind("LIST"), _kind("U8")
_OPTION, _RESULT, _RECORD = _kind("OPTION"), _kind("RESULT"), _kind("RECORD")
_TUPLE, _VARIANT, _ENUM, _RESOURCE = _kind("TUPLE"), _kind("VARIANT"), _kind("ENUM"), _kind("RESOURCE")


def _text(val: Any) -> str:
    size = val.size
    return string_at(val.data, size).decode() if size else ""


def _lift_string(val: Any, _context: Any) -> str:
    size = val.size
    return string_at(val.data, size).decode() if size else ""


def _lower_string(value: str, val: Any, _context: Any) -> None:
    data = value.encode("utf-8", "replace") if type(value) is str else _refuse("string", value)
    ffi.bytes_new(byref(val, VALUE_OFFSET), len(data), data)
    val.kind = _STRING


def _lend_string(value: str, val: Any, _kept: list[Any]) -> None:
    data = value.encode("utf-8", "replace") if type(value) is str else _refuse("string", value)
    val.kind, val.size, val.lent = _STRING, len(data), data


def _refuse(wanted: str, value: Any) -> Any:
    raise TypeError(f"expected {wanted}, got {type(value).__name__}")


def _primitive(name: str) -> tuple[Lift, Lower]:
    field = {"bool": "boolean", "char": "character"}.get(name, name)
    number = _kind(name.upper())
    wanted: type[Any] = bool if name == "bool" else float if name[0] == "f" else str if name == "char" else int
    bits = int(name[1:]) if wanted is int else 0
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if name[0] == "s" else (0, (1 << bits) - 1 if bits else 0)

    def lift(val: Any, _context: Any) -> Any:
        value = getattr(val, field)
        return chr(value) if wanted is str else value

    def lower(value: Any, val: Any, _context: Any) -> None:
        if type(value) is not wanted or (bits and not low <= value <= high):
            _refuse(name, value) if type(value) is not wanted else _out_of_range(name, value)
        setattr(val, field, ord(value) if wanted is str else value)
        val.kind = number

    return lift, lower


def _out_of_range(name: str, value: Any) -> None:
    raise OverflowError(f"{value} does not fit into {name}")


def _lift_bytes(val: Any, _context: Any) -> bytes:
    # An element is a whole value of the C interface; a strided slice picks the payload bytes at memcpy speed.
    size = val.size
    return string_at(val.data, size * VAL_BYTES)[VALUE_OFFSET::VAL_BYTES] if size else b""


def _packed(value: bytes) -> bytearray:
    """The elements of a list<u8>, each as a whole value of the C interface."""
    if type(value) is not bytes:
        _refuse("bytes", value)
    packed = bytearray(len(value) * VAL_BYTES)
    packed[0::VAL_BYTES] = bytes((_U8,)) * len(value)
    packed[VALUE_OFFSET::VAL_BYTES] = value
    return packed


def _lower_bytes(value: bytes, val: Any, _context: Any) -> None:
    packed = _packed(value)
    ffi.list_new(byref(val, VALUE_OFFSET), len(value))
    if value:
        ffi.view_of(val.data, len(packed), ffi.WRITABLE)[:] = packed
    val.kind = _LIST


def _lend_bytes(value: bytes, val: Any, kept: list[Any]) -> None:
    packed = _packed(value)
    if value:
        buffer = (ctypes.c_char * len(packed)).from_buffer(packed)
        kept.append(buffer)
        val.data = addressof(buffer)
    val.kind, val.size = _LIST, len(value)


def _lend_payload(value: str | bytes, val: Any, kept: list[Any]) -> None:
    inner = Val()
    if type(value) is str:
        _lend_string(value, inner, kept)
        val.size, val.lent = 4, b"text"
    else:
        _lend_bytes(value, inner, kept)  # type: ignore[arg-type]  # anything else is refused there
        val.size, val.lent = 6, b"binary"
    kept.append(inner)
    val.kind, val.child = _VARIANT, addressof(inner)


def _fill(data: int, lowers: Iterable[Lower], values: Iterable[Any], count: int, context: Any) -> None:
    """Write elements into fresh memory, each valid (a bool) before the first one can fail: a failure frees them all."""
    ctypes.memset(data, 0, count * VAL_BYTES)
    for index, (lower, value) in enumerate(zip(lowers, values, strict=True)):
        lower(value, _at(data + index * VAL_BYTES), context)


def _list(lift_one: Lift, lower_one: Lower) -> tuple[Lift, Lower]:
    def lift(val: Any, context: Any) -> list[Any]:
        data = val.data
        return [lift_one(_at(data + index * VAL_BYTES), context) for index in range(val.size)]

    def lower(value: Iterable[Any], val: Any, context: Any) -> None:
        items = list(value)
        ffi.list_new(byref(val, VALUE_OFFSET), len(items))
        val.kind = _LIST
        if items:
            _fill(val.data, [lower_one] * len(items), items, len(items), context)

    return lift, lower


def _tuple(pairs: tuple[tuple[Lift, Lower], ...]) -> tuple[Lift, Lower]:
    lifts, lowers = tuple(p[0] for p in pairs), tuple(p[1] for p in pairs)

    def lift(val: Any, context: Any) -> tuple[Any, ...]:
        data = val.data
        return tuple(lift_one(_at(data + index * VAL_BYTES), context) for index, lift_one in enumerate(lifts))

    def lower(value: tuple[Any, ...], val: Any, context: Any) -> None:
        ffi.tuple_new(byref(val, VALUE_OFFSET), len(lowers))
        val.kind = _TUPLE
        _fill(val.data, lowers, value, len(lowers), context)

    return lift, lower


def _record(kind: Record) -> tuple[Lift, Lower]:
    names = [name.encode() for name, _ in kind.fields]
    pairs = [compiled(field) for _, field in kind.fields]
    fields = [name.replace("-", "_") for name, _ in kind.fields]
    make: Any = namedtuple(kind.name.replace("-", "_") or "record", fields)  # type: ignore[misc]  # the name is data
    offsets = [index * ffi.ENTRY_BYTES for index in range(len(pairs))]

    def lift(val: Any, context: Any) -> Any:
        first = val.data + ffi.NAME_BYTES
        return make(*[pair[0](_at(first + offset), context) for offset, pair in zip(offsets, pairs, strict=True)])

    def lower(value: Any, val: Any, context: Any) -> None:
        if len(value) != len(pairs):
            raise TypeError(f"expected {len(pairs)} fields of {kind}, got {len(value)}")
        ffi.record_new(byref(val, VALUE_OFFSET), len(pairs))
        first = val.data
        ctypes.memset(first, 0, len(pairs) * ffi.ENTRY_BYTES)
        val.kind = _RECORD
        for index, (_, lower_one) in enumerate(pairs):
            entry = first + offsets[index]
            ffi.bytes_new(entry, len(names[index]), names[index])
            lower_one(value[index], _at(entry + ffi.NAME_BYTES), context)

    return lift, lower


def _boxed(lower: Lower, value: Any, context: Any) -> int:
    """The address of a value on the C heap, owned by whatever points at it."""
    inner = Val()
    try:
        lower(value, inner, context)
    except BaseException:
        ffi.val_delete(byref(inner))
        raise
    return int(ffi.val_new(byref(inner)))


def _option(lift_one: Lift, lower_one: Lower) -> tuple[Lift, Lower]:
    def lift(val: Any, context: Any) -> Any:
        inner = val.pointer
        return lift_one(_at(inner), context) if inner else None

    def lower(value: Any, val: Any, context: Any) -> None:
        val.pointer = None if value is None else _boxed(lower_one, value, context)
        val.kind = _OPTION

    return lift, lower


def _result(ok: Type | None, err: Type | None) -> tuple[Lift, Lower]:
    ok_pair, err_pair = (compiled(ok) if ok else None), (compiled(err) if err else None)

    def lift(val: Any, context: Any) -> Ok | Err:
        if val.boolean:
            return Ok(ok_pair[0](_at(val.data), context) if ok_pair else None)
        return Err(err_pair[0](_at(val.data), context) if err_pair else None)

    def lower(value: Ok | Err, val: Any, context: Any) -> None:
        if type(value) is Ok:
            pair = ok_pair
        elif type(value) is Err:
            pair = err_pair
        else:
            pair = _refuse("Ok or Err", value)
        inner = _boxed(pair[1], value[0], context) if pair else None
        val.boolean, val.data = type(value) is Ok, inner
        val.kind = _RESULT

    return lift, lower


def _variant(kind: Variant) -> tuple[Lift, Lower]:
    cases = {name: compiled(case) if case else None for name, case in kind.cases}
    encoded = {name: name.encode() for name in cases}

    def lift(val: Any, context: Any) -> tuple[str, Any]:
        name = _text(val)
        pair = cases[name]
        return name, pair[0](_at(val.child), context) if pair else None

    def lower(value: tuple[str, Any], val: Any, context: Any) -> None:
        name, inner = value
        pair = cases[name]
        box = _boxed(pair[1], inner, context) if pair else None
        ffi.bytes_new(byref(val, VALUE_OFFSET), len(encoded[name]), encoded[name])
        val.child = box
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
    return _text(val)


def _lower_enum(value: str, val: Any, _context: Any) -> None:
    data = value.encode()
    ffi.bytes_new(byref(val, VALUE_OFFSET), len(data), data)
    val.kind = _ENUM


def _lift_handle(val: Any, context: Any) -> int:
    # A borrowed handle must be consumed by the host function, or the call traps; turning it into a host resource does.
    host = c_void_p()
    if error := ffi.any_to_host(context, val.pointer, byref(host)):
        raise TypeError(ffi.take_message(error))
    rep = int(ffi.host_rep(host))
    ffi.host_delete(host)
    return rep


def _lower_handle(value: tuple[int, int], val: Any, context: Any) -> None:
    """`value` is (number, resource type): a new owned handle."""
    host = ffi.host_new(True, value[0], value[1])
    found = c_void_p()
    if error := ffi.host_to_any(context, host, byref(found)):
        raise TypeError(ffi.take_message(error))
    ffi.host_delete(host)
    val.pointer = found.value
    val.kind = _RESOURCE
