"""Figures of messages: asks and tells of tiny and of Python actors, beside their peers, and large payloads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from wasmtime import wat2wasm

import workbench
from tests.benchmarks.actors import SOURCE, on_guest_thread
from tests.benchmarks.figure import Figure, middle, per_second, timed
from tests.benchmarks.peers import pykka_ask, stock_call, thespian_ask
from tests.mutants.modules import LIFECYCLE, SERVER, TYPES, echo
from workbench.api import Node, SpawnOptions
from workbench.data import directory
from workbench.node import LocalNode
from workbench.wasm.component import ComponentInstance
from workbench.wasm.gate import current

TALLY = (directory("resources") / "actors" / "tally.wat").read_bytes()
ROUNDS = 9
HANDLER = ("gen-server", "handle-request")
BIG_ECHO = (
    f"(component {TYPES} {echo('')} {LIFECYCLE} {SERVER})"
    .replace('(memory (export "memory") 1)', '(memory (export "memory") 160)')
    .replace("60000", "10000000")
)  # fmt: skip


def tiny(node: Node, *names: str) -> None:
    node.modules.deploy(TALLY, file_name="tally.wat", alias="tally", force=True)
    for name in names:
        node.actors.spawn("tally", options=SpawnOptions(name=name))


def in_turn(times: int, *jobs: Callable[[], object]) -> list[list[float]]:
    """Rates of each job in rounds of all of them, so that a machine that slows down slows them alike."""
    rates: list[list[float]] = [[] for _ in jobs]
    for _ in range(ROUNDS):
        for job, found in zip(jobs, rates, strict=True):
            found.append(times / sum(timed(job, times=times)))
    return rates


def ratio(ours: list[float], theirs: list[float]) -> float:
    return middle([one / other for one, other in zip(ours, theirs, strict=True)])


@on_guest_thread
def ask_tiny(node: Node) -> Figure:
    """One ask at a time of a core module, through the node: recorded, measured, limited."""
    tiny(node, "tiny")

    def ask() -> object:
        return node.actors.ask("tiny", "increment")

    with ExitStack() as stack:
        pykka, thespian = stack.enter_context(pykka_ask()), stack.enter_context(thespian_ask())
        for job in (ask, pykka, thespian):
            per_second(job, times=200, rounds=1)
        ours, theirs, processes = in_turn(1_000, ask, pykka, thespian)
    value, times, many = middle(ours), ratio(ours, theirs), ratio(ours, processes)
    return Figure(
        "ask, tiny actor, sequential",
        value,
        "/s",
        ">= 25,000/s, >= 2.5x Pykka, >= 15x Thespian (TCP)",
        value >= 25_000 and times >= 2.5 and many >= 15,
        f"{times:.2f}x Pykka ({middle(theirs):,.0f}/s), {many:.0f}x Thespian ({middle(processes):,.0f}/s)",
        {"per_second": ours, "pykka_per_second": theirs, "thespian_per_second": processes},
    )


@on_guest_thread
def tell_tiny(node: Node) -> Figure:
    """Casts through the mailbox of one core module, from the first put to the last one handled."""
    tiny(node, "tiny")
    rates = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(8_000):
            node.actors.tell("tiny", "increment")
        last = node.actors.ask("tiny", "get_count").payload
        rates.append(8_000 / (time.perf_counter() - started))
    assert last == str(8_000 * ROUNDS)
    value = middle(rates)
    return Figure("tell, tiny actor, handled", value, "/s", ">= 40,000/s", value >= 40_000, "", {"per_second": rates})


@on_guest_thread
def two_askers(node: Node) -> Figure:
    """Two threads ask two tiny actors at once; each is compared with one that asks alone."""
    tiny(node, "one", "other")

    def asking(name: str) -> float:
        started = time.perf_counter()
        for _ in range(4_000):
            node.actors.ask(name, "increment")
        return 4_000 / (time.perf_counter() - started)

    alone, both = [], []
    asking("one")
    for _ in range(ROUNDS):
        alone.append(asking("one"))
        found: list[float] = []
        threads = [
            workbench.start_thread(name, partial(lambda name, found: found.append(asking(name)), name, found))
            for name in ("one", "other")
        ]
        for thread in threads:
            thread.join()
        both.append(middle(found))
    value = ratio(both, alone)
    return Figure(
        "two askers on two tiny actors, each",
        value,
        "x",
        ">= 0.6x of one asker alone",
        value >= 0.6,
        f"both together {2 * value:.2f}x of one; the interpreter lock is held for nine tenths of a turn",
        {"alone_per_second": alone, "each_of_two_per_second": both},
    )


@on_guest_thread
def ask_python(node: Node) -> Figure:
    """One ask at a time of a Python actor; the call path alone beside the engine's own bindings."""
    module = node.modules.deploy(SOURCE, file_name="counter.py").hash
    node.actors.spawn(module, options=SpawnOptions(name="counter"))

    def ask() -> object:
        return node.actors.ask("counter", "increment")

    here = per_second(ask, times=1_000, rounds=ROUNDS)
    there: list[float] = []
    plain = threading.Thread(target=lambda: there.extend(per_second(ask, times=1_000)))
    plain.start()
    plain.join()
    ours, stock = call_paths(node, "counter", ("", "increment", ""))
    value, share = middle(here), 1 / ratio(ours, stock)
    return Figure(
        "ask, Python actor, through the node",
        value,
        "/s",
        ">= 10,000/s, call path <= 0.5x of the stock bindings",
        value >= 10_000 and share <= 0.5,
        f"call path {share:.2f}x of stock ({1e6 / middle(ours):.0f} us, stock {1e6 / middle(stock):.0f} us); "
        f"{middle(there):,.0f}/s when handed to a worker",
        {
            "per_second": here,
            "handed_over_per_second": there,
            "call_path_per_second": ours,
            "stock_per_second": stock,
        },
    )


def call_paths(node: Node, name: str, texts: tuple[str, str, workbench.api.Payload]) -> list[list[float]]:
    """Rates of an actor's handler through our call path, which also measures, and through the bindings."""
    assert isinstance(node, LocalNode)
    actor = next(actor for actor in node._machine.system.all() if actor.id.name == name)
    instance = actor.body.instance
    assert isinstance(instance, ComponentInstance)
    stock = stock_call(instance, HANDLER)

    def theirs() -> object:
        current.instance = instance  # as a turn of ours sets it, for the host functions
        try:
            return stock(*texts)
        finally:
            current.instance = None

    times = 1_000 if len(texts[2]) < 1_000 else 1
    return in_turn(times, lambda: instance.handle(HANDLER, texts), theirs)


@on_guest_thread
def payloads(node: Node) -> Figure:
    """A text of 64 KiB to a component and back, and a megabyte of bytes beside the engine's own bindings."""
    module = node.modules.deploy(bytes(wat2wasm(BIG_ECHO)), file_name="echo.wasm")
    node.actors.spawn(module.hash, options=SpawnOptions(name="echo", profile="permissive"))
    text, binary = "x" * 65_536, bytes(range(256)) * 4_096
    assert node.actors.ask("echo", "x", text).payload == text
    assert node.actors.ask("echo", "x", binary).payload == binary
    samples = timed(lambda: node.actors.ask("echo", "x", text), times=300)
    ours, stock = call_paths(node, "echo", ("", "x", binary))
    value, faster = middle(samples) * 1e6, ratio(ours, stock)
    return Figure(
        "64 KiB text, ask; 1 MiB binary echo",
        value,
        "us",
        "<= 300 us; >= 8x faster than the stock bindings",
        value <= 300 and faster >= 8,
        f"1 MiB of bytes {faster:.1f}x faster ({1e3 / middle(ours):.0f} ms, stock {1e3 / middle(stock):.0f} ms)",
        {"text_seconds": samples, "binary_per_second": ours, "stock_binary_per_second": stock},
    )


FIGURES = (ask_tiny, tell_tiny, two_askers, ask_python, payloads)
