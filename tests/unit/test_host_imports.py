"""The WIT and the host functions behind it say the same; who may call them is in test_permissions.py."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from wasmtime import Config, Engine, Instance, Module, Store

from workbench.wasm import linker
from workbench.wasm.codec import codec
from workbench.wasm.engine import new_engine
from workbench.wasm.gate import REGISTRY
from workbench.wasm.intake import BEHAVIOR_NAMES
from workbench.wasm.program import BEHAVIORS
from workbench.wasm.types import Primitive, Record, ResultOf, strip
from workbench.wasm.wit import actor_package

WIT = actor_package()
SERVICES = [
    (interface, function)
    for interface in linker.service_interfaces()
    for function in WIT.interfaces[interface].functions
]


def test_every_host_function_is_one_of_the_wit_with_its_number_of_parameters() -> None:
    assert linker.IMPORTS
    for (interface, name), function in REGISTRY.items():
        declared = WIT.interfaces[interface].function(name)
        assert declared is not None, f"{interface}.{name} is not in the WIT"
        parameters = list(inspect.signature(function).parameters)
        assert len(parameters) == len(declared.params) + 1, f"{interface}.{name}"
        assert [name.replace("-", "_") for name, _ in declared.params] == parameters[1:]


@pytest.mark.parametrize(("interface", "function"), SERVICES, ids=lambda each: getattr(each, "name", each))
def test_every_function_answers_with_our_error_and_can_be_carried_by_the_codec(interface: str, function: Any) -> None:
    error = WIT.interfaces["types"].types
    assert isinstance(function.result, ResultOf)
    assert strip(function.result.err) == strip(dict(error)["error"])
    assert codec(function).lower_result is not None


def test_the_behaviors_are_those_of_the_wit() -> None:
    assert set(BEHAVIORS) == set(BEHAVIOR_NAMES)
    for interface, handler in BEHAVIORS.items():
        declared = WIT.interfaces[interface].functions
        assert [function.name for function in declared] == [handler]
        assert [name for name, _ in declared[0].params] == ["from-actor", "message-type", "payload"]


def test_types_are_compared_by_shape_and_not_by_name() -> None:
    one, two = Record("a", (("x", Primitive("u8")),)), Record("b", (("x", Primitive("u8")),))
    assert one != two and strip(one) == strip(two)
    assert strip(Record("a", (("y", Primitive("u8")),))) != strip(one)


NAN = """(module (func (export "nan") (result i64)
  (i64.reinterpret_f64 (f64.div (f64.const 0) (f64.const 0)))))"""


def nan_bits(engine: Engine) -> int:
    store = Store(engine)
    store.set_fuel(10_000)
    store.set_epoch_deadline(1_000_000)
    function: Any = Instance(store, Module(engine, NAN), []).exports(store)["nan"]
    return int(function(store)) & (1 << 64) - 1


def test_a_nan_has_the_same_bits_on_every_machine() -> None:
    assert nan_bits(new_engine()) == 0x7FF8_0000_0000_0000


def test_without_the_setting_the_bits_are_the_machines_own() -> None:
    """The control: on x86-64 the processor's own NaN is another one, so the test above can fail."""
    import platform

    config = Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    expected = 0xFFF8_0000_0000_0000 if platform.machine() in ("x86_64", "AMD64") else 0x7FF8_0000_0000_0000
    assert nan_bits(Engine(config)) == expected
