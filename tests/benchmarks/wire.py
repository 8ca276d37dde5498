"""Figures of the wire: a node in a process of its own, spoken to over loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import grpc

import workbench
from tests.benchmarks.actors import SOURCE
from tests.benchmarks.echo import METHOD
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.messages import TALLY, in_turn, ratio
from tests.wire.processes import ROOT, NodeProcess
from tests.wire.proxy import Proxy
from workbench.api import Cast, Node, SpawnOptions

CALLS = 400
MESSAGES = 50_000
TIMES = 5
ACTORS, MODULES = 10_000, 1_000
TALK_BYTES = 8_000
"""A call that sends nothing: the greeting, its headers, the question."""
EVENTS_PER_SECOND, STORM_SECONDS = 5_000, 60
STALL_MS = 100.0
GROWN_BYTES = 128 << 20
"""20,000 events are remembered; a list of 10,000 actors is there twice while it is read again."""


@contextmanager
def remote() -> Iterator[Node]:
    """A node in a process of its own, and a connection to its private endpoint."""
    with tempfile.TemporaryDirectory() as folder, NodeProcess(Path(folder) / "workspace") as process:
        found = workbench.endpoint(process.workspace)
        assert found is not None
        with workbench.connect(f"grpc://{found.address}", token=found.token) as node:
            yield node


def unary_call() -> Figure:
    """One call at a time through a service, beside one that echoes and does nothing else."""
    command = [sys.executable, "-m", "tests.benchmarks.echo"]
    with (
        remote() as node,
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer,
    ):
        assert peer.stdin is not None and peer.stdout is not None
        with grpc.insecure_channel(peer.stdout.readline().strip()) as channel:
            echo = channel.unary_unary(METHOD)
            node.locks.acquire("greeting", lease_ms=600_000, holder="bench")

            def ours() -> object:
                return node.locks.get("greeting")

            def theirs() -> object:
                return echo(b"hello", timeout=30.0)

            in_turn(CALLS, ours, theirs)
            here, there = in_turn(CALLS, ours, theirs)
        peer.stdin.close()
    value = ratio(here, there)
    return Figure(
        "unary call over gRPC: a lock is looked up",
        value,
        "x",
        ">= 0.8x of a bare grpcio echo",
        value >= 0.8,
        f"{middle(here):,.0f}/s, the echo {middle(there):,.0f}/s",
        {"per_second": here, "echo_per_second": there},
    )


def told_in_batches() -> Figure:
    """Casts over one stream, from the first one to the last one in its mailbox, while the actor handles them."""
    rates = []
    with remote() as node:
        node.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        node.actors.spawn("tally", options=SpawnOptions(name="tally", profile="permissive"))
        for _ in range(TIMES):
            started = time.perf_counter()
            told = node.actors.tell_many(Cast("tally", "increment", "1") for _ in range(MESSAGES))
            rates.append(MESSAGES / (time.perf_counter() - started))
            assert told.count == MESSAGES, told
            last = node.actors.ask("tally", "get_count").payload
    assert last == str(MESSAGES * TIMES)
    value = middle(rates)
    return Figure(
        "messages told over a stream, into a mailbox", value, "/s", ">= 30,000/s", value >= 30_000, "",
        {"per_second": rates},
    )  # fmt: skip


def deployed_to_three() -> Figure:
    """A Python actor built into a component, to three nodes that lack it and again to all of them; a proxy before each
    counts what is sent."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        source = Path(folder) / "counter.py"
        source.write_bytes(SOURCE)
        data = workbench.build(source)
        nodes = [opened.enter_context(NodeProcess(Path(folder) / f"node-{number}")) for number in range(3)]
        proxies = [opened.enter_context(Proxy(node.address)) for node in nodes]
        seconds = [_deployed(proxy, data) for proxy in proxies]
        once = [proxy.up for proxy in proxies]
        again = [_deployed(proxy, data) for proxy in proxies]
        twice = [proxy.up - before for proxy, before in zip(proxies, once, strict=True)]
    value = max(once) / len(data)
    return Figure(
        f"a component of {len(data) / 1e6:,.0f} MB to three nodes: bytes sent to each, of its own",
        value,
        "x",
        "<= 1.02x, none to one that has it",
        value <= 1.02 and max(twice) < TALK_BYTES,
        f"in {middle(seconds):,.1f} s, compiled there; again {max(twice):,} bytes in {middle(again) * 1000:,.0f} ms",
        {"sent_bytes": once, "sent_again_bytes": twice, "seconds": seconds, "again_seconds": again},
    )


def _deployed(proxy: Proxy, data: bytes) -> float:
    with workbench.connect(f"grpc://{proxy.address}") as node:
        started = time.perf_counter()
        node.modules.deploy(data, file_name="counter.wasm", alias="counter")
        return time.perf_counter() - started


def attached() -> Figure:
    """From nothing to the whole tree of a large node: what it is, who runs, what is deployed, who supervises whom, and
    a watcher that misses nothing from there on."""
    with remote() as node:
        for number in range(MODULES - 1):
            node.modules.deploy(_numbered(number), file_name="t.wat")
        spawn(node)
        seconds = [_attach(node) for _ in range(TIMES)]
    value = middle(seconds)
    return Figure(
        f"attach to a node with {ACTORS:,} actors and {MODULES:,} modules: whole tree",
        value, "s", "<= 1 s", value <= 1.0, "", {"seconds": seconds},
    )  # fmt: skip


def window_in_a_storm() -> Figure:
    """The app's window on a large node elsewhere, of which every event concerns the table that it shows."""
    program = [sys.executable, "-m", "tests.benchmarks.storm_window"]
    with (
        tempfile.TemporaryDirectory() as folder,
        NodeProcess(Path(folder) / "workspace", program=("tests.wire.storm",)) as storm,
    ):
        with workbench.connect(f"grpc://{storm.address}") as node:
            spawn(node)
        with subprocess.Popen(
            [*program, storm.address, str(ACTORS), str(STORM_SECONDS)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as window:
            assert window.stdout is not None
            attached = json.loads(window.stdout.readline())
            before = storm.held()["resident_bytes"]
            storm.tell(f"{EVENTS_PER_SECOND} {EVENTS_PER_SECOND * (STORM_SECONDS + 10)} actors")
            found = json.loads(window.stdout.readline())
        grown = storm.held()["resident_bytes"] - before
    late, window_grown = found["late_ms"], found["grown_bytes"]
    holds = late[-1] <= STALL_MS and max(grown, window_grown) <= GROWN_BYTES
    return Figure(
        f"window on a node elsewhere, {EVENTS_PER_SECOND:,} events/s for {STORM_SECONDS} s: worst stall",
        late[-1],
        "ms",
        f"<= {STALL_MS:.0f} ms, memory grows <= {GROWN_BYTES >> 20} MiB",
        holds,
        f"99 of 100 beats {late[int(len(late) * 0.99)]:,.0f} ms; grown: window {window_grown / 2**20:,.0f} MiB, node "
        f" {grown / 2**20:,.0f} MiB; {found['events']:,} events, {found['gaps']} gaps; "
        f"the table was whole {attached['attached_seconds']:.2f} s after the start",
        {"late_ms": late},
    )


def spawn(node: Node) -> None:
    module = node.modules.deploy(TALLY, file_name="tally.wat").hash
    for number in range(ACTORS):
        node.actors.spawn(module, options=SpawnOptions(name=f"tally-{number:05}"))


def _attach(node: Node) -> float:
    found = workbench.endpoint(node.info().workspace)
    assert found is not None
    started = time.perf_counter()
    with (
        workbench.connect(f"grpc://{found.address}", token=found.token) as other,
        other.subscribe(),
    ):
        info, actors, modules = other.info(), other.actors.list(), other.modules.list()
        other.supervision.list()
        taken = time.perf_counter() - started
    assert (len(actors), len(modules)) == (info.actors, info.modules) == (ACTORS, MODULES)
    return taken


def _numbered(number: int) -> bytes:
    """The same with another constant in it: another module."""
    text = TALLY.decode().rstrip()
    assert text.endswith(")")
    return f'{text[:-1]} (global (export "number") i32 (i32.const {number})))'.encode()


FIGURES = (unary_call, told_in_batches, deployed_to_three, attached, window_in_a_storm)
