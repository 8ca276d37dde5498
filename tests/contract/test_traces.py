"""What every node promises of traces: one request is followed over all actors that it goes through."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import grpc
import pytest

import workbench
from workbench.api import Cast, Crashed, Envelope, Invalid, Kind, Node, RecordingLevel, SpawnOptions, Turn
from workbench.api.traces import Trace, admitted, carried, of_message, parsed, span
from workbench.rpc.generated.plexspaces.v1 import actors_pb2, common_pb2

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
STATE = "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7"
COURIER = """
from plexspaces import GenServer, channels, host, messaging, process_groups

class Courier(GenServer):
    def init(self, state):
        self.seen = []
    def handle_request(self, from_actor, message_type, payload):
        self.seen.append(message_type)
        if message_type == "route":
            first, second = payload.split()
            answer = messaging.ask(first, "weigh", "")
            messaging.tell(second, "take", answer)
            messaging.send_after(1, "remind", "")
            channels.publish_to_topic("parcels", "parcel", answer)
        elif message_type == "listen":
            channels.subscribe_to_topic("parcels")
        elif message_type == "explode":
            raise ValueError("dropped")
        return ",".join(self.seen)
    def snapshot_state(self):
        return ",".join(self.seen)
"""


@pytest.fixture(params=["memory", "durable"])
def couriers(node: Node, request: pytest.FixtureRequest) -> tuple[str, str, str]:
    node.modules.deploy(COURIER.encode(), file_name="courier.py", alias="courier")
    node.debugger.set_level(None, RecordingLevel.MESSAGES)
    names = ("desk", "scales", "van")
    for name in names:
        node.actors.spawn("courier", options=SpawnOptions(name=name, durable=request.param == "durable"))
    node.actors.ask("van", "listen")
    return names


def turns_of(node: Node, actor: str, message_type: str) -> list[Turn]:
    return [
        turn for turn in node.actors.turns(actor) if turn.envelope is not None and turn.envelope.type == message_type
    ]


def until_there(node: Node, actor: str, message_type: str) -> Turn:
    """Asks as often as it takes for a message of the system to be handled, each time after the messages before."""
    for _ in range(10_000):
        if found := turns_of(node, actor, message_type):
            return found[-1]
        node.actors.ask(actor, "look")
    raise AssertionError(f"{message_type} never came to {actor}")


def message(turn: Turn) -> Envelope:
    assert turn.envelope is not None
    return turn.envelope


def trace(turn: Turn) -> Trace:
    found = of_message(message(turn))
    assert found is not None, f"turn {turn.seq} of {turn.actor} belongs to no trace"
    return found


def test_a_trace_goes_on_over_ask_tell_timer_and_topic(node: Node, couriers: Sequence[str]) -> None:
    node.actors.ask("desk", "route", "scales van", headers={"traceparent": GIVEN, "tracestate": STATE})
    (began,) = turns_of(node, "desk", "route")
    assert trace(began) == Trace(TRACE, PARENT)
    own = span(message(began), began.actor, began.seq)
    assert own not in (PARENT, "0" * 16) and len(own) == 16
    after = (
        until_there(node, "scales", "weigh"), until_there(node, "van", "take"),
        until_there(node, "desk", "remind"), until_there(node, "van", "parcel"),
    )  # fmt: skip
    for turn in after:
        assert trace(turn) == Trace(TRACE, own), message(turn).type
        assert message(turn).headers["tracestate"] == STATE
    spans = {span(message(turn), turn.actor, turn.seq) for turn in (began, *after)}
    assert len(spans) == 5, "every turn is a span of its own"


def test_after_a_reply_the_asker_goes_on_in_its_own_span(node: Node, couriers: Sequence[str]) -> None:
    """The turn of scales lies inside that of desk: what desk sends after it is still desk's."""
    node.actors.ask("desk", "route", "scales van", headers={"traceparent": GIVEN})
    (began,) = turns_of(node, "desk", "route")
    assert trace(until_there(node, "van", "take")).parent == span(message(began), began.actor, began.seq)


def test_a_message_without_a_trace_begins_none_and_costs_no_header(node: Node, couriers: Sequence[str]) -> None:
    node.actors.ask("desk", "route", "scales van", headers={"idempotency-key": "7"})
    assert not message(until_there(node, "scales", "weigh")).headers
    assert not message(until_there(node, "van", "take")).headers
    assert dict(message(turns_of(node, "desk", "route")[0]).headers) == {"idempotency-key": "7"}


@pytest.mark.parametrize("bad", [
    "", "00", GIVEN.upper(), f"ff{GIVEN[2:]}", f"{GIVEN}-more", f"00-{'0' * 32}-{PARENT}-01",
    f"00-{TRACE}-{'0' * 16}-01", GIVEN[:-1], f"{GIVEN}\n", f" {GIVEN}", "é" * 55, "0" * 100_000,
])  # fmt: skip
def test_a_bad_trace_is_dropped_and_another_begins(node: Node, counter: str, bad: str) -> None:
    headers = {"traceparent": bad, "tracestate": STATE, "order": "7"}
    node.actors.ask(counter, "increment", headers=headers)
    found = message(node.actors.turns(counter)[-1]).headers
    begun = parsed(found["traceparent"])
    assert begun is not None and begun.id != TRACE
    assert "tracestate" not in found and found["order"] == "7"


def test_a_newer_version_is_read_as_far_as_it_is_known(node: Node, counter: str) -> None:
    node.actors.ask(counter, "increment", headers={"traceparent": f"cc-{TRACE}-{PARENT}-0b-what-comes"})
    assert message(node.actors.turns(counter)[-1]).headers["traceparent"] == GIVEN


def test_a_state_that_is_none_is_dropped_and_the_trace_stays(node: Node, counter: str) -> None:
    node.actors.ask(counter, "increment", headers={"traceparent": GIVEN, "tracestate": "x" * 513})
    assert dict(message(node.actors.turns(counter)[-1]).headers) == {"traceparent": GIVEN}


def test_messages_told_together_have_their_own_traces(node: Node, counter: str) -> None:
    other = GIVEN.replace("4bf9", "aaaa")
    casts = [Cast(counter, "increment", headers={"traceparent": given}) for given in (GIVEN, other)]
    assert node.actors.tell_many([*casts, Cast(counter, "increment")]).count == 3
    assert node.actors.ask(counter, "get_count").payload == "3"
    found = [message(turn).headers.get("traceparent") for turn in turns_of(node, counter, "increment")]
    assert found == [GIVEN, other, None]


def test_the_recording_is_filtered_by_trace(node: Node, couriers: Sequence[str]) -> None:
    node.actors.ask("desk", "route", "scales van", headers={"traceparent": GIVEN})
    for _ in range(3):
        node.actors.ask("scales", "look")
    until_there(node, "van", "parcel")
    until_there(node, "desk", "remind")
    for wanted in (TRACE, TRACE[:8], GIVEN):
        found = node.debugger.turns(trace=wanted)
        assert {(turn.turn.actor.name, message(turn.turn).type) for turn in found} == {
            ("desk", "route"), ("scales", "weigh"), ("van", "take"), ("desk", "remind"), ("van", "parcel"),
        }  # fmt: skip
    (weighed,) = node.debugger.turns("scales", trace=TRACE, newest=True, limit=1)
    assert message(weighed.turn).type == "weigh"
    assert node.debugger.turns(trace="aaaaaaaa") == []
    with pytest.raises(Invalid, match="is no trace: its id is 32 hexadecimal digits"):
        node.debugger.turns(trace="4bf9")


def test_a_journal_is_filtered_by_trace_past_pages_of_others(node: Node) -> None:
    node.modules.deploy(COURIER.encode(), file_name="courier.py", alias="courier")
    node.actors.spawn("courier", options=SpawnOptions(name="desk", durable=True))
    for given in (None, GIVEN, None, GIVEN):
        node.actors.ask("desk", "look", headers={"traceparent": given} if given else {})
    found = node.journal.entries("desk", trace=TRACE)
    assert [turn.seq for turn in found] == [3, 5]
    assert [turn.seq for turn in node.journal.entries("desk", trace=TRACE, after=3, limit=1)] == [5]
    assert node.journal.entries("desk", trace="aaaaaaaa") == []
    with pytest.raises(Invalid, match="is no trace"):
        node.journal.entries("desk", trace="no-trace")


def test_a_timer_of_a_durable_actor_keeps_its_trace_over_the_end_of_the_node(tmp_path: Path, interpreter: str) -> None:
    source = COURIER.replace("send_after(1,", "send_after(400,")
    where = f"embedded:{tmp_path / 'workspace'}"
    with workbench.connect(where) as node:
        node.modules.deploy(source.encode(), file_name="courier.py", alias="courier")
        for name in ("desk", "scales", "van"):
            node.actors.spawn("courier", options=SpawnOptions(name=name, durable=True))
        node.actors.ask("desk", "route", "scales van", headers={"traceparent": GIVEN})
        (began,) = turns_of(node, "desk", "route")
    with workbench.connect(where) as node:
        assert trace(until_there(node, "desk", "remind")) == Trace(TRACE, span(message(began), began.actor, began.seq))


def test_a_dead_letter_that_is_sent_again_stays_in_its_trace(node: Node, couriers: Sequence[str]) -> None:
    with pytest.raises(Crashed):
        node.actors.ask("van", "explode", kind=Kind.CAST, headers={"traceparent": GIVEN})
    (letter,) = node.actors.dead_letters()
    node.actors.restart("van")
    node.actors.resend(letter.seq, message_type="again")
    assert trace(until_there(node, "van", "again")) == Trace(TRACE, PARENT)


def test_of_a_call_with_two_traces_none_is_taken() -> None:
    """gRPC itself hands on one of them; others hand on both."""
    found = carried([("traceparent", GIVEN), ("traceparent", GIVEN), ("tracestate", "a=1"), ("traceparent-bin", b"x")])
    begun = parsed(admitted(found)["traceparent"])
    assert begun is not None and begun.id != TRACE


@pytest.fixture
def channel(embedded: Node) -> Iterator[tuple[grpc.Channel, tuple[tuple[str, str], ...]]]:
    with workbench.serve(embedded):
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        with grpc.insecure_channel(found.address) as opened:
            yield opened, (("authorization", f"Bearer {found.token}"),)


@pytest.mark.parametrize(
    ("metadata", "headers", "expected"),
    [
        ((("traceparent", GIVEN), ("tracestate", "a=1"), ("tracestate", "b=2")), {},
         {"traceparent": GIVEN, "tracestate": "a=1,b=2"}),
        ((("traceparent", GIVEN.replace("4bf9", "aaaa")),), {"traceparent": GIVEN}, {"traceparent": GIVEN}),
        ((("tracestate", "a=1"),), {}, {}),
        ((("traceparent", "nonsense"),), {"order": "7"}, None),
    ],
    ids=["metadata", "the message's own goes before", "a state alone", "no trace"],
)  # fmt: skip
def test_the_trace_of_a_grpc_call_becomes_that_of_its_message(
    embedded: Node, channel: tuple[grpc.Channel, tuple[tuple[str, str], ...]], metadata: tuple[tuple[str, str], ...],
    headers: dict[str, str], expected: dict[str, str] | None,
) -> None:  # fmt: skip
    """As any client of another language sends it."""
    embedded.modules.deploy(COURIER.encode(), file_name="courier.py", alias="courier")
    embedded.actors.spawn("courier", options=SpawnOptions(name="desk"))
    opened, token = channel
    called = "/plexspaces.v1.Actors/"
    ask = opened.unary_unary(f"{called}Ask", actors_pb2.AskRequest.SerializeToString, actors_pb2.Reply.FromString)
    tell = opened.unary_unary(
        f"{called}Tell", actors_pb2.TellRequest.SerializeToString, actors_pb2.TellResponse.FromString
    )
    many = opened.stream_stream(
        f"{called}TellMany", actors_pb2.TellManyRequest.SerializeToString, actors_pb2.TellManyResponse.FromString
    )
    desk = common_pb2.ActorId(name="desk")
    cast = actors_pb2.Cast(actor="desk", message_type="many", headers=headers)
    every = (*token, *metadata)
    list(many(iter([actors_pb2.TellManyRequest(casts=[cast])]), metadata=every, timeout=30))
    tell(actors_pb2.TellRequest(actor=desk, message_type="told", headers=headers), metadata=every, timeout=30)
    ask(actors_pb2.AskRequest(actor=desk, message_type="asked", headers=headers, timeout_seconds=20), metadata=every,
        timeout=30)  # fmt: skip
    for kind in ("many", "told", "asked"):
        found = dict(message(turns_of(embedded, "desk", kind)[-1]).headers)
        if expected is not None:
            assert found == expected, kind
            continue
        begun = parsed(found.pop("traceparent"))
        assert begun is not None and begun.id != TRACE and found == headers, json.dumps(found)
