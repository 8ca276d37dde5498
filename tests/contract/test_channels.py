"""Queues and topics, from either end and from inside an actor."""

from __future__ import annotations

import contextlib
import json
import threading
from pathlib import Path

import pytest

import workbench
from workbench.api import (
    AlreadyExists,
    Area,
    Conflict,
    Delivery,
    Exhausted,
    Invalid,
    MessageState,
    Node,
    NotFound,
    SpawnOptions,
    WorkbenchError,
)
from workbench.api.channels import BINARY_BYTES, HEADERS_BYTES, TEXT_BYTES

USER = '''
import json
from dataclasses import asdict

from plexspaces import GenServer, HostError, channels


class User(GenServer):
    """Calls `channels` as it is told, and remembers what it was sent."""

    def init(self, state):
        self.heard = []

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "heard":
            return json.dumps(self.heard)
        if message_type == "crash":
            channels.receive_from_queue(payload)
            raise ValueError("poison")
        function = getattr(channels, message_type, None)
        if function is None:
            self.heard.append([from_actor.partition("@")[0], message_type, payload])
            return ""
        arguments, options = json.loads(payload)
        try:
            result = function(*arguments, **options)
        except (HostError, TypeError, ValueError) as error:
            return f"{getattr(error, 'code', type(error).__name__)}: {error}"
        return json.dumps(asdict(result) if isinstance(result, channels.Delivery) else result)
'''


@pytest.fixture
def user(node: Node) -> str:
    """An actor that may use every queue and topic."""
    node.modules.deploy(USER.encode(), file_name="user.py", alias="user")
    return node.actors.spawn("user", options=SpawnOptions(name="user", grants=("channels",))).id.name


def call(node: Node, actor: str, function: str, *arguments: object, **options: object) -> object:
    reply = node.actors.ask(actor, function, json.dumps([arguments, options])).payload
    try:
        return json.loads(reply)
    except ValueError:
        return reply


def received(node: Node, queue: str, timeout: float = 0.0) -> Delivery:
    found = node.channels.receive(queue, timeout=timeout)
    assert found is not None
    return found


def test_a_message_is_sent_received_and_done(node: Node) -> None:
    channels = node.channels
    assert channels.receive("orders") is None
    message = channels.send("orders", "order", "1", headers={"trace": "a\0b"})
    binary = channels.send("orders", "order", b"\x00\xff")
    assert channels.queue_depth("orders") == 2
    found = received(node, "orders")
    assert (found.message, found.queue, found.message_type, found.payload, found.attempt) == (
        message, "orders", "order", "1", 1,
    )  # fmt: skip
    assert dict(found.headers) == {"trace": "a\0b"}
    assert channels.queue_depth("orders") == 1
    channels.ack(found.id)
    second = received(node, "orders")
    assert (second.message, second.payload) == (binary, b"\x00\xff")
    channels.ack(second.id)
    assert channels.receive("orders") is None and list(channels.messages("orders")) == []


def test_a_queue_is_made_shown_purged_and_deleted(node: Node) -> None:
    channels = node.channels
    channels.create_queue("work", visibility_ms=1_000, max_attempts=2, max_length=2)
    with pytest.raises(AlreadyExists, match="a queue 'work' exists already"):
        channels.create_queue("work")
    info = channels.queue("work")
    assert (info.visibility_ms, info.max_attempts, info.max_length, info.dead_letter_queue) == (
        1_000,
        2,
        2,
        "work.dead",
    )
    assert [each.queue for each in channels.queues()] == ["work", "work.dead"]
    assert channels.queue("work.dead").max_attempts == 0
    first = channels.send("work", "a")
    channels.send("work", "b", delay_ms=60_000)
    with pytest.raises(Exhausted, match=r"queue 'work' is full: it holds 2 messages, and 2 are the most") as full:
        channels.send("work", "c")
    assert (full.value.limit, full.value.value, full.value.used) == ("queue", 2, 2)
    states = [(each.message_type, each.state) for each in channels.messages("work")]
    assert states == [("a", MessageState.WAITING), ("b", MessageState.DELAYED)]
    info = channels.queue("work")
    assert (info.waiting, info.delayed, info.leased) == (1, 1, 0) and info.oldest is not None
    assert [each.message_type for each in channels.messages("work", after=first)] == ["b"]
    found = received(node, "work")
    leased = channels.message("work", found.message)
    assert (leased.state, leased.holder, leased.attempts) == (MessageState.LEASED, "", 1)
    assert leased.lease_ends == found.lease_ends
    with pytest.raises(Conflict, match="is leased to somebody outside"):
        channels.delete_message("work", found.message)
    assert channels.purge_queue("work") == 1 and channels.queue("work").leased == 1
    channels.delete_queue("work")
    with pytest.raises(NotFound):
        channels.ack(found.id)
    assert list(channels.queues()) == [], "its empty dead-letter queue goes with it"


def test_what_failed_too_often_is_a_dead_letter_with_its_reason_edited_resent_or_redriven(node: Node) -> None:
    channels = node.channels
    channels.create_queue("work", max_attempts=2)
    with node.subscribe([Area.CHANNELS]) as events:
        channels.send("work", "bad", "1")
        for attempt in (1, 2):
            found = received(node, "work")
            assert found.attempt == attempt
            channels.nack(found.id)
        kinds: list[str] = []
        while "channels.dead" not in kinds:
            kinds += [event.kind for event in events.get(10)]
    assert channels.receive("work") is None
    (letter,) = channels.messages("work.dead")
    assert (letter.origin, letter.attempts) == ("work", 0) and letter.died is not None
    assert letter.reason == "somebody outside refused it (attempt 2 of 2)"
    assert channels.queue("work").dead_letters == 1
    resent = channels.resend("work.dead", letter.id, payload="2", headers={"fixed": "yes"})
    assert list(channels.messages("work.dead")) == []
    found = received(node, "work")
    assert (found.message, found.payload, found.attempt, dict(found.headers)) == (resent, "2", 1, {"fixed": "yes"})
    channels.nack(found.id, requeue=False)
    (letter,) = channels.messages("work.dead")
    assert letter.reason == "somebody outside refused it for good (attempt 1 of 2)"
    assert channels.redrive("work.dead") == 1 and channels.redrive("work.dead") == 0
    found = received(node, "work")
    assert (found.message, found.attempt) == (letter.id, 1)
    channels.nack(found.id, requeue=False)
    channels.delete_message("work.dead", letter.id)
    assert channels.queue_depth("work.dead") == 0


def test_a_redrive_that_has_no_room_moves_nothing(node: Node) -> None:
    channels = node.channels
    channels.create_queue("work", max_length=2)
    for _ in range(2):
        channels.send("work", "x")
        channels.nack(received(node, "work").id, requeue=False)
    channels.send("work", "other")
    with pytest.raises(Exhausted, match="queue 'work' is full: it holds 1 messages"):
        channels.redrive("work.dead")
    assert channels.queue_depth("work.dead") == 2 and channels.queue_depth("work") == 1
    (first, _) = channels.messages("work.dead")
    assert channels.redrive("work.dead", [first.id]) == 1
    channels.delete_queue("work")
    assert channels.queue_depth("work.dead") == 1, "its letters stay"
    assert channels.redrive("work.dead") == 1 and channels.queue_depth("work") == 1, "the origin is made again"


def test_a_message_that_comes_back_takes_its_old_place(node: Node) -> None:
    for name in "abc":
        node.channels.send("work", name)
    first = received(node, "work")
    node.channels.nack(first.id)
    assert [received(node, "work").message_type for _ in range(3)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("function", "arguments", "options", "error", "says"),
    [
        ("send", ("", "t"), {}, Invalid, "the name of a queue has 1 to 1,019 bytes, this one has 0"),
        ("send", ("q" * 1_020, "t"), {}, Invalid, "1 to 1,019 bytes, this one has 1,020"),
        ("send", ("q", "t"), {"delay_ms": -1}, Invalid, "a delay is 0 to .* ms, not -1"),
        ("send", ("q", "t"), {"ttl_ms": 0}, Invalid, "a time to live is 1 to .* ms, not 0"),
        ("send", ("q", "t"), {"ttl_ms": 5, "delay_ms": 5}, Invalid, "could never be received"),
        ("send", ("q", "t" * 1_025), {}, Exhausted, "a message type has up to 1,024 bytes, this one has 1,025"),
        ("send", ("q", "t", "x" * (TEXT_BYTES + 1)), {}, Exhausted, "a payload has up to .* use a blob"),
        ("send", ("q", "t", b"x" * (BINARY_BYTES + 1)), {}, Exhausted, "a payload has up to .* use a blob"),
        ("send", ("q", "t"), {"headers": {"h": "x" * HEADERS_BYTES}}, Exhausted, "the headers of a message have|has"),
        ("create_queue", ("q",), {"visibility_ms": 0}, Invalid, "visibility_ms of a queue is 1 to .*, not 0"),
        ("create_queue", ("q",), {"max_attempts": 0}, Invalid, "max_attempts of a queue is 1 to 1,000, not 0"),
        ("create_queue", ("q",), {"max_length": 0}, Invalid, "max_length of a queue is 1 to 1,000,000, not 0"),
        ("create_queue", ("q",), {"dead_letter_queue": "q"}, Invalid, "cannot take its own dead letters"),
        ("receive", ("q",), {"timeout": -1.0}, Invalid, "a timeout is 0"),
        ("ack", ("d0",), {}, NotFound, "no delivery 'd0' is held here"),
        ("nack", ("nothing",), {}, NotFound, "no delivery 'nothing' is held here"),
        ("queue_depth", ("q",), {}, NotFound, "no queue 'q'"),
        ("delete_queue", ("q",), {}, NotFound, "no queue 'q'"),
        ("purge_queue", ("q",), {}, NotFound, "no queue 'q'"),
        ("redrive", ("q",), {}, NotFound, "no queue 'q'"),
        ("resend", ("there", "m1"), {}, NotFound, "no message 'm1' in queue 'there'"),
        ("message", ("there", "'; --"), {}, NotFound, "no message \"'; --\" in queue 'there'"),
        ("messages", ("there",), {"limit": 0}, Invalid, "a limit is 1 to 10,000, not 0"),
        ("messages", ("there",), {"after": "x"}, Invalid, "'x' is no id of a message"),
        ("publish", ("", "t"), {}, Invalid, "the name of a topic has 1 to 1,024 bytes"),
        ("published", (), {"limit": -1}, Invalid, "a limit is 1 to 10,000"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence_and_nothing_is_changed(
    node: Node,
    function: str,
    arguments: tuple[str, ...],
    options: dict[str, object],
    error: type[WorkbenchError],
    says: str,
) -> None:
    node.channels.create_queue("there")
    before = node.channels.queues()
    with pytest.raises(error, match=says) as raised:
        getattr(node.channels, function)(*arguments, **options)
    assert "\n" not in str(raised.value)
    assert node.channels.queues() == before


def test_a_delivery_is_settled_once(node: Node) -> None:
    node.channels.send("work", "x")
    found = received(node, "work")
    node.channels.ack(found.id)
    for settle in (node.channels.ack, node.channels.nack):
        with pytest.raises(NotFound, match=f"no delivery '{found.id}' is held here: it was settled, or its lease"):
            settle(found.id)


def test_names_are_data(node: Node) -> None:
    names = ["nul\0", "nul", "a:b", "..", "*", ">", "'", '"; --', "a@b", "ü\U0010ffff", "a/b", "%"]
    for name in names:
        node.channels.send(name, name, name)
    for name in names:
        found = received(node, name)
        assert (found.queue, found.message_type, found.payload) == (name, name, name)
        assert node.channels.receive(name) is None
        node.channels.delete_queue(name)
    assert list(node.channels.queues()) == []


def test_an_actor_uses_the_same_queues_and_its_deliveries_are_its_own(node: Node, user: str) -> None:
    message = call(node, user, "send_to_queue", "work", "job", "1", headers={"a": "b"})
    found = received(node, "work")
    assert (found.message, dict(found.headers)) == (message, {"a": "b"})
    assert node.channels.message("work", str(message)).sender == "user"
    assert str(call(node, user, "ack", found.id)).startswith(f"not_found: no delivery '{found.id}' is held by user")
    node.channels.nack(found.id)
    mine = call(node, user, "receive_from_queue", "work")
    assert isinstance(mine, dict) and (mine["attempt"], mine["payload"], mine["headers"]) == (2, "1", {"a": "b"})
    assert mine["sent_at_ms"] == round(found.sent * 1000)
    assert node.channels.message("work", str(message)).holder == "user"
    with pytest.raises(NotFound, match="is held here"):
        node.channels.ack(mine["id"])
    assert call(node, user, "queue_depth", "work") == 0
    call(node, user, "ack", mine["id"])
    assert str(call(node, user, "ack", mine["id"])).startswith("not_found")
    assert call(node, user, "receive_from_queue", "work") is None
    call(node, user, "create_queue", "mine", visibility_ms=5, max_attempts=7, max_length=9, dead_letter_queue="else")
    info = node.channels.queue("mine")
    assert (info.visibility_ms, info.max_attempts, info.max_length, info.dead_letter_queue) == (5, 7, 9, "else")
    call(node, user, "delete_queue", "mine")
    assert str(call(node, user, "queue_depth", "mine")).startswith("not_found: no queue 'mine'")


def test_a_consumer_that_crashes_gives_its_message_back_and_in_the_end_it_is_a_dead_letter(
    node: Node, user: str
) -> None:
    message = node.channels.send("work", "poison", "x")
    for _ in range(3):
        with pytest.raises(WorkbenchError):
            node.actors.ask(user, "crash", "work")
        node.actors.restart(user)
    (letter,) = node.channels.messages("work.dead")
    assert letter.id == message
    assert letter.reason.startswith("consumer user crashed: ") and letter.reason.endswith("poison (attempt 3 of 3)")


def test_a_blocked_actor_gets_the_message_that_comes_and_is_told_of_a_deletion(node: Node, user: str) -> None:
    answers: list[object] = []

    def ask() -> None:
        answers.append(call(node, user, "receive_from_queue", "work", timeout_ms=20_000))

    with node.subscribe([Area.CHANNELS]) as events:
        node.channels.create_queue("work")
        for deed in (lambda: node.channels.send("work", "job"), lambda: node.channels.delete_queue("work")):
            asking = threading.Thread(target=ask)
            asking.start()
            while not node.channels.queue("work").receivers:
                events.get(5)
            deed()
            asking.join()
    assert isinstance(answers[0], dict) and answers[0]["message_type"] == "job"
    assert str(answers[1]) == "not_found: queue 'work' was deleted while a message of it was waited for"


def test_an_actor_that_is_killed_while_it_waits_leaves_the_next_message_to_others(node: Node, user: str) -> None:
    def ask() -> None:
        with contextlib.suppress(WorkbenchError):
            call(node, user, "receive_from_queue", "work", timeout_ms=20_000)

    with node.subscribe([Area.CHANNELS]) as events:
        node.channels.create_queue("work")
        asking = threading.Thread(target=ask)
        asking.start()
        while not node.channels.queue("work").receivers:
            events.get(5)
        node.actors.kill(user)
        asking.join()
    assert node.channels.queue("work").receivers == 0
    node.channels.send("work", "job")
    assert received(node, "work").attempt == 1


def test_a_client_that_left_while_it_waited_takes_no_message_along(embedded: Node) -> None:
    with workbench.serve(embedded), embedded.subscribe([Area.CHANNELS]) as events:
        found = workbench.endpoint(embedded.info().workspace)
        assert found is not None
        leaving = workbench.connect(f"grpc://{found.address}", token=found.token)

        def receive() -> None:
            with contextlib.suppress(WorkbenchError):
                leaving.channels.receive("work", timeout=20)

        embedded.channels.create_queue("work", visibility_ms=500)
        asking = threading.Thread(target=receive)
        asking.start()
        while not embedded.channels.queue("work").receivers:
            events.get(5)
        leaving.close()
        asking.join()
        message = embedded.channels.send("work", "job")
        assert received(embedded, "work", 10).message == message


def test_a_topic_goes_to_every_subscriber_whose_filter_matches(node: Node, user: str) -> None:
    node.actors.spawn("user", options=SpawnOptions(name="other", grants=("channels",)))
    call(node, user, "subscribe_to_topic", "news", filter="price.*")
    call(node, "other", "subscribe_to_topic", "news")
    node.channels.publish("news", "price.up", "1")
    node.channels.publish("news", "weather", "2")
    call(node, user, "publish_to_topic", "news", "price.down", "3")
    assert json.loads(str(node.actors.ask(user, "heard").payload)) == [
        ["", "price.up", "1"],
        ["user", "price.down", "3"],
    ]
    assert len(json.loads(str(node.actors.ask("other", "heard").payload))) == 3
    (topic,) = node.channels.topics()
    assert (topic.topic, topic.published) == ("news", 3)
    assert [(each.actor, each.filter, each.delivered) for each in topic.subscribers] == [
        ("user", "price.*", 2),
        ("other", None, 3),
    ]
    assert [(each.message_type, each.receivers, each.author) for each in node.channels.published("news")] == [
        ("price.up", 2, ""), ("weather", 1, ""), ("price.down", 2, "user"),
    ]  # fmt: skip
    call(node, user, "unsubscribe_from_topic", "news")
    assert str(call(node, user, "unsubscribe_from_topic", "news")).startswith("not_found: user has not subscribed")
    node.actors.kill("other")
    assert list(node.channels.topics()[0].subscribers) == []


@pytest.mark.parametrize("pattern", ["", "[abc", "[z-a]", "*a" * 20, "x" * 300])
def test_a_filter_that_is_malformed_or_explosive_is_refused(node: Node, user: str, pattern: str) -> None:
    said = str(call(node, user, "subscribe_to_topic", "news", filter=pattern))
    assert said.startswith("invalid: ") and "filter" in said
    assert list(node.channels.topics()) == []


def test_queues_outlive_the_node_and_leases_do_not(interpreter: str, tmp_path: Path) -> None:
    with workbench.connect(f"embedded:{tmp_path}") as node:
        for name in "abcde":
            node.channels.send("work", name, name)
        node.channels.ack(received(node, "work").id)
        leased = received(node, "work")
        node.channels.nack(received(node, "work").id, requeue=False)
        node.channels.send("work", "gone", ttl_ms=1)
        node.channels.create_queue("other", max_attempts=1)
        node.channels.send("other", "poison")
        received(node, "other")
    with workbench.connect(f"embedded:{tmp_path}") as node:
        found = received(node, "work")
        assert (found.message, found.attempt) == (leased.message, 2)
        assert [each.message_type for each in node.channels.messages("work")] == ["b", "d", "e"]
        assert [each.message_type for each in node.channels.messages("work.dead")] == ["c"]
        with pytest.raises(NotFound):
            node.channels.ack(leased.id)
        (poison,) = node.channels.messages("other.dead")
        assert poison.reason == "the node ended while it was worked on (attempt 1 of 1)"
