"""The life of a core module's actor: its state in and out, its end, and other code for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import workbench
from tests.unit.core_modules import ECHO, PAYLOAD, function, module, proxy, request, start, texts
from workbench.api import ActorState, Crashed, Invalid, Node, Rejected
from workbench.data import directory


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


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


FOREVER = module(request("(loop (br 0)) (i64.const 0)"))
WAITING = proxy("ask", f"{PAYLOAD} (call $kind) (i32.const 0) (i32.const 0) (i64.const 60000)", texts(kind="x"))


@pytest.mark.parametrize(("source", "state"), [(FOREVER, ActorState.RUNNING), (WAITING, ActorState.WAITING)])
def test_a_kill_ends_the_turn_in_hand_in_the_guest_and_in_a_wait(node: Node, source: bytes, state: ActorState) -> None:
    slow = start(node, FOREVER, time_ms=60_000)
    actor = start(node, source, time_ms=60_000)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(node.actors.ask, actor, "x", slow, timeout=120.0)
        while node.actors.get(actor).state is not state:
            assert not answer.done()
        node.actors.kill(actor)
        with pytest.raises(Crashed, match="killed"):
            answer.result(30.0)
    assert node.actors.get(actor).state is ActorState.CRASHED
    node.actors.kill(slow)
