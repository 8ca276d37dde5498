"""A thousand who wait for tuples, and expressions that would explode elsewhere."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import replace

import workbench
from tests.benchmarks.figure import middle
from workbench.api import ANY, Area, Node, SpawnOptions, where
from workbench.api.limits import profile

TAKERS = 1_000
ACTORS = 400
"""So many of them are actors, each on a thread of the scheduler, which has 512; the others call from outside."""
WAIT_SECONDS = 300.0
TAKER = """
(module
  (import "plexspaces" "tuplespace_take" (func $take (param i32 i32 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 16) "[\\22job\\22,{\\22typed\\22:\\22int\\22}]")
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64)
    (call $take (i32.const 16) (i32.const 23) (i64.const 300000))))
"""


def takers() -> Mapping[str, object]:
    """1,000 blocked takers, 400 actors among 600 outside, each get their tuple in the order in which they came."""
    with workbench.connect("embedded:") as node:
        node.modules.deploy(TAKER.encode(), file_name="taker.wat", alias="taker")
        limits = replace(profile("balanced").limits, wait_ms=int(WAIT_SECONDS * 1000))
        got: dict[int, object] = {}
        threads: list[threading.Thread] = []
        for number in range(TAKERS):
            if number * ACTORS // TAKERS != (number + 1) * ACTORS // TAKERS:
                actor = node.actors.spawn("taker", options=SpawnOptions(name=f"taker-{number}", limits=limits)).id
                node.actors.tell(actor, "take")
            else:
                threads.append(threading.Thread(target=_take, args=(node, got, number)))
                threads[-1].start()
            _settled(node, number + 1)
        seconds = []
        for number in range(TAKERS):
            started = time.perf_counter()
            node.tuplespace.write(("job", number))
            seconds.append(time.perf_counter() - started)
        for thread in threads:
            thread.join(WAIT_SECONDS)
        taken = [change for change in node.tuplespace.history(limit=10_000) if change.change == "taken"]
        for number, change in enumerate(taken):
            by = change.by or f"outside-{number}"
            assert change.fields == ("job", number) and by.endswith(f"-{number}"), change
            assert change.by or got[number] == ("job", number), number
        assert len(taken) == TAKERS and not node.tuplespace.waiters() and not node.tuplespace.list()
        return {"takers": TAKERS, "actors": ACTORS, "write_us": middle(seconds) * 1e6}


def _take(node: Node, got: dict[int, object], number: int) -> None:
    got[number] = node.tuplespace.take(("job", int), timeout=WAIT_SECONDS)


def _settled(node: Node, count: int) -> None:
    with node.subscribe([Area.TUPLESPACE]) as events:
        while len(node.tuplespace.waiters()) < count:
            events.get(0.05)


def expressions() -> Mapping[str, object]:
    """A search by expressions that explode elsewhere ends within its bound, and other callers go on meanwhile."""
    with workbench.connect("embedded:") as node:
        for _ in range(200):
            node.tuplespace.write(("text", "a" * 60_000))
        node.tuplespace.write(("count", 0))
        found = {}
        for expression in ("(a+)+$b", "(a|aa)+$c", "(.*a){20}b", "((a{0,100}){10})c"):
            ended, waits = threading.Event(), []
            searcher = threading.Thread(target=_search, args=(node, expression, ended))
            started = time.perf_counter()
            searcher.start()
            while not ended.is_set():
                before = time.perf_counter()
                assert node.tuplespace.take(("count", int)) is not None
                node.tuplespace.write(("count", 0))
                waits.append(time.perf_counter() - before)
            searcher.join()
            found[expression] = {
                "seconds": time.perf_counter() - started, "others": len(waits), "worst_ms": max(waits) * 1000
            }  # fmt: skip
            print(f"  {expression}: {found[expression]}", flush=True)
            if found[expression]["seconds"] > 10 or found[expression]["worst_ms"] > 500:
                raise SystemExit(f"{expression} held the node: {found[expression]}")
        return found


def _search(node: Node, expression: str, ended: threading.Event) -> None:
    try:
        node.tuplespace.count((ANY, where("regex:", expression)))
    except workbench.api.Exhausted as error:
        assert error.limit == "time"
    finally:
        ended.set()
