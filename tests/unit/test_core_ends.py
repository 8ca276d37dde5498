"""How a core module dies: traps, limits, and lies about its own memory. Each end has a cause, and the node goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import workbench
from tests.unit.core_modules import ALLOCATE, ECHO, MEMORY, data, function, handler, module, request, start
from workbench.api import Crashed, Kind, Node

FOREVER = "(loop (br 0)) (i64.const 0)"


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found
        actor = start(found, module(request(ECHO)))
        assert found.actors.ask(actor, "x", "alive").payload == "alive"


def death(node: Node, source: bytes, payload: str | bytes = "", **limits: int) -> Crashed:
    actor = start(node, source, **limits)
    with pytest.raises(Crashed) as crashed:
        node.actors.ask(actor, "x", payload)
    assert node.actors.get(actor).killed_by == "x" and crashed.value.cause is not None
    return crashed.value


TRAPS = {
    "unreachable": ("unreachable", "trap: wasm `unreachable` instruction executed"),
    "a division by zero": ("(i64.div_s (i64.const 1) (i64.const 0))", "trap: integer divide by zero"),
    "a load outside of memory": (
        "(i64.load (i32.const 65536))",
        "trap: out of bounds memory access",
    ),
    "a call through an empty table": (
        "(call_indirect (type $none) (i32.const 0)) (i64.const 0)",
        "trap: uninitialized element",
    ),
    "a conversion out of range": ("(i64.trunc_f64_s (f64.const 1e300))", "trap: integer overflow"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_a_crash_with_its_words(node: Node, name: str) -> None:
    body, said = TRAPS[name]
    crashed = death(node, module("(type $none (func)) (table 1 funcref)", request(body)))
    assert said in crashed.message and crashed.cause is not None
    assert (crashed.cause.code, crashed.cause.limit) == ("crashed", "")
    assert crashed.figures is not None and crashed.figures.fuel is None, "after a trap the engine's number is wrong"


def test_a_recursion_without_end_is_the_end_of_its_stack(node: Node) -> None:
    deep = "(func $deep (param i64) (result i64) (i64.add (i64.const 1) (call $deep (local.get 0))))"
    cause = death(node, module(deep, request("(call $deep (i64.const 0))"))).cause
    assert cause is not None and (cause.code, cause.limit) == ("exhausted", "stack")
    assert str(cause) == "exhausted: stack: the call stack grew beyond 512 KiB"


def test_a_turn_without_end_is_ended_by_its_time(node: Node) -> None:
    cause = death(node, module(request(FOREVER)), time_ms=50).cause
    assert cause is not None and (cause.code, cause.limit, cause.limit_value) == ("exhausted", "time", 50)
    assert cause.used is not None and cause.used >= 50


def test_a_turn_without_end_is_ended_by_its_fuel(node: Node) -> None:
    crashed = death(node, module(request(FOREVER)), fuel=100_000)
    cause = crashed.cause
    assert cause is not None and (cause.code, cause.limit, cause.limit_value) == ("exhausted", "fuel", 100_000)
    assert "fuel: the turn used all of its 100,000 units" in crashed.message
    assert crashed.figures is not None and crashed.figures.fuel == 100_000


def test_the_lifecycle_has_ten_times_the_fuel(node: Node) -> None:
    spin = "(local $n i32) (loop (br_if 0 (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) {})))"
    once = spin.format("(i32.const 30000)") + "(i64.const 0)"
    source = module(function("snapshot_state", once), request(once))
    actor = start(node, source, fuel=100_000)
    assert node.actors.snapshot(actor) == ""
    with pytest.raises(Crashed, match="all of its 100,000 units"):
        node.actors.ask(actor, "x")


def test_an_end_in_the_lifecycle_names_the_ten_times_that_it_had(node: Node) -> None:
    source = module(function("snapshot_state", FOREVER), request(ECHO))
    for limits, said in (({"fuel": 100_000}, "all of its 1,000,000 units"), ({"time_ms": 5}, "of the 50 ms it may")):
        with pytest.raises(Crashed, match=said) as crashed:
            node.actors.snapshot(start(node, source, **limits))
        cause = crashed.value.cause
        assert cause is not None and cause.limit_value in limits.values()
        assert cause.used is not None and cause.used >= 10 * cause.limit_value


GROW = "(i64.extend_i32_s (memory.grow (i32.const {pages})))"


def test_growth_beyond_the_limit_is_refused_and_a_guest_may_handle_it(node: Node) -> None:
    body = f"(if (i64.ge_s {GROW.format(pages=17)} (i64.const 0)) (then unreachable)) {ECHO}"
    actor = start(node, module(request(body)), memory_bytes=1 << 20)
    reply = node.actors.ask(actor, "x", "still here")
    assert (reply.payload, reply.figures.memory_bytes) == ("still here", 1 << 16)


def test_a_trap_with_memory_at_its_limit_is_the_end_of_its_memory(node: Node) -> None:
    eat = "(loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0)))) unreachable"
    crashed = death(node, module(request(eat)), memory_bytes=1 << 20)
    cause = crashed.cause
    assert cause is not None and (cause.code, cause.limit) == ("exhausted", "memory")
    assert (cause.limit_value, cause.used) == ((1 << 20) + (1 << 16), (1 << 20) + (1 << 16))
    assert "memory: the actor may use 1.1 MiB and asked for more" in crashed.message


def test_other_ends_with_memory_at_its_limit_keep_their_name(node: Node) -> None:
    eat = "(loop (br_if 0 (i32.ge_s (memory.grow (i32.const 1)) (i32.const 0))))"
    for body, limit in ((eat + FOREVER, "fuel"), (eat + "(i64.const -1)", "")):
        cause = death(node, module(request(body)), memory_bytes=1 << 20, fuel=1_000_000).cause
        assert cause is not None and cause.limit == limit


def test_memory_may_grow_in_allocate_and_in_the_handler(node: Node) -> None:
    grow = f"(drop {GROW.format(pages=3)}) {ECHO}"
    actor = start(node, module(request(grow)))
    before = node.actors.get(actor).memory_bytes
    assert before == 1 << 16
    sizes = []
    for size in (10, 200_000, 1, 500_000):
        reply = node.actors.ask(actor, "x", "é" * size)
        assert reply.payload == "é" * size
        sizes.append(reply.figures.memory_bytes or 0)
    assert sizes == sorted(set(sizes)) and sizes[-1] > 1_000_000


REPLIES = {
    "behind its memory": ("0x0000ffff00000002", "it spoke of 2 bytes at 65,535, which are outside of its memory"),
    "far behind it": ("0x3fffffff00000001", "outside of its memory"),
    "larger than it": ("0x00000000ffffffff", "it spoke of 4,294,967,295 bytes at 0"),
    "a refusal behind it": ("0x8000ffff00000002", "outside of its memory"),
    "no UTF-8": ("0x0000001000000003", "its reply is not UTF-8 text: invalid start byte at byte 1"),
    "a surrogate": ("0x0000001400000003", "its reply is not UTF-8 text"),
    "a refusal that is no UTF-8": ("0x8000001000000003", "its reply is not UTF-8 text"),
}


@pytest.mark.parametrize("name", REPLIES)
def test_a_reply_that_cannot_be_read_is_a_crash(node: Node, name: str) -> None:
    value, said = REPLIES[name]
    source = module(data(b"a\xffb"), data(b"\xed\xa0\x80", 20), request(f"(i64.const {value})"))
    assert said in death(node, source).message


LIE = "(i64.const -2)"


def test_a_result_that_nobody_gets_has_to_be_true_as_well(node: Node) -> None:
    actor = start(node, module(handler("handle_event", LIE), function("snapshot_state", LIE), request(ECHO)))
    with pytest.raises(Crashed, match="outside of its memory"):
        node.actors.ask(actor, "x", kind=Kind.CAST)
    node.actors.restart(actor)
    with pytest.raises(Crashed, match="outside of its memory"):
        node.actors.snapshot(actor)
    with pytest.raises(Crashed, match=r"init of .* crashed: it spoke of"):
        start(node, module(function("init", LIE, "(param i32 i32)"), request(ECHO)))


ALLOCATES = {
    "behind its memory": ("(i32.const 65536)", "allocate(3) gave 65,536, which is outside of its memory"),
    "just so that the text does not fit": ("(i32.const 65534)", "allocate(3) gave 65,534"),
    "a negative place": ("(i32.const -1)", "allocate(3) gave 4,294,967,295, which is outside of its memory"),
    "the lowest number": ("(i32.const 0x80000000)", "allocate(3) gave 2,147,483,648"),
    "nothing, it traps": ("unreachable", "trap: wasm `unreachable` instruction executed"),
    "nothing, ever": ("(loop (br 0)) (i32.const 0)", "fuel: the turn used all of its 1,000,000 units"),
}


@pytest.mark.parametrize("name", ALLOCATES)
def test_an_allocate_that_lies_or_dies_is_the_actors_crash(node: Node, name: str) -> None:
    body, said = ALLOCATES[name]
    allocate = f'(global $next (mut i32) (i32.const 0)) (func (export "allocate") (param i32) (result i32) {body})'
    source = module(request(ECHO), allocate=allocate)
    assert said in death(node, source, "ab", fuel=1_000_000).message


def test_place_zero_is_a_place_like_others(node: Node) -> None:
    allocate = (
        '(global $next (mut i32) (i32.const 0)) (func (export "allocate") (param i32) (result i32) (i32.const 0))'
    )
    actor = start(node, module(request(ECHO), allocate=allocate))
    assert node.actors.ask(actor, "x", "text").payload == "text"


STARTS = {
    "one that traps": ("unreachable", "trap: wasm `unreachable`"),
    "one without end": ("(loop (br 0))", "exhausted: fuel"),
    "one that eats the stack": ("(call $start)", "stack: the call stack grew beyond 512 KiB"),
    "one that calls the host": (
        "(drop (call $self_id))",
        "host functions answer in init and in the handlers, not in a start function",
    ),
}


@pytest.mark.parametrize("name", STARTS)
def test_a_start_function_that_fails_is_no_birth(node: Node, name: str) -> None:
    body, said = STARTS[name]
    source = module(
        f"(func $start {body}) (start $start)",
        request(ECHO),
        imports='(import "plexspaces" "self_id" (func $self_id (result i64)))',
    )
    before = len(node.actors.list())
    with pytest.raises(Crashed) as crashed:
        start(node, source, fuel=100_000)
    assert said in crashed.value.message and len(node.actors.list()) == before


def test_a_start_function_runs_once_at_every_birth(node: Node) -> None:
    source = module("(func $start (i32.store8 (i32.const 16) (i32.const 65))) (start $start)", request(ECHO))
    source = source.replace(b"(start $start)", b'(start $start) (data (i32.const 17) "B")')
    actor = start(node, source.replace(ECHO.encode(), b"(call $text (i32.const 16) (i32.const 2))"))
    assert node.actors.ask(actor, "x").payload == "AB"


def test_a_table_beyond_the_limit_does_not_come_to_life(node: Node) -> None:
    source = module("(table 10001 funcref)", request(ECHO))
    with pytest.raises(Crashed, match="table"):
        start(node, source)


def test_what_is_named_memory_is_what_is_measured(node: Node) -> None:
    source = module("(memory $other 4)", request(ECHO), memory=MEMORY, allocate=ALLOCATE)
    actor = start(node, source)
    assert node.actors.ask(actor, "x", "y").figures.memory_bytes == 1 << 16
