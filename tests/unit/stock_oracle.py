"""Our codec beside the engine's own converters, in a process of its own: `python -m tests.unit.stock_oracle [--plant]`.

Any value of any type for which the stock converters are right goes through the same component both ways, and both must
see and give the same. They are not asked about results whose two cases look alike in Python, nor about options in them
(see workbench/wasm/codec.py). With `--plant` one of our answers is changed, and the run must fail.
"""

from __future__ import annotations

import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from wasmtime import Store
from wasmtime.component import Component, Linker

from tests.unit.components import echo
from tests.unit.test_codec import ENGINE, TYPES, Echo, values
from workbench.wasm.codec import Err, Ok
from workbench.wasm.types import ListOf, OptionOf, Primitive, ResultOf, TupleOf, Type

EXAMPLES = 400


class Stock:
    """The same echo through the bindings as they come; `seen` is what the host function was given."""

    def __init__(self, kind: Type) -> None:
        self.seen: list[Any] = []
        linker = Linker(ENGINE)
        with linker.root() as root:
            root.add_func("host", lambda _store, value: self.seen.append(value) or value)
        self.store = Store(ENGINE)
        self.store.set_fuel(10**9)
        self.store.set_epoch_deadline(10**9)
        instance = linker.instantiate(self.store, Component(ENGINE, echo(kind)))
        found = instance.get_func(self.store, "echo")
        assert found is not None
        self.function = found

    def __call__(self, value: Any) -> Any:
        return self.function(self.store, value)


def is_right(kind: Type | None) -> bool:
    """Whether the stock converters can carry every value of the type without a guess."""
    match kind:
        case None | Primitive():
            return True
        case ListOf(element) | OptionOf(element):
            return is_right(element) and not isinstance(element, OptionOf | ResultOf)
        case TupleOf(elements):
            return all(map(is_right, elements)) and not any(isinstance(each, ResultOf) for each in elements)
    return False


def plain(value: Any) -> Any:
    """A value as both sides can be compared: bytes as numbers, sequences as lists."""
    if isinstance(value, Ok | Err):
        return plain(value.value)
    if isinstance(value, bytes | list | tuple):
        return [plain(each) for each in value]
    return value


def main(plant: bool) -> int:
    compared = 0

    @given(st.data())
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    def compare(data: st.DataObject) -> None:
        nonlocal compared
        kind = data.draw(TYPES.filter(is_right))
        ours, stock = Echo(kind), Stock(kind)
        value = data.draw(values(kind))
        mine, theirs = plain(ours(value)), plain(stock(value))
        compared += 1
        if plant and compared == EXAMPLES // 2:
            mine = [mine]
        assert mine == theirs == plain(value), f"{kind}: {value!r} came back as {mine!r} and {theirs!r}"
        assert plain(ours.seen) == plain(stock.seen), f"{kind}: the host saw {ours.seen!r} and {stock.seen!r}"

    compare()
    sys.stdout.write(f"{compared} values agree\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main("--plant" in sys.argv))
