"""The reader of binaries: what it finds, and that damaged input is refused in words."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from wasmtime import Store, wat2wasm
from wasmtime.component import Component, Linker

from tests.mutants.modules import SERVER, component
from workbench.api import Invalid, Node, SpawnOptions
from workbench.wasm import binary
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import Engines, new_engine
from workbench.wasm.linker import Linkers
from workbench.wasm.programs import Programs

WITH_MEMORY = """
(component
  (core module $m (memory (export "memory") 3) (func (export "grow") (result i32) (memory.grow (i32.const 2))))
  (core instance $i (instantiate $m))
  (alias core export $i "memory" (core memory $mem))
  (func (export "grow") (result u32) (canon lift (core func $i "grow"))))
"""
SMALL = bytes(wat2wasm(WITH_MEMORY))


def test_imports_exports_and_declared_memory_are_found() -> None:
    found = binary.read(SMALL)
    assert (found.kind, found.exports, found.memory_bytes) == ("component", ["grow"], 3 * binary.PAGE_BYTES)


def test_a_core_module_is_told_apart_and_read() -> None:
    found = binary.read(bytes(wat2wasm('(module (memory (export "memory") 5) (func (export "run")))')))
    assert (found.kind, found.exports, found.memory_bytes) == ("core", ["memory", "run"], 5 * binary.PAGE_BYTES)


def test_the_probe_shows_the_memory_as_it_grows() -> None:
    engine = new_engine()
    probed = Component(engine, binary.with_probe(SMALL, binary.read(SMALL)))
    store = Store(engine)
    store.set_fuel(10**6)
    store.set_epoch_deadline(10**6)
    instance = Linker(engine).instantiate(store, probed)
    pages, grow = instance.get_func(store, binary.PROBE), instance.get_func(store, "grow")
    assert pages is not None and grow is not None
    assert pages(store) == 3
    grow(store)
    assert pages(store) == 5


def test_a_component_without_memory_is_left_as_it_is() -> None:
    plain = bytes(wat2wasm("(component)"))
    assert binary.with_probe(plain, binary.read(plain)) == plain


@pytest.mark.parametrize("data", [b"", b"\0", b"\0asm", b"\0asm\x02\0\0\0", b"#!/bin/sh", b"\x7fELF\2\1\1\0"])
def test_what_is_no_binary_is_refused_with_its_first_bytes(data: bytes) -> None:
    with pytest.raises(Invalid, match="not a WebAssembly binary"):
        binary.read(data)


def test_a_cut_off_binary_is_refused_wherever_it_was_cut() -> None:
    refused = 0
    for end in range(9, len(SMALL)):
        try:
            binary.read(SMALL[:end])
        except Invalid as error:
            assert "cut off" in str(error)
            refused += 1
    assert refused > len(SMALL) // 2  # the rest ends between two sections


def test_random_damage_is_refused_or_read_and_never_anything_else() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        damaged = bytearray(SMALL)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(8, len(damaged))] = chance.randrange(256)
        try:
            found = binary.read(bytes(damaged))
            binary.with_probe(bytes(damaged), found)
        except Invalid:
            continue


def test_an_export_like_the_probe_is_never_called_by_the_host(node: Node) -> None:
    spins = """
      (func (export "pages") (result i32) (loop (br 0)) (unreachable))"""
    export = (
        SERVER + '(func $pages (result u32) (canon lift (core func $i "pages"))) (export "memory-pages" (func $pages))'
    )
    info = node.modules.deploy(component(spins, export))
    assert info.warnings == ("its memory is not measured while it runs: it has an export memory-pages of its own",)
    assert node.modules.describe(info.hash).notes == info.warnings
    actor = node.actors.spawn(info.hash, options=SpawnOptions(profile="strict")).id
    reply = node.actors.ask(actor, "x", "1", timeout=10.0)
    assert (reply.payload, reply.figures.memory_bytes) == ("1", None)


def test_where_the_engine_refuses_the_probe_the_module_is_compiled_without_it(tmp_path: Path) -> None:
    engines, compiler = Engines(tick_ms=10), Compiler()
    try:
        programs = Programs(Artifacts(tmp_path), compiler, engines, Linkers())
        found = binary.read(SMALL)
        assert found.counts is not None
        found.counts["core instance"] += 7  # as if the reader had counted wrong
        programs.compile("module", SMALL, found)
        compiled = Component.deserialize_file(engines.get(0), str(Artifacts(tmp_path).path("module")))
        assert compiled.get_export_index("grow") is not None
        assert compiled.get_export_index(binary.PROBE) is None
    finally:
        compiler.close()
