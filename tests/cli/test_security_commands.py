"""`workbench node token` and `certs`, and commands that reach a node elsewhere."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from threading import Thread

import pytest


def test_tokens_are_made_where_no_node_runs_and_used_where_one_does(shell) -> None:
    made = shell("node", "token", "create", "ci", "--role", "operate", "--json").objects[0]
    assert (made["name"], made["role"], made["tenant"], made["expires"]) == ("ci", "operate", "default", None)
    token = shell.folder / "token"
    token.write_text(made["secret"])
    token.chmod(0o600)
    with shell.node("--listen", "127.0.0.1:0", "--port-file", "port") as address:
        assert address.endswith(f":{shell.lines('port')[0]}")
        there = ("--node", address, "--token-file", "token")
        assert shell("kv", "put", "a", "b", *there).code == 0
        assert shell("module", "deploy", "counter.py", "--alias", "counter", *there).code == 0
        assert shell("actor", "spawn", "counter", "--name", "tally", *there).code == 0
        assert shell("actor", "call", "tally", "increment", "--json", *there).objects[0]["reply"] == "1"
        refused = shell("kv", "put", "a", "c", "--node", address)
        assert (refused.code, refused.err.partition(":")[0]) == (1, "unauthenticated")
        refused = shell("node", "token", "create", "more", *there)
        assert (refused.code, refused.err) == (
            4, "denied: Tokens.Create needs the role admin, and this caller has operate\n",
        )  # fmt: skip
        reader = shell("node", "token", "create", "--tenant", "shop", "--json").objects[0]
        assert (reader["tenant"], reader["role"], reader["name"][:5]) == ("shop", "read", "read-")
        (listed,) = shell("node", "token", "list", "--json").objects
        assert listed["name"] == "ci" and listed["last_used"] is not None and "secret" not in listed
        assert shell("node", "token", "revoke", "ci").out == "token ci is revoked\n"
        refused = shell("kv", "get", "a", *there)
        assert (refused.code, "'ci' was revoked" in refused.err) == (1, True)
        missing = shell("node", "token", "revoke", "ci")
        assert (missing.code, missing.err.partition(":")[0]) == (1, "not_found")
    lines = [json.loads(line) for line in (shell.workspace / "logs" / "audit.jsonl").read_text().splitlines()]
    assert {"Actors.Spawn", "KeyValue.Put", "Modules.Deploy", "Tokens.Revoke"} <= {line["method"] for line in lines}
    assert made["secret"] not in (shell.workspace / "logs" / "audit.jsonl").read_text()


def test_watching_ends_when_the_token_is_revoked(shell) -> None:
    made = shell("node", "token", "create", "ci", "--json").objects[0]
    (shell.folder / "token").write_text(made["secret"])
    (shell.folder / "token").chmod(0o600)
    with (
        shell.node("--listen", "127.0.0.1:0") as address,
        shell.started("tuple", "watch", "--json", "--node", address, "--token-file", "token") as watching,
    ):
        seen: list[str] = []
        begun = Thread(target=lambda: seen.append(watching.stdout.readline()))
        begun.start()
        while begun.is_alive():  # until it watches
            assert shell("tuple", "write", '("a")').code == 0
            begun.join(0.5)
        assert seen[0]
        assert shell("node", "token", "revoke", "ci").code == 0
        _, said = watching.communicate(timeout=30)
        assert watching.returncode == 1 and said.startswith("unauthenticated: the token")


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\nb", "\x1b[31mred", "*", "--"])
def test_the_name_of_a_token_steers_nothing(shell, name: str) -> None:
    assert shell("node", "token", "create", "--", name).code == 0
    assert "\x1b" not in shell("node", "token", "list").out
    assert shell("node", "token", "list", "--json").objects[0]["name"] == name
    gone = shell("node", "token", "revoke", "--", name)
    assert gone.code == 0 and "\x1b" not in gone.out and gone.out.count("\n") == 1
    assert not (shell.folder / "passwd").exists()


def test_certificates_are_made_and_used(shell) -> None:
    made = shell("node", "certs", "certs")
    assert made.out.splitlines() == [
        f"certs/{name}{kind}.pem" for name in ("ca", "server", "client") for kind in ("", "-key")
    ]
    folder: Path = shell.folder / "certs"
    assert {stat.S_IMODE(key.stat().st_mode) for key in folder.glob("*-key.pem")} == {0o600}
    again = shell("node", "certs", "certs")
    assert (again.code, again.err.partition(":")[0]) == (1, "already_exists")
    pair = ("--tls-cert", "certs/server.pem", "--tls-key", "certs/server-key.pem")
    mine = ("--tls-ca", "certs/ca.pem", "--tls-cert", "certs/client.pem", "--tls-key", "certs/client-key.pem")
    with shell.node("--listen", "127.0.0.1:0", *pair, "--tls-client-ca", "certs/ca.pem") as address:
        assert shell("kv", "put", "a", "b", "--node", address, *mine).code == 0
        for given, code, says in (
            ((), 5, "speaks TLS: give --tls-ca"),
            (mine[:2], 1, "asks for a client certificate"),
            (mine[2:], 1, "without --tls-ca"),
            ((*mine, "--tenant", "shop"), 4, "bound to a tenant"),
        ):
            refused = shell("kv", "get", "a", "--node", address, *given)
            assert (refused.code, says in refused.err, refused.err.count("\n")) == (code, True, 1), refused.err


@pytest.mark.parametrize(("options", "says"), [
    (("--listen", "0.0.0.0:0"), "without TLS; make certificates: workbench node certs certs --host NAME"),
    (("--listen", "10.9.8.7:1"), "workbench node certs certs --host 10.9.8.7"),
    (("--tls-cert", "a", "--tls-key", "b"), "are for --listen"),
    (("--listen", "127.0.0.1:0", "--tls-client-ca", "a"), "without --tls-cert"),
    (("--listen", "127.0.0.1:0", "--token-file", "open"), "chmod 600 open"),
    (("--listen", "127.0.0.1:0", "--token-file", "absent"), "cannot be read: no such file"),
])  # fmt: skip
def test_a_node_that_cannot_listen_so_says_what_mends_it(shell, options: tuple[str, ...], says: str) -> None:
    shell.write("open", "0123456789abcdef0123456789abcdef")
    refused = shell("node", *options)
    assert (refused.code, refused.out, says in refused.err) == (1, "", True), refused.err


def test_a_token_file_without_a_node_is_refused(shell) -> None:
    refused = shell("kv", "get", "a", "--token-file", "x")
    assert (refused.code, "is for --node" in refused.err) == (1, True)


def test_the_options_of_a_node_are_not_those_of_its_commands(shell) -> None:
    assert shell("node", "--fresh", "token", "list").code == 2
