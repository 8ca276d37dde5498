"""A Python actor that gives out bytes: what its bindings lose is given back, and its state is carried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import workbench
from workbench.api import Crashed, Node, SpawnOptions
from workbench.api.turns import BirthReason

SIZE, MESSAGES = 400_000, 200
SENDER = b"""
from plexspaces import GenServer


class Sender(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        self.count += 1
        return b"%d" % self.count + b"x" * 400_000

    def snapshot_state(self):
        return str(self.count)
"""


@pytest.fixture
def node(interpreter: str) -> Iterator[Node]:
    with workbench.connect("embedded:", record="full") as found:
        found.prepare()
        yield found


def spawned(node: Node, source: bytes) -> None:
    module = node.modules.deploy(source, file_name="sender.py").hash
    node.actors.spawn(module, options=SpawnOptions("sender"))


def asked(node: Node) -> bytes:
    found = node.actors.ask("sender", "bytes").payload
    assert isinstance(found, bytes)
    return found


def test_memory_that_the_bindings_lose_is_given_back(node: Node) -> None:
    spawned(node, SENDER)
    first = node.actors.get("sender")
    for number in range(1, MESSAGES + 1):
        assert asked(node).startswith(b"%dx" % number)
    last = node.actors.get("sender")
    assert first.limits.memory_bytes < SIZE * MESSAGES, "so much is lost that it would have died of it"
    assert (last.crashes, last.restarts) == (0, 0)
    births = [found.turn.birth for found in node.debugger.turns("sender") if found.turn.birth is not None]
    assert [birth.reason for birth in births[:2]] == [BirthReason.SPAWN, BirthReason.CHECKPOINT]


def test_one_without_a_state_to_hand_out_ends_as_before(node: Node) -> None:
    spawned(node, SENDER.replace(b"    def snapshot_state(self):\n        return str(self.count)\n", b""))
    with pytest.raises(Crashed, match="exhausted: memory"):
        for _ in range(MESSAGES):
            asked(node)
