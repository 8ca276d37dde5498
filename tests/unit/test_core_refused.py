"""Core modules that are no actors: refused at deploy, one sentence each, and nothing of them stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench
from tests.unit.core_modules import ALLOCATE, ECHO, MEMORY, imported, module, request
from workbench.api import Invalid, Node
from workbench.wasm.core import SIGNATURES
from workbench.wasm.core_imports import IMPORTS

OFFERED = f"a core module may import {', '.join(IMPORTS)} from 'plexspaces'"
HANDLERS = "handle_request, handle_event, handle_transition, handle_message"
ALLOCATED = "(global $next (mut i32) (i32.const 0))"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def importing(text: str) -> bytes:
    return module(request(ECHO), imports=text)


def exporting(text: str) -> bytes:
    return module(text)


REFUSED: dict[str, tuple[bytes, str]] = {
    "another module's import": (
        importing('(import "env" "log" (func))'),
        f"it imports env.log, which this host does not offer; {OFFERED}",
    ),
    "WASI": (
        importing('(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))'),
        f"it imports wasi_snapshot_preview1.fd_write, which this host does not offer; {OFFERED}",
    ),
    "a name that we do not offer": (
        importing('(import "plexspaces" "spawn" (func))'),
        f"it imports plexspaces.spawn, which this host does not offer; {OFFERED}",
    ),
    "the WIT's own spelling": (
        importing('(import "plexspaces" "send-message" (func))'),
        f"it imports plexspaces.send-message, which this host does not offer; {OFFERED}",
    ),
    "an import of another type": (
        importing('(import "plexspaces" "log" (func (param i32 i32)))'),
        "it imports plexspaces.log as func(i32, i32); expected log(i32, i32, i32, i32) -> i64",
    ),
    "an import that gives nothing": (
        importing('(import "plexspaces" "self_id" (func))'),
        "it imports plexspaces.self_id as func(); expected self_id() -> i64",
    ),
    "an import that gives too much": (
        importing('(import "plexspaces" "now_ms" (func (result i64 i64)))'),
        "it imports plexspaces.now_ms as func() -> i64, i64; expected now_ms() -> i64",
    ),
    "a memory for a function": (
        importing('(import "plexspaces" "log" (memory 1))'),
        "it imports plexspaces.log as a memory; expected log(i32, i32, i32, i32) -> i64",
    ),
    "a memory of the host": (
        module(request(ECHO), imports='(import "env" "memory" (memory 1))', memory='(export "memory" (memory 0))'),
        f"it imports env.memory, which this host does not offer; {OFFERED}",
    ),
    "a table of the host": (
        importing('(import "plexspaces" "table" (table 1 funcref))'),
        f"it imports plexspaces.table, which this host does not offer; {OFFERED}",
    ),
    "a global for a function": (
        importing('(import "plexspaces" "self_id" (global i64))'),
        "it imports plexspaces.self_id as a global; expected self_id() -> i64",
    ),
    "no memory": (
        module(request(ECHO), memory="(memory 1)"),
        "it exports no memory called 'memory'; it exports allocate, handle_request",
    ),
    "a memory of another name": (
        module(request(ECHO), memory='(memory (export "mem") 1)'),
        "it exports no memory called 'memory'; it exports mem, allocate, handle_request",
    ),
    "no allocate": (
        module(request(ECHO), allocate=ALLOCATED),
        "it does not export allocate(i32) -> i32",
    ),
    "an allocate of another type": (
        module(request(ECHO), allocate=f'{ALLOCATED} (func (export "allocate") (param i64) (result i32) unreachable)'),
        "it exports allocate as func(i64) -> i32; expected allocate(i32) -> i32",
    ),
    "an allocate that is none": (
        module(request(ECHO), allocate='(global $next (export "allocate") (mut i32) (i32.const 0))'),
        "it exports allocate as a global; expected allocate(i32) -> i32",
    ),
    "no handler": (
        module('(func (export "handle") (result i64) (i64.const 0))'),
        f"it exports no handler: it must export one of {HANDLERS}",
    ),
    "the WIT's own spelling of a handler": (
        module('(func (export "handle-request") (result i64) (i64.const 0))'),
        f"it exports no handler: it must export one of {HANDLERS}",
    ),
    "a handler without the payload": (
        exporting('(func (export "handle_request") (param i32 i32 i32 i32) (result i64) (i64.const 0))'),
        "it exports handle_request as func(i32, i32, i32, i32) -> i64; "
        "expected handle_request(i32, i32, i32, i32, i32, i32) -> i64",
    ),
    "a handler that gives 32 bits": (
        exporting('(func (export "handle_event") (param i32 i32 i32 i32 i32 i32) (result i32) (i32.const 0))'),
        "it exports handle_event as func(i32, i32, i32, i32, i32, i32) -> i32; "
        "expected handle_event(i32, i32, i32, i32, i32, i32) -> i64",
    ),
    "a handler that is a memory": (
        module(request(ECHO), '(export "handle_message" (memory 0))'),
        "it exports handle_message as a memory; expected handle_message(i32, i32, i32, i32, i32, i32) -> i64",
    ),
    "a second handler of another type": (
        module(request(ECHO), '(func (export "handle_transition"))'),
        "it exports handle_transition as func(); expected handle_transition(i32, i32, i32, i32, i32, i32) -> i64",
    ),
    "an init of another type": (
        module(request(ECHO), '(func (export "init"))'),
        "it exports init as func(); expected init(i32, i32) -> i64",
    ),
    "a snapshot of another type": (
        module(request(ECHO), '(func (export "snapshot_state") (result i32) (i32.const 0))'),
        "it exports snapshot_state as func() -> i32; expected snapshot_state() -> i64",
    ),
    "a shutdown of another type": (
        module(request(ECHO), '(func (export "shutdown"))'),
        "it exports shutdown as func(); expected shutdown() -> i64",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_actor_is_refused_in_one_sentence_and_nothing_stays(node: Node, name: str) -> None:
    text, said = REFUSED[name]
    before = node.modules.list()
    with pytest.raises(Invalid) as refused:
        node.modules.deploy(text, file_name="core.wat", alias="refused")
    assert refused.value.message == said
    assert node.modules.list() == before
    with pytest.raises(workbench.api.NotFound):
        node.modules.get("refused")


def test_a_sentence_repeats_only_some_of_many_parameters(node: Node) -> None:
    many = f'(func (export "shutdown") (param {"i32 " * 900}) (result i64) (i64.const 0))'
    with pytest.raises(Invalid, match=r"shutdown as func\(i32, i32, .* and 892 more\) -> i64; expected") as refused:
        node.modules.deploy(module(request(ECHO), many))
    assert len(refused.value.message) < 300


def test_everything_that_is_offered_may_be_imported_at_once_and_twice(node: Node) -> None:
    every = "".join(imported(name, " ".join(wanted.signature[0])) for name, wanted in IMPORTS.items())
    info = node.modules.deploy(importing(every + every.replace("(func $", "(func $again_")), file_name="core.wat")
    assert info.imports == info.requires == ("keyvalue", "logging", "messaging", "tuplespace")
    actor = node.actors.spawn(info.hash)
    assert node.actors.ask(actor.id, "x", "lives").payload == "lives"


def test_other_exports_and_other_memories_are_the_modules_own_affair(node: Node) -> None:
    more = '(func (export "helper") (param f64)) (memory (export "second") 1) (table (export "table") 1 funcref)'
    info = node.modules.deploy(module(request(ECHO), more), file_name="core.wat")
    assert node.actors.ask(node.actors.spawn(info.hash).id, "x", "y").payload == "y"


TYPES = st.lists(st.sampled_from(["i32", "i64", "f32", "f64"]), max_size=7)


@settings(max_examples=40, deadline=None)
@given(name=st.sampled_from(sorted(SIGNATURES)), params=TYPES, results=TYPES.filter(lambda found: len(found) < 3))
def test_a_function_of_ours_has_our_type_or_is_refused_with_both(
    node: Node, name: str, params: list[str], results: list[str]
) -> None:
    kept = "" if name == "handle_request" else request("(i64.const 0)")
    allocate = ALLOCATED if name == "allocate" else ALLOCATE
    head = f'(func (export "{name}") (param {" ".join(params)}) (result {" ".join(results)})'
    text = module(kept, f"{head} unreachable)", memory=MEMORY, allocate=allocate)
    if (tuple(params), tuple(results)) == SIGNATURES[name]:
        assert node.modules.deploy(text).behaviors
        return
    with pytest.raises(Invalid, match=rf"it exports {name} as func\({', '.join(params)}\).*; expected {name}\("):
        node.modules.deploy(text)
