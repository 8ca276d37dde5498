"""Stored connections, and nodes looked at from elsewhere, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from tests.cli.conftest import Shell
from tests.ui.real_node import quick_node
from workbench.node import LocalNode
from workbench.rpc.server import Server

SECRET = "t" * 43


@pytest.fixture
def far() -> Iterator[LocalNode]:
    with quick_node() as made:
        yield made


@pytest.fixture
def server(far: LocalNode) -> Iterator[Server]:
    with workbench.serve(far, listen="127.0.0.1:0") as made:
        yield made


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    return tmp_path / "config"


def test_a_connection_is_stored_listed_renamed_copied_and_removed(shell: Shell) -> None:
    add = ("node", "connection", "add", "prod", "node.example:50051", "--folder", "Shop", "--colour", "red")
    assert shell(*add, "--mode", "read-only", "--ssh", "me@jump").out == "connection prod is stored\n"
    twice = shell(*add)
    assert (twice.code, "choose another name, or give --replace" in twice.err) == (1, True)
    assert shell(*add, "--mode", "confirm", "--replace").code == 0
    assert shell("node", "connection", "rename", "prod", "live").code == 0
    assert shell("node", "connection", "duplicate", "live").out == "connection live 2 is stored\n"
    found = [json.loads(line) for line in shell("node", "connection", "list", "--json").out.splitlines()]
    assert [(each["name"], each["mode"], each["ssh"]) for each in found] == [
        ("live", "confirm", ""), ("live 2", "confirm", ""),
    ]  # fmt: skip
    assert shell("node", "connection", "remove", "live").code == 0
    shown = shell("node", "connection", "show", "live 2").out
    assert "node.example:50051" in shown and "token      none" in shown
    gone = shell("node", "connection", "show", "live")
    assert (gone.code, "workbench node connection list" in gone.err) == (1, True)


def test_a_command_goes_by_the_name_of_a_connection_and_keeps_its_mode(shell: Shell, server: Server) -> None:
    for mode in ("normal", "read-only", "confirm"):
        assert shell("node", "connection", "add", mode, server.address, "--mode", mode).code == 0
    assert shell("kv", "put", "a", "b", "--node", "normal").code == 0
    assert shell("kv", "get", "a", "--node", "read-only").out == "b\n"
    refused = shell("kv", "put", "a", "c", "--node", "read-only")
    assert refused.code == 4
    assert "denied: read-only is a read-only connection, and KeyValue.Put may change something" in refused.err
    asked = shell("kv", "put", "a", "c", "--node", "confirm")
    assert (asked.code, "set WORKBENCH_CONFIRM=yes to confirm" in asked.err) == (4, True)
    assert shell("kv", "get", "a", "--node", "confirm").out == "b\n"


def test_a_confirmed_change_is_sent(shell: Shell, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIRM", "yes")
    shell("node", "connection", "add", "careful", server.address, "--mode", "confirm")
    assert shell("kv", "put", "a", "c", "--node", "careful").code == 0
    assert shell("kv", "get", "a", "--node", "careful").out == "c\n"


def test_without_a_keychain_a_token_is_not_stored_and_the_connection_says_what_to_do(
    shell: Shell, far: LocalNode, server: Server, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    secret = far.tokens.create("ci").secret
    token = Path(shell.folder / shell.write("token", secret))
    token.chmod(0o600)
    done = shell("node", "connection", "add", "own", server.address, "--token-file", "token")
    assert done.code == 5
    said = "the connection own is stored, and its token is not: the token of own is kept nowhere: this machine has no"
    assert said in done.err
    assert shell("node", "info", "--node", "own").code == 1
    assert shell("node", "info", "--node", "own", "--token-file", "token").code == 0
    monkeypatch.setenv("WORKBENCH_TOKEN", secret)
    assert shell("node", "info", "--node", "own").code == 0
    assert secret not in (config / "connections.json").read_text(encoding="utf-8")


def test_files_of_tls_are_found_from_everywhere(shell: Shell) -> None:
    tls = ("--tls-ca", "certs/ca.pem", "--tls-cert", "me.pem", "--tls-key", "me-key.pem")
    assert shell("node", "connection", "add", "own", "node.example:1", *tls).code == 0
    assert shell("node", "connection", "add", "public", "node.example:1", "--tls-ca", "system").code == 0
    own, public = (json.loads(line) for line in shell("node", "connection", "list", "--json").out.splitlines())
    found = [own[part] for part in ("tls_ca", "tls_cert", "tls_key")]
    assert found == [str(shell.folder / name) for name in ("certs/ca.pem", "me.pem", "me-key.pem")]
    assert public["tls_ca"] == "system"


def test_what_is_neither_address_nor_connection_and_tls_twice_are_told(shell: Shell, server: Server) -> None:
    assert "neither an address, which is HOST:PORT, nor a stored connection" in shell("node", "info", "--node", "x").err
    shell("node", "connection", "add", "own", server.address)
    assert "own has its own" in shell("node", "info", "--node", "own", "--tls-ca", "ca.pem").err


def test_info_says_how_far_the_node_is_and_what_it_lacks(shell: Shell, far: LocalNode, server: Server) -> None:
    found = shell("node", "info", "--node", server.address, "--json").objects[0]
    assert found["name"] == far.info().name
    assert found["lacks"] == []
    assert 0 < found["latency_ms"] < 5_000 and abs(found["skew_seconds"]) < 5
    assert "as this machine's" in shell("node", "info", "--node", server.address).out


def test_peers_are_those_of_the_registry_or_said_to_be_none(shell: Shell, far: LocalNode, server: Server) -> None:
    none = shell("node", "peers", "--node", server.address)
    assert (none.out, "knows no other" in none.err) == ("", True)
    for number in range(120):
        far.registry.register(f"node {number:03}", object_type="node", address=f"grpc://10.0.0.1:{number + 1}")
    far.registry.register("printer", object_type="service", address="10.0.0.1:9")
    far.registry.register("odd", object_type="node", address="somewhere")
    found = shell("node", "peers", "--node", server.address, "--json").objects
    assert len(found) == 120
    assert found[7] == {"name": "node 007", "address": "10.0.0.1:8", "health": "healthy"}


def test_two_nodes_are_compared_in_versions_modules_and_actors(shell: Shell, far: LocalNode, server: Server) -> None:
    with quick_node() as other, workbench.serve(other, listen="127.0.0.1:0") as second:
        same = shell("node", "compare", server.address, second.address)
        assert (same.out, same.err) == ("", "the two have the same versions, modules and actors\n")
        far.actors.spawn("fragile", options=workbench.api.SpawnOptions(name="one"))
        other.modules.alias("mine", "fragile")
        found = shell("node", "compare", server.address, second.address, "--json").objects
        assert [(each["what"], each["name"], each["verdict"]) for each in found] == [
            ("module", "mine", "right only"), ("actor", "one", "left only"),
        ]  # fmt: skip
        assert len(shell("node", "compare", server.address, second.address, "--all", "--json").objects) == 7
