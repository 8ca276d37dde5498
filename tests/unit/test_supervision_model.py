"""Random trees and failures: real actors under real supervisors do what Erlang's supervisor does, in the same order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from tests.unit.fragile import settle, stepped_node
from tests.unit.otp_model import Sup, Work, World
from tests.unit.supervised import Real
from workbench.api import RestartPlan, WorkbenchError
from workbench.node import LocalNode
from workbench.runtime.supervision import supervisor

EXAMPLES = int(os.environ.get("SUPERVISION_EXAMPLES", "500"))
RESTARTS = some.sampled_from(("permanent", "transient", "temporary"))
STRATEGIES = some.sampled_from(("one_for_one", "one_for_all", "rest_for_one"))


@dataclass(frozen=True)
class Step:
    """`crash`, `end`, `block`, `free` of a worker, `more` of a pool, `wait`; `pick` chooses among those there are."""

    what: str
    pick: int


STEPS = some.builds(
    Step, some.sampled_from(("crash", "crash", "crash", "end", "block", "free", "more", "wait")), some.integers(0, 99)
)


@some.composite
def trees(draw: some.DrawFn, *, depth: int = 2, names: Iterator[str] | None = None, root: bool = True) -> Sup:
    letters = names or iter("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    name, restart = f"sup_{next(letters)}", "permanent" if root else draw(RESTARTS)
    intensity = draw(some.integers(0, 3))
    if depth < 2 and draw(some.integers(0, 4)) == 0:
        pool = (Work(next(letters), draw(RESTARTS)),)
        return Sup(name, "simple_one_for_one", intensity, 5.0, restart, pool)
    children: list[Work | Sup] = []
    for _ in range(draw(some.integers(1, 4))):
        if depth and draw(some.integers(0, 2)) == 0:
            children.append(draw(trees(depth=depth - 1, names=letters, root=False)))
        else:
            children.append(Work(next(letters), draw(RESTARTS)))
    return Sup(name, draw(STRATEGIES), intensity, 5.0, restart, tuple(children))


def workers_of(tree: Sup) -> list[str]:
    found: list[str] = []
    for child in tree.children:
        found += workers_of(child) if isinstance(child, Sup) else [child.name]
    return found


def pools_of(tree: Sup) -> list[str]:
    own = [tree.name] if tree.strategy == "simple_one_for_one" else []
    return own + [name for child in tree.children if isinstance(child, Sup) for name in pools_of(child)]


def play(node: LocalNode, tree: Sup, steps: list[Step]) -> None:
    """The same failures in both worlds; after each, the same has happened and the same workers live."""
    world = World(tree)
    with Real(node, tree) as real:
        assert real.take_trace() == world.trace
        for step in steps:
            world.trace.clear()
            _one(step, tree, world, real)
            settle(node)
            assert real.take_trace() == world.trace, step
            assert real.workers() == world.workers(), step
            assert real.listed() == world.listed(), step


def _one(step: Step, tree: Sup, world: World, real: Real) -> None:
    names = workers_of(tree)
    chosen = names[step.pick % len(names)]
    living = world.workers()
    match step.what:
        case "crash" | "end" if living:
            name = living[step.pick % len(living)]
            world.end(name, abnormal=step.what == "crash")
            real.end(name, abnormal=step.what == "crash")
        case "block":
            world.blocked.add(chosen)
            real.block(chosen)
        case "free":
            world.blocked.discard(chosen)
            real.free(chosen)
        case "more" if pools := pools_of(tree):
            pool = pools[step.pick % len(pools)]
            assert real.start_child(pool) == world.start_child(pool)
        case "wait":
            world.now += 3.0
            real.wait(3.0)


@pytest.fixture(scope="module")
def node() -> Iterator[LocalNode]:
    with stepped_node() as found:
        yield found


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tree=trees(), steps=some.lists(STEPS, min_size=1, max_size=12))
def test_real_trees_behave_as_erlangs_do(node: LocalNode, tree: Sup, steps: list[Step]) -> None:
    play(node, tree, steps)


def backwards(plan: RestartPlan) -> RestartPlan:
    return replace(plan, stop=plan.stop[::-1])


def one_too_many(plan: RestartPlan) -> RestartPlan:
    return plan if len(plan.restarts) % 2 else replace(plan, gives_up=False)


def forgets_nobody(plan: RestartPlan) -> RestartPlan:
    return replace(plan, forget=())


def starts_the_first_alone(plan: RestartPlan) -> RestartPlan:
    return replace(plan, start=plan.start[:1])


@pytest.mark.parametrize("fault", [backwards, one_too_many, forgets_nobody, starts_the_first_alone])
def test_a_fault_in_the_decision_is_found(fault: Callable[[RestartPlan], RestartPlan], monkeypatch: Any) -> None:
    right = supervisor.decide
    monkeypatch.setattr(supervisor, "decide", lambda *given: fault(right(*given)))

    @settings(max_examples=1_000, deadline=None, phases=[Phase.generate], database=None, derandomize=True)
    @given(tree=trees(), steps=some.lists(STEPS, min_size=1, max_size=12))
    def played(tree: Sup, steps: list[Step]) -> None:
        with stepped_node() as node:  # a fresh one: what a fault left behind is not the next example's
            play(node, tree, steps)

    with pytest.raises((AssertionError, WorkbenchError)):
        played()
