"""What recording costs: asks of the same actor off, as messages and in full, in turn, until all of it is on disk."""

from __future__ import annotations

import time

from tests.benchmarks.actors import on_guest_thread
from tests.benchmarks.figure import Figure, middle
from tests.benchmarks.messages import TALLY, ratio
from workbench.api import Node, RecordingLevel, SpawnOptions

ROUNDS = 11
LEVELS = (RecordingLevel.OFF, RecordingLevel.MESSAGES, RecordingLevel.FULL)
"""Exact recording costs a birth every 1,000 turns besides, and needs an actor that hands out its state."""
PUTS = 3_000
FULL_TIMES, MESSAGES_TIMES = 1.3, 1.1
COUNTER = b"""
from plexspaces import GenServer, keyvalue


class Counter(GenServer):
    def init(self, state):
        self.count = 0

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        keyvalue.put("count", str(self.count))
        return str(self.count)
"""


def recorded(node: Node, name: str, module: str, asks: int) -> Figure:
    """The same asks on each level, round by round; a round ends when its turns are on disk."""
    for level in LEVELS:
        node.debugger.set_level(level.value, level)
        node.actors.spawn(module, options=SpawnOptions(name=level.value))
        for _ in range(200):
            node.actors.ask(level.value, "increment")
    seconds: dict[RecordingLevel, list[float]] = {level: [] for level in LEVELS}
    for _ in range(ROUNDS):
        for level, found in seconds.items():
            started = time.perf_counter()
            for _ in range(asks):
                node.actors.ask(level.value, "increment")
            node.debugger.segments(limit=1)
            found.append((time.perf_counter() - started) / asks)
    off = seconds[RecordingLevel.OFF]
    full, messages = ratio(seconds[RecordingLevel.FULL], off), ratio(seconds[RecordingLevel.MESSAGES], off)
    disk = node.debugger.statistics()
    each = disk.size_bytes / disk.turns
    return Figure(
        f"recording in full, {name}",
        full,
        "x",
        f"full <= {FULL_TIMES}x, messages <= {MESSAGES_TIMES}x of a turn",
        full <= FULL_TIMES and messages <= MESSAGES_TIMES and not disk.dropped,
        f"messages {messages:.2f}x; a turn {middle(off) * 1e6:,.1f} us, {each:.0f} bytes of disk",
        {f"{level}_seconds": found for level, found in seconds.items()},
    )


@on_guest_thread
def recording_tiny(node: Node) -> Figure:
    """A core module that calls nothing."""
    return recorded(node, "tiny actor", node.modules.deploy(TALLY, file_name="tally.wat").hash, 20_000)


@on_guest_thread
def recording_python(node: Node) -> Figure:
    """A Python counter that puts one key in each turn."""
    return recorded(node, "Python counter with a put", node.modules.deploy(COUNTER, file_name="counter.py").hash, 3_000)


@on_guest_thread
def recording_changes(node: Node) -> Figure:
    """Puts of one key through the service, which changes are recorded of or not; until all of it is on disk."""
    seconds: dict[RecordingLevel, list[float]] = {RecordingLevel.OFF: [], RecordingLevel.FULL: []}
    for level in seconds:
        node.debugger.set_level(None, level)
        for number in range(500):
            node.keyvalue.put("key", str(number))
    for _ in range(ROUNDS):
        for level, found in seconds.items():
            node.debugger.set_level(None, level)
            started = time.perf_counter()
            for number in range(PUTS):
                node.keyvalue.put("key", str(number))
            node.debugger.segments(limit=1)
            found.append((time.perf_counter() - started) / PUTS)
    off = seconds[RecordingLevel.OFF]
    full = ratio(seconds[RecordingLevel.FULL], off)
    disk = node.debugger.statistics()
    return Figure(
        "recording of what services hold, a put",
        full,
        "x",
        f"<= {FULL_TIMES}x of a put",
        full <= FULL_TIMES and not disk.dropped,
        f"a put {middle(off) * 1e6:,.1f} us, {disk.size_bytes / disk.changes:.0f} bytes of disk",
        {f"{level}_seconds": found for level, found in seconds.items()},
    )


FIGURES = (recording_tiny, recording_python, recording_changes)
