"""Values through the codec: out to a guest, into a host function, back to the guest, and back to the caller."""

from __future__ import annotations

import math
from ctypes import byref
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wasmtime import Store
from wasmtime.component import Component, Linker

from tests.unit.components import echo, flat
from workbench.wasm import ffi
from workbench.wasm.codec import Err, Ok, codec, compiled
from workbench.wasm.engine import new_engine
from workbench.wasm.linker import _trampoline
from workbench.wasm.types import Function, ListOf, OptionOf, Primitive, ResultOf, TupleOf, Type

ENGINE = new_engine()
INTEGERS = {
    name: st.integers(0 if name[0] == "u" else -(1 << bits - 1), (1 << bits - (name[0] == "s")) - 1)
    for bits in (8, 16, 32, 64)
    for name in (f"u{bits}", f"s{bits}")
}
TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **INTEGERS,
    "bool": st.booleans(),
    "f64": st.floats(allow_nan=False),
    "char": st.characters(exclude_categories=("Cs",)),
    "string": TEXT,
}
LEAVES = st.sampled_from([Primitive(name) for name in VALUES])


def types(children: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
    plain = children.filter(lambda kind: not isinstance(kind, OptionOf))
    return st.one_of(
        children.map(ListOf),
        plain.map(OptionOf),
        st.lists(children, min_size=1, max_size=3).map(lambda found: TupleOf(tuple(found))),
        st.builds(ResultOf, st.none() | children, st.none() | children),
    )


TYPES = st.recursive(LEAVES, types, max_leaves=5).filter(lambda kind: len(flat(kind)) <= 15)


def values(kind: Type | None) -> st.SearchStrategy[Any]:
    match kind:
        case None:
            return st.none()
        case Primitive(name):
            return VALUES[name]
        case ListOf(Primitive("u8")):
            return st.binary(max_size=50)
        case ListOf(element):
            return st.lists(values(element), max_size=4)
        case OptionOf(element):
            return st.none() | values(element)
        case TupleOf(elements):
            return st.tuples(*map(values, elements))
        case ResultOf(ok, err):
            return values(ok).map(Ok) | values(err).map(Err)
    raise TypeError(kind)


class Echo:
    """One echo component, called through the codec; `seen` is what the host function was given."""

    def __init__(self, kind: Type) -> None:
        function = Function("host", (("value", kind),), kind)
        self.seen: list[Any] = []
        self.codec = codec(function)
        self.callback = ffi.Callback(_trampoline(function, self.host))
        linker = Linker(ENGINE)
        with linker.root() as root:
            error = ffi.add_function(root.ptr(), b"host", 4, self.callback, None, None)
            assert not error
        self.store = Store(ENGINE)
        self.store.set_fuel(10**9)
        self.store.set_epoch_deadline(10**9)
        instance = linker.instantiate(self.store, Component(ENGINE, echo(kind)))
        found = instance.get_func(self.store, "echo")
        assert found is not None
        self.function = found._func

    def host(self, value: Any) -> Any:
        self.seen.append(value)
        return value

    def __call__(self, value: Any) -> Any:
        context = self.store._context()
        argument, result = (ffi.Val * 1)(), ffi.Val()
        self.codec.lower_params[0](value, argument[0], context)
        error = ffi.call(byref(self.function), context, argument, 1, byref(result), 1)
        ffi.val_delete(byref(argument[0]))
        assert not error, ffi.take_message(error)
        assert self.codec.lift_result is not None
        found = self.codec.lift_result(result, context)
        ffi.val_delete(byref(result))
        return found


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_any_value_of_any_type_comes_through_unchanged(data: st.DataObject) -> None:
    kind = data.draw(TYPES)
    through = Echo(kind)
    for _ in range(3):
        value = data.draw(values(kind))
        assert through(value) == value
        assert through.seen.pop() == value


def test_a_result_of_an_option_can_be_an_error() -> None:
    """The stock converters cannot express this, and every second function of the host interfaces has this type."""
    through = Echo(ResultOf(OptionOf(Primitive("string")), TupleOf((Primitive("string"), Primitive("string")))))
    for value in (Ok(None), Ok("text"), Err(("denied", "no grant covers it"))):
        assert through(value) == value


def test_a_bool_stays_a_bool_beside_an_integer() -> None:
    through = Echo(TupleOf((Primitive("bool"), Primitive("s64"))))
    assert through((True, 1)) == (True, 1)
    assert type(through((True, 1))[0]) is bool


def test_a_megabyte_of_bytes_comes_through() -> None:
    data = bytes(range(256)) * 4096
    assert Echo(ListOf(Primitive("u8")))(data) == data


def test_a_nan_is_a_nan() -> None:
    assert math.isnan(Echo(Primitive("f64"))(math.nan))


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        (Primitive("u8"), 256, OverflowError),
        (Primitive("s8"), -129, OverflowError),
        (Primitive("u64"), -1, OverflowError),
        (Primitive("u8"), True, TypeError),
        (Primitive("bool"), 1, TypeError),
        (Primitive("string"), b"bytes", TypeError),
        (ListOf(Primitive("u8")), "text", TypeError),
        (ResultOf(Primitive("u8"), None), 5, TypeError),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_left_half_written(
    kind: Type, value: Any, error: type[Exception]
) -> None:
    slot = ffi.Val()
    with pytest.raises(error):
        compiled(kind)[1](value, slot, None)
    ffi.val_delete(byref(slot))


def test_a_list_that_fails_in_the_middle_frees_what_it_had() -> None:
    slot = ffi.Val()
    with pytest.raises(TypeError):
        compiled(ListOf(Primitive("string")))[1](["fine", "fine", 3, "fine"], slot, None)
    ffi.val_delete(byref(slot))
