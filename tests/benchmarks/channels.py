"""Figures of queues: messages through the service and through an actor, and what becomes of a dead consumer's work."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle
from workbench.api import Area, Delivery, Node, SpawnOptions

ROUNDS, TIMES = 7, 1_500
VISIBILITY_MS = 1_000
PRODUCER = b'''
from plexspaces import GenServer, channels


class Producer(GenServer):
    """Sends, receives and acknowledges as often as it is told; `hold` keeps what it gets."""

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "hold":
            return channels.receive_from_queue("held").id
        for _ in range(int(payload)):
            channels.send_to_queue("inside", "job", "payload")
            channels.ack(channels.receive_from_queue("inside"))
        return "done"
'''


def received(node: Node, queue: str, timeout: float = 0.0) -> Delivery:
    found = node.channels.receive(queue, timeout=timeout)
    assert found is not None
    return found


def plain(folder: str) -> Callable[[], object]:
    """The same three changes in plain SQLite with the same settings, each in a transaction of its own."""
    connection = sqlite3.connect(Path(folder) / "plain.db", isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("CREATE TABLE jobs (seq INTEGER PRIMARY KEY, queue INTEGER, leased INTEGER, payload TEXT)")
    connection.execute("CREATE INDEX waiting ON jobs (queue, leased)")

    def cycle() -> None:
        connection.execute("INSERT INTO jobs (queue, leased, payload) VALUES (1, 0, 'payload')")
        found = connection.execute(
            "UPDATE jobs SET leased = 1 WHERE seq = (SELECT min(seq) FROM jobs WHERE queue = 1 AND leased = 0) "
            "RETURNING seq"
        ).fetchall()
        connection.execute("DELETE FROM jobs WHERE seq = ?", found[0])

    return cycle


def rate(job: Callable[[], object], times: int) -> float:
    started = time.perf_counter()
    for _ in range(times):
        job()
    return times / (time.perf_counter() - started)


@on_guest_thread
def queues(node: Node) -> Figure:
    """One message after the other through the node: sent (and on disk), received, acknowledged."""

    def cycle() -> None:
        node.channels.send("outside", "job", "payload")
        node.channels.ack(received(node, "outside").id)

    module = node.modules.deploy(PRODUCER, file_name="producer.py").hash
    node.actors.spawn(module, options=SpawnOptions(name="producer", profile="permissive"))

    def inside(times: int) -> float:
        started = time.perf_counter()
        assert node.actors.ask("producer", "go", str(times), timeout=120).payload == "done"
        return times / (time.perf_counter() - started)

    with tempfile.TemporaryDirectory() as folder:
        peer = plain(folder)
        for warm in (lambda: rate(cycle, 200), lambda: inside(200), lambda: rate(peer, 200)):
            warm()
        ours, theirs, within = [], [], []
        for _ in range(ROUNDS):
            ours.append(rate(cycle, TIMES))
            within.append(inside(TIMES))
            theirs.append(rate(peer, TIMES))
    value, times = middle(ours), middle([one / other for one, other in zip(ours, theirs, strict=True)])
    return Figure(
        "queue: send, receive, ack",
        value,
        "/s",
        ">= 5,000/s",
        value >= 5_000,
        f"{middle(within):,.0f}/s by a Python actor, {times:.2f}x of the three writes in plain SQLite "
        f"({middle(theirs):,.0f}/s)",
        {"per_second": ours, "by_an_actor_per_second": within, "plain_sqlite_per_second": theirs},
    )


@on_guest_thread
def dead_consumers(node: Node) -> Figure:
    """Consumers that die or fall silent with a message in hand: how long after its lease would end it is had again."""
    module = node.modules.deploy(PRODUCER, file_name="producer.py").hash
    node.channels.create_queue("held", visibility_ms=VISIBILITY_MS, max_attempts=1_000)
    sent = {node.channels.send("held", "job", "payload") for _ in range(20)}
    killed, silent = [], []
    for _ in range(20):
        name = node.actors.spawn(module, options=SpawnOptions(profile="permissive")).id
        node.actors.ask(name, "hold")
        started = time.perf_counter()
        node.actors.kill(name)
        back = received(node, "held", 5.0)
        killed.append(time.perf_counter() - started)
        node.channels.nack(back.id)
    for _ in range(5):
        held = [received(node, "held") for _ in range(len(sent))]
        back = received(node, "held", 5.0)
        silent.append(time.time() - held[0].lease_ends)
        node.channels.nack(back.id)
        with node.subscribe([Area.CHANNELS]) as events:
            while node.channels.queue_depth("held") < len(sent):
                events.get(VISIBILITY_MS / 1000)
    kept = {message.id for message in node.channels.messages("held")} == sent
    value = max(silent) * 1000
    return Figure(
        "queue: redelivery after a lease ended, worst",
        value,
        "ms",
        "<= 1,000 ms after the lease, nothing lost",
        value <= 1_000 and kept,
        f"{max(killed) * 1000:.1f} ms at most after a kill; {len(sent)} messages of {len(sent)} still there",
        {"late_seconds": silent, "after_a_kill_seconds": killed},
    )


FIGURES = (queues, dead_consumers)
