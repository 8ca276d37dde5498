"""A node is killed in the middle of each kind of call: that ends soon, in words; later ones work when it is back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.wire.modules import large
from tests.wire.processes import ROOT, NodeProcess
from workbench.api import Cast, Node, SpawnOptions, Unavailable
from workbench.rpc.client import RemoteNode

TALLY = (ROOT / "resources" / "actors" / "tally.wat").read_bytes()
STALE_SECONDS = 3.0
Kill = Callable[[], None]


def ask(node: Node, kill: Kill) -> None:
    soon(kill)
    node.actors.ask("tally", "increment")


def acquire(node: Node, kill: Kill) -> None:
    soon(kill)
    node.locks.acquire("held", holder="second", timeout=60.0)


def take(node: Node, kill: Kill) -> None:
    soon(kill)
    node.tuplespace.take(("absent",), timeout=60.0)


def deploy(node: Node, kill: Kill) -> None:
    node.modules.deploy(large(), progress=lambda report: kill() if report.fraction else None)


def tell_many(node: Node, kill: Kill) -> None:
    def casts() -> Iterator[Cast]:
        for number in range(100_000):
            if number == 2_000:
                kill()
            yield Cast("tally", "increment")

    node.actors.tell_many(casts())


def upload(node: Node, kill: Kill) -> None:
    def parts() -> Iterator[bytes]:
        for number in range(100):
            if number == 10:
                kill()
            yield bytes(256 << 10)

    node.blobs.upload("bucket", "key", parts())


def download(node: Node, kill: Kill) -> None:
    node.blobs.upload("bucket", "key", bytes(32 << 20))
    for number, _ in enumerate(node.blobs.stream("bucket", "key")):
        if number == 1:
            kill()


def watch(node: Node, kill: Kill) -> None:
    with node.subscribe() as events:
        kill()
        while True:
            events.get(10.0)


def soon(kill: Kill) -> None:
    """Once the call is there: the node is asked over another connection whether it waits."""
    threading.Thread(target=kill, daemon=True).start()


CALLS = (ask, acquire, take, deploy, tell_many, upload, download, watch)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NodeProcess]:
    with NodeProcess(tmp_path / "workspace") as process, RemoteNode(process.address) as remote:
        remote.modules.deploy(TALLY, file_name="tally.wat", alias="tally")
        remote.actors.spawn("tally", options=SpawnOptions(name="tally", profile="permissive"))
        remote.actors.suspend("tally")
        remote.locks.acquire("held", holder="first", lease_ms=600_000)
        yield process


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_a_call_ends_soon_when_its_node_is_killed(node: NodeProcess, call: Callable[[Node, Kill], None]) -> None:
    killed: list[float] = []

    def kill() -> None:
        if not killed:
            with RemoteNode(node.address) as other:
                other.info()  # by now the call that came before is there
            node.process.kill()
            killed.append(time.monotonic())

    with RemoteNode(node.address) as remote:
        with pytest.raises(Unavailable, match=node.address):
            call(remote, kill)
        assert time.monotonic() - killed[0] < STALE_SECONDS
        node.process.wait()
        node.start()
        assert again(remote)


def again(remote: Node) -> bool:
    """Whether it answers over the same connection, soon."""
    end = time.monotonic() + STALE_SECONDS
    while True:
        try:
            return remote.modules.exists("tally")
        except Unavailable:
            if time.monotonic() > end:
                return False
