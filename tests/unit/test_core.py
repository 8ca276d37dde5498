"""Core modules through a node: behaviors and their routing, texts and bytes in and out, the lifecycle."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import workbench
from tests.unit.core_modules import ECHO, data, function, handler, module, request, start, texts
from workbench.api import ActorState, Behavior, Crashed, Format, Invalid, Kind, Node, Rejected

HANDLERS = {
    Behavior.GEN_SERVER: "handle_request",
    Behavior.GEN_EVENT: "handle_event",
    Behavior.GEN_FSM: "handle_transition",
    Behavior.GENERIC: "handle_message",
}
# Each handler notes its own letter, and the snapshot gives the last one.
NOTES = (
    "(global $noted (mut i32) (i32.const 0)) "
    + data("sefg")
    + function("snapshot_state", "(call $text (i32.add (i32.const 16) (global.get $noted)) (i32.const 1))")
)


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def noting(*behaviors: Behavior) -> bytes:
    letters = list(HANDLERS)
    body = "(global.set $noted (i32.const {})) (call $text (i32.const {}) (i32.const 1))"
    handlers = [
        handler(HANDLERS[each], body.format(letters.index(each), 16 + letters.index(each))) for each in behaviors
    ]
    return module(NOTES, *handlers)


@pytest.mark.parametrize("behavior", HANDLERS)
def test_each_behavior_is_told_by_its_handler(node: Node, behavior: Behavior) -> None:
    info = node.modules.deploy(noting(behavior), file_name="core.wat")
    assert (info.format, info.behaviors) == (Format.CORE, (behavior,))
    assert node.modules.deploy(node.modules.data(info.hash)).hash == info.hash, "the text and its binary are one module"


S, E, F, G = HANDLERS


@pytest.mark.parametrize(
    ("behaviors", "by_call", "by_cast"),
    [
        ((S,), "s", "s"),
        ((F,), "f", "f"),
        ((G,), "g", "g"),
        ((S, E), "s", "e"),
        ((S, F), "s", "f"),
        ((F, E), "f", "e"),
        ((G, F), "f", "f"),
        ((S, E, F, G), "s", "e"),
    ],
)
def test_kind_and_exports_decide_which_handler_runs(
    node: Node, behaviors: tuple[Behavior, ...], by_call: str, by_cast: str
) -> None:
    actor = start(node, noting(*behaviors))
    assert node.actors.ask(actor, "x").payload == by_call
    assert node.actors.ask(actor, "x", kind=Kind.CAST).payload == ""
    assert node.actors.snapshot(actor) == by_cast
    assert node.actors.ask(actor, "x", kind=Kind.INFO).payload == ""
    assert node.actors.snapshot(actor) == by_cast


def test_an_actor_for_events_alone_cannot_be_called(node: Node) -> None:
    actor = start(node, noting(E))
    with pytest.raises(Invalid, match="handles events only"):
        node.actors.ask(actor, "x")
    assert node.actors.ask(actor, "x", kind=Kind.CAST).payload == ""


def test_the_three_texts_of_a_message_arrive_as_they_were_sent(node: Node) -> None:
    parts = {part: f"(call $text (local.get ${part}) (local.get ${part}_size))" for part in ("from", "type")}
    for part, expected in (("type", "größe €"), ("from", "")):
        assert node.actors.ask(start(node, module(request(parts[part]))), "größe €", "p").payload == expected
    asker = f"""{texts(to="listener", kind="x")}
      (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64)
        (call $ask (call $to) (call $kind) (i32.const 0) (i32.const 0) (i64.const 1000)))"""
    imports = '(import "plexspaces" "ask" (func $ask (param i32 i32 i32 i32 i32 i32 i64) (result i64)))'
    start(node, module(request(parts["from"])), name="listener")
    start(node, module(asker, imports=imports), name="asker")
    assert str(node.actors.ask("asker", "x").payload).startswith("asker@")


@pytest.mark.parametrize("payload", ["", b"", "text", "größe €\0x", b"\0\xff\xfe", "x" * (64 << 10), bytes(1 << 20)])
def test_text_and_bytes_go_in_and_out_unchanged(node: Node, payload: str | bytes) -> None:
    actor = start(node, module(request(ECHO)))
    for _ in range(3):
        found = node.actors.ask(actor, "echo", payload).payload
        assert found == payload and type(found) is type(payload)


def test_an_empty_text_is_no_bytes_to_copy_and_allocate_is_not_asked(node: Node) -> None:
    trapping = '(func (export "allocate") (param i32) (result i32) unreachable)'
    lengths = "(i64.extend_i32_u (i32.or (local.get $type_size) (local.get $payload_size)))"
    source = f'(module (memory (export "memory") 1) {trapping} {request(lengths)})'
    assert node.actors.ask(start(node, source.encode()), "").payload == ""


def test_a_refusal_has_its_reason_and_the_actor_lives_on(node: Node) -> None:
    source = module(texts(why="nicht größer"), request("(call $refused (call $why))"))
    actor = start(node, source)
    with pytest.raises(Rejected, match=r"^nicht größer$"):
        node.actors.ask(actor, "x")
    assert node.actors.get(actor).state is ActorState.IDLE


@pytest.mark.parametrize("result", ["0x8000000000000000", "0xc000000000000000", "0x8000001000000000"])
def test_a_refusal_without_a_reason_says_so(node: Node, result: str) -> None:
    with pytest.raises(Rejected, match="refused without a reason"):
        node.actors.ask(start(node, module(request(f"(i64.const {result})"))), "x")


def test_a_refusal_of_bytes_is_read_as_text(node: Node) -> None:
    both = "(i64.or (i64.const 0x4000000000000000) (call $refused (call $why)))"
    with pytest.raises(Rejected, match=r"^why$"):
        node.actors.ask(start(node, module(texts(why="why"), request(both))), "x")


def test_the_names_of_states_go_their_way(node: Node) -> None:
    step = """(if (result i64) (local.get $payload_size)
      (then (call $text (local.get $payload) (local.get $payload_size))) (else (i64.const 0)))"""
    actor = start(node, module(handler("handle_transition", step)))
    assert [node.actors.ask(actor, "go", to).payload for to in ("open", "", "closed")] == ["open", "open", "closed"]
    assert node.actors.get(actor).fsm_state == "closed"


def test_a_state_whose_name_is_bytes_is_the_actors_crash(node: Node) -> None:
    actor = start(node, module(handler("handle_transition", ECHO)))
    assert node.actors.ask(actor, "go", "open").payload == "open"
    with pytest.raises(Crashed, match="the name of a state is text, and handle_transition gave bytes"):
        node.actors.ask(actor, "go", b"open")
