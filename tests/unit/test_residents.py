"""The budgets of a node: who becomes passive, and who is not let in."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.unit.fragile import settle, stepped_node
from workbench.answer import Answer
from workbench.api import ActorState, Exhausted, SpawnOptions
from workbench.clock import FakeClock
from workbench.runtime.residents import COUNT_AGAIN, PER_INSTANCE, SPARE_MAPPINGS, LinuxMachine, Residents


@dataclass
class Figures:
    """A machine that says what the test wants: the real one cannot be made small without harm to others."""

    count: int | None = 3_000
    limit: int | None = 65_530
    private: int | None = 1 << 30

    def mappings(self) -> int | None:
        return self.count

    def mappings_limit(self) -> int | None:
        return self.limit

    def private_bytes(self) -> int | None:
        return self.private


@dataclass(eq=False)
class Sleeper:
    id: str
    state: ActorState = ActorState.IDLE
    last_used: float = 0.0
    may_sleep: bool = True
    asleep: list[str] = field(default_factory=list)

    def put_to_sleep(self) -> Answer[object]:
        self.asleep.append(self.id)
        return Answer()


def test_this_process_is_seen_as_it_is() -> None:
    machine = LinuxMachine()
    mappings, limit, private = machine.mappings(), machine.mappings_limit(), machine.private_bytes()
    assert mappings is not None and limit is not None and 50 < mappings < limit
    assert private is not None and private > 5 << 20


def test_mappings_are_counted_before_they_run_out() -> None:
    machine, slept = Figures(limit=3_000 + SPARE_MAPPINGS + 10 * PER_INSTANCE), list[str]()
    residents = Residents(FakeClock(), machine=machine)
    for number in range(9):
        residents.admit()
        residents.enter(Sleeper(f"a{number}", asleep=slept))
    residents.admit()
    residents.enter(Sleeper("a9", asleep=slept))
    machine.count = 3_000 + 10 * PER_INSTANCE
    with pytest.raises(
        Exhausted, match="mappings: the node has 10 resident actors, and the process has 3,040 of the 5,040"
    ):
        residents.admit()
    assert len(slept) == 10  # all who could were told to become passive
    machine.count = 3_000
    residents.admit()


def test_the_count_is_taken_again_after_many_births() -> None:
    machine = Figures()
    residents = Residents(FakeClock(), machine=machine)
    residents.admit()
    machine.count = 65_000
    for number in range(COUNT_AGAIN):
        residents.enter(Sleeper(str(number)))
    with pytest.raises(Exhausted, match="65,000 of the 65,530"):
        residents.admit()


def test_memory_has_a_budget() -> None:
    machine, clock, slept = Figures(), FakeClock(), list[str]()
    residents = Residents(clock, memory_bytes=2 << 30, machine=machine)
    residents.admit()
    residents.enter(Sleeper("a", asleep=slept))
    machine.private = 3 << 30
    residents.admit()  # a figure may be a fifth of a second old
    clock.advance(1.0)
    with pytest.raises(Exhausted, match="the node holds 3,221,225,472 bytes of the 2,147,483,648 of its"):
        residents.admit()
    assert slept == ["a"]


def test_where_the_machine_says_nothing_nothing_is_refused() -> None:
    residents = Residents(FakeClock(), memory_bytes=1, machine=Figures(None, None, None))
    for number in range(3):
        residents.admit()
        residents.enter(Sleeper(str(number)))
    assert len(residents) == 3


def test_who_cannot_sleep_is_left_and_who_was_used_gets_a_second_chance() -> None:
    clock, slept = FakeClock(), list[str]()
    residents = Residents(clock, most=3, machine=Figures())
    busy = Sleeper("busy", may_sleep=False, asleep=slept)
    used, idle = Sleeper("used", asleep=slept), Sleeper("idle", asleep=slept)
    for sleeper in (busy, used, idle):
        residents.enter(sleeper)
    clock.advance(1.0)
    used.last_used = clock.now()
    residents.enter(Sleeper("new", asleep=slept))
    assert slept == ["idle"]


def test_an_actor_that_is_not_let_in_leaves_nothing_behind() -> None:
    with stepped_node() as node:
        residents = node._machine.around.residents
        residents._machine, residents._limit = Figures(count=65_000), 65_530
        with pytest.raises(Exhausted, match="mappings"):
            node.actors.spawn("fragile", options=SpawnOptions(name="a"))
        assert node.actors.list() == []
        residents._machine = Figures()
        node.actors.spawn("fragile", options=SpawnOptions(name="a"))
        settle(node)
        assert node.actors.ask("a", "get").payload == "0"
