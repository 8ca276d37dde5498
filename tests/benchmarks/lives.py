"""Figures of ends and new beginnings: a kill, a restart, many restarts, and the waking of a passive actor."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.messages import tiny
from tests.unit.fragile import FRAGILE
from workbench.api import ActorState, ChildSpec, Crashed, Node, SpawnOptions, SupervisorSpec, profile

CRASHING = """
from plexspaces import GenServer


class Crashing(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def snapshot_state(self):
        return str(self.count)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "die":
            raise ValueError("told to")
        while message_type == "spin":
            pass
        self.count += 1
        return str(self.count)
"""
BUDGET_MS = 50
MANY = 1_000_000
SECONDS = 3.0


def highest(samples: Sequence[float], of_hundred: int) -> float:
    """The sample that so many of a hundred do not exceed."""
    return sorted(samples)[min(len(samples) - 1, len(samples) * of_hundred // 100)]


def supervised(node: Node) -> dict[str, list[str]]:
    """Actors that are started again as often as need be, by kind: `tiny` and `python`, one of each per worker.

    Each has a supervisor of its own, as one supervisor starts one child after the other.
    """
    node.modules.deploy(FRAGILE, file_name="fragile.wat", alias="tiny")
    node.modules.deploy(CRASHING.encode(), file_name="crashing.py", alias="python")
    names: dict[str, list[str]] = {"tiny": [], "python": []}
    for kind, made in names.items():
        for number in range(node.info().workers):
            made.append(f"{kind}-{number}")
            child = ChildSpec(made[-1], kind)
            node.supervision.apply(
                SupervisorSpec(f"above-{made[-1]}", intensity=MANY, period_ms=1_000, children=(child,))
            )
    return names


def crash(node: Node, name: str) -> None:
    try:
        node.actors.ask(name, "die")
    except Crashed:
        return
    raise AssertionError(f"{name} did not crash")


@on_guest_thread
def kill(node: Node) -> Figure:
    """A Python actor that spins with a budget of 50 ms, while a neighbour is asked all the time."""
    node.modules.deploy(CRASHING.encode(), file_name="crashing.py", alias="crashing")
    tiny(node)
    limits = profile("balanced").interpreter
    spare = {name: getattr(limits, name) for name in limits.__slots__} | {"time_ms": BUDGET_MS}
    node.actors.spawn("crashing", options=SpawnOptions(name="spinning", limits=type(limits)(**spare)))
    node.actors.spawn("tally", options=SpawnOptions(name="neighbour"))
    taken: list[float] = []
    waited: list[float] = []
    done = threading.Event()

    def ask_neighbour() -> None:
        while not done.is_set():
            started = time.perf_counter()
            node.actors.ask("neighbour", "increment")
            waited.append(time.perf_counter() - started)

    thread = threading.Thread(target=ask_neighbour)
    thread.start()
    for _ in range(30):
        started = time.perf_counter()
        try:
            node.actors.ask("spinning", "spin")
        except Crashed as ended:
            assert ended.cause is not None and ended.cause.limit == "time"
            taken.append(time.perf_counter() - started)
        node.actors.restart("spinning")
    done.set()
    thread.join()
    value = middle(taken) * 1e3
    return Figure(
        f"kill of a spinning actor, budget {BUDGET_MS} ms",
        value,
        "ms",
        "median <= 70 ms, neighbours answer throughout",
        value <= 70 and max(waited) < 1.0,
        f"a neighbour was asked {len(waited):,} times meanwhile, the slowest answer took {max(waited) * 1e3:.0f} ms",
        {"seconds": taken},
    )


@on_guest_thread
def crash_to_reply(node: Node) -> Figure:
    """From the answer of the call that killed a Python actor to the first reply of its next life."""
    name = supervised(node)["python"][0]
    taken = []
    for _ in range(300):
        crash(node, name)
        started = time.perf_counter()
        assert node.actors.ask(name, "get").payload == "1"
        taken.append(time.perf_counter() - started)
    value, slow = middle(taken) * 1e3, highest(taken, 99) * 1e3
    return Figure(
        "crash to first reply after restart, Python",
        value,
        "ms",
        "p50 <= 10 ms, p99 <= 30 ms",
        value <= 10 and slow <= 30,
        f"p99 {slow:.1f} ms",
        {"seconds": taken},
    )


def restarts_per_second(node: Node, names: Sequence[str], seconds: float) -> list[float]:
    """Restarts in each second, of all of them, while their mailboxes are full of messages that kill."""
    rates = []
    end = time.monotonic() + seconds
    before, then = _restarts(node, names), time.monotonic()
    while time.monotonic() < end:
        for name in names:
            for _ in range(max(0, 4_000 - node.actors.get(name).mailbox)):
                node.actors.tell(name, "die")
        threading.Event().wait(1.0)
        now, found = time.monotonic(), _restarts(node, names)
        rates.append((found - before) / (now - then))
        before, then = found, now
    return rates


def _restarts(node: Node, names: Sequence[str]) -> int:
    return sum(node.actors.get(name).restarts for name in names)


@on_guest_thread
def restarts(node: Node) -> Figure:
    """Actors that crash with every message, as many as there are workers: tiny, then Python."""
    names = supervised(node)
    small = restarts_per_second(node, names["tiny"], SECONDS)
    for name in names["tiny"]:
        node.supervision.stop_child(f"above-{name}", name)
    python = restarts_per_second(node, names["python"], SECONDS)
    value, second = middle(small), middle(python)
    return Figure(
        "restarts sustained, tiny",
        value,
        "/s",
        ">= 1,000/s tiny, >= 150/s Python",
        value >= 1_000 and second >= 150,
        f"Python {second:,.0f}/s",
        {"tiny_per_second": small, "python_per_second": python},
    )


@on_guest_thread
def wake(node: Node) -> Figure:
    """The first ask of a passive Python actor, its instance made and its state restored."""
    node.modules.deploy(CRASHING.encode(), file_name="crashing.py", alias="crashing")
    name = node.actors.spawn("crashing", "41", options=SpawnOptions(name="sleeper")).id
    taken = []
    for turn in range(200):
        assert node.actors.passivate(name).state is ActorState.PASSIVE
        started = time.perf_counter()
        assert node.actors.ask(name, "get").payload == str(42 + turn)
        taken.append(time.perf_counter() - started)
    value = highest(taken, 99) * 1e3
    return Figure(
        "waking a passive Python actor, 99 of 100",
        value,
        "ms",
        "<= 20 ms",
        value <= 20,
        f"median {middle(taken) * 1e3:.1f} ms",
        {"seconds": taken},
    )


FIGURES = (kill, crash_to_reply, restarts, wake)
