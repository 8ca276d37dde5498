"""Binaries that mean harm, through deploy and spawn on a real node: refused in a sentence, and the node goes on."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable, Iterator

import pytest
from wasmtime import wat2wasm
from wasmtime.component import Component

import workbench
from tests.mutants.modules import LIFECYCLE, SERVER, TYPES, component, core, echo, imports
from workbench.api import Crashed, Exhausted, Invalid, Node, WorkbenchError
from workbench.config import load
from workbench.wasm.engine import new_engine
from workbench.wasm.linker import service_interfaces
from workbench.wasm.validation import check_types

ALLOCATE = '(func (export "allocate") (param i32) (result i32) (i32.const 0))'
HANDLER = '(func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (i64.const {value}))'
ONE_MEMORY = '(memory (export "memory") 1)'
DEEP = 3_000


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found
        assert found.actors.ask(found.actors.spawn(found.modules.deploy(core()).hash).id, "increment").payload == "1"


def actor(more: str = "", memory: str = ONE_MEMORY, value: str = "0") -> bytes:
    return bytes(wat2wasm(f"(module {memory} {ALLOCATE} {HANDLER.replace('{value}', value)} {more})"))


def test_a_file_of_100_mb_is_refused_in_a_sentence_and_copied_nowhere(node: Node) -> None:
    data = bytes(100_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(Invalid, match="the module has 100,000,000 bytes; up to 67,108,864 are taken"):
            node.modules.deploy(data, file_name="huge.wasm")
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_a_module_of_64_mib_that_is_no_module_is_refused_soon(node: Node) -> None:
    started = time.perf_counter()
    for head in (b"\0asm\1\0\0\0", b"\0asm\x0d\0\1\0"):
        with pytest.raises(Invalid):
            node.modules.deploy(head + bytes((64 << 20) - 8))
    assert time.perf_counter() - started < 20.0


def imports_of_everything() -> bytes:
    """Every interface of ours, and thousands that nobody offers."""
    unknown = "".join(f'(import "other:thing/api{number}@1.0.0" (instance))' for number in range(5_000))
    return bytes(wat2wasm(f"(component {imports()} {unknown})"))


def unknown_core_imports() -> bytes:
    return actor_with("".join(f'(import "env" "f{number}" (func))' for number in range(5_000)))


def actor_with(imports: str) -> bytes:
    return bytes(wat2wasm(f"(module {imports} {ONE_MEMORY} {ALLOCATE} {HANDLER.replace('{value}', '0')})"))


def nested() -> bytes:
    data = b"\0asm\x0d\0\1\0"
    for _ in range(DEEP):
        data = b"\0asm\x0d\0\1\0\x04" + _leb(len(data)) + data
    return data


def _leb(number: int) -> bytes:
    out = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        out.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(out)


def misaligned() -> bytes:
    """A load that claims to be aligned to 2^31 bytes."""
    data = actor('(func (export "load") (result i32) (i32.load offset=77 (i32.const 0)))')
    load = b"\x28\x02\x4d"
    assert data.count(load) == 1
    return data.replace(load, b"\x28\x1f\x4d")


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the file is empty"),
    "only the magic": (lambda: b"\0asm", "starts with 00 61 73 6d"),
    "a header and nothing": (lambda: b"\0asm\1\0\0\0", "exports no memory"),
    "a component and nothing": (lambda: b"\0asm\x0d\0\1\0", "does not export plexspaces:actor/lifecycle"),
    "cut off": (lambda: component()[:500], "cut off"),
    "a core module called a component": (lambda: b"\0asm\x0d\0\1\0" + core()[8:], ""),
    "a component called a core module": (lambda: b"\0asm\1\0\0\0" + component()[8:], ""),
    "a picture called a module": (lambda: b"\x89PNG\r\n\x1a\n\xff", "neither WebAssembly nor Python"),
    "a wrong alignment": (misaligned, "the engine cannot compile it"),
    "65,536 pages": (
        lambda: actor(memory='(memory (export "memory") 65536)'),
        "declares 4,294,967,296 bytes of memory",
    ),
    "pages of a wide memory": (
        lambda: actor(memory='(memory (export "memory") i64 0x1000000000000)'),
        "declares 18,446,744,073,709,551,616 bytes of memory",
    ),
    "many memories of 100 MiB": (lambda: actor("(memory 1600) " * 5), "declares 524,353,536 bytes of memory"),
    "65,536 pages inside a component": (lambda: component("(memory 65536)"), "declares 4,294,967,296 bytes"),
    "imports of everything": (
        imports_of_everything,
        "it imports other:thing/api0@1.0.0, which this host does not offer",
    ),
    "unknown core imports": (unknown_core_imports, "it imports env.f0, which this host does not offer"),
    "nested deeply": (nested, ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_actor_or_too_much_is_refused_in_a_sentence(node: Node, name: str) -> None:
    made, said = REFUSED[name]
    before = len(node.modules.list())
    started = time.perf_counter()
    with pytest.raises(Invalid) as refused:
        node.modules.deploy(made(), file_name="bad.wasm")
    assert said in refused.value.message and "\n" not in refused.value.message and len(refused.value.message) < 600
    assert time.perf_counter() - started < 10.0
    assert len(node.modules.list()) == before


HANDLE = '(param "from-actor" string) (param "message-type" string) (param "payload" $payload)\n    (result'
WASI_POLL = '(import "wasi:io/poll@0.2.9" (instance (export "poll" (func (param "in" string)))))'
LOG = '(import "plexspaces:actor/logging@1.0.0" (instance (export "log" (func {params}))))'
WRONG_LOG = '(param "level" u64) (param "message" u64) (param "fields" u64) (result (result (error u8)))'
MISTYPED = {
    "a handler that takes numbers for a text": (('"from-actor" string', '"from-actor" (list u64)'), "handle-request"),
    "a handler that gives a tuple": (
        (f"{HANDLE} (result $payload (error string))", f"{HANDLE} (tuple u32 u32)"),
        "handle",
    ),
    "a payload of other bytes": (("(list u8)", "(list u64)"), "lifecycle.init"),
    "a payload with a case more": (("(list u8))", '(list u8)) (case "more" u8)'), "lifecycle.init"),
    "a state of numbers": (('"state" $payload', '"state" (tuple u32 u32 u32)'), "lifecycle.init"),
    "a log of numbers": (("(component", f"(component {LOG.replace('{params}', WRONG_LOG)}"), "imports logging.log"),
    "a poll of a text": (("(component", f"(component {WASI_POLL}"), "imports poll.poll"),
}


@pytest.mark.parametrize("name", MISTYPED)
def test_a_function_of_another_type_is_refused_before_the_host_reads_a_value_by_it(node: Node, name: str) -> None:
    (part, by), said = MISTYPED[name]
    text = f"(component {TYPES} {echo('')} {LIFECYCLE} {SERVER})"
    assert part in text
    with pytest.raises(
        Invalid, match=f"it (im|ex)ports .*{said.removeprefix('imports ')}.* with another type; expected"
    ):
        node.modules.deploy(bytes(wat2wasm(text.replace(part, by, 1))))


def test_a_sentence_repeats_only_some_of_many_names(node: Node) -> None:
    name = "a" * 90
    many = "".join(f'(instance $e{n}) (export "{name}:b/c{n}" (instance $e{n}))' for n in range(3_000))
    with pytest.raises(Invalid, match="and 2,988 more") as refused:
        node.modules.deploy(bytes(wat2wasm(f"(component {many})")))
    assert len(refused.value.message) < 2_000


ENDS: dict[str, Callable[[], bytes]] = {
    "a table of four billion": lambda: actor("(table 4000000000 funcref)"),
    "a table of a wide index": lambda: actor("(table i64 0x10000000000 funcref)"),
    "more memories than an actor may have": lambda: actor("(memory 1) " * 8),
    "a start that never ends": lambda: actor("(func $s (loop (br 0))) (start $s)"),
    "a start that traps": lambda: actor("(func $s unreachable) (start $s)"),
    "a recursion without end": lambda: actor("(func $s (call $s)) (start $s)"),
    "data outside of its memory": lambda: actor('(data (i32.const 65535) "ab")'),
}


@pytest.mark.parametrize("name", ENDS)
def test_what_cannot_live_ends_at_its_start_with_a_cause(node: Node, name: str) -> None:
    module = node.modules.deploy(ENDS[name]()).hash
    with pytest.raises(WorkbenchError) as ended:
        node.actors.spawn(module, options=workbench.api.SpawnOptions(profile="strict"))
    assert isinstance(ended.value, Crashed | Exhausted) and len(ended.value.message) > 10
    assert "internal" not in ended.value.code


@pytest.mark.parametrize(
    "value", ["0x3fffffffffffffff", "0x00000001ffffffff", "-1", "0xc000000000010001", "0x40010001"]
)
def test_a_reply_from_outside_of_its_memory_is_the_actors_crash(node: Node, value: str) -> None:
    spawned = node.actors.spawn(node.modules.deploy(actor(value=value)).hash)
    with pytest.raises(Crashed, match="outside of its memory"):
        node.actors.ask(spawned.id, "x", "")


def test_every_import_of_ours_at_once_is_taken(node: Node) -> None:
    text = imports()  # that of the module `large`, which is deployed and called elsewhere
    assert {name for name in service_interfaces() if f"actor/{name}@" in text} == set(service_interfaces())


def test_the_interpreter_is_of_the_types_that_are_asked_of_others(interpreter: str) -> None:
    engine = new_engine()
    compiled = next((load().cache / "compiled").glob(f"{interpreter}-*.cwasm"))
    check_types(Component.deserialize_file(engine, str(compiled)), engine)
