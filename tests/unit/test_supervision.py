"""Supervision on a real node with real actors: who is started again, in which order, and what callers are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.fragile import FRAGILE, child, die, settle, states, stepped_node, tree
from workbench.answer import Answer
from workbench.api import (
    ActorId,
    ActorState,
    AlreadyExists,
    Area,
    Backoff,
    ChildSpec,
    Conflict,
    Crashed,
    Ending,
    Invalid,
    Kind,
    NotFound,
    Rejected,
    Reply,
    Restart,
    SpawnOptions,
    Strategy,
    SupervisorSpec,
    Unavailable,
)
from workbench.node import LocalNode
from workbench.runtime import life
from workbench.runtime.mailbox import Letter

ONE, ALL, REST = Strategy.ONE_FOR_ONE, Strategy.ONE_FOR_ALL, Strategy.REST_FOR_ONE


@pytest.fixture
def node() -> Iterator[LocalNode]:
    with stepped_node() as found:
        yield found


def lives(node: LocalNode, *names: str) -> list[int]:
    """How many times each was started again."""
    return [node.actors.get(name).restarts for name in names]


def test_one_for_one_starts_the_one_that_ended(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b"), child("c")))
    assert isinstance(die(node, "b"), Crashed)
    settle(node)
    assert lives(node, "a", "b", "c") == [0, 1, 0]
    assert states(node, "shop") == {"a": "idle", "b": "idle", "c": "idle"}
    info = node.supervision.get("shop")
    assert (info.restarts, info.total_restarts, info.state) == (1, 1, ActorState.IDLE)


def test_one_for_all_starts_all_of_them(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ALL, child("a"), child("b"), child("c")))
    node.actors.ask("a", "increment")
    die(node, "b")
    settle(node)
    assert lives(node, "a", "b", "c") == [1, 1, 1]
    assert node.actors.ask("a", "get").payload == "0"


def test_rest_for_one_starts_those_that_were_started_after_it(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", REST, child("a"), child("b"), child("c")))
    die(node, "b")
    settle(node)
    assert lives(node, "a", "b", "c") == [0, 1, 1]


def test_a_restarted_actor_keeps_its_id_and_its_mailbox(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    node.actors.tell("a", "die")
    for _ in range(3):
        node.actors.tell("a", "increment")
    settle(node)
    assert node.actors.ask("a", "get").payload == "3"
    letters = node.actors.dead_letters()
    assert [(letter.envelope.type, letter.reason) for letter in letters] == [("die", "a crashed over it")]
    assert letters[0].cause is not None


def test_a_call_that_waits_while_the_actor_crashes_is_answered_by_its_next_life(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    node.actors.tell("a", "die")
    assert node.actors.ask("a", "get").payload == "0"


@pytest.mark.parametrize(
    ("restart", "after_a_crash", "after_a_stop"),
    [
        (Restart.PERMANENT, "idle", "idle"),
        (Restart.TRANSIENT, "idle", "stopped"),
        (Restart.TEMPORARY, None, None),
    ],
)
def test_the_type_of_restart_says_which_ends_are_made_good(
    node: LocalNode, restart: Restart, after_a_crash: str | None, after_a_stop: str | None
) -> None:
    node.supervision.apply(tree("shop", ONE, child("a", restart), child("b", restart)))
    die(node, "a")
    node.actors.stop("b")
    settle(node)
    found = states(node, "shop")
    assert (found.get("a"), found.get("b")) == (after_a_crash, after_a_stop)


def test_too_many_restarts_stop_the_supervisor_with_all_its_children(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b"), intensity=2))
    for _ in range(3):
        die(node, "a")
        settle(node)
    info = node.supervision.get("shop")
    assert info.state is ActorState.STOPPED
    assert info.stopped_because.startswith("2 restarts within 5 s were used up when a ended: ")
    assert states(node, "shop") == {"a": "crashed", "b": "stopped"}
    with pytest.raises(NotFound):
        node.actors.ask("b", "get")
    assert node.supervision.history("shop")[-1].plan.gives_up


def test_applying_a_tree_that_does_not_run_starts_it_or_says_why_not(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b"), intensity=0))
    die(node, "a")
    settle(node)
    refusing = tree("shop", ONE, child("a"), child("b", state=REFUSING), intensity=0)
    with pytest.raises(Rejected, match="b refused to start: not_found: no actor 'gate'") as refused:
        node.supervision.apply(refusing)
    assert refused.value.subject == "b"
    info = node.supervision.get("shop")
    assert (info.state, states(node, "shop")) == (ActorState.STOPPED, {"a": "stopped", "b": "crashed"})
    assert info.stopped_because.startswith("b did not start: b refused to start: not_found: no actor 'gate'")
    node.actors.spawn("fragile", options=SpawnOptions(name="gate"))
    info = node.supervision.apply(refusing)
    assert (info.state, info.stopped_because) == (ActorState.IDLE, "")
    assert [node.actors.ask(name, "get").payload for name in "ab"] == ["0", "0"]


def test_restarts_that_lie_apart_are_not_too_many(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=1, period_ms=1_000))
    for _ in range(5):
        die(node, "a")
        settle(node)
        node._machine.clock.advance(1.1)  # type: ignore[attr-defined]
    assert states(node, "shop") == {"a": "idle"}


def test_a_supervisor_that_gave_up_runs_again_by_hand(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=0))
    die(node, "a")
    settle(node)
    with pytest.raises(Invalid, match="the supervisor 'shop' is stopped; restart it first"):
        node.supervision.start_child("shop", "a")
    info = node.supervision.restart("shop")
    assert (info.state, info.restarts, info.stopped_because) == (ActorState.IDLE, 0, "")
    assert node.actors.ask("a", "get").payload == "0"


def nested(strategy: Strategy, *, below: int, above: int, restart: Restart = Restart.PERMANENT) -> SupervisorSpec:
    inner = tree("inner", ONE, child("x"), child("y"), intensity=below)
    return tree("outer", strategy, child("a"), ChildSpec("inner", restart=restart, supervisor=inner), intensity=above)


def test_a_supervisor_that_gives_up_is_started_again_by_the_one_above(node: LocalNode) -> None:
    node.supervision.apply(nested(ONE, below=0, above=1))
    die(node, "x")
    settle(node)
    assert states(node, "outer") == {"a": "idle", "inner": "idle"}
    assert states(node, "inner") == {"x": "idle", "y": "idle"}
    assert node.supervision.get("outer").restarts == 1
    assert [record.supervisor for record in node.supervision.history()] == ["inner", "outer"]


def test_giving_up_goes_up_to_the_root(node: LocalNode) -> None:
    node.supervision.apply(nested(ONE, below=0, above=0))
    die(node, "x")
    settle(node)
    assert [info.state for info in node.supervision.list()] == [ActorState.STOPPED] * 2
    assert node.actors.get("a").state is ActorState.STOPPED


def test_a_transient_supervisor_that_gave_up_stays_down(node: LocalNode) -> None:
    node.supervision.apply(nested(ONE, below=0, above=1, restart=Restart.TRANSIENT))
    die(node, "x")
    settle(node)
    assert states(node, "outer") == {"a": "idle", "inner": "stopped"}


def test_children_start_in_order_and_stop_in_the_reverse_one(node: LocalNode) -> None:
    with node.subscribe() as events:
        node.supervision.apply(nested(ONE, below=1, above=1))
        node.supervision.remove("outer")
        seen = [(event.kind, event.subject) for event in events.get(0) if event.kind.startswith("actors.")]
    kinds = ("actors.spawned", "actors.stopped")
    assert [subject for kind, subject in seen if kind == kinds[0]] == ["a", "x", "y"]
    assert [subject for kind, subject in seen if kind == kinds[1]] == ["y", "x", "a"]
    assert node.actors.list() == [] and node.supervision.list() == []


def test_a_tree_of_which_one_child_does_not_start_is_not_there(node: LocalNode) -> None:
    with pytest.raises(Rejected, match="no actor 'gate'"):
        node.supervision.apply(tree("shop", ONE, child("a"), child("b", state="?")))
    assert node.supervision.list() == [] and node.actors.list() == []


def test_a_backoff_waits_longer_with_each_crash_and_messages_wait_too(node: LocalNode) -> None:
    backoff = Backoff(first_ms=100, factor=2.0, most_ms=300)
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=10, backoff=backoff))
    for expected in (0.1, 0.2, 0.3, 0.3):
        die(node, "a")
        settle(node)
        (found,) = node.supervision.get("shop").children
        assert found.state is ActorState.CRASHED
        assert found.restarts_in_seconds == pytest.approx(expected)
        before = node._machine.clock.now()
        assert node.actors.ask("a", "get").payload == "0"
        assert node._machine.clock.now() - before == pytest.approx(expected)


def test_simple_one_for_one_starts_as_many_as_are_asked_for(node: LocalNode) -> None:
    node.supervision.apply(tree("pool", Strategy.SIMPLE_ONE_FOR_ONE, child("job", Restart.TRANSIENT)))
    assert [node.supervision.start_child("pool").name for _ in range(3)] == ["job-1", "job-2", "job-3"]
    die(node, "job-2")
    node.actors.stop("job-3")
    settle(node)
    assert states(node, "pool") == {"job-1": "idle", "job-2": "idle"}
    assert [info.id.name for info in node.actors.list()] == ["job-1", "job-2"]


def test_a_child_that_was_stopped_by_hand_stays_stopped(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ALL, child("a"), child("b")))
    held = node.supervision.stop_child("shop", "a")
    assert (held.held, held.state) == (True, ActorState.STOPPED)
    die(node, "b")
    settle(node)
    assert states(node, "shop") == {"a": "stopped", "b": "idle"}
    assert node.supervision.start_child("shop", "a").state is ActorState.IDLE
    with pytest.raises(Conflict, match="'a' runs already"):
        node.supervision.start_child("shop", "a")


def test_a_caller_that_waits_for_a_child_that_is_stopped_by_hand_is_told(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    node.actors.suspend("a")
    system, waiting = node._machine.system, Answer[Reply]()
    system.find(ActorId("a")).deliver(Letter(system.envelope(Kind.CALL, "get", ""), waiting))
    node.supervision.stop_child("shop", "a")
    with pytest.raises(Unavailable, match="a was stopped before it came to 'get'"):
        waiting.take()


def test_a_tree_is_changed_while_it_runs(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b"), child("c")))
    for name in "abc":
        node.actors.ask(name, "increment")
    grants = child("b", grants=("spawn",))
    node.supervision.apply(tree("shop", ALL, child("d"), child("c"), grants, intensity=7))
    info = node.supervision.get("shop")
    assert [found.name for found in info.children] == ["d", "c", "b"]
    assert (info.spec.strategy, info.spec.intensity) == (ALL, 7)
    assert [node.actors.ask(name, "get").payload for name in "dcb"] == ["0", "1", "0"]  # c goes on, b was replaced
    with pytest.raises(NotFound):
        node.actors.get("a")


def test_a_change_that_cannot_be_carried_out_changes_nothing(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    before = node.supervision.list()
    with pytest.raises(NotFound, match="no module 'nobody'"):
        node.supervision.apply(tree("shop", ONE, child("a"), ChildSpec("b", "nobody")))
    with pytest.raises(Rejected):
        node.supervision.apply(tree("shop", ONE, child("a"), child("b", state="?")))
    after = node.supervision.list()
    assert [info.children for info in after] == [info.children for info in before]
    assert [info.id.name for info in node.actors.list()] == ["a"]


def test_the_preview_is_what_then_happens(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", REST, child("a"), child("b"), child("c", Restart.TEMPORARY), intensity=1))
    for _ in range(2):
        plan = node.supervision.preview("b")
        die(node, "b")
        settle(node)
        done = node.supervision.history("shop")[-1].plan
        assert (done.stop, done.start, done.forget, done.gives_up) == (
            plan.stop,
            plan.start,
            plan.forget,
            plan.gives_up,
        )
    assert plan.gives_up
    with pytest.raises(NotFound, match="has no supervisor"):
        node.supervision.preview(node.actors.spawn("fragile").id.name)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: tree("shop", ONE, child("a"), child("a")), "'a' is twice in the tree 'shop'"),
        (lambda: tree("shop", ONE, child("shop")), "'shop' is twice"),
        (
            lambda: tree("shop", Strategy.SIMPLE_ONE_FOR_ONE, child("a"), child("b")),
            "one child, an actor, as the template",
        ),
        (lambda: ChildSpec("a"), "must have either a module or a supervisor"),
        (lambda: ChildSpec("", "fragile"), "a name of 1 to"),
        (lambda: tree("shop", ONE, intensity=-1), "intensity of 'shop' must be between 0 and 1,000,000, not -1"),
        (lambda: tree("shop", ONE, period_ms=0), "period_ms of 'shop' must be between 1"),
        (lambda: child("a", shutdown_ms=-2), "shutdown_ms of 'a' must be between -1"),
        (lambda: Backoff(0), "first_ms of a backoff"),
    ],
)
def test_a_tree_that_makes_no_sense_is_refused_in_words(node: LocalNode, make: object, says: str) -> None:
    with pytest.raises(Invalid, match=says):
        node.supervision.apply(make())  # type: ignore[operator]
    assert node.supervision.list() == [] and node.actors.list() == []


def test_a_name_that_is_taken_is_refused(node: LocalNode) -> None:
    node.actors.spawn("fragile", options=SpawnOptions(name="a"))
    with pytest.raises(AlreadyExists, match="there is an actor or supervisor 'a' already"):
        node.supervision.apply(tree("shop", ONE, child("a")))
    assert node.supervision.list() == []


@pytest.mark.parametrize(("shutdown_ms", "crashes"), [(0, 1), (200, 0)])
def test_a_child_is_asked_to_shut_down_or_not(node: LocalNode, shutdown_ms: int, crashes: int) -> None:
    node.supervision.apply(tree("shop", ONE, child("a", shutdown_ms=shutdown_ms)))
    actor = node._machine.system.all()[0]
    node.supervision.stop_child("shop", "a")
    assert actor.info().crashes == crashes


def test_the_history_says_who_ended_over_what_and_what_it_cost(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    assert node.supervision.history() == []
    die(node, "a")
    settle(node)
    (found,) = node.supervision.history()
    assert (found.child, found.ending, found.killed_by) == ("a", Ending.ABNORMAL, "die")
    assert (found.used, found.intensity, found.plan.start) == (1, 3, ("a",))
    assert found.cause is not None and "unreachable" in found.cause.message


def test_other_code_for_a_child_stays_through_its_restarts(node: LocalNode) -> None:
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat")
    node.supervision.apply(tree("shop", ONE, child("a")))
    node.actors.upgrade("a", better.hash)
    die(node, "a")
    settle(node)
    assert node.actors.ask("a", "get").payload == "A"


def test_a_crashed_child_is_not_upgraded_past_its_supervisor(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=0))
    die(node, "a")
    settle(node)
    with pytest.raises(Invalid, match="a has crashed, and its supervisor shop starts it: restart it first"):
        node.actors.upgrade("a", "fragile")


def test_a_pool_that_is_down_starts_no_child_and_remembers_none(node: LocalNode) -> None:
    node.supervision.apply(tree("pool", Strategy.SIMPLE_ONE_FOR_ONE, child("job"), intensity=0))
    node.supervision.start_child("pool")
    die(node, "job-1")
    settle(node)
    with pytest.raises(Invalid, match="the supervisor 'pool' is stopped; restart it first"):
        node.supervision.start_child("pool")
    assert node.supervision.restart("pool").children == ()


def test_a_replacement_that_does_not_start_leaves_the_one_before_with_its_state(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), child("b")))
    node.actors.ask("a", "increment")
    with pytest.raises(Rejected):
        node.supervision.apply(tree("shop", ONE, child("a", state="?"), child("b"), child("c")))
    assert node.actors.ask("a", "get").payload == "1"
    assert [found.name for found in node.supervision.get("shop").children] == ["a", "b"]
    with pytest.raises(Rejected):
        node.supervision.apply(tree("shop", ONE, child("b"), child("c", state="?")))
    assert states(node, "shop") == {"a": "idle", "b": "idle"}
    assert node.actors.ask("a", "get").payload == "1"


REFUSING = "?"
"""A state that is refused while there is no actor called gate."""


@pytest.mark.parametrize("bad", ["x", "y", "z", "inner", "new"])
def test_of_a_change_that_fails_nothing_is_done(node: LocalNode, bad: str) -> None:
    def wanted(states: dict[str, str], *more: ChildSpec) -> SupervisorSpec:
        x, inside, y, z = (child(name, state=states.get(name, "")) for name in ("x", "in", "y", "z"))
        inner = tree("inner", ONE, inside, *more)
        return tree("shop", ONE, x, ChildSpec("inner", supervisor=inner), y, z)

    before = wanted({})
    node.supervision.apply(before)
    everybody = ("x", "in", "y", "z")
    for name in everybody:
        node.actors.ask(name, "increment")
    who = "in" if bad == "inner" else bad
    states = dict.fromkeys(everybody, "5") | {who: REFUSING}
    more = (child("new", state=states.get("new", "")),)
    with node.subscribe([Area.ACTORS]) as events:
        with pytest.raises(Rejected, match=f"^{who} refused to start: .*no actor 'gate'") as refused:
            node.supervision.apply(wanted(states, *more))
        assert "actors.replaced" not in {event.kind for event in events.get(0)}
    assert refused.value.subject == who
    assert node.supervision.get("shop").spec == before
    assert [info.id.name for info in node.actors.list()] == sorted(everybody)
    assert [node.actors.ask(name, "get").payload for name in everybody] == ["1"] * 4
    for name in everybody:  # and it still starts from the state that it had
        die(node, name)
        settle(node)
        assert node.actors.ask(name, "get").payload == "0"
    node.supervision.apply(wanted(dict.fromkeys(everybody, "5")))
    assert [node.actors.ask(name, "get").payload for name in everybody] == ["5"] * 4


def test_one_that_dies_while_others_are_prepared_lives_again_as_the_change_says(node: LocalNode) -> None:
    node.actors.spawn("fragile", options=SpawnOptions(name="gate"))
    node.supervision.apply(tree("shop", ONE, child("x"), child("y")))
    node.actors.suspend("gate")
    system, timers = node._machine.system, node._machine.timers
    seen = []
    timers.after(0.5, lambda: seen.append(system.find(ActorId("x")).body.spec.state))  # the old one serves on
    timers.after(1.0, lambda: system.find(ActorId("x")).kill("it was killed"))
    gate = system.find(ActorId("gate"))
    timers.after(2.0, lambda: gate.control(lambda: life.resume(gate)))
    node.supervision.apply(tree("shop", ONE, child("x", state="5"), child("y", state=REFUSING)))
    settle(node)
    assert seen == [""]
    assert lives(node, "x", "y") == [1, 0]
    assert [node.actors.ask(name, "get").payload for name in "xy"] == ["5", "0"]


def test_an_actor_that_cannot_become_a_supervisor_stays_one(node: LocalNode) -> None:
    before = tree("shop", ONE, child("a"), child("b"))
    node.supervision.apply(before)
    inner = tree("b", ONE, child("c", state=REFUSING))
    with pytest.raises(Rejected):
        node.supervision.apply(tree("shop", ONE, child("a"), ChildSpec("b", supervisor=inner)))
    assert node.supervision.get("shop").spec == before
    assert states(node, "shop") == {"a": "idle", "b": "idle"}
    assert node.actors.ask("b", "get").payload == "0"


def test_the_limits_of_a_replaced_child_hold(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a")))
    node.supervision.apply(tree("shop", ONE, child("a", limits={"fuel": 1_000_000})))
    with pytest.raises(Crashed, match="used all of its 1,000,000 units"):
        node.actors.ask("a", "spin")


def test_applying_a_tree_again_makes_what_runs_like_the_file(node: LocalNode) -> None:
    spec = tree("shop", ONE, child("a"), child("b"))
    node.supervision.apply(spec)
    better = node.modules.deploy(FRAGILE.replace(b"i32.const 48", b"i32.const 65"), file_name="better.wat")
    node.actors.ask("b", "increment")
    node.actors.upgrade("a", better.hash)
    node.capabilities.grant("a", "spawn", duration="always")
    node.supervision.apply(spec)
    assert node.actors.ask("a", "get").payload == "0"
    assert "spawn" not in node.actors.get("a").grants
    assert node.actors.ask("b", "get").payload == "1"  # it was like the file, and goes on


def test_a_pool_does_not_become_a_list_of_children_while_it_runs(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ALL, child("a"), child("b")))
    with pytest.raises(Invalid, match="'shop' is one_for_all, and cannot become simple_one_for_one while it runs"):
        node.supervision.apply(tree("shop", Strategy.SIMPLE_ONE_FOR_ONE, child("a")))
    assert states(node, "shop") == {"a": "idle", "b": "idle"}


def test_the_preview_knows_how_long_the_restart_will_wait(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=9, backoff=Backoff(first_ms=100)))
    for expected in (100, 200, 400):
        assert node.supervision.preview("a").delay_ms == expected
        die(node, "a")
        node.actors.ask("a", "get")
    assert [record.plan.delay_ms for record in node.supervision.history()] == [100, 200, 400]


def test_of_one_that_does_not_run_nothing_is_foreseen(node: LocalNode) -> None:
    node.supervision.apply(tree("shop", ONE, child("a"), intensity=0))
    die(node, "a")
    settle(node)
    plan = node.supervision.preview("a")
    assert (plan.stop, plan.start, plan.gives_up) == ((), (), False)
