"""Restarts without end, ten thousand Python actors at once, and a hundred thousand of which few are resident."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import psutil

import workbench
from tests.benchmarks.lives import CRASHING, highest, restarts_per_second, supervised
from tests.hostile.attack import held
from tests.proofs.missed import Missed
from workbench.api import ActorState, Node, SpawnOptions
from workbench.config import load
from workbench.machine import Machine
from workbench.node import LocalNode

SECONDS = 30.0
CROWD, FEW = 10_000, 100
ADDRESSABLE, RESIDENT, STEP = 100_000, 2_000, 10_000
KEPT, WARM_SECONDS = 1_000, 15.0
"""So many turns and log lines are kept, and the rings of dead letters and decisions are full after so long."""
GROWN_BYTES = 8 << 20
"""What the allocator may move after that, over 40,000 restarts."""


def restarts() -> dict[str, object]:
    """30 s of restarts, at least 1,000 a second of tiny actors and 150 of Python ones, without growth."""
    found: dict[str, object] = {}
    for name, least in (("tiny", 1_000.0), ("python", 150.0)):
        job = partial(_restarts, name=name, least=least)
        found[name] = _on_guest_thread(job, kept_turns=KEPT, kept_log_lines=KEPT)
    return found


def _restarts(node: Node, *, name: str, least: float) -> Mapping[str, object]:
    names = supervised(node)[name]
    restarts_per_second(node, names, WARM_SECONDS)
    before = held()
    rates = restarts_per_second(node, names, SECONDS)
    after = held()
    mean = sum(rates) / len(rates)
    print(f"  {name}: {mean:,.0f} restarts a second, {before} -> {after}", flush=True)
    if mean < least:
        raise SystemExit(f"{mean:,.0f} restarts of {name} actors a second, {least:,.0f} were promised")
    if after["private_bytes"] - before["private_bytes"] > GROWN_BYTES:
        raise SystemExit(f"{name}: the process grew from {before} to {after}")
    if (
        after["mappings"] > before["mappings"] + 50
        or after["threads"] > before["threads"]
        or after["files"] > before["files"]
    ):
        raise SystemExit(f"{name}: something was left behind, {before} became {after}")
    return {"per_second": rates, "before": before, "after": after}


def crowd() -> Mapping[str, object]:
    """10,000 Python actors at once: 1.0 MB PSS each, spawned in 60 s, asked no slower than twice as 100 of them."""
    return _on_guest_thread(_crowd)


def _crowd(node: Node) -> Mapping[str, object]:
    module = node.modules.deploy(CRASHING.encode(), file_name="crashing.py").hash
    process = psutil.Process()

    names = _born(node, module, 0, FEW)
    few = _asks(node, names)
    before, started = process.memory_full_info().pss, time.monotonic()
    names += _born(node, module, FEW, CROWD)
    seconds = time.monotonic() - started
    many = _asks(node, names)
    alive = sum(info.state is ActorState.IDLE for info in node.actors.list())
    each = (process.memory_full_info().pss - before) / (CROWD - FEW) / 1e6
    found = {
        "actors": alive,
        "megabytes_pss_each": round(each, 3),
        "spawn_seconds": round(seconds, 1),
        "ask_p99_ms_of_few": round(highest(few, 99) * 1e3, 3),
        "ask_p99_ms_of_all": round(highest(many, 99) * 1e3, 3),
        "ask_seconds_of_few": few,
        "ask_seconds_of_all": many,
    }
    print(f"  { ({key: value for key, value in found.items() if not key.startswith('ask_seconds')}) }", flush=True)
    if alive != CROWD:
        raise SystemExit(f"{alive:,} of {CROWD:,} actors are alive")
    missed = {
        f"{each:.2f} MB each instead of 1.0": each > 1.0,
        f"{seconds:.0f} s to spawn them instead of 60": seconds > 60,
        f"asks take {highest(many, 99) / highest(few, 99):.1f}x of those of {FEW}, instead of 2": (
            highest(many, 99) > 2 * highest(few, 99)
        ),
    }
    if any(missed.values()):
        raise Missed("; ".join(text for text, true in missed.items() if true), found)
    return found


def _born(node: Node, module: str, first: int, beyond: int) -> list[str]:
    """Spawn actors that count from their number on, from as many callers as there are workers."""
    workers = node.info().workers

    def share(start: int) -> list[str]:
        numbers = range(start, beyond, workers)
        return [node.actors.spawn(module, str(each), options=SpawnOptions(name=f"a{each}")).id.name for each in numbers]

    with ThreadPoolExecutor(workers) as callers:
        return [name for made in callers.map(share, range(first, first + workers)) for name in made]


def _asks(node: Node, names: list[str], times: int = 3_000) -> list[float]:
    """Seconds of asks that go round: each of another actor than the one before."""
    for name in names:
        node.actors.ask(name, "get")
    taken = []
    for turn in range(times):
        name = names[turn * 7919 % len(names)]
        started = time.perf_counter()
        node.actors.ask(name, "get")
        taken.append(time.perf_counter() - started)
    return taken


def passive() -> Mapping[str, object]:
    """100,000 Python actors that can be addressed, 2,000 of them resident; the others wake within 20 ms (99 of 100)."""
    return _on_guest_thread(_passive, resident=RESIDENT)


def _passive(node: Node) -> Mapping[str, object]:
    module = node.modules.deploy(CRASHING.encode(), file_name="crashing.py").hash
    started = time.monotonic()
    for number in range(0, ADDRESSABLE, STEP):
        _born(node, module, number, number + STEP)
        print(f"  {number + STEP:,} actors after {time.monotonic() - started:.0f} s", flush=True)
    seconds = time.monotonic() - started
    states = [info.state for info in node.actors.list()]
    asleep = states.count(ActorState.PASSIVE)
    taken = []
    for turn in range(2_000):
        number = turn * 7_919 % (ADDRESSABLE - 2 * RESIDENT)
        began = time.perf_counter()
        assert node.actors.ask(f"a{number}", "get").payload == str(number + 1)
        taken.append(time.perf_counter() - began)
    found = {
        "actors": len(states),
        "passive": asleep,
        "spawn_seconds": round(seconds, 1),
        "wake_p50_ms": round(highest(taken, 50) * 1e3, 2),
        "wake_p99_ms": round(highest(taken, 99) * 1e3, 2),
        "wake_seconds": taken,
    }
    print(f"  { ({key: value for key, value in found.items() if key != 'wake_seconds'}) }", flush=True)
    if len(states) != ADDRESSABLE or ADDRESSABLE - asleep > RESIDENT * 1.1:
        raise SystemExit(f"{asleep:,} of {len(states):,} actors are passive")
    if highest(taken, 99) > 0.020:
        raise Missed(f"99 of 100 wake within {highest(taken, 99) * 1e3:.1f} ms instead of 20", found)
    return found


def _on_guest_thread(job: Callable[[Node], Mapping[str, object]], **settings: int) -> Mapping[str, object]:
    """On a thread as the app's calls run on, with a node of its own."""
    found: list[Mapping[str, object] | BaseException] = []

    def run() -> None:
        try:
            with LocalNode(Machine(None, replace(load(), **settings))) as node:
                node.prepare()
                found.append(job(node))
        except BaseException as error:
            found.append(error)

    workbench.start_thread("prove", run).join()
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]
