"""Nodes that cannot be attached to: each says what happened and what to try, within 5 s, by command and as a link."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest
from far import cutting_proxy
from watching import watched

import workbench
from tests.ui.real_node import QuickNode
from workbench.api import Node, NodeInfo, Unavailable
from workbench.api.connections import Connection, Phase
from workbench.cli.connection import Reach, Target, running
from workbench.clock import SystemClock
from workbench.config import load
from workbench.connections.findings import own_version, refused_version, warnings
from workbench.connections.looking import look
from workbench.machine import Machine
from workbench.rpc.client.pulse import cut_every
from workbench.rpc.server import serve

SECONDS = 5.0


def told(address: str, says: str, *, phase: Phase | None = None, **parts: str) -> None:
    """The command and the link say it, both in time."""
    started = time.monotonic()
    with watched(Connection("bad", address, **parts)) as link:  # type: ignore[arg-type]
        when, state = link.wait_for(lambda s: bool(s.why))
        assert when - started < SECONDS
        assert says in state.why
        assert phase is None or state.phase is phase
    started = time.monotonic()
    with pytest.raises(Exception) as raised, running(Target(address, reach=Reach(**parts))) as node:
        node.info()
    assert time.monotonic() - started < SECONDS
    assert says in str(raised.value)


@pytest.fixture(scope="module")
def certs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certs")
    workbench.make_certificates(folder)
    return folder


def files(certs: Path) -> dict[str, str]:
    return {"tls_cert": str(certs / "server.pem"), "tls_key": str(certs / "server-key.pem")}


def test_an_address_that_does_not_resolve() -> None:
    told("no-such-host.invalid:50051", "no host is called no-such-host.invalid: check the address")


def test_a_closed_port() -> None:
    told("127.0.0.1:1", "nothing listens at port 1 there; is the node started")


def test_tls_against_plain(node: Node, certs: Path) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        told(server.address, "speaks without TLS: leave out --tls-ca", tls_ca=str(certs / "ca.pem"))


def test_plain_against_tls(node: Node, certs: Path) -> None:
    node.tokens.create("ci")
    with workbench.serve(node, listen="127.0.0.1:0", **files(certs)) as server:  # type: ignore[arg-type]
        told(server.address, "speaks TLS: give --tls-ca FILE")


def test_a_self_signed_certificate_without_its_authority(node: Node, certs: Path) -> None:
    node.tokens.create("ci")
    with workbench.serve(node, listen="127.0.0.1:0", **files(certs)) as server:  # type: ignore[arg-type]
        told(server.address, "was signed by nobody whom the system trusts: give --tls-ca", tls_ca="system")


def test_something_that_listens_and_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        told(f"127.0.0.1:{silent.getsockname()[1]}", "does not speak as a node does: is the port the one")


def test_a_web_server() -> None:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as web:
        threading.Thread(target=web.serve_forever, daemon=True).start()
        told(f"127.0.0.1:{web.server_port}", "is no node but a web server or another program")
        web.shutdown()


def test_a_file_of_tls_that_is_not_there() -> None:
    told("127.0.0.1:1", "no-such.pem cannot be read", phase=Phase.REFUSED, tls_ca="no-such.pem")


def test_something_that_hangs_up_or_says_nothing_to_tls(certs: Path) -> None:
    def hang_up() -> None:
        while True:
            try:
                near, _ = rude.accept()
            except OSError:
                return
            near.close()

    with socket.create_server(("127.0.0.1", 0)) as rude, socket.create_server(("127.0.0.1", 0)) as silent:
        threading.Thread(target=hang_up, daemon=True).start()
        told(f"127.0.0.1:{rude.getsockname()[1]}", "hangs up before it has said a word: is the port the one")
        ca = str(certs / "ca.pem")
        told(f"127.0.0.1:{silent.getsockname()[1]}", "does not speak TLS as a node does", tls_ca=ca)
        rude.shutdown(socket.SHUT_RDWR)


class Other(QuickNode):
    """One of another version."""

    said = ""

    def info(self) -> NodeInfo:
        return replace(super().info(), version=self.said)


def test_a_node_of_another_major_version(tmp_path: Path) -> None:
    with Other(Machine(tmp_path / "w", load())) as node, serve(node) as server:
        node.said = f"{int(own_version().partition('.')[0]) + 1}.4.2"
        told(server.address, "another major version than this program's", phase=Phase.REFUSED)
        node.said = own_version()
        with watched(Connection("good", server.address)) as link:
            link.wait_phase(Phase.ATTACHED)


def test_a_node_of_another_protocol() -> None:
    server = grpc.server(ThreadPoolExecutor(2))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        told(f"127.0.0.1:{port}", "does not know plexspaces.v1, the protocol of this program")
    finally:
        server.stop(None)


class Skewed(SystemClock):
    """A clock that is five minutes ahead."""

    def now(self) -> float:
        return super().now() + 300.0


@contextmanager
def skewed_node(folder: Path) -> Iterator[QuickNode]:
    with QuickNode(Machine(folder, load(), clock=Skewed())) as node:
        yield node


def test_a_clock_that_differs(tmp_path: Path) -> None:
    with skewed_node(tmp_path / "w") as node, serve(node) as server:
        started = time.monotonic()
        with watched(Connection("skewed", server.address)) as link:
            when, state = link.wait_for(lambda s: bool(s.warnings))
            assert when - started < SECONDS
            assert state.phase is Phase.ATTACHED
            assert "is 5 min ahead of this machine's" in state.warnings[0]
            assert "set both clocks" in state.warnings[0]
        with workbench.connect(f"grpc://{server.address}") as remote:
            assert look(remote).warnings == state.warnings


def test_a_clock_that_is_right_is_not_warned_of(node: Node) -> None:
    with serve(node) as server, workbench.connect(f"grpc://{server.address}") as remote:
        assert look(remote).warnings == ()


def test_a_command_that_a_proxy_cuts_says_so(node: Node) -> None:
    with serve(node) as server, cutting_proxy(server.address, 1.0) as address:
        started = time.monotonic()
        with workbench.connect(f"grpc://{address}") as remote, pytest.raises(Unavailable) as raised:
            remote.tuplespace.take(("never",), timeout=20.0)
        assert "cut in the middle of a call: the node stopped, or something between (a proxy" in str(raised.value)
        assert "Whether TupleSpace.Take was done is not known" in str(raised.value)
        assert time.monotonic() - started < SECONDS


@pytest.mark.parametrize(("lives", "mean"), [
    ((), None), ((2.0,), None), ((2.0, 2.1), 2.05), ((0.4, 9.0), None), ((2.0, 60.0), None), ((60.0, 60.0), None),
])  # fmt: skip
def test_connections_that_were_cut_alike_were_cut_by_a_rule(lives: tuple[float, ...], mean: float | None) -> None:
    assert cut_every(lives) == (None if mean is None else pytest.approx(mean))


def test_versions_of_the_same_major_number_and_small_differences_of_clocks_are_fine(node: Node) -> None:
    info = node.info()
    assert refused_version("a:1", info) == ""
    assert refused_version("a:1", replace(info, version="99.0"))
    assert warnings("a:1", skew=4.0, cut_every=None) == ()
    assert "2 days behind" in warnings("a:1", skew=-172_800.0, cut_every=None)[0]
