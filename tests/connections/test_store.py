"""Stored connections: what cannot be one, two writers, damage, and where the token is and is not."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from keychains import MemoryKeychain
from keyring.backends.null import Keyring as NullKeyring

import workbench
from workbench.api import AlreadyExists, Denied, Invalid, Node, NotFound, Unavailable
from workbench.api.connections import Connection, Mode
from workbench.cli.stored import connection
from workbench.connections import Connections, Keychain

SECRET = "s3cret-token-that-must-not-be-anywhere-else"
WHOLE = Connection(
    "prod", "node.example:50051", colour="red", folder="Shop", tls_ca="ca.pem", tls_cert="me.pem", tls_key="me-key.pem",
    tenant="shop", namespace="eu", ssh="me@jump.example", mode=Mode.CONFIRM, reconnect=False,
)  # fmt: skip


def test_a_connection_comes_back_as_it_was_stored(config: Path) -> None:
    assert all(getattr(WHOLE, field.name) != getattr(Connection("a", "b:1"), field.name) for field in fields(WHOLE))
    Connections().add(WHOLE)
    Connections().add(Connection("a", "[::1]:1"))
    assert list(Connections().list()) == [Connection("a", "[::1]:1"), WHOLE]
    assert Connections().get("prod") == WHOLE
    assert (WHOLE.host, WHOLE.port, Connection("a", "[::1]:1").host) == ("node.example", 50_051, "::1")
    if os.name == "posix":
        assert (config / "connections.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("change", "says"), [
    ({"name": ""}, "1 to 64 characters"), ({"name": "a:b"}, "without ':'"), ({"name": "-x"}, "no '-' first"),
    ({"name": "a\nb"}, "in one line"), ({"address": "nowhere"}, "write HOST:PORT"), ({"address": "a:0"}, "a port is a"),
    ({"address": "a:70000"}, "a port is a number"), ({"address": "::1:5"}, "in brackets"),
    ({"address": "http://a:1"}, "no address"), ({"colour": "beige"}, "there are blue"),
    ({"folder": "a\nb"}, "in one line"), ({"tenant": ""}, "a tenant has a name"), ({"tls_key": ""}, "go together"),
    ({"tls_ca": ""}, "whom to trust"), ({"ssh": "-oProxyCommand=reboot"}, "no destination of ssh"),
    ({"ssh": "a b"}, "no destination of ssh"),
])  # fmt: skip
def test_what_cannot_be_a_connection_is_refused_with_what_can(change: dict[str, str], says: str) -> None:
    with pytest.raises(Invalid, match=says):
        replace(WHOLE, **change)  # type: ignore[arg-type]


def test_names_are_unique_and_what_is_not_there_is_named() -> None:
    held = Connections()
    held.add(WHOLE)
    held.add(replace(WHOLE, name="test"))
    with pytest.raises(AlreadyExists, match="choose another name"):
        held.add(WHOLE)
    with pytest.raises(AlreadyExists, match="choose another name"):
        held.replace("prod", replace(WHOLE, name="test"))
    with pytest.raises(NotFound, match="workbench node connection list"):
        held.remove("other")
    assert held.duplicate("prod").name == "prod 2"
    assert held.duplicate("prod").name == "prod 3"
    held.remove("prod")
    assert [each.name for each in held.list()] == ["prod 2", "prod 3", "test"]


def test_eight_writers_lose_nothing() -> None:
    def add(number: int) -> None:
        Connections().add(Connection(f"node {number}", f"host:{number + 1}"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(Connections().list()) == 40


@pytest.mark.parametrize("text", ['{"connections": [{"name"', "[]", '{"connections": [{"name": 3, "address": "a:1"}]}'])
def test_a_damaged_file_is_told_and_never_written_over(config: Path, text: str) -> None:
    config.mkdir()
    (config / "connections.json").write_text(text, encoding="utf-8")
    with pytest.raises(Invalid, match=r"connections\.json"):
        Connections().list()
    with pytest.raises(Invalid):
        Connections().add(WHOLE)
    assert (config / "connections.json").read_text(encoding="utf-8") == text


def test_what_a_newer_program_stored_besides_does_not_matter(config: Path) -> None:
    config.mkdir()
    record = {"connections": [{"name": "a", "address": "b:1", "sound": "bell"}]}
    (config / "connections.json").write_text(json.dumps(record), encoding="utf-8")
    assert Connections().get("a") == Connection("a", "b:1")


def test_the_token_is_in_the_keychain_and_in_no_file(memory: MemoryKeychain, config: Path) -> None:
    held = Connections()
    held.add(WHOLE)
    assert held.keychain.set("prod", SECRET)
    assert Connections().keychain.get("prod") == SECRET
    held.replace("prod", replace(WHOLE, name="live"))
    assert (held.keychain.get("prod"), held.keychain.get("live")) == ("", SECRET)
    held.duplicate("live")
    assert held.keychain.get("live 2") == SECRET
    held.remove("live")
    held.remove("live 2")
    assert memory.held == {}
    assert not [path for path in config.rglob("*") if path.is_file() and SECRET in path.read_text(encoding="utf-8")]


def test_without_a_keychain_the_token_lives_for_the_session_and_that_is_said(no_keychain: None, config: Path) -> None:
    keychain = Keychain()
    assert not keychain.set("prod", SECRET)
    assert keychain.get("prod") == SECRET
    assert keychain.is_here_only("prod")
    assert "no keychain" in keychain.problem
    assert Keychain().get("prod") == ""
    with pytest.raises(Unavailable, match=r"kept nowhere: this machine has no keychain.*give --token-file FILE"):
        keychain.keep("prod", SECRET)


def test_a_backend_that_does_not_keep_secrets_counts_as_none() -> None:
    import keyring

    before = keyring.get_keyring()
    keyring.set_keyring(NullKeyring())
    try:
        assert not Keychain().set("prod", SECRET)
    finally:
        keyring.set_keyring(before)


def test_a_stored_connection_is_a_node_by_its_url(memory: MemoryKeychain, node: Node) -> None:
    token = node.tokens.create("ci", role=workbench.api.Role.OPERATE)
    with workbench.serve(node, listen="127.0.0.1:0") as server:
        held = Connections()
        held.add(Connection("own", server.address, mode=Mode.READ_ONLY))
        held.keychain.set("own", token.secret)
        with workbench.connect("connection:own") as remote:
            assert remote.info().name == node.info().name
            with pytest.raises(Denied, match="own is a read-only connection"):
                remote.keyvalue.put("a", "b")
    assert node.keyvalue.get("a") is None
    with pytest.raises(NotFound, match="no connection is called 'other'"):
        workbench.connect("connection:other")


def test_a_connection_that_leads_elsewhere_forgets_its_token(memory: MemoryKeychain, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(SECRET)
    token.chmod(0o600)

    def add(*arguments: str) -> str:
        done = CliRunner().invoke(connection, ["add", "own", *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    add("a.example:1", "--token-file", str(token))
    assert "forgotten" not in add("a.example:1", "--colour", "red", "--replace")
    assert list(memory.held.values()) == [SECRET]
    said = add("b.example:1", "--replace")
    assert "the token for a.example:1 is forgotten: own leads elsewhere now" in said and memory.held == {}
