"""Where a core module and the host hand texts to each other: what cannot be read, and what cannot be written."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import workbench
from tests.unit.core_modules import ALLOCATE, PAYLOAD, TYPE, data, imported, module, proxy, refusal, request, start
from workbench.api import Crashed, Node, SpawnOptions


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


@pytest.mark.parametrize("part", ["level", "text"])
def test_a_text_that_is_no_utf_8_is_refused(node: Node, part: str) -> None:
    wrong = "(i32.const 16) (i32.const 3)"
    arguments = wrong + PAYLOAD if part == "level" else TYPE + wrong
    actor = start(node, proxy("log", arguments, data(b"a\xffb")))
    named = "level" if part == "level" else "message"
    assert refusal(node, actor, "info") == f"invalid: {named} is not UTF-8 text: invalid start byte at byte 1"


def test_only_a_payload_can_be_bytes(node: Node) -> None:
    both = "(local.get $payload) (i32.or (local.get $payload_size) (i32.const 0x80000000))"
    actor = start(node, proxy("log", TYPE + both))
    node.actors.ask(actor, "info", "a text all the same")
    assert list(node.logs(actor=actor))[-1].message == "a text all the same"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("(i32.const 65535) (i32.const 2)", "it spoke of 2 bytes at 65,535, which are outside of its memory"),
        ("(i32.const -1) (i32.const 1)", "it spoke of 1 bytes at 4,294,967,295"),
        ("(i32.const 0) (i32.const 0x7fffffff)", "it spoke of 2,147,483,647 bytes at 0"),
    ],
)
def test_a_text_outside_of_its_memory_is_the_actors_crash(node: Node, place: str, said: str) -> None:
    with pytest.raises(Crashed) as crashed:
        node.actors.ask(start(node, proxy("log", TYPE + place)), "info")
    assert crashed.value.cause is not None and crashed.value.cause.message.startswith(said)


ALLOCATES = {
    "lies": ("(i32.const -1)", "allocate(9) gave 4,294,967,295, which is outside of its memory"),
    "traps": ("unreachable", "trap: wasm `unreachable` instruction executed"),
    "never ends": ("(loop (br 0)) (i32.const 0)", "exhausted: fuel: the turn used all of its 1,000,000 units"),
    "eats the stack": ("(call $allocate (i32.const 1))", "exhausted: stack: the call stack grew beyond 512 KiB"),
}


@pytest.mark.parametrize("name", ALLOCATES)
def test_an_allocate_that_fails_the_host_is_the_actors_crash(node: Node, name: str) -> None:
    body, said = ALLOCATES[name]
    allocate = f'(func $allocate (export "allocate") (param i32) (result i32) {body})'
    node_name = node.info().name
    actor = start(node, proxy("self_id", "", allocate=allocate), name="z" * (8 - len(node_name)), fuel=1_000_000)
    assert len(f"{actor}@{node_name}") == 9
    with pytest.raises(Crashed) as crashed:
        node.actors.ask(actor, "")
    assert str(crashed.value.cause) == said
    node.actors.stop(actor)


def test_a_place_that_a_result_cannot_say_is_the_actors_crash(node: Node) -> None:
    grow = "(drop (memory.grow (i32.sub (i32.const 16386) (memory.size))))"
    allocate = f'(func (export "allocate") (param i32) (result i32) {grow} (i32.const 0x40000000))'
    actor = start(node, proxy("self_id", "", allocate=allocate), memory_bytes=2 << 30)
    with pytest.raises(Crashed, match=re.escape("gave 1,073,741,824: a result can name places below 1,073,741,824")):
        node.actors.ask(actor, "")


def test_memory_may_grow_while_the_host_writes_into_it(node: Node) -> None:
    grow = "(drop (memory.grow (i32.const 2)))"
    allocate = ALLOCATE.replace("(local.set $at (global.get $next))", f"{grow} (local.set $at (global.get $next))", 1)
    actor = start(node, proxy("self_id", "", allocate=allocate), name="growing")
    for _ in range(3):
        assert node.actors.ask(actor, "x").payload == f"growing@{node.info().name}"


@pytest.mark.parametrize("profile", ["strict", "balanced", "permissive"])
@pytest.mark.parametrize("message_type", ["", "x"], ids=["for a result", "for a message"])
def test_an_allocate_that_calls_the_host_is_the_actors_crash(node: Node, profile: str, message_type: str) -> None:
    body = "(drop (call $self_id)) (i32.const 8192)"
    allocate = f'(func (export "allocate") (param i32) (result i32) {body})'
    found = node.modules.deploy(proxy("self_id", "", allocate=allocate), file_name="core.wat").hash
    actor = node.actors.spawn(found, options=SpawnOptions(profile=profile))
    with pytest.raises(Crashed) as crashed:
        node.actors.ask(actor.id, message_type)
    said = "allocate called plexspaces.self_id: while the host asks for room, host functions do not answer"
    assert str(crashed.value.cause) == said


def test_an_allocate_of_the_modules_own_may_call_the_host(node: Node) -> None:
    calling = ALLOCATE.replace('(export "allocate")', "").replace("$next", "$own").replace("$allocate", "$new")
    calling = calling.replace("(local.get $at))", "(drop (call $self_id)) (local.get $at))")
    own = request("(drop (call $new (i32.const 5))) (call $self_id)")
    actor = start(node, module(calling, own, imports=imported("self_id", "")), name="own")
    assert node.actors.ask(actor, "x").payload == f"own@{node.info().name}"
