"""A core actor that writes and takes tuples as it is told, and people who wait: for tests of what shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from tests.unit.core_modules import PAYLOAD, imported, module, request
from workbench.api import Area, Node, SpawnOptions, TupleWaiter, WorkbenchError

WAIT_MS = 60_000
CLERK = module(
    request(
        f"""(if (i32.eq (i32.load8_u (local.get $type)) (i32.const 119)) (then
          (return (call $tuplespace_write {PAYLOAD}))))
        (call $tuplespace_take {PAYLOAD} (i64.const {WAIT_MS}))"""
    ),
    imports=imported("tuplespace_write", "i32 i32") + imported("tuplespace_take", "i32 i32 i64"),
)
"""`write` and `take`, each with a tuple or a pattern as JSON."""


def clerk(node: Node, name: str) -> str:
    """One of them, by that name."""
    node.modules.deploy(CLERK, file_name="clerk.wat", alias="clerk", force=True)
    return node.actors.spawn("clerk", options=SpawnOptions(name=name, profile="permissive")).id.name


@contextmanager
def waiting(node: Node, *calls: Callable[[], object]) -> Iterator[list[TupleWaiter]]:
    """Everybody on a thread of their own, in this order; whoever is in the way of the end must be served or killed."""
    threads, seats = [], []

    def attempt(call: Callable[[], object]) -> None:
        with suppress(WorkbenchError):
            call()

    for call in calls:
        before = {each.id for each in node.tuplespace.waiters()}
        threads.append(threading.Thread(target=attempt, args=(call,)))
        with node.subscribe([Area.TUPLESPACE]) as events:
            threads[-1].start()
            while not (more := [each for each in node.tuplespace.waiters() if each.id not in before]):
                events.get(0.1)
        seats += more
    try:
        yield seats
    finally:
        for info in node.actors.list():
            with suppress(WorkbenchError):
                node.actors.kill(info.id)
        for thread in threads:
            thread.join(20)
