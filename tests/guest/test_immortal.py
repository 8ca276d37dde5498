"""The objects of the built interpreter are immortal, and only what looks like an object is made so."""

from __future__ import annotations

import json
import sys
from array import array

import psutil
import pytest
from wasmtime import wat2wasm

import workbench
from workbench.api import Node
from workbench.guest.plexspaces.sandbox.census import MARK
from workbench.wasm import immortal
from workbench.wasm.immortal import IMMORTAL, immortalized

BASE, TYPE = 4096, 5000
ACTORS = 60
PAGES_BYTES = 1_400_000
"""Without holes filled and objects made immortal it was 2.2 MB."""
COUNTS = """
import json
import sys

from plexspaces import GenServer


class Counts(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        mine = object()
        named = {"module": sys, "type": GenServer, "function": json.loads, "code": json.loads.__code__,
                 "dict": sys.modules, "mine": mine}
        return json.dumps({name: sys._is_immortal(value) for name, value in named.items()})
"""


def component(words: list[int], census: list[int], types: list[int]) -> bytes:
    """A component whose memory has these words from BASE on, and a census behind them."""
    memory = array("I", words).tobytes()
    found = MARK + array("I", [len(census), len(types), *census, *types]).tobytes()
    data = "".join(f"\\{byte:02x}" for byte in memory + found)
    return bytes(wat2wasm(f'(component (core module (memory 1) (data (i32.const {BASE}) "{data}")))'))


def words_of(binary: bytes, like: bytes, count: int) -> list[int]:
    at = like.find(MARK) - 4 * count
    return list(array("I", binary[at : at + 4 * count]))


def test_counts_of_objects_are_changed_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(immortal, "LEAST", 1)
    words = [3, TYPE, 77, 0, 0, TYPE, 1 << 21, TYPE, 2, 9999, 1, TYPE]
    objects = [BASE, BASE + 16, BASE + 24, BASE + 32, BASE + 40, BASE + (1 << 20), 8]
    binary = component(words, objects, [TYPE])
    changed, count = immortalized(binary)
    assert count == 2 and len(changed) == len(binary)
    expected = [*words]
    expected[0] = expected[10] = IMMORTAL  # not: a count of 0, one beyond belief, an unknown type, no memory there
    assert words_of(changed, binary, len(words)) == expected


def test_without_a_census_a_component_stays_as_it_is() -> None:
    plain = bytes(wat2wasm("(component (core module (memory 1)))"))
    assert immortalized(plain) == (plain, 0)
    assert immortalized(plain + MARK + bytes(8)) == (plain + MARK + bytes(8), 0)


def test_what_the_interpreter_was_built_with_is_immortal_and_what_an_actor_makes_is_not(interpreter: str) -> None:
    with workbench.connect("embedded:") as node:
        assert immortal_in(node) == {
            "module": True, "type": True, "function": True, "code": True, "dict": True, "mine": False,
        }  # fmt: skip


def immortal_in(node: Node) -> object:
    name = node.actors.spawn(node.modules.deploy(COUNTS.encode(), file_name="counts.py").hash).id
    return json.loads(node.actors.ask(name, "counts").payload)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process shares")
def test_an_actor_copies_few_of_the_interpreters_pages(interpreter: str) -> None:
    with workbench.connect("embedded:") as node:
        module = node.modules.deploy(COUNTS.encode(), file_name="counts.py").hash
        node.actors.ask(node.actors.spawn(module).id, "counts")
        process = psutil.Process()
        before = process.memory_full_info().pss
        for _ in range(ACTORS):
            node.actors.ask(node.actors.spawn(module).id, "counts")
        grown = (process.memory_full_info().pss - before) / ACTORS
    assert grown < PAGES_BYTES, f"each actor copied {grown / 1e6:.2f} MB"
