"""Supervision on a node with its threads: whatever happens at once, every call ends and every child lives again."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import workbench
from tests.unit.fragile import FRAGILE, child, tree
from tests.unit.supervised import GATE
from workbench.api import (
    ActorState,
    Area,
    ChildSpec,
    Crashed,
    Node,
    NotFound,
    Rejected,
    Restart,
    SpawnOptions,
    Strategy,
    SupervisorSpec,
    Timeout,
    Unavailable,
    WorkbenchError,
)

THREADS, CALLS, CHILDREN = 6, 150, 12
ENDINGS = {"reply", "crashed", "unavailable", "not_found"}
"""How a call may end here; a timeout would be a call that was lost."""


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with workbench.connect("embedded:") as found:
        found.modules.deploy(FRAGILE, file_name="fragile.wat", alias="fragile")
        yield found


def trees() -> Iterator[SupervisorSpec]:
    names = [f"c{number}" for number in range(CHILDREN)]
    many = {"intensity": 1_000_000}
    yield tree("one", Strategy.ONE_FOR_ONE, *(child(name) for name in names), **many)
    yield tree("all", Strategy.ONE_FOR_ALL, *(child(name) for name in names[:4]), **many)
    yield tree("rest", Strategy.REST_FOR_ONE, *(child(name) for name in names[:6]), **many)
    inner = tree("inner", Strategy.ONE_FOR_ALL, *(child(name) for name in names[:3]), intensity=2)
    outer = (ChildSpec("inner", supervisor=inner), *(child(name) for name in names[3:6]))
    yield SupervisorSpec("outer", Strategy.ONE_FOR_ONE, 1_000_000, children=outer)


@pytest.mark.parametrize("spec", list(trees()), ids=lambda spec: spec.name)
def test_every_call_ends_and_every_child_lives_again(node: Node, spec: SupervisorSpec) -> None:
    names = [found.name for found in spec.children if found.supervisor is None]
    names += [found.name for below in spec.children if below.supervisor for found in below.supervisor.children]
    node.supervision.apply(spec)
    with ThreadPoolExecutor(THREADS) as pool:
        counts = sum(pool.map(lambda seed: hammer(node, names, seed), range(THREADS)), Counter[str]())
    assert counts.total() == THREADS * CALLS
    assert set(counts) <= ENDINGS, counts
    assert counts["crashed"] > 10 and counts["reply"] > 10
    wait_for(node, names)
    for name in names:
        node.actors.ask(name, "get")
    node.supervision.remove(spec.name)
    assert node.actors.list() == []


def hammer(node: Node, names: list[str], seed: int) -> Counter[str]:
    """Calls that kill, calls that do not, stops, and a kill from outside now and then; how each of them ended."""
    chance, counts = random.Random(seed), Counter[str]()
    for _ in range(CALLS):
        name, what = chance.choice(names), chance.random()
        try:
            if what < 0.05:
                node.actors.stop(name)
            elif what < 0.1:
                node.actors.kill(name)
            else:
                node.actors.ask(name, "die" if what < 0.4 else "increment", timeout=20.0)
            counts["reply"] += 1
        except WorkbenchError as error:
            counts[error.code] += 1
    return counts


def wait_for(node: Node, names: list[str]) -> None:
    """Until all of them are idle; the supervisors may have something to do yet."""
    with node.subscribe([Area.ACTORS, Area.SUPERVISION]) as events:
        for _ in range(200):
            if all(node.actors.get(name).state is ActorState.IDLE for name in names):
                return
            events.get(0.1)
    raise AssertionError({info.id.name: info.state.value for info in node.actors.list()})


def test_a_start_that_fails_when_nobody_waits_any_more_is_kept(node: Node) -> None:
    node.actors.spawn(node.modules.deploy(GATE, file_name="gate.wat").hash, options=SpawnOptions(name="gate"))
    node.actors.ask("gate", "block", "?b")
    node.actors.suspend("gate")
    spec = tree("late", Strategy.ONE_FOR_ONE, child("a"), child("slow", state="?s"), child("bad", state="?b"))
    with node.subscribe([Area.SUPERVISION]) as events:
        with pytest.raises(Timeout, match="it goes on in the background"):
            node.supervision.apply(spec, timeout=0.05)
        node.actors.resume("gate")
        told: list[str] = []
        for _ in range(20):
            if "supervision.gave_up" not in told:
                told += [event.kind for event in events.get(1.0)]
    info, (record,) = node.supervision.get("late"), node.supervision.history("late")
    refusal = "bad refused to start: rejected: blocked"
    assert (info.state, info.stopped_because) == (ActorState.STOPPED, f"bad did not start: {refusal}")
    assert (record.child, record.killed_by, record.plan.gives_up) == ("bad", "init", True)
    assert record.cause is not None and record.cause.message == refusal
    with pytest.raises(Rejected, match=refusal):
        node.supervision.apply(spec)
    node.actors.ask("gate", "free", "?b")
    assert node.supervision.apply(spec).state is ActorState.IDLE
    node.supervision.remove("late")
    node.actors.stop("gate")


def test_a_tree_is_removed_while_its_children_crash(node: Node) -> None:
    names = [f"r{number}" for number in range(CHILDREN)]
    for _ in range(5):
        node.supervision.apply(
            tree("gone", Strategy.ONE_FOR_ONE, *(child(name) for name in names), intensity=1_000_000)
        )
        with ThreadPoolExecutor(2) as pool:
            crashing = pool.submit(hammer, node, names, 1)
            node.supervision.remove("gone")
            counts = crashing.result(timeout=60)
        assert set(counts) <= ENDINGS
        assert node.actors.list() == [] and node.supervision.list() == []


def test_a_child_that_ends_itself_normally_again_and_again_is_started_each_time(node: Node) -> None:
    node.supervision.apply(
        tree("again", Strategy.ONE_FOR_ONE, child("x"), child("t", Restart.TEMPORARY), intensity=1_000)
    )
    for times in range(1, 51):
        node.actors.stop("x")
        wait_for(node, ["x"])  # a stop of one who is down already ends no life
        assert node.actors.get("x").restarts == times
    node.actors.stop("t")
    with pytest.raises((NotFound, Unavailable, Crashed)):
        node.actors.ask("t", "get")
    node.supervision.remove("again")


WAITS = """
(module
  (import "plexspaces" "tuplespace_take" (func $take (param i32 i32 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 16) "[\\"go on\\"]")
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64)
    (drop (call $take (i32.const 16) (i32.const 9) (i64.const 20000)))
    (i64.const 0)))
"""


def test_a_tree_is_applied_again_without_waiting_for_those_who_are_inside_of_a_call(node: Node) -> None:
    node.modules.deploy(WAITS.encode(), file_name="waits.wat", alias="waits")
    spec = tree("patient", Strategy.ONE_FOR_ONE, ChildSpec("taker", "waits"), child("other"))
    node.supervision.apply(spec)
    with node.subscribe([Area.TUPLESPACE]) as events:
        node.actors.tell("taker", "go")
        while not node.tuplespace.waiters():
            events.get(1.0)
    changed = tree("patient", Strategy.ONE_FOR_ONE, *spec.children, intensity=7)
    assert node.supervision.apply(changed, timeout=5).spec.intensity == 7
    assert [each.actor.partition("@")[0] for each in node.tuplespace.waiters()] == ["taker"]
    node.tuplespace.write(("go on",))
    node.supervision.remove("patient")
