"""Figures of deploying and of starting actors, and of what a thousand of them weigh."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ctypes import byref

import psutil

from tests.benchmarks.actors import SOURCE, on_guest_thread
from tests.benchmarks.figure import Figure, middle, timed
from tests.benchmarks.messages import ROUNDS, TALLY, ratio, tiny
from workbench.api import Node
from workbench.node import LocalNode
from workbench.wasm import ffi
from workbench.wasm.core import CoreProgram

ACTORS = 1_000
MEGABYTE = 1e6


def clear(node: Node) -> None:
    for actor in node.actors.list():
        node.actors.stop(actor.id)


@on_guest_thread
def spawn_tiny(node: Node) -> Figure:
    """Spawns of a core module with mailbox, name and init, beside the bare instantiation of the same module."""
    tiny(node)
    bare = bare_instantiation(node)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(300 / sum(timed(lambda: node.actors.spawn("tally"), times=300)))
        clear(node)
        theirs.append(300 / sum(timed(bare, times=300)))
    value, times = middle(ours), 1 / ratio(ours, theirs)
    return Figure(
        "spawn, tiny core module",
        value,
        "/s",
        ">= 5,000/s, <= 6x of the bare instantiation",
        value >= 5_000 and times <= 6,
        f"{times:.1f}x of bare ({1e6 / middle(ours):.0f} us, bare {1e6 / middle(theirs):.0f} us)",
        {"per_second": ours, "bare_per_second": theirs},
    )


def bare_instantiation(node: Node) -> Callable[[], None]:
    """A store with fuel, and the module in it: nothing of ours around it."""
    assert isinstance(node, LocalNode)
    program = node._machine.library.open("tally", 0).program
    assert isinstance(program, CoreProgram)
    engine, pre = program.engine.ptr(), program.pre.ptr()

    def bare() -> None:
        store = ffi.store_new(engine, None, None)
        context = ffi.store_context(store)
        ffi.set_fuel(context, 1_000_000)
        ffi.set_deadline(context, 1_000)
        instance, trap = ffi.CoreInstance(), ffi.c_void_p()
        assert not ffi.instantiate_core(pre, context, byref(instance), byref(trap))
        ffi.store_delete(store)

    return bare


@on_guest_thread
def spawn_python(node: Node) -> Figure:
    """Spawns of a Python actor, its init included, all alive until the end of a round."""
    module = node.modules.deploy(SOURCE, file_name="counter.py").hash
    rates = []
    for _ in range(ROUNDS):
        rates.append(100 / sum(timed(lambda: node.actors.spawn(module), times=100)))
        clear(node)
    value = middle(rates)
    return Figure("spawn of a Python actor", value, "/s", ">= 300/s", value >= 300, "", {"per_second": rates})


@on_guest_thread
def weight(node: Node) -> Figure:
    """A thousand Python actors, all alive and each asked once: what the process's PSS grew by for each."""
    module = node.modules.deploy(SOURCE, file_name="counter.py").hash
    first = node.actors.spawn(module).id
    node.actors.ask(first, "increment")
    process = psutil.Process()
    before = process.memory_full_info().pss
    for _ in range(ACTORS):
        assert node.actors.ask(node.actors.spawn(module).id, "increment").payload == "1"
    grown = (process.memory_full_info().pss - before) / ACTORS / MEGABYTE
    assert len(node.actors.list()) == ACTORS + 1
    return Figure(
        f"{ACTORS:,} Python actors alive, each",
        grown,
        "MB PSS",
        "<= 1.0 MB PSS",
        grown <= 1.0,
        f"{grown * ACTORS / 1e3:.2f} GB for all of them",
        {"megabytes": [grown]},
    )


@on_guest_thread
def deploy(node: Node) -> Figure:
    """A small module never seen before, on a warm compile process; then the same bytes again, small and large."""
    numbers = itertools.count()

    def fresh() -> None:
        number = next(numbers)
        node.modules.deploy(TALLY.replace(b"(i32.const 2048)", b"(i32.const %d)" % (2048 + 8 * number)))

    node.modules.deploy(TALLY)
    small = timed(fresh, times=25)
    again = timed(lambda: node.modules.deploy(TALLY), times=50)
    component = node.modules.build(node.modules.deploy(SOURCE, file_name="counter.py").hash)
    node.modules.deploy(component, file_name="counter.wasm")
    large = timed(lambda: node.modules.deploy(component, file_name="counter.wasm"), times=10)
    value, second, third = middle(small) * 1e3, middle(again) * 1e3, middle(large) * 1e3
    return Figure(
        "deploy of a small module",
        value,
        "ms",
        "< 25 ms; again <= 5 ms, 18 MB again <= 30 ms",
        value < 25 and second <= 5 and third <= 30,
        f"again {second:.2f} ms; {len(component) / 1e6:.0f} MB again {third:.1f} ms",
        {"seconds": small, "again_seconds": again, "large_again_seconds": large},
    )


@on_guest_thread
def together(node: Node) -> Figure:
    """Ten distinct modules deployed at once, then a thousand actors started by ten threads at once."""
    distinct = [TALLY.replace(b"(i32.const 2048)", b"(i32.const %d)" % (1024 + 16 * n)) for n in range(10)]
    with ThreadPoolExecutor(10) as pool:
        started = time.perf_counter()
        modules = list(pool.map(node.modules.deploy, distinct))
        deployed = time.perf_counter() - started
    kept = {module.hash for module in modules}
    tiny(node)
    found: list[int] = []

    def start_some() -> None:
        found.append(sum(bool(node.actors.spawn("tally")) for _ in range(100)))

    started = time.perf_counter()
    threads = [threading.Thread(target=start_some) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    alive = len(node.actors.list())
    value = alive / seconds
    return Figure(
        "1,000 concurrent instantiations",
        value,
        "/s",
        "> 100/s, all of them",
        alive == sum(found) == ACTORS and len(kept) == len(distinct) and value > 100,
        f"total {sum(found):,}, successful {alive:,}, {seconds * 1e3:,.0f} ms; {len(distinct)} deployments at once: "
        f"{len(kept)} successful, {deployed * 1e3:,.0f} ms, {len(kept) / deployed:,.0f}/s",
        {"seconds": [seconds], "deployment_seconds": [deployed]},
    )


FIGURES = (spawn_tiny, spawn_python, weight, deploy, together)
