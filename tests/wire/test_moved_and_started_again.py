"""Nodes between which an actor has moved, started again: it comes back where it lives, and is reached as before."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wire.processes import NodeProcess
from workbench.api import SpawnOptions, Unavailable
from workbench.rpc.client import RemoteNode

COUNTER = b"""
from plexspaces import GenServer


class Counter(GenServer):
    def init(self, state):
        self.count = int(state or 0)

    def handle_request(self, from_actor, message_type, payload):
        self.count += message_type == "add"
        return str(self.count)

    def snapshot_state(self):
        return str(self.count)
"""


@pytest.fixture
def nodes(tmp_path: Path, interpreter: str) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    with NodeProcess(tmp_path / "first") as first, NodeProcess(tmp_path / "second") as second:
        yield first, second


def asked(node: NodeProcess, message: str) -> str:
    with RemoteNode(node.address) as remote:
        return str(remote.actors.ask("counter", message).payload)


def names(node: NodeProcess) -> list[str]:
    with RemoteNode(node.address) as remote:
        return [info.id.name for info in remote.actors.list()]


def moved(one: NodeProcess, other: NodeProcess) -> None:
    with RemoteNode(one.address) as remote:
        assert remote.actors.migrate("counter", other.address).actor == "counter"


def stopped_and_started(node: NodeProcess) -> None:
    node.signal(signal.SIGTERM)
    assert node.process.wait(60) == 0
    node.start()


def test_a_moved_actor_comes_back_where_it_lives_and_there_alone(nodes: tuple[NodeProcess, NodeProcess]) -> None:
    first, second = nodes
    with RemoteNode(first.address) as remote:
        module = remote.modules.deploy(COUNTER, file_name="counter.py").hash
        remote.actors.spawn(module, options=SpawnOptions(name="counter"))
    assert asked(first, "add") == "1"
    moved(first, second)
    assert (asked(first, "add"), names(first), names(second)) == ("2", [], ["counter"])
    stopped_and_started(first)
    assert (asked(first, "add"), names(first)) == ("3", [])  # the way is opened again while the caller waits
    stopped_and_started(second)
    assert (asked(second, "add"), asked(first, "add")) == ("4", "5")
    second.kill()
    second.start()
    assert (names(second), asked(second, "get")) == (["counter"], "0")  # it was not durable: its first state
    moved(second, first)
    for node in nodes:
        node.kill()
        node.start()
    assert (names(first), names(second), asked(first, "add"), asked(second, "add")) == (["counter"], [], "1", "2")


def test_who_asks_a_moved_actor_whose_node_stays_away_is_told(nodes: tuple[NodeProcess, NodeProcess]) -> None:
    first, second = nodes
    with RemoteNode(first.address) as remote:
        module = remote.modules.deploy(COUNTER, file_name="counter.py").hash
        remote.actors.spawn(module, options=SpawnOptions(name="counter"))
        moved(first, second)
        second.kill()
        with pytest.raises(Unavailable, match=r"the way to the node .* is cut"):
            remote.actors.ask("counter", "add")
