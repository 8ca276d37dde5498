"""Many at once: deployments, births and messages from several threads, none lost and none done twice."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from workbench.api import ModuleInfo, SpawnOptions, WorkbenchError
from workbench.showcase.stage import Stage, milliseconds, source

THREADS = 8
FEW, MANY = 10, 500
MESSAGES = 2_000
T = TypeVar("T")
R = TypeVar("R")


def demonstrate(stage: Stage) -> None:
    _deployments(stage)
    _births(stage, "Concurrent instantiation complete", "few", FEW)
    _births(stage, f"{MANY} at once", "many", MANY)
    _messages(stage)


def _deployments(stage: Stage) -> None:
    def deploy(number: int) -> ModuleInfo:
        text = source("tally.wat").replace(b"not a whole number", f"no whole number {number:2}".encode())
        return stage.node.modules.deploy(text, file_name=f"tally{number}.wat", alias=f"tally-{number}")

    started = time.perf_counter()
    made = _together(deploy, range(FEW))
    took = milliseconds(started)
    stage.equal("Parallel deployments of different modules: all there", len({each.hash for each in made}), FEW)
    stage.fact(f"{FEW} modules from {THREADS} threads in {took}")
    same = _together(deploy, [0] * FEW)
    stage.equal("Parallel deployments of the same module: one module", {each.hash for each in same}, {made[0].hash})
    stage.equal("Nothing was deployed twice", len(stage.node.modules.list()), FEW)


def _births(stage: Stage, claim: str, prefix: str, number: int) -> None:
    def spawn(index: int) -> bool:
        try:
            stage.node.actors.spawn("tally-0", options=SpawnOptions(name=f"{prefix}-{index}"))
        except WorkbenchError:
            return False
        return True

    started = time.perf_counter()
    successful = sum(_together(spawn, range(number)))
    seconds = time.perf_counter() - started
    stage.equal(claim, successful, number)
    stage.facts(
        f"Total: {number} actors",
        f"Successful: {successful}",
        f"Duration: {seconds * 1_000:.0f}ms",
        f"Throughput: {number / seconds:,.1f} actors/sec",
    )


def _messages(stage: Stage) -> None:
    """Each reply is the count after its own message: were two turns of an actor at work at once, one would be twice."""
    node = stage.node
    started = time.perf_counter()
    replies = _together(lambda _: int(node.actors.ask("few-0", "increment").payload), range(MESSAGES))
    seconds = time.perf_counter() - started
    stage.equal("One turn at a time: each caller has another count", sorted(replies), list(range(1, MESSAGES + 1)))
    stage.fact(f"{MESSAGES:,} calls of one actor from {THREADS} threads: {MESSAGES / seconds:,.0f} messages/sec")
    started = time.perf_counter()
    for index in range(MESSAGES):
        node.actors.tell(f"many-{index % MANY}", "increment")
    counts = _together(lambda index: int(node.actors.ask(f"many-{index}", "get_count").payload), range(MANY))
    seconds = time.perf_counter() - started
    stage.equal("No message to many actors was lost", sum(counts), MESSAGES)
    stage.fact(f"{MESSAGES:,} casts to {MANY} actors, handled: {MESSAGES / seconds:,.0f} messages/sec")


def _together(do: Callable[[T], R], what: Iterable[T]) -> list[R]:
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(do, what))
