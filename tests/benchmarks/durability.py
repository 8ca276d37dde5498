"""Figures of durable actors: what it costs that each turn is on the disk, and how soon one is back."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from pathlib import Path

import workbench
from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle
from workbench.api import Crashed, Node, SpawnOptions
from workbench.data import directory

ROUNDS, TIMES = 7, 600
ACTORS, EACH = 64, 60
TALLY = directory("resources") / "actors" / "tally.wat"
COUNTER = b"""
from plexspaces import GenServer


class Counter(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "die":
            raise ValueError(payload)
        self.count += 1
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)
"""


class Plain:
    """One row of the same size in a table of the same kind, each in a transaction of its own, FULL as the journal's."""

    def __init__(self, folder: str) -> None:
        self._connection = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None, check_same_thread=False)
        for setting in ("journal_mode=WAL", "synchronous=FULL"):
            self._connection.execute(f"PRAGMA {setting}")
        self._connection.execute("CREATE TABLE journal (actor INTEGER, seq INTEGER, line TEXT, crc INTEGER)")
        self._connection.execute("CREATE UNIQUE INDEX journal_of ON journal (actor, seq)")
        self._seq = 0

    def rate(self, times: int) -> float:
        started = time.perf_counter()
        for _ in range(times):
            self._seq += 1
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT INTO journal VALUES (1, ?, ?, 7)", (self._seq, "x" * 450))
            self._connection.execute("COMMIT")
        return times / (time.perf_counter() - started)


def asked(node: Node, name: str, times: int) -> None:
    for _ in range(times):
        node.actors.ask(name, "increment")


def of_one(node: Node, times: int) -> float:
    started = time.perf_counter()
    asked(node, "tally-0", times)
    return times / (time.perf_counter() - started)


def of_many(node: Node) -> float:
    """All of them, each asked by a thread of its own."""
    started = time.perf_counter()
    threads = [
        workbench.start_thread(f"asker-{number}", lambda number=number: asked(node, f"tally-{number}", EACH))  # type: ignore[misc]
        for number in range(ACTORS)
    ]
    for thread in threads:
        thread.join()
    return ACTORS * EACH / (time.perf_counter() - started)


@on_guest_thread
def durable_asks(node: Node) -> Figure:
    """Asks of durable core actors, one after the other of one, and of 64 at once, beside single commits of SQLite."""
    module = node.modules.deploy(TALLY.read_bytes(), file_name=TALLY.name).hash
    for number in range(ACTORS):
        node.actors.spawn(module, options=SpawnOptions(f"tally-{number}", durable=True))
    with tempfile.TemporaryDirectory(dir=Path(node.info().workspace).parent) as folder:
        plain = Plain(folder)
        for warm in (lambda: plain.rate(100), lambda: of_one(node, 100), lambda: of_many(node)):
            warm()
        singles, ones, manies = [], [], []
        for _ in range(ROUNDS):
            singles.append(plain.rate(TIMES))
            ones.append(of_one(node, TIMES))
            singles.append(plain.rate(TIMES))
            manies.append(of_many(node))
    one = middle([ask / single for ask, single in zip(ones, singles[::2], strict=True)])
    many = middle([ask / single for ask, single in zip(manies, singles[1::2], strict=True)])
    return Figure(
        "durable ask, one actor",
        one,
        "x",
        ">= 0.7x of a single commit; 64 actors >= 5x",
        one >= 0.7 and many >= 5,
        f"{middle(ones):,.0f}/s beside {middle(singles):,.0f}/s; 64 actors {many:.2f}x, {middle(manies):,.0f}/s",
        {"one_per_second": ones, "many_per_second": manies, "plain_sqlite_per_second": singles},
    )


@on_guest_thread
def durable_crashes(node: Node) -> Figure:
    """A durable Python actor dies of a message: from its restart to its first reply, with its state."""
    module = node.modules.deploy(COUNTER, file_name="counter.py").hash
    node.actors.spawn(module, options=SpawnOptions("counter", durable=True))
    taken: list[float] = []
    for number in range(220):
        asked(node, "counter", 10)
        node.journal.checkpoint("counter")
        asked(node, "counter", 5)
        try:
            node.actors.ask("counter", "die")
        except Crashed:
            started = time.perf_counter()
            node.actors.restart("counter")
            reply = node.actors.ask("counter", "increment").payload
            taken.append(time.perf_counter() - started)
            assert reply == str(16 * number + 16), "it came back with another state"
    ordered = sorted(taken[20:])
    half, most = ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 99 // 100 - 1] * 1000
    return Figure(
        "durable: crash to first reply, Python, p50",
        half,
        "ms",
        "p50 <= 10 ms, p99 <= 30 ms",
        half <= 10 and most <= 30,
        f"p99 {most:.1f} ms; a checkpoint and five turns are brought back",
        {"seconds": taken},
    )


@on_guest_thread
def durable_recovery(node: Node) -> Figure:
    """How many turns a second a durable Python actor lives through again after its checkpoint."""
    module = node.modules.deploy(COUNTER, file_name="counter.py").hash
    turns, rates = 900, []
    for number in range(5):
        name = f"counter-{number}"
        node.actors.spawn(module, options=SpawnOptions(name, durable=True))
        asked(node, name, turns)
        node.actors.kill(name)
        empty = f"empty-{number}"
        node.actors.spawn(module, options=SpawnOptions(empty, durable=True))
        node.actors.kill(empty)
        started = time.perf_counter()
        node.actors.restart(empty)
        between = time.perf_counter()
        node.actors.restart(name)
        rates.append(turns / (time.perf_counter() - between - (between - started)))
        assert node.actors.ask(name, "increment").payload == str(turns + 1)
    value = middle(rates)
    return Figure(
        "durable: recovery, Python turns", value, "/s", ">= 5,000/s", value >= 5_000, "", {"turns_per_second": rates}
    )


FIGURES = (durable_asks, durable_crashes, durable_recovery)
