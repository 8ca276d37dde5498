"""Every state of an actor's life on a real node: suspended, passive, limited anew; and messages that nobody handled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.unit.core_modules import ECHO, function, handler, imported, module, request, texts
from tests.unit.fragile import FRAGILE, child, die, settle, stepped_node, tree
from workbench.api import (
    ActorId,
    ActorState,
    ChildSpec,
    Crashed,
    Exhausted,
    Invalid,
    NotFound,
    Outcome,
    Rejected,
    SpawnOptions,
    Strategy,
    Timeout,
)
from workbench.api.actors import why_it_waits
from workbench.node import LocalNode


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with stepped_node() as found:
        yield found


def spawn(node: LocalNode, name: str = "a", module: str = "fragile") -> str:
    return node.actors.spawn(module, options=SpawnOptions(name=name)).id.name


def test_a_suspended_actor_lets_its_messages_wait(node: LocalNode) -> None:
    spawn(node)
    assert node.actors.suspend("a").state is ActorState.SUSPENDED
    assert node.actors.suspend("a").state is ActorState.SUSPENDED
    node.actors.tell("a", "increment")
    with pytest.raises(Timeout, match="it is suspended"):
        node.actors.ask("a", "get", timeout=1.0)
    assert node.actors.get("a").mailbox == 2  # the one that nobody waits for any more, too
    assert node.actors.resume("a").state is ActorState.IDLE
    settle(node)
    assert node.actors.ask("a", "get").payload == "1"


def test_a_suspended_actor_can_be_killed_stopped_and_looked_into(node: LocalNode) -> None:
    for name in ("a", "b"):
        spawn(node, name)
        node.actors.ask(name, "increment")
        node.actors.suspend(name)
    assert node.actors.snapshot("a") == "1"
    assert node.actors.get("a").state is ActorState.SUSPENDED
    node.actors.kill("a")
    assert node.actors.get("a").state is ActorState.CRASHED
    node.actors.stop("b")
    with pytest.raises(NotFound):
        node.actors.get("b")


def test_suspended_is_suspended_until_it_is_resumed_by_hand(node: LocalNode) -> None:
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat")
    spawn(node, "passive")
    spawn(node, "alone")
    names = ("replaced", "killed", "stopped")
    node.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, *map(child, names)))
    node.actors.passivate("passive")
    everybody = ("passive", "alone", *names)
    for name in everybody:
        node.actors.suspend(name)
        node.actors.tell(name, "increment")
    node.actors.upgrade("passive", better.hash)
    node.actors.kill("alone")
    node.actors.restart("alone")
    changed = (child("replaced", state="7"), *map(child, names[1:]))
    node.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, *changed))
    node.actors.kill("killed")
    node.actors.stop("stopped")
    settle(node)
    assert [(str(node.actors.get(name).state), node.actors.get(name).mailbox) for name in everybody] == [
        ("suspended", 1)
    ] * 5
    for name in everybody:
        assert node.actors.resume(name).state is ActorState.IDLE
        settle(node)
    assert [node.actors.ask(name, "get").payload for name in everybody] == ["1", "1", "8", "1", "1"]
    die(node, "killed")
    settle(node)
    assert node.actors.get("killed").state is ActorState.IDLE


def test_a_passive_actor_comes_back_with_its_state_on_the_next_message(node: LocalNode) -> None:
    spawn(node)
    node.actors.ask("a", "increment")
    info = node.actors.passivate("a")
    assert (info.state, info.memory_bytes) == (ActorState.PASSIVE, None)
    assert node._machine.system.find(info.id).body.instance is None
    assert node.actors.snapshot("a") == "1"
    node.actors.tell("a", "nothing")
    settle(node)
    assert node.actors.get("a").state is ActorState.IDLE


RESTORING = module(
    """(global $at (mut i32) (i32.const 0)) (global $size (mut i32) (i32.const 0))
    (func (export "init") (param i32 i32) (result i64)
      (global.set $at (local.get 0)) (global.set $size (local.get 1)) (i64.const 0))
    (func (export "snapshot_state") (result i64) (call $text (global.get $at) (global.get $size)))""",
    request("(call $text (global.get $at) (global.get $size))"),
)


def test_what_was_carried_over_is_what_was_there(node: LocalNode) -> None:
    info = node.modules.deploy(RESTORING, file_name="restoring.wat", alias="restoring")
    node.actors.spawn(info.hash, "größe", options=SpawnOptions(name="a"))
    for _ in range(3):
        node.actors.passivate("a")
        assert node.actors.ask("a", "get").payload == "größe"


def test_what_cannot_hand_out_its_state_does_not_become_passive(node: LocalNode) -> None:
    info = node.modules.deploy(module(request(ECHO)), file_name="echo.wat", alias="echo")
    assert not info.carries_state
    spawn(node, "a", "echo")
    with pytest.raises(Invalid, match="a cannot become passive: it has no snapshot_state"):
        node.actors.passivate("a")
    assert node.actors.get("a").state is ActorState.IDLE


def test_a_passive_actor_that_cannot_be_woken_is_crashed_and_says_why(node: LocalNode) -> None:
    refusing = module(
        texts(no="not that state"),
        """(func (export "snapshot_state") (result i64) (call $text (call $no)))
        (func (export "init") (param i32 i32) (result i64)
          (if (result i64) (local.get 1) (then (call $refused (call $no))) (else (i64.const 0))))""",
        request(ECHO),
    )
    node.modules.deploy(refusing, file_name="refusing.wat", alias="refusing")
    spawn(node, "a", "refusing")
    node.actors.passivate("a")
    with pytest.raises(Crashed, match="it could not be woken: a refused to start: not that state"):
        node.actors.ask("a", "x")
    assert node.actors.get("a").state is ActorState.CRASHED


def test_the_longest_idle_become_passive_when_there_are_more_than_the_budget() -> None:
    with stepped_node(resident=3) as node:
        for name in "abcde":
            spawn(node, name)
            settle(node)
            node._machine.clock.advance(1.0)  # type: ignore[attr-defined]
        assert [info.state.value for info in node.actors.list()] == ["passive", "passive", "idle", "idle", "idle"]
        node.actors.ask("c", "get")
        node._machine.clock.advance(1.0)  # type: ignore[attr-defined]
        node.actors.ask("a", "get")
        settle(node)
        states = {info.id.name: info.state.value for info in node.actors.list()}
        assert states == {"a": "idle", "b": "passive", "c": "idle", "d": "passive", "e": "idle"}


def test_a_node_takes_no_more_actors_than_its_setting_says() -> None:
    with stepped_node(actors=2) as node:
        spawn(node, "a")
        spawn(node, "b")
        with pytest.raises(Exhausted, match="actors: this node has 2, and its setting `actors` allows 2") as refused:
            spawn(node, "c")
        assert (refused.value.limit, refused.value.used) == ("actors", 2)
        node.actors.stop("a")
        spawn(node, "c")


def test_limits_change_while_it_lives(node: LocalNode) -> None:
    spawn(node)
    before = node.actors.get("a").limits
    node.actors.set_limits("a", replace(before, fuel=1_000_000, mailbox=1))
    with pytest.raises(Crashed, match="used all of its 1,000,000 units"):
        node.actors.ask("a", "spin")
    node.actors.restart("a")
    node.actors.suspend("a")
    node.actors.tell("a", "get")
    with pytest.raises(Exhausted, match="the mailbox of a is full: it has 1 message and may have 1"):
        node.actors.tell("a", "get")
    node.actors.set_limits("a", replace(before, mailbox=2))
    node.actors.tell("a", "get")


@pytest.mark.parametrize("value", [0, -1, 10**16])
def test_a_limit_that_makes_no_sense_changes_nothing(node: LocalNode, value: int) -> None:
    spawn(node)
    before = node.actors.get("a").limits
    with pytest.raises(Invalid, match="the limit fuel must be between 1 and"):
        node.actors.set_limits("a", replace(before, fuel=value))
    with pytest.raises(Invalid) as refused:
        node.actors.set_limits("a", replace(before, stack_bytes=100_000))
    said = "the limit stack_bytes is 65,536 (64 KiB), 524,288 (512 KiB) or 1,048,576 (1,024 KiB), not 100,000"
    assert str(refused.value) == said
    assert node.actors.get("a").limits == before


def test_memory_may_grow_by_the_new_limit(node: LocalNode) -> None:
    growing = request("""(if (i32.eq (memory.grow (i32.const 64)) (i32.const -1)) (then (unreachable)))
      (call $text (i32.const 0) (i32.const 0))""")
    node.modules.deploy(module(growing), file_name="growing.wat", alias="growing")
    spawn(node, "a", "growing")
    limits = node.actors.get("a").limits
    node.actors.ask("a", "grow")
    node.actors.set_limits("a", replace(limits, memory_bytes=5 << 20))
    with pytest.raises(Crashed):
        node.actors.ask("a", "grow")
    node.actors.restart("a")
    node.actors.set_limits("a", replace(limits, memory_bytes=40 << 20))
    for _ in range(9):
        node.actors.ask("a", "grow")


def test_a_budget_for_the_whole_life_ends_it(node: LocalNode) -> None:
    spawn(node)
    used = node.actors.ask("a", "get").figures.fuel
    assert used
    taken = node.actors.get("a").fuel
    node.actors.set_limits("a", replace(node.actors.get("a").limits, lifetime_fuel=taken + 2 * used + used // 2))
    node.actors.ask("a", "get")
    node.actors.ask("a", "get")
    with pytest.raises(Crashed, match="of its lifetime; give it more, or spawn it anew") as died:
        node.actors.ask("a", "get")
    assert died.value.cause is not None and died.value.cause.limit == "lifetime_fuel"


def test_other_code_must_handle_what_the_old_one_did(node: LocalNode) -> None:
    events = module(handler("handle_event", "(i64.const 0)"), function("snapshot_state", "(i64.const 0)"))
    node.modules.deploy(events, file_name="events.wat", alias="events")
    spawn(node)
    node.actors.ask("a", "increment")
    with pytest.raises(Invalid, match=r"a is a gen_server, and events is no gen_server \(it is gen_event\)"):
        node.actors.upgrade("a", "events")
    assert node.actors.ask("a", "get").payload == "1"


def test_dead_letters_are_sent_again_as_they_were_or_edited(node: LocalNode) -> None:
    spawn(node)
    node.actors.tell("a", "die", "x")
    settle(node)
    (letter,) = node.actors.dead_letters()
    assert (letter.envelope.type, letter.envelope.payload, letter.actor.name) == ("die", "x", "a")
    node.actors.restart("a")
    node.actors.resend(letter.seq, message_type="increment")
    settle(node)
    assert node.actors.ask("a", "get").payload == "1"
    assert node.actors.dead_letters() == []
    with pytest.raises(NotFound, match=f"no dead letter {letter.seq}"):
        node.actors.resend(letter.seq)


def test_a_dead_letter_of_an_actor_that_is_gone_stays_one(node: LocalNode) -> None:
    spawn(node)
    node.actors.suspend("a")
    node.actors.tell("a", "increment")
    node.actors.stop("a")
    (letter,) = node.actors.dead_letters()
    assert letter.reason == "a was stopped before it came to it"
    with pytest.raises(NotFound):
        node.actors.resend(letter.seq)
    assert node.actors.dead_letters() == [letter]


def test_dead_letters_of_another_tenant_are_not_seen(node: LocalNode) -> None:
    spawn(node)
    node.actors.tell("a", "die")
    settle(node)
    (letter,) = node.actors.dead_letters()
    other = node.scoped("other", "default")
    assert other.actors.dead_letters() == []
    with pytest.raises(NotFound):
        other.actors.resend(letter.seq)


ASKING = module(
    texts(b="b", get="get", bye="bye"),
    function(
        "shutdown",
        """(drop (call $ask (call $b) (call $bye) (i32.const 0) (i32.const 0) (i64.const 2000))) (i64.const 0)""",
    ),
    request("(call $ask (call $b) (call $get) (i32.const 0) (i32.const 0) (i64.const 20000))"),
    imports=imported("ask", "i32 i32 i32 i32 i32 i32 i64"),
)


@pytest.mark.parametrize("supervised", [False, True])
def test_a_stop_ends_the_wait_of_the_turn_in_hand_and_not_that_of_its_shutdown(
    node: LocalNode, supervised: bool
) -> None:
    node.modules.deploy(ASKING, file_name="asking.wat", alias="asking")
    spawn(node, "b")
    node.actors.suspend("b")
    if supervised:
        node.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, ChildSpec("a", "asking")))
    else:
        spawn(node, "a", "asking")
    machine, began = node._machine, node._machine.clock.now()
    stop = machine.trees.find(("default", "default"), "shop").remove if supervised else None
    machine.timers.after(1.0, stop or (lambda: machine.system.request_stop(ActorId("a"))))
    machine.timers.after(1.5, lambda: machine.system.request_stop(ActorId("a")))  # a second one is nothing
    with pytest.raises(Rejected, match="actor a was stopped while it waited"):
        node.actors.ask("a", "x")
    settle(node)
    assert machine.clock.now() - began == pytest.approx(3.0), "its shutdown waited as long as it wanted to"
    turns = node.actors.turns(node.actors.id_of("a"))  # type: ignore[attr-defined]
    assert [turn.operation for turn in turns] == ["init", "message", "shutdown"]
    assert [turn.outcome for turn in turns] == [Outcome.REPLY, Outcome.REJECTED, Outcome.REPLY]
    with pytest.raises(NotFound):
        node.actors.get("a")


def test_a_refused_restart_leaves_it_crashed(node: LocalNode) -> None:
    node.actors.spawn("fragile", options=SpawnOptions(name="gate"))
    node.actors.spawn("fragile", "?", options=SpawnOptions(name="a"))
    die(node, "a")
    node.actors.stop("gate")
    with pytest.raises(Rejected):
        node.actors.restart("a")
    assert node.actors.get("a").state is ActorState.CRASHED


def test_actors_that_do_nothing_cost_the_graphs_nothing_and_their_curves_come_down(node: LocalNode) -> None:
    machine, name = node._machine, spawn(node)
    metrics = machine.metrics

    def rates() -> list[float]:
        return [sample.messages_per_second for sample in node.metrics([name])[name]]

    def second() -> None:
        machine.clock.advance(1.0)  # type: ignore[attr-defined]
        metrics.sample()

    node.actors.ask(name, "get")
    second()
    assert list(metrics._moved) == [node.actors.get(name).id] and rates() == [2.0]  # its start and the message
    memory = node.metrics([name])[name][-1].memory_bytes
    for _ in range(3):
        second()
    assert not metrics._moved and len(metrics._series[node.actors.get(name).id]) == 2, "it was read once more only"
    assert rates() == [2.0, 0.0, 0.0, 0.0] and node.actors.get(name).messages_per_second == 0.0
    assert memory is not None and {sample.memory_bytes for sample in node.metrics([name])[name]} == {memory}
    assert node.metrics()[""][-1].memory_bytes == memory
    node.actors.passivate(name)
    second()
    assert node.metrics([name])[name][-1].memory_bytes is None and node.metrics()[""][-1].memory_bytes is None
    node.actors.ask(name, "get")
    second()
    assert rates()[-1] == 2.0  # it was started again
    node.actors.suspend(name)
    node.actors.tell(name, "get")
    second()
    assert node.metrics([name])[name][-1].mailbox == node.metrics()[""][-1].mailbox == 1
    node.actors.stop(name)
    second()
    assert node.metrics([name])[name] == [] and not metrics._series and node.metrics()[""][-1].mailbox == 0


def test_one_for_whom_there_is_no_room_sleeps_on_with_its_state(node: LocalNode) -> None:
    spawn(node)
    node.actors.ask("a", "increment")
    node.actors.passivate("a")
    residents = node._machine.around.residents
    residents._limit = 1
    with pytest.raises(Exhausted, match="mappings"):
        node.actors.ask("a", "get")
    node.actors.tell("a", "increment")
    settle(node)
    assert node.actors.get("a").state is ActorState.PASSIVE
    (letter,) = node.actors.dead_letters()
    assert letter.reason.startswith("a slept on: mappings: ")
    residents._limit = None
    node.actors.resend(letter.seq)
    assert node.actors.ask("a", "get").payload == "2"


def test_a_cast_to_a_crashed_actor_waits_and_it_is_known_why(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", Strategy.ONE_FOR_ONE, child("b"), intensity=0))
    spawn(node)
    for name in ("a", "b"):
        assert why_it_waits(node.actors.get(name)) == ""
        die(node, name)
        settle(node)
        node.actors.tell(name, "increment")
    alone, supervised = (node.actors.get(name) for name in ("a", "b"))
    assert why_it_waits(alone).endswith("the message waits in its mailbox, as number 1, until it is restarted")
    assert why_it_waits(supervised).endswith("until its supervisor shop starts it again")
    assert node.actors.dead_letters() == []
    node.actors.restart("a")
    settle(node)
    assert node.actors.ask("a", "get").payload == "1"
