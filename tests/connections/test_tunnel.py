"""Tunnels: bytes go through, ssh ends with its connection and with its parent, and what it says is told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import workbench
from workbench.api import Node, Unavailable
from workbench.api.connections import Connection
from workbench.connections import Connections
from workbench.connections.opening import opened
from workbench.connections.tunnel import Tunnel

FAKE = Path(__file__).with_name("fake_ssh.py")
WAIT_SECONDS = 20


@pytest.fixture
def ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of the ssh that is found first."""
    program, log = tmp_path / "bin" / "ssh", tmp_path / "ssh.log"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {FAKE} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SSH_LOG", str(log))
    return log


@pytest.fixture(autouse=True)
def this_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its children are of the same program."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def child_of(log: Path) -> psutil.Process:
    return psutil.Process(int(log.read_text(encoding="utf-8").splitlines()[-1].split()[0]))


def test_a_node_is_reached_through_its_tunnel_which_ends_with_it(node: Node, ssh: Path) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        with opened(Connection("far", server.address, ssh="me@jump"), token="") as remote:
            remote.keyvalue.put("a", "b")
            child = child_of(ssh)
            assert child.is_running()
        psutil.wait_procs([child], WAIT_SECONDS)
        assert not child.is_running()
    assert node.keyvalue.get("a") == "b"
    said = ssh.read_text(encoding="utf-8")
    assert "-o ExitOnForwardFailure=yes -o BatchMode=yes" in said
    assert said.endswith(f":{server.address} me@jump\n")


def test_tls_through_a_tunnel_checks_the_name_of_the_node_and_not_that_of_the_tunnel(
    node: Node, ssh: Path, tmp_path: Path
) -> None:
    certs = tmp_path / "certs"
    workbench.make_certificates(certs, hosts=["localhost"])
    files = {"tls_cert": str(certs / "server.pem"), "tls_key": str(certs / "server-key.pem")}
    secret = node.tokens.create("ci").secret
    with workbench.serve(node, listen="127.0.0.1:0", **files) as server:  # type: ignore[arg-type]
        port, ca = server.address.rpartition(":")[2], str(certs / "ca.pem")
        with opened(Connection("far", f"localhost:{port}", ssh="me@jump", tls_ca=ca), token=secret) as remote:
            assert remote.info().name == node.info().name
        # A name that resolves there alone, and that the certificate has not.
        other = Connection("far", f"127.0.0.2:{port}", ssh="me@jump", tls_ca=ca)
    with (
        workbench.serve(node, listen=f"127.0.0.2:{port}", **files),  # type: ignore[arg-type]
        opened(other, token=secret) as remote,
        pytest.raises(Unavailable, match=r"not one for 127\.0\.0\.2"),
    ):
        remote.info()


def test_what_ssh_says_is_told_as_a_sentence(ssh: Path) -> None:
    with pytest.raises(Unavailable, match=r"ssh says: me@refuses: Permission denied \(publickey\); try: ssh refuses"):
        Tunnel(Connection("far", "node:1", ssh="refuses")).open()
    with pytest.raises(Unavailable, match=r"did not open the tunnel to hangs within 2 s; try: ssh hangs"):
        Tunnel(Connection("far", "node:1", ssh="hangs")).open(2.0)
    pids = [int(line.split()[0]) for line in ssh.read_text(encoding="utf-8").splitlines()]
    assert pids
    _, alive = psutil.wait_procs([psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)], WAIT_SECONDS)
    assert not alive


@pytest.mark.skipif(shutil.which("ssh") is None, reason="there is no ssh here")
def test_the_real_ssh_is_asked_in_a_way_that_it_understands() -> None:
    with pytest.raises(Unavailable, match=r"ssh says: .*(resolve|not known|failure)"):
        Tunnel(Connection("far", "node:1", ssh="me@no-such-host.invalid")).open()


def test_without_ssh_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="install OpenSSH"):
        Tunnel(Connection("far", "node:1", ssh="me@jump")).open()


def test_a_tunnel_that_broke_is_opened_again_at_the_same_address(node: Node, ssh: Path) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        tunnel = Tunnel(Connection("far", server.address, ssh="me@jump"))
        tunnel.open()
        address, child = tunnel.address, child_of(ssh)
        child.kill()
        psutil.wait_procs([child], WAIT_SECONDS)
        assert tunnel._child is not None
        tunnel._child.wait(WAIT_SECONDS)
        assert not tunnel.is_open
        assert tunnel.why == "the tunnel to me@jump is down: ssh says: nothing"
        tunnel.open()
        with workbench.connect(f"grpc://{tunnel.address}") as remote:
            assert remote.info().name == node.info().name
        assert tunnel.address == address
        tunnel.close()
        tunnel.close()


def test_ssh_ends_also_when_its_parent_is_killed(node: Node, ssh: Path) -> None:
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        Connections().add(Connection("far", server.address, ssh="me@jump"))
        program = (
            "import sys, workbench\n"
            "node = workbench.connect('connection:far')\n"
            "print(node.info().name, flush=True)\nsys.stdin.read()\n"
        )
        parent = subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        assert parent.stdout is not None
        assert parent.stdout.readline().strip() == node.info().name
        child = child_of(ssh)
        parent.send_signal(signal.SIGKILL)
        parent.wait(WAIT_SECONDS)
        gone, alive = psutil.wait_procs([child], WAIT_SECONDS)
        assert gone and not alive
        parent.stdout.close()
        assert parent.stdin is not None
        parent.stdin.close()
