"""From an edited source to a reply, and the thread that figures of the runtime are measured on."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from secrets import token_hex

import workbench
from tests.benchmarks.figure import Figure, middle, timed
from workbench.api import Node
from workbench.data import directory

SOURCE = (directory("resources") / "actors" / "counter_actor.py").read_bytes()


def on_guest_thread(node_job: Callable[[Node], Figure]) -> Callable[[], Figure]:
    """Measure on a thread as the app's and the server's calls run on: not the main one."""

    def measure() -> Figure:
        found: list[Figure] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                with workbench.connect("embedded:") as node:
                    node.prepare()
                    found.append(node_job(node))
            except BaseException as error:
                failed.append(error)

        workbench.start_thread("bench", run).join()
        if failed:
            raise failed[0]
        return found[0]

    measure.__name__ = node_job.__name__
    return measure


@on_guest_thread
def edit_to_reply(node: Node) -> Figure:
    """Deploy of a source never seen before, spawn and first call, against building and compiling it as a component."""
    numbers = itertools.count()

    def edit() -> None:
        number = next(numbers)
        module = node.modules.deploy(SOURCE + f"# {number}\n".encode(), file_name="counter.py")
        name = node.actors.spawn(module.hash).id
        assert node.actors.ask(name, "increment").payload == "1"

    edit()
    samples = timed(edit, times=30)
    started = time.perf_counter()
    unseen = SOURCE + f"# {token_hex(8)}\n".encode()  # what was built before is kept
    built = node.modules.build(node.modules.deploy(unseen, file_name="counter.py").hash)
    module = node.modules.deploy(built, file_name="counter.wasm")
    name = node.actors.spawn(module.hash).id
    assert node.actors.ask(name, "increment").payload == "1"
    component = time.perf_counter() - started
    value = middle(samples) * 1000
    ratio = component / middle(samples)
    return Figure(
        "edit to reply, Python source",
        value,
        "ms",
        "<= 100 ms, >= 50x faster than a component",
        value <= 100 and ratio >= 50,
        f"{ratio:,.0f}x faster than building and compiling a component ({component:,.1f} s)",
        {"source_seconds": samples, "component_seconds": [component]},
    )


FIGURES = (edit_to_reply,)
