"""One suite for both forms of a Python actor: source on the shared interpreter, and a component of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from workbench.api import ActorState, Cause, Crashed, Invalid, Kind, Node, Rejected
from workbench.api.logs import LogLine

from .conftest import Start

Run = Callable[..., Any]


@pytest.fixture
def run(node: Node, start: Start) -> Run:
    """Run Python in a fresh test bench; gives the reply."""
    actor = start("bench")

    def send(code: str) -> Any:
        return node.actors.ask(actor.id, "run", code).payload

    return send


def log(node: Node, actor: Any) -> list[LogLine]:
    return [line for line in node.logs(actor=actor.id) if not line.message.startswith("born with")]


def refusal(node: Node, actor: Any, message_type: str, payload: str = "") -> str:
    with pytest.raises(Rejected) as caught:
        node.actors.ask(actor.id, message_type, payload)
    assert node.actors.get(actor.id).state is ActorState.IDLE
    return caught.value.message


def crash(node: Node, actor: Any, message_type: str, payload: str = "", kind: Kind = Kind.CALL) -> Cause:
    with pytest.raises(Crashed) as caught:
        node.actors.ask(actor.id, message_type, payload, kind=kind)
    assert node.actors.get(actor.id).state is ActorState.CRASHED
    assert caught.value.cause is not None
    return caught.value.cause


@pytest.mark.parametrize(
    "payload",
    ["", "text", "\u00e9 \u4e16 \U0001f600 \x00", "x" * 1_000_000, b"", b"\x00\xff" * 1000],
    ids=lambda p: repr(p)[:20],
)
def test_what_is_sent_comes_back(node: Node, start: Start, payload: str | bytes) -> None:
    assert node.actors.ask(start("bench").id, "echo", payload).payload == payload


def test_init_gets_the_state_and_the_snapshot_is_what_it_returns(node: Node, start: Start) -> None:
    actor = start("bench", "forty")
    assert node.actors.snapshot(actor.id) == "forty"
    assert node.actors.snapshot(start("bench", b"\xff").id) == b"\xff"


def test_a_refusal_in_init_is_told_to_who_spawned(start: Start) -> None:
    with pytest.raises(Rejected, match="not today"):
        start("bench", "refuse")


def test_a_crash_in_init_is_told_with_its_place(start: Start) -> None:
    with pytest.raises(Crashed, match="ValueError: stillborn") as caught:
        start("bench", "crash")
    assert caught.value.cause is not None
    assert "in init" in caught.value.cause.traceback


def test_no_reply_to_a_call_is_rejected(node: Node, start: Start) -> None:
    actor = start("bench")
    text = refusal(node, actor, "run", "reply = None")
    assert text.endswith('handle_request returned no reply for "run" (return "" for an empty one)')


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("reply = 7", "handle_request returned an int: it must return str or bytes"),
        ("reply = ['a']", "handle_request returned a list: it must return str or bytes"),
        ("reply = bytearray(b'a')", "handle_request returned a bytearray: it must return str or bytes"),
        ("reply = 'a\\ud800'", "handle_request returned a str with half of a surrogate pair, which is no text"),
    ],
)
def test_a_reply_of_a_wrong_type_is_rejected_and_the_type_named(
    node: Node, start: Start, code: str, sentence: str
) -> None:
    assert refusal(node, start("bench"), "run", code).endswith(sentence)


def test_an_actor_that_refuses_lives_on(node: Node, start: Start) -> None:
    actor = start("bench")
    assert refusal(node, actor, "run", "raise Reject('no \\u00e9')").endswith("no \u00e9")
    assert refusal(node, actor, "run", "raise Reject()").endswith("refused without a reason")
    shy = "class Shy(Reject):\n    def __str__(self): return 1 / 0\nraise Shy()"
    assert refusal(node, actor, "run", shy).endswith("the reason cannot be told: ZeroDivisionError")
    assert node.actors.ask(actor.id, "echo", "still here").payload == "still here"


def test_events_go_to_their_own_handler(node: Node, start: Start) -> None:
    actor = start("bench")
    node.actors.tell(actor.id, "one")
    with pytest.raises(Rejected, match="no such event"):
        node.actors.ask(actor.id, "refuse", kind=Kind.CAST)
    node.actors.tell(actor.id, "two")
    assert json.loads(str(node.actors.ask(actor.id, "seen").payload)) == [["one", ""], ["two", ""]]


def test_an_exception_ends_the_actor_and_is_told_with_type_text_place_and_traceback(node: Node, start: Start) -> None:
    actor = start("bench")
    cause = crash(node, actor, "crash", "x")
    assert cause.message == "ValueError: \u00e9h, x"
    assert cause.location is not None
    assert cause.location.file == "bench_actor.py"
    lines = cause.traceback.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1] == "ValueError: \u00e9h, x"
    assert [line.split(", in ")[1] for line in lines if line.startswith("  File")] == [
        "handle_request",
        "do_crash",
        "fall",
    ]
    assert '    raise ValueError(f"\\u00e9h, {why}")' in lines
    assert f"line {cause.location.line}, in fall" in cause.traceback
    assert "sandbox" not in cause.traceback


def test_an_exception_in_an_event_is_told_as_well(node: Node, start: Start) -> None:
    assert crash(node, start("bench"), "crash", "y", Kind.CAST).message == "ValueError: \u00e9h, y"


def test_the_cause_of_an_exception_is_in_the_traceback(node: Node, start: Start) -> None:
    cause = crash(node, start("bench"), "chain", "z")
    assert "The above exception was the direct cause of the following exception:" in cause.traceback
    assert cause.traceback.startswith("Traceback (most recent call last):")
    assert "ValueError: \u00e9h, z" in cause.traceback
    assert cause.message == "RuntimeError: the second"


def test_an_exception_of_the_library_is_placed_in_the_actors_own_file(node: Node, start: Start) -> None:
    cause = crash(node, start("bench"), "library", "[1,")
    assert cause.message.startswith("json.decoder.JSONDecodeError: ")
    assert cause.location is not None
    assert cause.location.file == "bench_actor.py"
    assert "decoder.py" not in cause.traceback


def test_a_misspelt_name_is_told_with_what_was_meant(node: Node, start: Start) -> None:
    assert crash(node, start("bench"), "run", "keyvalues").message.endswith("Did you mean: 'keyvalue'?")


def test_a_missing_module_is_told_with_what_can_be_imported(node: Node, start: Start) -> None:
    cause = crash(node, start("bench"), "run", "import jsn")
    assert cause.message == (
        "ModuleNotFoundError: no module 'jsn': an actor can import its own files, plexspaces and a part of the"
        " standard library; did you mean 'json'?"
    )


@pytest.mark.parametrize(
    ("message_type", "message"),
    [("exit", "SystemExit: 3"), ("deep", "RecursionError: maximum recursion depth exceeded")],
)
def test_whatever_leaves_a_handler_is_a_crash(node: Node, start: Start, message_type: str, message: str) -> None:
    assert crash(node, start("bench"), message_type, "3").message == message


def test_an_actor_that_runs_out_of_memory_is_told_so(node: Node, start: Start) -> None:
    cause = crash(node, start("bench", profile="balanced"), "memory")
    assert (cause.code, cause.limit) == ("exhausted", "memory")


def test_what_is_printed_arrives_line_by_line_and_in_order(node: Node, start: Start) -> None:
    actor = start("bench")
    node.actors.ask(
        actor.id,
        "run",
        "print('one'); print('two', end=''); print(' three'); print('err', file=sys.stderr)\n"
        "print(); print('a\\nb'); print('half \\ud800'); sys.stdout.write('no end of line')",
    )
    node.actors.ask(actor.id, "run", "print('later')")
    lines = [(line.stream, line.message) for line in log(node, actor)]
    out = ["one", "two three", "", "a", "b", "half ?", "no end of line", "later"]
    assert lines == [
        *(("stdout", text) for text in out[:2]),
        ("stderr", "err"),
        *(("stdout", text) for text in out[2:]),
    ]


def test_what_was_printed_before_a_crash_is_not_lost(node: Node, start: Start) -> None:
    actor = start("bench")
    crash(node, actor, "crash", "x")
    assert [line.message for line in log(node, actor)] == ["before the fall", "ValueError: \u00e9h, x"]


def test_a_long_line_is_cut(node: Node, start: Start) -> None:
    actor = start("bench")
    node.actors.ask(actor.id, "run", "print('x' * 10_000); print('y' * 5_000, end='')")
    assert [len(line.message) for line in log(node, actor)] == [4096, 4096, 1808, 4096, 904]


def test_records_have_levels_and_fields(node: Node, start: Start) -> None:
    actor = start("bench")
    node.actors.ask(actor.id, "run", "log.trace('t'); log.warn('w', order=7, what='\\u00e9'); log.critical('c')")
    lines = log(node, actor)
    assert [(str(line.level), line.message) for line in lines] == [("trace", "t"), ("warn", "w"), ("critical", "c")]
    assert lines[1].fields == (("order", "7"), ("what", "\u00e9"))


def test_the_standard_logging_keeps_its_levels(node: Node, start: Start) -> None:
    plain, configured = start("bench"), start("bench")
    node.actors.ask(plain.id, "run", "import logging\nlogging.getLogger('shop').error('sold %s', 3); logging.info('i')")
    setup = "import logging\nlogging.basicConfig(level=10)\nlogging.debug('d'); logging.warning('w')"
    node.actors.ask(configured.id, "run", setup)
    lines = [(str(line.level), line.message, line.field("logger")) for line in log(node, plain) + log(node, configured)]
    assert lines == [("error", "sold 3", "shop"), ("debug", "d", "root"), ("warn", "w", "root")]


def test_an_actor_without_the_grant_for_the_log_goes_on(node: Node, start: Start, run: Run) -> None:
    assert run("print('x'); reply = 'printed'") == "printed"


def test_there_is_nothing_to_read(run: Run) -> None:
    assert run("try:\n    input()\nexcept EOFError as error:\n    reply = str(error)") == "EOF when reading a line"


def test_a_snapshot_of_a_wrong_type_is_refused(node: Node, start: Start) -> None:
    actor = start("bench", "number")
    with pytest.raises((Rejected, Invalid), match="snapshot_state returned an int: it must return str or bytes"):
        node.actors.snapshot(actor.id)


def test_an_exception_in_a_snapshot_is_told_and_the_actor_lives_on(node: Node, start: Start) -> None:
    actor = start("bench", "unsaveable")
    with pytest.raises((Rejected, Invalid), match=r"snapshot_state failed: KeyError: 'lost' \(bench_actor\.py:\d+\)"):
        node.actors.snapshot(actor.id)
    assert node.actors.ask(actor.id, "echo", "alive").payload == "alive"
    assert [str(line.level) for line in log(node, actor)] == ["error"]


def test_shutdown_is_the_last_word(node: Node, start: Start) -> None:
    actor = start("bench", "bad end")
    node.actors.stop(actor.id)
    messages = [line.message for line in log(node, actor)]
    assert messages[0] == "goodbye"
    assert any("shutdown failed: OSError: no strength left" in message for message in messages)


ARGUMENTS = [
    ("messaging.tell(5, 'x')", "TypeError: to must be a str, not int"),
    ("messaging.tell('a', None)", "TypeError: message_type must be a str, not None"),
    ("messaging.tell('a', 'b', 7)", "TypeError: payload must be str or bytes, not int"),
    (
        "messaging.tell('a', 'b', '\\ud800')",
        "Invalid: payload has half of a surrogate pair at position 0, which is no text",
    ),
    (
        "messaging.ask('a', 'b', timeout_ms=-1)",
        "Invalid: timeout_ms must be from 0 to 18,446,744,073,709,551,615, not -1",
    ),
    ("messaging.ask('a', 'b', timeout_ms=0.5)", "TypeError: timeout_ms must be an int, not float"),
    ("messaging.spawn('m', grants='keyvalue')", "TypeError: grants must be a list of str, not one str"),
    ("messaging.spawn('m', name=3)", "TypeError: name must be a str, not int"),
    ("messaging.send_after('soon', 'x')", "TypeError: delay_ms must be an int, not str"),
    ("messaging.cancel_timer(2**64)", "Invalid: timer must be from 0 to 18,446,744,073,709,551,615"),
    ("keyvalue.put('k', 1.5)", "TypeError: value must be str or bytes, not float"),
    ("keyvalue.increment('k', 2**63)", "Invalid: delta must be from -9,223,372,036,854,775,808 to"),
    ("keyvalue.list_keys(limit=2**32)", "Invalid: limit must be from 1 to 100,000, not 4,294,967,296"),
    ("keyvalue.put('k', 'v', ttl_ms=-1)", "Invalid: ttl_ms must be from 1 to 3,153,600,000,000, not -1"),
    ("keyvalue.put('k', 'v', ttl_ms=2**64)", "Invalid: ttl_ms must be from 1 to 3,153,600,000,000, not 18,446,"),
    ("keyvalue.list_keys(limit=-1)", "Invalid: limit must be from 1 to 100,000, not -1"),
    ("blob.download_range('b', 'k', offset=-1, length=1)", "Invalid: offset must be from 0 to"),
    ("registry.heartbeat('r', health='wonderful')", "Invalid: health must be healthy, degraded, unhealthy or None"),
    ("tuplespace.write(('a', 2**64))", "Invalid: field 2 must be from"),
    ("tuplespace.write('abc')", "TypeError: a tuple or a list is needed, not str"),
    ("tuplespace.write(({},))", "TypeError: field 1 must be str, int, float, bytes, bool or None, not dict"),
    ("tuplespace.read((list,))", "TypeError: field 1: tuples have no fields of type list"),
    ("tuplespace.take((tuplespace.where(5, 1),))", "TypeError: the operator of field 1 must be a str, not int"),
    ("channels.send_to_queue('q', 't', headers={'a': 1})", "TypeError: headers['a'] must be a str, not int"),
    ("channels.send_to_queue('q', 't', headers=[1])", "TypeError: headers must be a dict of str to str, not list"),
    ("log.info(5)", "TypeError: message must be a str, not int"),
]


@pytest.mark.parametrize(("call", "sentence"), ARGUMENTS, ids=[call for call, _ in ARGUMENTS])
def test_an_argument_of_a_wrong_type_is_an_exception_that_names_it(
    node: Node, start: Start, call: str, sentence: str
) -> None:
    assert str(node.actors.ask(start("bench").id, "evaluate", call).payload).startswith(sentence)


REACHED = [
    "keyvalue.put('k', b'v', ttl_ms=5)",
    "keyvalue.compare_and_swap('k', None, 'v')",
    "tuplespace.write(('order', 7, 1.5, b'x', True, None))",
    "tuplespace.read(('order', int, tuplespace.ANY, tuplespace.where('in', [1, 2])))",
    "tuplespace.compare_and_swap((1,), (2,))",
    "channels.send_to_queue('q', 't', 'p', delay_ms=1, ttl_ms=2, headers={'a': 'b'})",
    "channels.create_queue('q', max_length=3)",
    "channels.subscribe_to_topic('t', filter='a*')",
    "host.publish_to_topic('t', 'm', 'p')",
    "host.tuplespace_take(('a',))",
    "host.receive_from_queue('q', 5)",
]


EXPECTED = {"", "already_exists"}
"""A queue that is sent to is made, and the other form has been here before."""


@pytest.mark.parametrize("call", REACHED)
def test_a_call_of_a_service_reaches_the_host_with_its_arguments(node: Node, start: Start, call: str) -> None:
    actor = start("bench")
    reply = str(node.actors.ask(actor.id, "evaluate", call).payload)
    recorded = node.actors.turns(actor.id)[-1].host_calls[-1]
    assert reply.startswith("Unavailable: ") if recorded.error == "unavailable" else recorded.error in EXPECTED
    assert recorded.interface in {"keyvalue", "tuplespace", "channels"}


def test_an_actor_knows_itself_and_who_spawned_it(run: Run) -> None:
    assert run("reply = messaging.self_id()").startswith("bench-")
    assert run("reply = repr(messaging.parent_id())") == "None"


def test_actors_reach_each_other_and_see_the_sender(node: Node, start: Start, run: Run) -> None:
    other = start("bench", name="other")
    assert (
        run("reply = messaging.ask('other', 'echo', 'hello') + messaging.ask('other', 'echo', b'x').decode()")
        == "hellox"
    )
    run("reply = host.send_message('other', 'note')")
    seen = json.loads(str(node.actors.ask(other.id, "seen").payload))
    assert [(kind, sender.partition("@")[0]) for kind, sender in seen] == [
        ("note", run("reply = messaging.self_id()").partition("@")[0])
    ]


@pytest.mark.parametrize(
    ("call", "reply"),
    [
        ("messaging.ask('nobody', 'x')", "NotFound: "),
        ("messaging.ask(messaging.self_id(), 'x')", "Conflict: "),
        ("messaging.ask('other', 'run', 'raise Reject(\\'never\\')')", "Rejected: "),
        ("messaging.ask('other', 'crash', 'q')", "Crashed: "),
    ],
)
def test_an_error_of_the_host_is_an_exception_of_its_own_class(node: Node, start: Start, call: str, reply: str) -> None:
    start("bench", name="other")
    assert str(node.actors.ask(start("bench").id, "evaluate", call).payload).startswith(reply)


def test_a_denied_call_names_the_grant_and_the_actor_lives_on(node: Node, start: Start) -> None:
    actor = start("bench", profile="strict")
    reply = str(node.actors.ask(actor.id, "evaluate", "messaging.tell('a', 'b')").payload)
    assert reply.startswith("Denied: ")
    assert "--grant messaging" in reply


def test_a_timer_can_be_taken_back_once(run: Run) -> None:
    cancel = "reply = repr([messaging.cancel_timer(number) for _ in range(2)])"
    assert run(f"number = messaging.send_after(60_000, 'late'); {cancel}") == "[True, False]"


def test_each_actor_draws_its_own_random_numbers(node: Node, start: Start) -> None:
    numbers = {
        node.actors.ask(start("bench").id, "run", "reply = f'{BORN} {random.random()} {uuid.uuid4()}'").payload
        for _ in range(3)
    }
    assert len({part for text in numbers for part in str(text).split()}) == 9


def test_without_the_grant_randomness_is_that_of_the_name(node: Node, start: Start) -> None:
    code = "reply = f'{BORN} {random.random()} {uuid.uuid4()}'"

    def draw(name: str) -> object:
        actor = start("bench", name=name, profile="strict")
        text = node.actors.ask(actor.id, "run", code).payload
        node.actors.stop(actor.id)
        return text

    first, other, again = draw("ada"), draw("bob"), draw("ada")
    assert first == again != other


def test_an_actor_has_the_promised_library(node: Node, start: Start) -> None:
    from plexspaces.sandbox.library import STANDARD

    code = f"import importlib\nfor name in {STANDARD!r}:\n    importlib.import_module(name)\nreply = 'all there'"
    assert node.actors.ask(start("bench").id, "run", code).payload == "all there"


LIBRARY = [
    "__import__('datetime').datetime.strptime('2024-01-02', '%Y-%m-%d').strftime('%A')",
    "__import__('email.message').message.EmailMessage().as_string()",
    "__import__('xml.dom.minidom').dom.minidom.parseString('<a/>').toprettyxml()",
    "__import__('xml.sax').sax.parseString(b'<a/>', __import__('xml.sax').sax.ContentHandler())",
    "__import__('ast').unparse(__import__('ast').parse('x=1'))",
    "__import__('gzip').decompress(__import__('gzip').compress(b'x'))",
    "__import__('sqlite3').connect(':memory:').execute('select 1').fetchall()",
    "list(__import__('sqlite3').connect(':memory:').iterdump())",
    "[__import__('hashlib').new(name, b'x').hexdigest() for name in ('md5', 'sha256', 'sha3_256', 'blake2b')]",
    "[('a' * 3).encode(name) for name in ('latin-1', 'cp1252', 'utf-16', 'ascii', 'idna', 'utf-8-sig')]",
    "__import__('inspect').getsource(Bench.do_echo)",
    "__import__('zipfile').ZipFile(__import__('io').BytesIO(), 'w', 8).writestr('a', 'b')",
    "__import__('argparse').ArgumentParser(prog='x').format_help()",
    "__import__('decimal').Decimal('1.1') ** 50",
    "__import__('logging').getLogger('x').isEnabledFor(10)",
    "__import__('platform').platform()",
    "__import__('uuid').uuid1()",
    "__import__('pickle').loads(__import__('pickle').dumps({1: [2]}))",
    "__import__('tomllib').loads('a = 1')",
    "__import__('urllib.parse').parse.quote('\u00e9')",
]


@pytest.mark.parametrize("expression", LIBRARY)
def test_what_the_library_imports_late_is_there(node: Node, start: Start, expression: str) -> None:
    assert node.actors.ask(start("bench").id, "run", f"reply = repr({expression})").payload


def test_the_reply_of_a_machine_is_its_state(node: Node, start: Start) -> None:
    machine = start("machine")
    states = [
        str(node.actors.ask(machine.id, *message).payload)
        for message in (("stay",), ("go", "busy"), ("go", ""), ("stay",))
    ]
    assert states == ["idle", "busy", "busy", "busy"]
    assert node.actors.ask(machine.id, "set", "done").payload == "done"
    assert node.actors.ask(machine.id, "stay").payload == "done"


def test_a_machine_that_refuses_stays_where_it_was(node: Node, start: Start) -> None:
    machine = start("machine")
    assert refusal(node, machine, "refuse").endswith("not from here")
    assert node.actors.ask(machine.id, "stay").payload == "idle"


def test_a_state_that_is_no_name_is_refused(node: Node, start: Start) -> None:
    machine = start("machine")
    assert refusal(node, machine, "number").endswith(
        "handle_transition gave an int as state: it must return a state's name as str, or None to stay"
    )


def test_public_attributes_are_state_when_nothing_is_written(node: Node, start: Start) -> None:
    machine = start("machine")
    node.actors.ask(machine.id, "go", "busy")
    state = node.actors.snapshot(machine.id)
    second = start("machine", state)
    assert node.actors.ask(second.id, "stay").payload == "busy"
    assert (
        node.actors.ask(second.id, "steps").payload
        == "3 steps, the last Step(name='steps', colour=<Colour.RED: 'red'>)"
    )


def test_an_attribute_that_cannot_be_stored_is_named(node: Node, start: Start) -> None:
    machine = start("machine")
    node.actors.ask(machine.id, "break")
    with pytest.raises((Rejected, Invalid), match=r"self\.bad is a .*function.*, which cannot be stored"):
        node.actors.snapshot(machine.id)
    assert node.actors.ask(machine.id, "stay").payload == "idle"


@pytest.mark.parametrize("state", ["hello", b"x", "{}"])
def test_a_state_that_is_no_snapshot_is_refused_when_there_is_no_init(start: Start, state: str | bytes) -> None:
    with pytest.raises(
        Rejected, match="Machine has no init, so it starts with an empty state or a snapshot of its own"
    ):
        start("machine", state)


def test_the_counter_counts(node: Node, start: Start) -> None:
    counter = start("counter", "40")
    node.actors.tell(counter.id, "increment")
    assert node.actors.ask(counter.id, "add", "5").payload == "46"
    assert node.actors.ask(counter.id, "get_count").payload == "46"
    assert node.actors.snapshot(counter.id) == "46"
    assert "unknown message type nonsense" in refusal(node, counter, "nonsense")
    assert "add needs a whole number, not 'x'" in refusal(node, counter, "add", "x")
