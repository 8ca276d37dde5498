"""What a core module may ask of the host: each function, its refusals, and what cannot be read or written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator

import pytest

import workbench
from tests.unit.core_modules import (
    ECHO,
    PAYLOAD,
    TYPE,
    data,
    flat,
    function,
    handler,
    imported,
    module,
    proxy,
    refusal,
    request,
    start,
    texts,
)
from workbench.api import ANY, Kind, Level, LogLine, Node
from workbench.wasm.core_imports import IMPORTS


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        yield found


def logged(node: Node, actor: str) -> list[LogLine]:
    return list(node.logs(actor=actor))


@pytest.mark.parametrize("level", Level)
def test_a_record_is_logged_at_every_level(node: Node, level: str) -> None:
    actor = start(node, proxy("log", TYPE + PAYLOAD))
    reply = node.actors.ask(actor, level, "größe")
    assert reply.payload == "", "nothing is 0, and 0 is an empty text"
    line = logged(node, actor)[-1]
    assert (line.level, line.message, line.actor, line.fields) == (level, "größe", actor, ())


def test_an_unknown_level_is_refused_with_those_there_are(node: Node) -> None:
    actor = start(node, proxy("log", TYPE + PAYLOAD))
    assert refusal(node, actor, "loud", "x") == (
        "invalid: no log level 'loud'; there are trace, debug, info, warn, error, critical"
    )
    assert not logged(node, actor)


def test_without_the_grant_a_record_is_dropped_in_silence(node: Node) -> None:
    actor = start(node, proxy("log", TYPE + PAYLOAD), grants=("messaging",))
    info = node.modules.deploy(proxy("log", TYPE + PAYLOAD))
    assert (info.imports, info.requires) == (("logging",), ("logging",))
    assert node.actors.ask(actor, "info", "x").payload == ""


LISTENER = module(
    "(global $at (mut i32) (i32.const 0)) (global $size (mut i32) (i32.const 0))",
    handler(
        "handle_event",
        "(global.set $at (local.get $payload)) (global.set $size (local.get $payload_size)) (i64.const 0)",
    ),
    request("(call $text (local.get $from) (local.get $from_size))"),
    function("snapshot_state", "(call $given (global.get $at) (global.get $size))"),
)


@pytest.mark.parametrize("payload", ["größe", b"\0\xff", ""])
def test_a_message_is_sent_with_its_payload_and_its_id_is_given(node: Node, payload: str | bytes) -> None:
    listener = start(node, LISTENER)
    actor = start(node, proxy("send_message", f"{TYPE} (call $kind) {PAYLOAD}", texts(kind="note")))
    given = node.actors.ask(actor, listener, payload).payload
    assert re.fullmatch("[0-9a-f]+", str(given))
    assert node.actors.ask(listener, "x").payload == ""
    assert node.actors.snapshot(listener) == payload
    turn = next(turn for turn in node.actors.turns(listener) if turn.envelope and turn.envelope.kind is Kind.CAST)
    assert turn.envelope is not None
    assert (turn.envelope.id, turn.envelope.type, turn.envelope.sender) == (
        given,
        "note",
        node.actors.get(actor).id.at(node.info().name),
    )


def test_what_the_other_answers_is_given_back_unchanged(node: Node) -> None:
    echo = start(node, module(request(ECHO)))
    actor = start(node, proxy("ask", f"{TYPE} (call $kind) {PAYLOAD} (i64.const 1000)", texts(kind="echo")))
    for payload in ("größe", b"\0\xff", "", b"", "x" * 100_000):
        found = node.actors.ask(actor, echo, payload).payload
        assert found == payload and type(found) is type(payload)


def test_an_empty_answer_has_a_place_and_nothing_has_none(node: Node) -> None:
    # 1 when the answer has a place, and how long it is
    told = """(local $given i64) (local.set $given (call $ask {} (call $kind) {} (i64.const 1000)))
      (i32.store8 (i32.const 16) (i32.add (i32.const 48) (i64.ne (local.get $given) (i64.const 0))))
      (i32.store8 (i32.const 17) (i32.add (i32.const 48) (i32.wrap_i64 (local.get $given))))
      (call $text (i32.const 16) (i32.const 2))"""
    echo = start(node, module(request(ECHO)))
    source = module(
        data("k", 20),
        "(func $kind (result i32 i32) (i32.const 20) (i32.const 1))",
        request(told.format(TYPE, PAYLOAD)),
        imports=imported("ask", flat("ask")),
    )
    actor = start(node, source)
    assert [node.actors.ask(actor, echo, text).payload for text in ("", "abc")] == ["10", "13"]


def test_what_the_other_says_instead_is_a_refusal_with_its_code(node: Node) -> None:
    actor = start(node, proxy("ask", f"{TYPE} (call $kind) {PAYLOAD} (i64.const 1000)", texts(kind="x")))
    refusing = start(node, module(texts(why="not today"), request("(call $refused (call $why))")))
    dying = start(node, module(request("unreachable")))
    assert refusal(node, actor, refusing) == "rejected: not today"
    assert refusal(node, actor, dying).startswith(f"crashed: actor {dying} crashed: trap: wasm `unreachable`")
    assert refusal(node, actor, "nobody").startswith("not_found: ")
    assert refusal(node, actor, actor).startswith(f"conflict: this ask would wait for itself: {actor} -> {actor}")


def test_an_answer_is_waited_for_only_so_long(node: Node) -> None:
    slow = start(node, module(request("(loop (br 0)) (i64.const 0)")), time_ms=30_000)
    actor = start(node, proxy("ask", f"{TYPE} (call $kind) {PAYLOAD} (i64.const 20)", texts(kind="x")))
    assert re.match(rf"timeout: {slow} did not answer 'x' within 0.02 s", refusal(node, actor, slow))
    node.actors.kill(slow)


def test_an_actor_knows_its_id(node: Node) -> None:
    actor = start(node, proxy("self_id", ""), name="known")
    assert node.actors.ask(actor, "x").payload == f"known@{node.info().name}"


def test_time_is_virtual_without_the_grant_and_real_with_it(node: Node) -> None:
    source = proxy("now_ms", "")
    first, second = (start(node, source, grants=("messaging",)) for _ in range(2))
    assert node.actors.ask(first, "x").payload == node.actors.ask(second, "x").payload == "1700000000000"
    real = int(str(node.actors.ask(start(node, source), "x").payload))
    assert real > 1_700_000_000_000


def test_a_timers_message_arrives_as_an_event_and_its_number_is_given(node: Node) -> None:
    source = proxy(
        "send_after",
        f"(i64.const 0) {TYPE} {PAYLOAD}",
        "(global $at (mut i32) (i32.const 0)) (global $size (mut i32) (i32.const 0))",
        handler(
            "handle_event",
            "(global.set $at (local.get $type)) (global.set $size (local.get $type_size)) (i64.const 0)",
        ),
        function("snapshot_state", "(call $text (global.get $at) (global.get $size))"),
    )
    actor = start(node, source)
    assert int(str(node.actors.ask(actor, "look", b"\1").payload)) > 0
    while not (
        told := [turn for turn in node.actors.turns(actor) if turn.envelope and turn.envelope.kind is Kind.INFO]
    ):
        node.info()
    assert told[0].envelope is not None and (told[0].envelope.type, told[0].envelope.payload) == ("look", b"\1")
    assert node.actors.snapshot(actor) == "look"


SERVICES = {
    "keyvalue_get": PAYLOAD,
    "keyvalue_put": TYPE + PAYLOAD,
    "keyvalue_delete": PAYLOAD,
    "keyvalue_increment": PAYLOAD + "(i64.const -1)",
    "tuplespace_write": PAYLOAD,
    "tuplespace_read": PAYLOAD + "(i64.const 0)",
    "tuplespace_take": PAYLOAD + "(i64.const 0)",
    "tuplespace_count": PAYLOAD,
}


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_reached(node: Node, name: str) -> None:
    actor = start(node, proxy(name, SERVICES[name]))
    wanted = IMPORTS[name]
    node.actors.ask(actor, "key", '["job", 1]')
    call = node.actors.turns(actor)[-1].host_calls[0]
    assert (call.interface, call.function, call.error) == (wanted.interface, wanted.function, "")


def test_a_tuple_is_read_as_the_json_that_it_was_written_in(node: Node) -> None:
    written = '["job", 1, 2.5, true, null, {"base64": "AP8="}, {"float": "-inf"}]'
    node.actors.ask(start(node, proxy("tuplespace_write", SERVICES["tuplespace_write"])), "x", written)
    assert node.tuplespace.read_all((ANY,) * 7) == [("job", 1, 2.5, True, None, b"\x00\xff", -math.inf)]
    counter = start(node, proxy("tuplespace_count", SERVICES["tuplespace_count"]))
    anything = ", ".join(['{"any": true}'] * 5)
    assert node.actors.ask(counter, "x", f'["job", {{"predicate": ["in", "[1, 2]"]}}, {anything}]').payload == "1"
    taker = start(node, proxy("tuplespace_take", SERVICES["tuplespace_take"]))
    wanted = '["job", {"typed": "int"}, {"predicate": [">", 2.0]}, {"any": true}, null, {"any": true}, {"any": true}]'
    assert node.actors.ask(taker, "x", wanted).payload == written
    assert not node.tuplespace.list() and node.actors.ask(taker, "x", wanted).payload == ""


def test_what_goes_to_the_tuple_space_has_the_types_of_the_wit(node: Node) -> None:
    actor = start(node, proxy("tuplespace_read", SERVICES["tuplespace_read"]))
    wanted = ["job", 1, {"any": True}, {"typed": "float"}, {"predicate": ["<", 2]}]
    assert node.actors.ask(actor, "x", json.dumps(wanted)).payload == ""
    pattern, timeout_ms = node.actors.turns(actor)[-1].host_calls[0].arguments
    assert timeout_ms == 0
    assert pattern == [
        ("exact", ("text", "job")),
        ("exact", ("int", 1)),
        ("any", None),
        ("typed", "float"),
        ("predicate", ("<", ("int", 2))),
    ]


@pytest.mark.parametrize("name", ["tuplespace_write", "tuplespace_read", "tuplespace_take", "tuplespace_count"])
@pytest.mark.parametrize("text", ["", "{}", "[[]]", "[" * 100_000])
def test_a_text_that_is_no_tuple_is_refused_in_words(node: Node, name: str, text: str) -> None:
    actor = start(node, proxy(name, SERVICES[name]))
    assert re.match("invalid: .*(JSON array|cannot be a field)", refusal(node, actor, "x", text))


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("send_message", TYPE * 2 + PAYLOAD),
        ("ask", TYPE * 2 + PAYLOAD + "(i64.const 0)"),
        ("send_after", "(i64.const 0)" + TYPE + PAYLOAD),
    ],
)
def test_what_was_not_granted_is_denied_and_names_the_grant(node: Node, name: str, arguments: str) -> None:
    actor = start(node, proxy(name, arguments), grants=("logging",))
    said = refusal(node, actor, "somebody")
    assert said.startswith("denied: messaging.")
    assert re.search(r"grant it with --grant messaging(/somebody)?$", said)
