"""The endpoint itself: who may call, how much, and what leaves when something is wrong."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import grpc
import pytest
from contract_sources import COUNTER

import workbench
from workbench.api import (
    Conflict,
    Denied,
    Exhausted,
    Internal,
    Invalid,
    Node,
    NotFound,
    SpawnOptions,
    Unauthenticated,
    Unavailable,
    WorkbenchError,
)
from workbench.rpc.client import RemoteNode
from workbench.rpc.server import Server, serve
from workbench.rpc.server.slots import LONG_CALLS, STREAMS


@pytest.fixture
def server(embedded: Node) -> Iterator[Server]:
    with workbench.serve(embedded) as running:
        yield running


def _private(embedded: Node) -> workbench.Endpoint:
    found = workbench.endpoint(embedded.info().workspace)
    assert found is not None
    return found


@pytest.mark.parametrize("token", ["", "wrong", "Bearer"])
def test_a_call_without_the_right_token_is_refused(server: Server, token: str) -> None:
    with RemoteNode(server.address, token=token) as stranger, pytest.raises(Unauthenticated):
        stranger.info()


def test_the_private_endpoint_is_readable_by_its_user_alone(server: Server, embedded: Node) -> None:
    path = Path(embedded.info().workspace) / "endpoint.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = _private(embedded)
    assert (found.address, found.pid) == (server.address, os.getpid())
    assert len(found.token) >= 32


def test_a_workspace_without_a_node_has_no_endpoint(tmp_path: Path) -> None:
    assert workbench.endpoint(tmp_path) is None


def test_one_tenant_sees_nothing_of_another(server: Server, embedded: Node) -> None:
    token = _private(embedded).token
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    embedded.actors.spawn("counter", options=SpawnOptions(name="tally"))
    embedded.actors.ask("tally", "print", "a secret")
    for tenant, namespace in (("other", "default"), ("default", "other"), ("*", "ü:*>@/..")):
        with RemoteNode(server.address, token=token, tenant=tenant, namespace=namespace) as stranger:
            assert list(stranger.actors.list()) == []
            assert list(stranger.actors.turns()) == []
            assert not [line for line in stranger.logs() if line.actor or "secret" in line.message]
            with pytest.raises(NotFound):
                stranger.actors.ask("tally", "get_count")


def test_a_stranger_tenant_is_denied_where_only_the_default_one_is_served(embedded: Node) -> None:
    with serve(embedded) as plain, RemoteNode(plain.address, tenant="other") as stranger, pytest.raises(Denied):
        stranger.info()


@pytest.fixture
def callers(embedded: Node) -> Iterator[list[RemoteNode]]:
    """Three, with tokens that may read."""
    with workbench.serve(embedded, listen="127.0.0.1:0") as server, ExitStack() as opened:
        yield [
            opened.enter_context(RemoteNode(server.address, token=embedded.tokens.create().secret)) for _ in range(3)
        ]


def test_more_watchers_than_there_is_room_for_are_told_so_and_calls_still_answer(callers: list[RemoteNode]) -> None:
    *greedy, late = callers
    with ExitStack() as open_streams:
        for caller in greedy:
            for _ in range(STREAMS // 2):
                open_streams.enter_context(caller.subscribe())
            with pytest.raises(Exhausted, match="16 streams of this caller are open") as raised:
                caller.subscribe()
            assert (raised.value.limit, raised.value.value) == ("streams", STREAMS // 2)
        with pytest.raises(Exhausted, match="32 streams are open") as raised:
            late.subscribe()
        assert (raised.value.limit, raised.value.value) == ("streams", STREAMS)
        assert late.info().actors == greedy[0].info().actors == 0


def test_one_who_reads_with_long_waits_leaves_room_for_others(callers: list[RemoteNode], embedded: Node) -> None:
    greedy, calm, _ = callers
    with ThreadPoolExecutor(LONG_CALLS) as waiting:
        reads = [waiting.submit(greedy.tuplespace.read, ("never",), timeout=60.0) for _ in range(LONG_CALLS)]
        told = [str(done.exception()) for done in islice(as_completed(reads, 30.0), LONG_CALLS // 2)]
        embedded.tuplespace.write(("there", 1))
        found = calm.tuplespace.read(("there", 1), timeout=5.0)
        embedded.tuplespace.write(("never",))
    assert found is not None and all("24 long calls of this caller" in line for line in told), told


def test_closing_the_server_ends_its_streams_and_tells_the_watcher(embedded: Node) -> None:
    server = workbench.serve(embedded)
    with RemoteNode(server.address, token=_private(embedded).token) as remote:
        subscription = remote.subscribe()
        closing = threading.Thread(target=server.close)
        closing.start()
        with pytest.raises(WorkbenchError):
            while True:
                subscription.get(timeout=10.0)
        closing.join(10.0)
        assert not closing.is_alive()
        with pytest.raises(Unavailable, match=server.address):
            remote.info()
    server.close()


def test_a_closed_connection_says_so(server: Server) -> None:
    remote = RemoteNode(server.address)
    remote.close()
    remote.close()
    with pytest.raises(Conflict, match="closed"):
        remote.info()


def test_nobody_at_an_address_is_unavailable() -> None:
    with RemoteNode("127.0.0.1:1") as remote, pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
        remote.info()


class Faulty:
    """A node with a bug that knows a secret."""

    def info(self) -> None:
        raise KeyError("the password is 1234")


def test_a_bug_of_ours_leaves_without_its_text_and_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    with serve(Faulty()) as server, RemoteNode(server.address) as remote:  # type: ignore[arg-type]
        with pytest.raises(Internal) as raised:
            remote.info()
        assert "1234" not in raised.value.message
        assert [record.name for record in caplog.records] == ["workbench.rpc.faults"]
        assert "1234" in caplog.text


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "example.org:50051", "[::]:1", "192.168.1.1:80"])
def test_an_address_beyond_this_machine_is_refused(embedded: Node, listen: str) -> None:
    with pytest.raises(Invalid, match="TLS"):
        serve(embedded, listen=listen)


@pytest.mark.parametrize("listen", ["", "localhost", "127.0.0.1:", ":80", "127.0.0.1:http", "127.0.0.1:70000"])
def test_what_is_no_address_is_refused(embedded: Node, listen: str) -> None:
    with pytest.raises(Invalid, match="HOST:PORT"):
        serve(embedded, listen=listen)


def test_a_port_that_is_taken_is_a_conflict(embedded: Node, server: Server) -> None:
    with pytest.raises(Conflict, match=server.address):
        serve(embedded, listen=server.address)


def test_thirty_callers_at_once_get_their_own_answers(server: Server, embedded: Node) -> None:
    embedded.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    embedded.actors.spawn("counter", options=SpawnOptions(name="tally"))
    token, wrong = _private(embedded).token, []

    def call(number: int) -> None:
        with RemoteNode(server.address, token=token) as remote:
            for turn in range(5):
                try:
                    if remote.actors.ask("tally", "echo", f"{number}/{turn}").payload != f"{number}/{turn}":
                        wrong.append(number)
                except Exhausted:
                    continue  # more asks at once than there is room for: said so, and nothing else happened

    callers = [threading.Thread(target=call, args=(number,)) for number in range(30)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join(60.0)
    assert wrong == []


@pytest.mark.parametrize("token", ["schlüssel", "two\nlines"])
def test_a_token_that_cannot_be_sent_is_no_token(server: Server, token: str) -> None:
    with pytest.raises(Unauthenticated, match="printable ASCII"):
        RemoteNode(server.address, token=token)


@pytest.mark.parametrize("method", ["Modules/Get", "Modules/Deploy", "Actors/Ask", "Actors/List"])
def test_a_request_that_cannot_be_parsed_is_invalid_and_leaves_no_traceback(
    embedded: Node, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    garbage = b"\xff\xff\xff"
    with serve(embedded) as server, grpc.insecure_channel(server.address) as channel:
        call = channel.stream_stream(f"/plexspaces.v1.{method}")
        with pytest.raises(grpc.RpcError) as raised:
            list(call(iter([garbage]), timeout=30))
    assert raised.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "cannot be parsed" in raised.value.details()
    assert not [record for record in caplog.records if record.exc_info]
