"""A call that changes something is made once: what became of it after a cut is for the caller to find out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wire.processes import ROOT, NodeProcess
from tests.wire.proxy import Proxy
from workbench.api import SpawnOptions, Unavailable, WorkbenchError
from workbench.rpc.client import RemoteNode

AFTERWARDS = 200
TALLY = (ROOT / "resources" / "actors" / "tally.wat").read_bytes()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeProcess]:
    with NodeProcess(tmp_path / "workspace") as process, RemoteNode(process.address) as remote:
        remote.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        remote.actors.spawn("tally", options=SpawnOptions(name="tally"))
        remote.actors.suspend("tally")
        yield process


def test_a_message_whose_answer_was_cut_off_is_handled_once(node: NodeProcess) -> None:
    with RemoteNode(node.address) as direct, Proxy(node.address) as proxy, RemoteNode(proxy.address) as remote:
        ended: list[WorkbenchError] = []
        asking = threading.Thread(target=lambda: ended.append(_failed(lambda: remote.actors.ask("tally", "increment"))))
        asking.start()
        while not direct.actors.get("tally").mailbox:  # until it is there
            asking.join(0.05)
        proxy.cut()
        asking.join(30.0)
        assert isinstance(ended[0], Unavailable)
        remote.info()  # the connection is there again
        direct.actors.resume("tally")
        assert direct.actors.ask("tally", "get_count").payload == "1"


def test_changes_made_while_the_node_is_killed_are_made_at_most_once(node: NodeProcess) -> None:
    with RemoteNode(node.address) as remote:
        made, unknown = 0, 0
        killing = threading.Thread(target=lambda: (node.kill(), node.start()))
        left = AFTERWARDS
        remote.keyvalue.increment("made", 1)
        made += 1
        killing.start()
        while killing.is_alive() or left:
            try:
                remote.keyvalue.increment("made", 1)
                made += 1
                left -= not killing.is_alive()
            except Unavailable:
                unknown += 1
        counted = remote.keyvalue.increment("made", 0)
    assert unknown and made <= counted <= made + 1  # the one on its way when it was killed may be either


def _failed(call: Callable[[], object]) -> WorkbenchError:
    try:
        call()
    except WorkbenchError as error:
        return error
    raise AssertionError("it was answered")
