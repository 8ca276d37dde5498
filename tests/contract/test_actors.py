"""What every node promises of actors."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from contract_sources import COUNTER, DOUBLE

from workbench.api import (
    ActorId,
    ActorState,
    AlreadyExists,
    Area,
    Cast,
    Crashed,
    Exhausted,
    Invalid,
    Kind,
    Node,
    NotFound,
    Outcome,
    Rejected,
    SpawnOptions,
    Told,
    WorkbenchError,
)

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_reply_comes_with_fuel_memory_and_time(node: Node, counter: str) -> None:
    reply = node.actors.ask(counter, "increment")
    assert reply.payload == "1"
    assert reply.figures.fuel is not None and reply.figures.fuel > 0
    assert reply.figures.memory_bytes is not None and reply.figures.memory_bytes > 1 << 20
    assert reply.figures.wall_ns > 0


def test_an_actor_is_known_by_name_by_identity_and_by_address(node: Node, counter: str) -> None:
    for actor in (counter, ActorId(counter), f"{counter}@{node.info().name}"):
        assert node.actors.ask(actor, "get_count").payload == "0"


def test_text_and_binary_come_back_as_what_they_were(node: Node, counter: str) -> None:
    for payload in ("", "grüße ✓", "line\nline\0", b"", b"\0\xff", "x" * 1_000_000, b"\x80" * 1_000_000):
        assert node.actors.ask(counter, "echo", payload).payload == payload


def test_what_an_actor_refuses_is_rejected_and_it_lives_on(node: Node, counter: str) -> None:
    with pytest.raises(Rejected, match="unknown message type dance") as raised:
        node.actors.ask(counter, "dance")
    assert raised.value.figures is not None and raised.value.figures.wall_ns > 0
    assert node.actors.ask(counter, "increment").payload == "1"


def test_a_call_without_a_reply_is_rejected(node: Node, counter: str) -> None:
    with pytest.raises(Rejected, match="no reply"):
        node.actors.ask(counter, "nothing")


def test_a_crash_says_where_and_stays_listed_until_it_is_restarted(node: Node, counter: str) -> None:
    node.actors.ask(counter, "increment")
    with pytest.raises(Crashed, match="this kills it") as raised:
        node.actors.ask(counter, "crash")
    cause = raised.value.cause
    assert cause is not None and cause.location is not None
    line = COUNTER.splitlines()[cause.location.line - 1]
    assert "this kills it" in line
    assert "handle_request" in cause.traceback
    info = node.actors.get(counter)
    assert (info.state, info.crashes, info.killed_by) == (ActorState.CRASHED, 1, "crash")
    assert info.last_cause == cause
    assert node.actors.restart(counter).state is ActorState.IDLE
    assert node.actors.ask(counter, "get_count").payload == "0"


def test_an_endless_loop_ends_with_the_limit_that_stopped_it(node: Node) -> None:
    node.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    node.actors.spawn("counter", options=SpawnOptions(name="wild", profile="strict"))
    with pytest.raises(WorkbenchError) as raised:
        node.actors.ask("wild", "spin")
    cause = node.actors.get("wild").last_cause
    assert raised.value.code in ("crashed", "exhausted")
    assert cause is not None and cause.code == "exhausted"
    assert cause.limit in ("fuel", "time") and cause.limit_value > 0


def test_casts_are_handled_in_the_order_sent(node: Node, counter: str) -> None:
    assert node.actors.tell(counter, "increment") != node.actors.tell(counter, "add", "10")
    assert node.actors.ask(counter, "get_count").payload == "11"
    assert node.actors.ask(counter, "increment", kind=Kind.CAST).payload == ""
    assert node.actors.ask(counter, "get_count").payload == "12"


def test_an_initial_state_reaches_init_and_a_snapshot_gives_it_back(node: Node) -> None:
    module = node.modules.deploy(COUNTER.encode(), file_name="counter.py")
    info = node.actors.spawn(module.hash, "41")
    node.actors.ask(info.id, "increment")
    assert node.actors.snapshot(info.id) == "42"


def test_an_actor_whose_init_refuses_is_not_listed(node: Node) -> None:
    module = node.modules.deploy(COUNTER.encode(), file_name="counter.py")
    with pytest.raises(Rejected, match="cannot start from this"):
        node.actors.spawn(module.hash, "bad")
    with pytest.raises(Crashed):
        node.actors.spawn(module.hash, "not a number")
    assert node.actors.list() == []


def test_a_name_is_taken_once_and_any_text_is_a_name(node: Node, counter: str) -> None:
    with pytest.raises(AlreadyExists, match=counter):
        node.actors.spawn("counter", options=SpawnOptions(name=counter))
    for name in ("../up", "a:b", "*", ">", "ü ✓", "'; drop"):
        assert node.actors.spawn("counter", options=SpawnOptions(name=name)).id.name == name
        assert node.actors.get(ActorId(name)).id.name == name
    with pytest.raises(Invalid):
        node.actors.spawn("counter", options=SpawnOptions(name="x" * 1025))


def test_an_upgrade_carries_the_state_over(node: Node, counter: str) -> None:
    node.actors.ask(counter, "add", "5")
    better = node.modules.deploy(DOUBLE.encode(), file_name="counter.py")
    assert node.actors.upgrade(counter, better.hash).module == better.hash
    assert node.actors.ask(counter, "increment").payload == "7"


def test_code_that_refuses_the_state_never_replaces_the_actor(node: Node, counter: str) -> None:
    node.actors.ask(counter, "add", "5")
    picky = node.modules.deploy(COUNTER.replace("int(state or 0)", "int(state) // 0").encode(), file_name="counter.py")
    before = node.actors.get(counter).module
    with pytest.raises(WorkbenchError):
        node.actors.upgrade(counter, picky.hash)
    assert node.actors.get(counter).module == before
    assert node.actors.ask(counter, "increment").payload == "6"


def test_a_stopped_actor_is_forgotten_and_stopping_it_again_is_nothing(node: Node, counter: str) -> None:
    node.actors.stop(counter)
    node.actors.stop(counter)
    assert node.actors.list() == []
    with pytest.raises(NotFound, match=counter):
        node.actors.ask(counter, "get_count")


def test_a_killed_actor_stays_listed_as_crashed(node: Node, counter: str) -> None:
    with node.subscribe([Area.ACTORS]) as events:
        node.actors.kill(counter)
        while node.actors.get(counter).state is not ActorState.CRASHED:
            assert events.get(timeout=5.0)
    assert "killed" in str(node.actors.get(counter).last_cause)


def test_a_message_beyond_the_limit_is_refused_before_delivery(node: Node, counter: str) -> None:
    with pytest.raises(Exhausted):
        node.actors.ask(counter, "echo", "x" * (8 * (1 << 20) + 1))
    with pytest.raises(Exhausted):
        node.actors.ask(counter, "echo", b"x" * ((1 << 20) + 1))
    assert node.actors.get(counter).crashes == 0
    assert node.actors.ask(counter, "get_count").payload == "0"


def test_every_turn_can_be_read_back(node: Node, counter: str) -> None:
    node.actors.ask(counter, "add", "3", headers={"traceparent": TRACE})
    with pytest.raises(Rejected):
        node.actors.ask(counter, "dance")
    with pytest.raises(Crashed):
        node.actors.ask(counter, "crash")
    birth, added, refused, died = node.actors.turns(counter)
    assert (birth.operation, added.operation) == ("init", "message")
    assert birth.birth is not None and birth.birth.reason == "spawn" and added.birth is None
    assert tuple(map(str, birth.birth.grants)) == node.actors.get(counter).grants
    assert added.envelope is not None
    assert (added.envelope.type, added.envelope.payload, added.reply) == ("add", "3", "3")
    assert added.envelope.headers["traceparent"] == TRACE
    assert [turn.outcome for turn in (refused, died)] == [Outcome.REJECTED, Outcome.CRASHED]
    assert [turn.seq for turn in (birth, added, refused, died)] == [1, 2, 3, 4]
    assert [turn.seq for turn in node.actors.turns(counter, after=2)] == [3, 4]
    assert len(node.actors.turns()) == 4


def test_many_messages_are_told_in_order_and_those_that_are_refused_stop_nobody(node: Node, counter: str) -> None:
    casts = [Cast(counter if number != 300 else "nobody", "add", str(number)) for number in range(1_000)]
    node.actors.suspend(counter)
    told = node.actors.tell_many(casts)
    assert (told.count, told.refused) == (999, 1)
    assert [(refusal.number, refusal.code) for refusal in told.why] == [(300, "not_found")]
    assert node.actors.get(counter).mailbox == 999
    node.actors.resume(counter)
    node.actors.ask(counter, "get_count")
    handled = node.actors.turns(counter, limit=1_100)
    sent = [turn.envelope.payload for turn in handled if turn.envelope is not None and turn.envelope.type == "add"]
    assert sent == [str(number) for number in range(1_000) if number != 300]


def test_of_many_refusals_the_first_are_told_with_their_numbers(node: Node, counter: str) -> None:
    casts = [Cast(counter if number % 2 else "nobody", "increment") for number in range(1_000)]
    told = node.actors.tell_many(casts)
    assert (told.count, told.refused, len(told.why)) == (500, 500, 100)
    assert [refusal.number for refusal in told.why] == list(range(0, 200, 2))


def test_what_the_messages_themselves_raise_comes_out_and_what_came_before_was_told(node: Node, counter: str) -> None:
    def casts() -> Iterator[Cast]:
        yield Cast(counter, "increment")
        raise LookupError("no more of them")

    with pytest.raises(LookupError, match="no more of them"):
        node.actors.tell_many(casts())
    assert node.actors.ask(counter, "get_count").payload == "1"


def test_no_messages_at_all_are_none(node: Node) -> None:
    assert node.actors.tell_many([]) == Told(0, 0)
