"""Figures of actors that move between two nodes, each in a process of its own, over loopback."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import workbench
from tests.benchmarks.figure import Figure, middle
from tests.wire.processes import NodeProcess
from workbench.api import Migration, Node, SpawnOptions

STATE_BYTES = 64 << 10
MOVES = 200
MEDIAN_MS, SLOW_MS, TIMES = 10.0, 30.0, 30.0
KEEPER = """
from plexspaces import GenServer


class Keeper(GenServer):
    def init(self, state):
        self.kept = state

    def snapshot_state(self):
        return self.kept

    def handle_request(self, from_actor, message_type, payload):
        return str(len(self.kept))
"""


@contextmanager
def two(count: int = 2) -> Iterator[tuple[list[Node], list[str]]]:
    """Nodes, and where they are reached."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        processes = [opened.enter_context(NodeProcess(Path(folder) / f"node-{number}")) for number in range(count)]
        addresses = [process.address for process in processes]
        yield [opened.enter_context(workbench.connect(f"grpc://{address}")) for address in addresses], addresses


def moved() -> Figure:
    """An actor with 64 KiB of state, there and back, the code on both sides."""
    with two() as (nodes, addresses):
        module = nodes[0].modules.deploy(KEEPER.encode(), file_name="keeper.py")
        nodes[0].actors.spawn(module.hash, "x" * STATE_BYTES, options=SpawnOptions(name="keeper"))
        found: list[Migration] = []
        for number in range(MOVES + 4):
            here, there = number % 2, 1 - number % 2
            found.append(nodes[here].actors.migrate("keeper", addresses[there]))
        assert nodes[0].actors.ask("keeper", "size").payload == str(STATE_BYTES)
        large = _with_code()
    ms = sorted(each.ms for each in found[4:])
    median, slow, times = middle(ms), ms[int(len(ms) * 0.99)], large.ms / middle(ms)
    return Figure(
        "move of an actor with 64 KiB of state, its module there", median, "ms",
        f"p50 <= {MEDIAN_MS:g} ms, p99 <= {SLOW_MS:g} ms, >= {TIMES:g}x faster than with an 18 MB module to send",
        median <= MEDIAN_MS and slow <= SLOW_MS and times >= TIMES,
        f"p99 {slow:,.1f} ms, paused for {middle([each.paused_ms for each in found[4:]]):,.1f} ms; with "
        f"{large.bytes / 1e6:,.0f} MB to send {large.ms / 1e3:,.1f} s, {times:,.0f}x",
        {"ms": ms, "paused_ms": [each.paused_ms for each in found[4:]], "with_module_ms": [large.ms]},
    )  # fmt: skip


def _with_code() -> Migration:
    """The same state in a component of 18 MB that the other node lacks."""
    with tempfile.TemporaryDirectory() as folder, two() as (nodes, addresses):
        source = Path(folder) / "keeper.py"
        source.write_text(KEEPER)
        module = nodes[0].modules.deploy(workbench.build(source), file_name="keeper.wasm")
        nodes[0].actors.spawn(module.hash, "x" * STATE_BYTES, options=SpawnOptions(name="large"))
        return nodes[0].actors.migrate("large", addresses[1])


FIGURES = (moved,)
