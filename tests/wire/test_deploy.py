"""What of a module goes over the wire: its bytes, once, to whoever lacks them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from tests.wire.modules import MEBIBYTE, large
from tests.wire.processes import ROOT, NodeProcess
from tests.wire.proxy import Proxy
from workbench.api import CancelToken, Conflict, Invalid, Progress, Unavailable
from workbench.api.connections import Intent, Mode
from workbench.rpc.client import RemoteNode
from workbench.rpc.client.channel import Manner
from workbench.rpc.client.modules import AHEAD_BYTES
from workbench.rpc.generated.plexspaces.v1 import modules_pb2 as pb
from workbench.rpc.server import Server, serve

ASIDE_BYTES = 200_000
"""What goes along with 18 MB: headers of frames, the windows of flow control, the answers' acknowledgements."""
TALK_BYTES = 8_000
"""A call that sends nothing: the greeting of HTTP/2, its headers, the question."""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, interpreter: str) -> Iterator[list[NodeProcess]]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("nodes")
        yield [stack.enter_context(NodeProcess(folder / f"node-{number}")) for number in range(3)]


@pytest.fixture(scope="module")
def node(nodes: list[NodeProcess]) -> NodeProcess:
    return nodes[0]


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "workbench", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_each_byte_goes_once_to_each_node_that_lacks_it_and_none_to_one_that_has_it(
    nodes: list[NodeProcess], tmp_path: Path
) -> None:
    data, file = large(seed=2), tmp_path / "large.wasm"
    file.write_bytes(data)
    with RemoteNode(nodes[2].address) as third:
        third.modules.deploy(data, file_name="large.wasm")
    with ExitStack() as stack:
        proxies = [stack.enter_context(Proxy(node.address)) for node in nodes]
        wanted = [option for proxy in proxies for option in ("--node", proxy.address)]
        done = command("module", "deploy", str(file), "--alias", "large", "--json", *wanted)
        assert done.returncode == 0, done.stderr
        assert {json.loads(line)["hash"] for line in done.stdout.splitlines()} == {hashlib.sha256(data).hexdigest()}
        sent = [proxy.up for proxy in proxies]
        assert all(len(data) < up < len(data) + ASIDE_BYTES for up in sent[:2]), sent
        assert sent[2] < TALK_BYTES
        again = command("module", "deploy", str(file), "--alias", "large", *wanted)
        assert again.returncode == 0
        assert all(proxy.up - before < TALK_BYTES for proxy, before in zip(proxies, sent, strict=True))


def test_a_node_that_fails_is_named_and_the_same_command_again_ends_it(
    nodes: list[NodeProcess], tmp_path: Path
) -> None:
    file = tmp_path / "small.wasm"
    file.write_bytes(large(1_000, seed=3))
    wanted = ("--node", nodes[0].address, "--node", "127.0.0.1:1", "--node", nodes[1].address)
    done = command("module", "deploy", str(file), "--json", *wanted)
    assert done.returncode == 5
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(row["node"], "hash" in row, row.get("code")) for row in rows] == [
        (nodes[0].address, True, None), ("127.0.0.1:1", False, "unavailable"), (nodes[1].address, True, None),
    ]  # fmt: skip
    assert "127.0.0.1:1: unavailable: " in done.stderr
    assert "2 of 3 nodes have it; the same command again" in done.stderr
    assert command("module", "deploy", str(file), *wanted[:2], *wanted[4:]).returncode == 0


def test_a_deployment_that_is_cut_goes_on_where_it_was(node: NodeProcess) -> None:
    data = large(seed=4)
    told: list[Progress] = []
    asked: list[Intent] = []
    careful = Manner("prod", Mode.CONFIRM, lambda intent: bool(asked.append(intent)) or True)
    with (
        Proxy(node.address, cut_after=9 * MEBIBYTE) as proxy,
        RemoteNode(proxy.address, manner=careful) as remote,
    ):
        assert remote.modules.deploy(data, file_name="cut.wasm", progress=told.append).hash
        assert proxy.cuts == 1
        assert asked == [Intent("prod", "Modules.Deploy", "cut.wasm")]
        # What was on its way when it was cut goes again: no more than is sent ahead.
        assert proxy.up < len(data) + AHEAD_BYTES + ASIDE_BYTES
    fractions = [report.fraction for report in told if report.stage == "sending"]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0  # type: ignore[type-var]


def test_the_same_command_goes_on_where_one_that_was_cut_for_good_was(node: NodeProcess) -> None:
    data = large(seed=5)
    with Proxy(node.address, cut_after=9 * MEBIBYTE) as proxy, RemoteNode(proxy.address) as remote:
        threading.Thread(target=_close_when_cut, args=(proxy,), daemon=True).start()
        with pytest.raises(Unavailable):
            remote.modules.deploy(data, file_name="cut.wasm")
        sent = proxy.up
    with Proxy(node.address) as proxy, RemoteNode(proxy.address) as remote:
        remote.modules.deploy(data, file_name="cut.wasm")
        assert proxy.up + sent < len(data) + AHEAD_BYTES + ASIDE_BYTES


def test_what_arrived_before_the_requests_ended_is_gone_on_with(node: NodeProcess) -> None:
    data = b"\0asm" + bytes(70_000)
    start = pb.DeployRequest.Start(file_name="a.wasm", size_bytes=len(data), hash=hashlib.sha256(data).hexdigest())
    with grpc.insecure_channel(node.address) as channel:
        deploy = channel.stream_stream(
            "/plexspaces.v1.Modules/Deploy", pb.DeployRequest.SerializeToString, pb.DeployResponse.FromString
        )
        for begun, chunks in ((0, [data[:40_000]]), (40_000, [])):
            requests = [pb.DeployRequest(start=start), *(pb.DeployRequest(chunk=chunk) for chunk in chunks)]
            answers = deploy(iter(requests), timeout=30)
            assert next(answers).received == begun
            with pytest.raises(grpc.RpcError, match="40,000 arrived"):
                list(answers)


def _close_when_cut(proxy: Proxy) -> None:
    proxy.was_cut.wait(60)
    proxy.close()


def test_what_a_text_became_is_not_sent_again_either(node: NodeProcess) -> None:
    text = (ROOT / "resources" / "actors" / "tally.wat").read_bytes() + b";;" + b" " * 300_000
    with Proxy(node.address) as proxy, RemoteNode(proxy.address) as remote:
        first = remote.modules.deploy(text, file_name="tally.wat")
        sent = proxy.up
        assert first.hash != hashlib.sha256(text).hexdigest()
        assert remote.modules.deploy(text, file_name="tally.wat").hash == first.hash
        assert proxy.up - sent < TALK_BYTES
        remote.modules.remove(first.hash)
        assert remote.modules.deploy(text, file_name="tally.wat").hash == first.hash


def test_bytes_that_are_not_those_that_were_announced_are_refused_and_not_gone_on_with(node: NodeProcess) -> None:
    start = pb.DeployRequest.Start(file_name="a.wasm", size_bytes=3, hash=hashlib.sha256(b"abc").hexdigest())
    with grpc.insecure_channel(node.address) as channel:
        deploy = channel.stream_stream(
            "/plexspaces.v1.Modules/Deploy", pb.DeployRequest.SerializeToString, pb.DeployResponse.FromString
        )
        for chunk in (b"abd", b"abcd"):
            answers = deploy(iter([pb.DeployRequest(start=start), pb.DeployRequest(chunk=chunk)]), timeout=30)
            assert next(answers).received == 0
            with pytest.raises(grpc.RpcError) as refused:
                list(answers)
            assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        start.hash = "../../etc/passwd"
        with pytest.raises(grpc.RpcError, match="SHA-256"):
            list(deploy(iter([pb.DeployRequest(start=start)]), timeout=30))


def test_a_deployment_that_is_cancelled_on_its_way_ends_with_conflict(node: NodeProcess) -> None:
    cancel = CancelToken()
    with RemoteNode(node.address) as remote:
        with pytest.raises(Conflict):
            remote.modules.deploy(large(seed=6), progress=lambda _: cancel.set(), cancel=cancel)
        assert remote.info().name


class Deaf:
    """A node that is never reached."""


@pytest.fixture
def impatient() -> Iterator[Server]:
    with serve(Deaf(), patience=0.5) as server:  # type: ignore[arg-type]
        yield server


def test_a_caller_who_stops_sending_is_told_so_and_its_place_is_free(impatient: Server) -> None:
    hold = threading.Event()

    def requests() -> Iterator[pb.DeployRequest]:
        yield pb.DeployRequest(start=pb.DeployRequest.Start(size_bytes=10))
        hold.wait(60)

    with grpc.insecure_channel(impatient.address) as channel:
        deploy = channel.stream_stream(
            "/plexspaces.v1.Modules/Deploy", pb.DeployRequest.SerializeToString, pb.DeployResponse.FromString
        )
        with pytest.raises(grpc.RpcError, match=r"sent nothing for 0\.5 s") as ended:
            list(deploy(requests(), timeout=30))
    assert ended.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    hold.set()


def test_a_module_that_is_too_large_is_refused_before_it_is_sent(node: NodeProcess) -> None:
    with Proxy(node.address) as proxy, RemoteNode(proxy.address) as remote:
        with pytest.raises(Invalid, match="67,108,864"):
            remote.modules.deploy(bytes((64 << 20) + 1))
        assert proxy.up == 0
