"""SIGTERM ends a node in order, whatever goes on: what was acknowledged is there again, everybody else is told."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from core_modules import data, module, request
from grpc_health.v1 import health_pb2, health_pb2_grpc

from tests.wire.processes import ROOT, NodeProcess
from workbench.api import ANY, Cast, Event, SpawnOptions, Unavailable, WorkbenchError
from workbench.rpc.client import RemoteNode

TALLY = (ROOT / "resources" / "actors" / "tally.wat").read_bytes()
STEPS = (
    "stopping", "health says NOT_SERVING", "what was accepted", "calls in hand", "durable actors checkpointed",
    "states of the others", "stored: 2 checkpoints, and 1 state", "actors stopped", "recordings written",
    "watchers told", "closing the workspace", "workspace closed", "stopped in",
)  # fmt: skip
WORK = """(local $left i64)
  (local.set $left (select (i64.const 0x7fffffffffffffff) (i64.const 700000000)
    (i32.eq (local.get $type_size) (i32.const 7))))
  (loop $on
    (local.set $left (i64.sub (local.get $left) (i64.const 1)))
    (br_if $on (i64.ne (local.get $left) (i64.const 0))))
  (call $text (i32.const 16) (i32.const 4))"""
"""`some` takes about a second, `forever` the time that there is."""
STOPPED_SECONDS = 60


@pytest.fixture
def process(tmp_path: Path) -> Iterator[NodeProcess]:
    with NodeProcess(tmp_path / "workspace", "--drain-seconds", "15", errors=tmp_path / "log") as process:
        with RemoteNode(process.address) as node:
            node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
            node.modules.deploy(module(data("done"), request(WORK)), file_name="work.wat", alias="work")
            node.actors.spawn("tally", options=SpawnOptions(name="durable", durable=True))
            node.actors.spawn("tally", options=SpawnOptions(name="told", durable=True))
            node.actors.spawn("tally", options=SpawnOptions(name="plain"))
            node.actors.spawn("work", options=SpawnOptions(name="worker", profile="permissive"))
        yield process


def stopped(process: NodeProcess) -> int:
    process.signal(signal.SIGTERM)
    return process.process.wait(STOPPED_SECONDS)


class Writer:
    """Does one thing again and again, on a connection of its own, until it is refused; counts what was acknowledged."""

    def __init__(self, address: str, write: Callable[[RemoteNode, int], object]) -> None:
        self._address, self._write = address, write
        self.acknowledged = self.tried = 0
        self.error: WorkbenchError | None = None
        self.going = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with RemoteNode(self._address) as node:
            while self.error is None:
                self.tried += 1
                try:
                    self._write(node, self.tried)
                    self.acknowledged += 1
                except WorkbenchError as error:
                    self.error = error
                if self.acknowledged >= 20:
                    self.going.set()

    def join(self) -> None:
        self._thread.join(STOPPED_SECONDS)
        assert not self._thread.is_alive()


def lost(writers: Mapping[str, Writer], found: Mapping[str, int]) -> list[str]:
    """Whose acknowledged writes are not all there, or who has more than it tried."""
    return [
        name for name, writer in writers.items() if not writer.acknowledged <= found[name] <= writer.tried
    ]  # fmt: skip


def found(node: RemoteNode) -> dict[str, int]:
    return {
        "ask": int(str(node.actors.ask("durable", "get_count").payload)),
        "tell": int(str(node.actors.ask("told", "get_count").payload)),
        "cast": int(str(node.actors.ask("plain", "get_count").payload)),
        "increment": int(str(node.keyvalue.get("count"))),
        "write": node.tuplespace.count(("written", ANY)),
        "send": node.channels.queue("sent").waiting,
        "spawn": sum(actor.id.name.startswith("born-") for actor in node.actors.list()),
    }


def test_nothing_that_was_acknowledged_is_lost_by_sigterm_while_writers_go_on(process: NodeProcess) -> None:
    writers = {
        "ask": Writer(process.address, lambda node, _: node.actors.ask("durable", "increment")),
        "tell": Writer(process.address, lambda node, _: node.actors.tell("told", "increment")),
        "cast": Writer(process.address, lambda node, _: node.actors.tell("plain", "increment")),
        "spawn": Writer(
            process.address,
            lambda node, number: node.actors.spawn("tally", options=SpawnOptions(name=f"born-{number}")),
        ),
        "increment": Writer(process.address, lambda node, _: node.keyvalue.increment("count")),
        "write": Writer(process.address, lambda node, number: node.tuplespace.write(("written", number))),
        "send": Writer(process.address, lambda node, number: node.channels.send("sent", "x", str(number))),
    }
    for writer in writers.values():
        assert writer.going.wait(STOPPED_SECONDS)
    assert stopped(process) == 0
    for writer in writers.values():
        writer.join()
        assert isinstance(writer.error, Unavailable)
    process.start()
    with RemoteNode(process.address) as node:
        there = found(node)
    assert lost(writers, there) == []
    writers["ask"].acknowledged += 1_000_000
    assert lost(writers, there) == ["ask"], "it finds a planted fault"


def test_each_step_is_in_the_log_in_order_with_its_time(process: NodeProcess, tmp_path: Path) -> None:
    with RemoteNode(process.address) as node:
        node.actors.ask("durable", "increment")
    assert stopped(process) == 0
    said = [line.partition("workbench.serving: ")[2] for line in (tmp_path / "log").read_text().splitlines()]
    steps = [line for line in said if line]
    assert [line for line, step in zip(steps, STEPS, strict=True) if not line.startswith(step)] == []
    timed = [line for line in steps if re.search(r"\d+ ms$", line)]
    assert len(timed) == len(STEPS) - 3


@contextmanager
def working(node: RemoteNode, message: str) -> Iterator[list[object]]:
    """While the worker is in the middle of a turn; gives where its outcome will be."""
    outcome: list[object] = []

    def run() -> None:
        try:
            outcome.append(node.actors.ask("worker", message, timeout=60.0).payload)
        except WorkbenchError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while node.actors.get("worker").state != "running":
        pass
    yield outcome
    thread.join(STOPPED_SECONDS)


def test_a_turn_in_hand_ends_and_new_calls_are_told_to_try_elsewhere(process: NodeProcess) -> None:
    with RemoteNode(process.address) as node, grpc.insecure_channel(process.address) as channel:
        health = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=60)
        assert next(health).status == health_pb2.HealthCheckResponse.SERVING
        with node.subscribe() as watching, working(node, "some") as outcome:
            process.signal(signal.SIGTERM)
            assert next(health).status == health_pb2.HealthCheckResponse.NOT_SERVING
            with pytest.raises(Unavailable, match=r"stopping and takes no more calls.*try another node"):
                while True:  # health says so a moment before the first call is refused
                    node.keyvalue.put("colour", "blue")
            told: list[Event] = []
            while not any(event.kind == "node.stopping" for event in told):
                told += watching.get(5.0)
            with pytest.raises(Unavailable, match=f"the node at {process.address} stopped"):
                while True:
                    watching.get(20.0)
        assert outcome == ["done"]
        assert process.process.wait(STOPPED_SECONDS) == 0


def test_what_takes_too_long_is_cut_off_told_and_the_exit_code_says_so(tmp_path: Path) -> None:
    with NodeProcess(tmp_path / "workspace", "--drain-seconds", "0", errors=tmp_path / "log") as process:
        with RemoteNode(process.address) as node:
            node.modules.deploy(module(data("done"), request(WORK)), file_name="work.wat", alias="work")
            node.actors.spawn("work", options=SpawnOptions(name="worker", profile="permissive"))
            with working(node, "forever") as outcome:
                assert stopped(process) == 1
        assert [type(each).__name__ for each in outcome] == ["Crashed"] and "the node stops" in str(outcome[0])
    assert "cut off: 1 actor still at work after 0 s: worker" in (tmp_path / "log").read_text()


def test_a_second_signal_ends_the_node_at_once(process: NodeProcess, tmp_path: Path) -> None:
    with RemoteNode(process.address) as node:
        node.actors.ask("durable", "increment")
        with working(node, "forever") as outcome:
            process.signal(signal.SIGTERM)
            with pytest.raises(Unavailable, match="takes no more calls"):
                while True:
                    node.info()
            process.signal(signal.SIGINT)
            assert process.process.wait(5) == 128 + signal.SIGINT
        assert isinstance(outcome[0], Unavailable)
    assert "a second signal (SIGINT): ended at once" in (tmp_path / "log").read_text()
    process.start()
    with RemoteNode(process.address) as node:
        assert node.actors.ask("durable", "get_count").payload == "1"


def test_who_waits_for_what_nobody_can_do_any_more_is_told(process: NodeProcess) -> None:
    waits: dict[str, Callable[[RemoteNode], object]] = {
        "take": lambda node: node.tuplespace.take(("absent",), timeout=60.0),
        "receive": lambda node: node.channels.receive("empty", timeout=60.0),
        "acquire": lambda node: node.locks.acquire("held", holder="second", timeout=60.0),
    }
    errors: dict[str, str] = {}

    def wait(name: str) -> None:
        with RemoteNode(process.address) as node:
            try:
                waits[name](node)
            except WorkbenchError as error:
                errors[name] = str(error)

    threads = [threading.Thread(target=wait, args=(name,)) for name in waits]
    with RemoteNode(process.address) as node:
        node.locks.acquire("held", holder="first", lease_ms=600_000)
        node.channels.create_queue("empty")
        for thread in threads:
            thread.start()
        while not (node.locks.waiters("held") and node.tuplespace.waiters() and node.channels.queue("empty").receivers):
            pass
    assert stopped(process) == 0
    for thread in threads:
        thread.join(STOPPED_SECONDS)
    assert set(errors) == set(waits)
    assert all("stopped while this call waited: ask another node" in said for said in errors.values()), errors


def test_a_stream_of_casts_is_cut_and_all_that_it_acknowledged_is_handled(process: NodeProcess) -> None:
    going, sent = threading.Event(), 0

    def casts() -> Iterator[Cast]:
        nonlocal sent
        while True:
            sent += 1
            if sent == 5_000:
                going.set()
            yield Cast("told", "increment")

    with RemoteNode(process.address) as node:
        ended: list[WorkbenchError] = []

        def stream() -> None:
            try:
                node.actors.tell_many(casts())
            except WorkbenchError as error:
                ended.append(error)

        thread = threading.Thread(target=stream)
        thread.start()
        assert going.wait(STOPPED_SECONDS)
        assert stopped(process) == 0
        thread.join(STOPPED_SECONDS)
    assert isinstance(ended[0], Unavailable)
    process.start()
    with RemoteNode(process.address) as node:
        assert 0 < int(str(node.actors.ask("told", "get_count").payload)) <= sent


def test_uploads_in_hand_are_finished(process: NodeProcess) -> None:
    with RemoteNode(process.address) as node:

        def parts() -> Iterator[bytes]:
            yield bytes(1 << 20)
            process.signal(signal.SIGTERM)
            with RemoteNode(process.address) as other, pytest.raises(Unavailable, match="takes no more calls"):
                while True:
                    other.info()
            yield bytes(1 << 20)

        node.blobs.upload("bucket", "key", parts())
    assert process.process.wait(STOPPED_SECONDS) == 0
    process.start()
    with RemoteNode(process.address) as node:
        assert node.blobs.metadata("bucket", "key").size == 2 << 20
