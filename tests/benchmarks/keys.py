"""Keys and values: through an actor's host calls, and through the service beside plain SQLite doing the same."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle, per_second, timed
from workbench.api import Node, SpawnOptions

KEYS, ROUNDS, SERVED = 100, 300, 10_000
CALLS = 50
"""Of one kind in each turn: turns so short that a turn of another program spoils few of them."""
GETS_PER_SECOND, PUTS_PER_SECOND, TIMES_PLAIN = 10_000, 5_000, 2.0
PYTHON = """
from plexspaces import GenServer, keyvalue


class Keys(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        for number in range(int(payload)):
            if message_type == "put":
                keyvalue.put(f"k{number}", "a value")
            else:
                keyvalue.get(f"k{number}")
        return ""
"""
CORE = """
(module
  (import "plexspaces" "keyvalue_get" (func $get (param i32 i32) (result i64)))
  (import "plexspaces" "keyvalue_put" (func $put (param i32 i32 i32 i32) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 16) "k7")
  (data (i32.const 32) "a value")
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (local $left i32)
    (local.set $left (i32.const CALLS))
    (loop $more
      (if (i32.eq (i32.load8_u (local.get 2)) (i32.const 112))
        (then (drop (call $put (i32.const 16) (i32.const 2) (i32.const 32) (i32.const 7))))
        (else (drop (call $get (i32.const 16) (i32.const 2)))))
      (local.set $left (i32.sub (local.get $left) (i32.const 1)))
      (br_if $more (local.get $left)))
    (i64.const 0)))
"""


@on_guest_thread
def keys_of_actors(node: Node) -> Figure:
    """Gets and puts from inside a turn, of a core module and of Python."""
    rates: dict[str, list[float]] = {}
    for name, source in (("core.wat", CORE.replace("CALLS", str(CALLS))), ("keys.py", PYTHON)):
        module = node.modules.deploy(source.encode(), file_name=name)
        actor = node.actors.spawn(module.hash, options=SpawnOptions(name=name.partition(".")[0])).id
        for verb in ("put", "get"):
            node.actors.ask(actor, verb, str(CALLS))
            asks = per_second(lambda: node.actors.ask(actor, verb, str(CALLS)), times=1, rounds=ROUNDS)  # noqa: B023
            rates[f"{verb} {name}"] = [CALLS * rate for rate in asks]
    get, put, slow_get, slow_put = (
        middle(rates[name]) for name in ("get core.wat", "put core.wat", "get keys.py", "put keys.py")
    )
    return Figure(
        "keys that an actor gets",
        get,
        "/s",
        f"get >= {GETS_PER_SECOND:,}/s, put >= {PUTS_PER_SECOND:,}/s",
        get >= GETS_PER_SECOND and put >= PUTS_PER_SECOND,
        f"puts {put:,.0f}/s; of a Python actor {slow_get:,.0f} gets and {slow_put:,.0f} puts a second",
        {name.replace(" ", "_"): found for name, found in rates.items()},
    )


@on_guest_thread
def keys_beside_sqlite(node: Node) -> Figure:
    """A put through the service, in what plain SQLite takes for the same row with the same settings."""
    numbers = itertools.count()
    puts = timed(lambda: node.keyvalue.put(f"k{next(numbers) % KEYS}", "a value"), times=SERVED)
    gets = timed(lambda: node.keyvalue.get(f"k{next(numbers) % KEYS}"), times=SERVED)
    with TemporaryDirectory() as folder:
        connection, put, get = _plain(Path(folder) / "plain.db")
        plain_puts, plain_gets = timed(put, times=SERVED), timed(get, times=SERVED)
        connection.close()
    found = {"put": puts, "get": gets, "plain_put": plain_puts, "plain_get": plain_gets}
    us = {name: middle(samples) * 1e6 for name, samples in found.items()}
    ratio = {verb: us[verb] / us[f"plain_{verb}"] for verb in ("put", "get")}
    return Figure(
        "a put, in puts of plain SQLite",
        ratio["put"],
        "x",
        f"put and get <= {TIMES_PLAIN}x",
        max(ratio.values()) <= TIMES_PLAIN,
        f"put {us['put']:.1f} us, plain {us['plain_put']:.1f}; get {us['get']:.1f} us, plain {us['plain_get']:.1f} "
        f"({ratio['get']:.2f}x)",
        {f"{name}_seconds": samples for name, samples in found.items()},
    )


def _plain(path: Path) -> tuple[sqlite3.Connection, Callable[[], object], Callable[[], object]]:
    """The same columns and settings, each put a transaction."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(
        "CREATE TABLE keys (tenant TEXT, namespace TEXT, key TEXT, value, version INTEGER, changed REAL, expires REAL, "
        "author TEXT, PRIMARY KEY (tenant, namespace, key)) WITHOUT ROWID"
    )
    numbers = itertools.count()

    def put() -> None:
        key = f"k{next(numbers) % KEYS}"
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "INSERT INTO keys VALUES ('default', 'default', ?, 'a value', 1, 1.0, NULL, 'me') "
            "ON CONFLICT DO UPDATE SET value = excluded.value, version = keys.version + 1",
            (key,),
        )
        connection.execute("COMMIT")

    def get() -> None:
        connection.execute(
            "SELECT value FROM keys WHERE tenant = 'default' AND namespace = 'default' AND key = ?",
            (f"k{next(numbers) % KEYS}",),
        ).fetchall()

    return connection, put, get


FIGURES = (keys_of_actors, keys_beside_sqlite)
