"""Core modules through a node: behaviors and their routing, texts and bytes in and out, the lifecycle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

import workbench
from tests.unit.core_modules import ECHO, data, function, handler, module, request, texts
from workbench.api import ActorState, Behavior, Crashed, Format, Invalid, Kind, Node, Rejected, SpawnOptions
from workbench.data import directory

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


def start(node: Node, source: bytes, state: str | bytes = "", **options: object) -> str:
    found = node.modules.deploy(source, file_name="core.wat")
    return node.actors.spawn(found.hash, state, options=SpawnOptions(**options)).id.name  # type: ignore[arg-type]


def noting(*behaviors: Behavior) -> bytes:
    letters = list(HANDLERS)
    body = "(global.set $noted (i32.const {})) (call $text (i32.const {}) (i32.const 1))"
    handlers = [handler(HANDLERS[each], body.format(letters.index(each), 16 + letters.index(each))) for each in behaviors]
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
    with pytest.raises(Rejected, match="^nicht größer$"):
        node.actors.ask(actor, "x")
    assert node.actors.get(actor).state is ActorState.IDLE


@pytest.mark.parametrize("result", ["0x8000000000000000", "0xc000000000000000", "0x8000001000000000"])
def test_a_refusal_without_a_reason_says_so(node: Node, result: str) -> None:
    with pytest.raises(Rejected, match="refused without a reason"):
        node.actors.ask(start(node, module(request(f"(i64.const {result})"))), "x")


def test_a_refusal_of_bytes_is_read_as_text(node: Node) -> None:
    both = "(i64.or (i64.const 0x4000000000000000) (call $refused (call $why)))"
    with pytest.raises(Rejected, match="^why$"):
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


KEEPING = """(global $at (mut i32) (i32.const 0)) (global $size (mut i32) (i32.const 0))
  (func (export "init") (param i32 i32) (result i64)
    (global.set $at (local.get 0)) (global.set $size (local.get 1)) (i64.const 0))
  (func (export "snapshot_state") (result i64) (call $given (global.get $at) (global.get $size)))"""


@pytest.mark.parametrize("state", ["", "größe", b"\0\xff"])
def test_the_state_is_given_to_init_and_handed_out_by_snapshot_state(node: Node, state: str | bytes) -> None:
    info = node.modules.deploy(module(KEEPING, request(ECHO)), file_name="core.wat")
    assert info.carries_state and info.warnings == ()
    actor = node.actors.spawn(info.hash, state)
    assert node.actors.snapshot(actor.id) == state
    assert node.actors.upgrade(actor.id, info.hash).state is ActorState.IDLE
    assert node.actors.snapshot(actor.id) == state


def test_a_state_can_be_refused(node: Node) -> None:
    refusing = function("init", "(call $refused (call $why))", "(param i32 i32)")
    with pytest.raises(Rejected, match="refused to start: not that"):
        start(node, module(texts(why="not that"), refusing, request(ECHO)), "state")
    assert not [actor for actor in node.actors.list() if actor.module_name == "refusing"]


def test_without_init_an_actor_starts_empty_only(node: Node) -> None:
    source = module(request(ECHO))
    for empty in ("", b""):
        assert node.actors.ask(start(node, source, empty), "x", "y").payload == "y"
    with pytest.raises(Rejected, match="it has no init, so it starts with an empty state only"):
        start(node, source, "full")


def test_without_snapshot_state_deploying_warns_and_an_upgrade_says_so(node: Node) -> None:
    info = node.modules.deploy(module(request(ECHO)), file_name="core.wat")
    assert not info.carries_state
    assert info.warnings == (
        "it exports no snapshot_state: its state cannot be carried over by an upgrade, a move or a rest",
    )
    actor = node.actors.spawn(info.hash)
    assert not node.actors.get(actor.id).carries_state
    with pytest.raises(Invalid, match=re.escape("cannot hand out its state") + ".*no snapshot_state"):
        node.actors.upgrade(actor.id, info.hash)
    with pytest.raises(Rejected, match="it has no snapshot_state"):
        node.actors.snapshot(actor.id)
    assert node.actors.ask(actor.id, "x", "still here").payload == "still here"


SHUTDOWNS: dict[str, tuple[str, str]] = {
    "none": ("", ""),
    "a good one": ("(i64.const 0)", ""),
    "one that refuses": ("(call $refused (i32.const 0) (i32.const 0))", ""),
    "one that traps": ("unreachable", "shutdown crashed: trap: wasm `unreachable` instruction executed"),
}


@pytest.mark.parametrize("name", SHUTDOWNS)
def test_an_actor_stops_whatever_its_shutdown_does(node: Node, name: str) -> None:
    body, logged = SHUTDOWNS[name]
    actor = start(node, module(function("shutdown", body) if body else "", request(ECHO)), name=f"with {name}")
    node.actors.stop(actor)
    assert actor not in [each.id.name for each in node.actors.list()]
    assert [line.message for line in node.logs(actor=actor) if "shutdown" in line.message] == [logged] * bool(logged)


COUNTING = """(global $count (mut i32) (i32.const 48))
  (func (export "snapshot_state") (result i64)
    (i32.store8 (i32.const 16) (global.get $count)) (call $text (i32.const 16) (i32.const 1)))"""
COUNT = """(global.set $count (i32.add (global.get $count) (i32.const 1)))
  (i32.store8 (i32.const 16) (global.get $count)) (call $text (i32.const 16) (i32.const 1))"""


def test_two_actors_of_one_module_share_nothing(node: Node) -> None:
    source = module(COUNTING, request(COUNT))
    one, two = start(node, source), start(node, source)
    assert [node.actors.ask(actor, "x").payload for actor in (one, one, two, one)] == ["1", "2", "1", "3"]


def test_a_killed_one_is_crashed_and_starts_afresh(node: Node) -> None:
    actor = start(node, module(COUNTING, request(COUNT)))
    node.actors.ask(actor, "x")
    node.actors.kill(actor)
    with pytest.raises(Crashed, match="is not running"):
        node.actors.ask(actor, "x")
    assert node.actors.restart(actor).state is ActorState.IDLE
    assert node.actors.ask(actor, "x").payload == "1"


def test_two_runs_from_birth_are_equal_to_the_unit_of_fuel(node: Node) -> None:
    def run() -> list[int | None]:
        actor = start(node, module(COUNTING, request(COUNT + "(drop)" + ECHO)))
        return [node.actors.ask(actor, "x", "p" * size).figures.fuel for size in (0, 1, 1000, 70_000, 1)]

    first: list[int | None] = run()
    assert first == run() and all(first)


COUNTER = (directory("resources") / "actors" / "counter_actor.py").read_bytes
TALLY = (directory("resources") / "actors" / "tally.wat").read_bytes


@pytest.mark.parametrize(("first", "second"), [(COUNTER, TALLY), (TALLY, COUNTER), (TALLY, TALLY)])
def test_an_actor_is_upgraded_between_python_and_a_core_module(
    node: Node, interpreter: str, first: Callable[[], bytes], second: Callable[[], bytes]
) -> None:
    actor = start(node, first(), "40")
    node.actors.ask(actor, "increment")
    info = node.actors.upgrade(actor, node.modules.deploy(second(), file_name="other").hash)
    assert (info.state, node.actors.ask(actor, "add", "-50").payload) == (ActorState.IDLE, "-9")
    assert node.actors.snapshot(actor) == "-9"


@pytest.mark.parametrize("state", ["", "0", "-7", "9223372036854775807", "-9223372036854775808"])
def test_the_tally_takes_up_what_it_gave(node: Node, state: str) -> None:
    actor = start(node, TALLY(), state)
    assert node.actors.snapshot(actor) == node.actors.ask(actor, "get_count").payload == (state or "0")


def test_the_tally_refuses_in_words(node: Node) -> None:
    for state in ("x", "-", "1x", " 1"):
        with pytest.raises(Rejected, match="not a whole number"):
            start(node, TALLY(), state)
    actor = start(node, TALLY())
    for payload in ("", "-", "1.5"):
        with pytest.raises(Rejected, match="not a whole number"):
            node.actors.ask(actor, "add", payload)
    with pytest.raises(Rejected, match="unknown message type; there are increment, add and get_count"):
        node.actors.ask(actor, "shout")
    assert node.actors.ask(actor, "increment").payload == "1"
