"""The tuple space with a hundred thousand tuples in it, from outside and through an actor's host calls."""

from __future__ import annotations

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle, per_second, timed
from workbench.api import ANY, Node, SpawnOptions
from workbench.storage.database import Database

HELD = 100_000
MICROSECONDS = 150
PAIRS, ROUNDS = 25, 400
"""A write and a take each, in turns so short that a turn of another program spoils few of them."""
LOOP = """
from plexspaces import GenServer, tuplespace


class Loop(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        for number in range(int(payload)):
            tuplespace.write(("order", number, message_type))
            tuplespace.take(("order", number, message_type))
        return ""
"""
CORE = """
(module
  (import "plexspaces" "tuplespace_write" (func $write (param i32 i32) (result i64)))
  (import "plexspaces" "tuplespace_take" (func $take (param i32 i32 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 16) "[\\22order\\22,7,\\22core\\22]")
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (local $left i32)
    (local.set $left (i32.const PAIRS))
    (loop $more
      (drop (call $write (i32.const 16) (i32.const 18)))
      (drop (call $take (i32.const 16) (i32.const 18) (i64.const 0)))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $more (local.get $left)))
    (i64.const 0)))
"""


def fill(node: Node) -> None:
    for number in range(HELD):
        node.tuplespace.write(("order", number, "open"))


@on_guest_thread
def exact_tuple(node: Node) -> Figure:
    """Read and take of exactly one of 100,000 tuples, beside a bare row deleted from the same kind of file."""
    fill(node)
    order = itertools.count()
    reads = timed(lambda: node.tuplespace.read(("order", next(order) * 7_919 % HELD, "open")), times=5_000)
    order = itertools.count()
    takes = timed(lambda: node.tuplespace.take(("order", next(order) * 7_919 % HELD, "open")), times=20_000)
    first = timed(lambda: node.tuplespace.take(("order", int, ANY)), times=5_000)
    bare = _bare()
    read, take, oldest, row = (middle(samples) * 1e6 for samples in (reads, takes, first, bare))
    return Figure(
        "take of one of 100,000 tuples",
        take,
        "us",
        f"read and take <= {MICROSECONDS} us",
        read <= MICROSECONDS and take <= MICROSECONDS,
        f"read {read:,.0f} us, take of the oldest {oldest:,.0f} us; a bare DELETE {row:,.0f} us",
        {"read_seconds": reads, "take_seconds": takes, "oldest_seconds": first, "delete_seconds": bare},
    )


def _bare() -> list[float]:
    """What SQLite alone takes for one transaction that deletes one row."""
    with TemporaryDirectory() as folder:
        database = Database(Path(folder) / "bare.db")
        with database.transaction() as tx:
            tx.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, fields TEXT)")
            for number in range(HELD):
                tx.execute("INSERT INTO rows VALUES (?, ?)", (number, '["order", 7, "open"]'))
        order = itertools.count()

        def delete() -> None:
            with database.transaction() as tx:
                tx.execute("DELETE FROM rows WHERE id = ?", (next(order) * 7_919 % HELD,))

        found = timed(delete, times=5_000)
        database.close()
        return found


@on_guest_thread
def tuples_of_actors(node: Node) -> Figure:
    """Writes and takes from inside a turn, 100,000 other tuples held: of a core module, and of Python."""
    fill(node)
    rates = {}
    for name, source in (("core.wat", CORE.replace("PAIRS", str(PAIRS))), ("loop.py", LOOP)):
        module = node.modules.deploy(source.encode(), file_name=name)
        actor = node.actors.spawn(module.hash, options=SpawnOptions(name=name.partition(".")[0])).id
        node.actors.ask(actor, "warm", str(PAIRS))
        asks = per_second(lambda actor=actor: node.actors.ask(actor, "loop", str(PAIRS)), times=1, rounds=ROUNDS)  # type: ignore[misc]
        rates[name] = [2 * PAIRS * rate for rate in asks]
    core, python = middle(rates["core.wat"]), middle(rates["loop.py"])
    return Figure(
        "tuples written and taken by an actor",
        core,
        "/s",
        ">= 8,000/s",
        core >= 8_000,
        f"a Python actor {python:,.0f}/s",
        {"core_per_second": rates["core.wat"], "python_per_second": rates["loop.py"]},
    )


FIGURES = (exact_tuple, tuples_of_actors)
