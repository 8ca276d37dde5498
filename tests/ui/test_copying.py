"""Copied lines are run as they are, on the node they were copied from: every changing method, in three languages."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import mini_grpcurl
import pytest
from copied_calls import CASES, grown, joined, journaled, locked, queued, spawned
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from tests.ui.test_nodes import WAIT_MS, attach, choose
from ui.actions import CHANGES
from ui.copying.copies import written
from ui.copying.files import small
from ui.copying.lines import BYTES, LINES, WITHOUT, NoLine, line_of
from ui.copying.noting import noted
from ui.copying.python import program
from ui.copying.reading import READING, call_of
from ui.main_window import MainWindow
from ui.offered import METHODS
from workbench.api import SpawnOptions, WorkbenchError
from workbench.api.calls import Call, call
from workbench.api.connections import Connection
from workbench.cli.main import cli
from workbench.connections.grpcurl import grpcurl, methods

READ_TOO = {"journal.replay", "supervision.preview"}
"""Actions that only lead somewhere, whose commands are not counted among those that read."""
Running = tuple[QuickNode, tuple[str, ...], str]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A node, the options that lead to it, and its workspace."""
    with quick_node() as node, workbench.serve(node):
        workspace = node.info().workspace
        yield node, ("--workspace", workspace), workspace


def typed(line: str) -> tuple[int, str]:
    """A line in this process, as `workbench` in a shell would run it."""
    words = shlex.split(line)
    assert words[0] == "workbench"
    out = io.StringIO()
    with redirect_stdout(out):
        code = cli.main(words[1:], prog_name="workbench", standalone_mode=False)
    return int(code or 0), out.getvalue()


def shell(line: str) -> str:
    """What a shell does with `$(workbench node endpoint …)`."""
    return re.sub(r"\$\((workbench node endpoint[^)]*)\)", lambda m: typed(m[1])[1].strip(), line)


def test_every_changing_method_has_its_line_or_a_reason_and_its_case() -> None:
    assert methods() == {*LINES, *WITHOUT}
    assert not {*LINES} & {*WITHOUT}
    assert {*CASES} == {*LINES}


def test_every_action_that_changes_a_node_ends_in_a_method_that_is_copied() -> None:
    of_api = {name: _of_api(METHODS[name]) for name in CHANGES if name in METHODS}
    read = {name: method for name, method in of_api.items() if method not in {*LINES, *WITHOUT}}
    assert set(read) <= READ_TOO, read
    assert len(of_api) - len(read) > 50


def _of_api(method: str) -> str:
    service, _, name = method.partition(".")
    facet = service.lower() if service in ("KeyValue", "TupleSpace") else snake(service)
    return f"{facet}.{snake(name)}"


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("method", CASES)
def test_the_copied_line_runs_and_does_what_was_done(method: str, running: Running) -> None:
    node, at, _ = running
    line = line_of(CASES[method](node), at)
    code, _ = typed(line)
    assert code == 0, line


@pytest.mark.parametrize("method", CASES)
def test_the_copied_python_runs(method: str, running: Running) -> None:
    node, _, workspace = running
    source = program(CASES[method](node), (), workspace)
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(source, method, "exec"), {})
    assert out.getvalue().strip()


@pytest.mark.parametrize("method", CASES)
def test_the_copied_grpcurl_runs_from_the_proto_files_alone(method: str, running: Running) -> None:
    node, at, _ = running
    line = grpcurl(CASES[method](node), at)
    secret = workbench.endpoint(node.info().workspace)
    assert secret is not None
    assert secret.token not in line
    assert mini_grpcurl.run(line, shell) is not None


@pytest.mark.parametrize("line", [
    "actor show tally", "actor list", "actor tree", "actor logs", "actor logs tally", "module show fragile",
    "module list", "module diff fragile fragile", "capability show tally", "capability audit", "supervisor show shop",
    "supervisor history shop", "kv get k", "kv list k", "kv history k", "tuple list '(\"job\", ?)'", "tuple near '(1)'",
    "tuple history '(1)'", "queue show jobs", "queue list", "topic list", "topic watch news", "group members staff",
    "lock show door", "lock waiters door", "lock history door", "registry show e", "blob show b/a", "blob list b",
    "blob list", "journal show --after 0 --limit 1 kept", "node info",
])  # fmt: skip
def test_what_shows_a_row_is_python_and_grpcurl_too(line: str, running: Running) -> None:
    node, at, workspace = running
    for make in (journaled, grown, spawned, joined, queued, locked):
        make(node)
    node.keyvalue.put("k", "v")
    node.blobs.upload("b", "a", b"1")
    node.registry.register("e", object_type="x", address="a")
    found = call_of(f"workbench {line}")
    assert found is not None, line
    with redirect_stdout(io.StringIO()) as out:
        exec(compile(program(found, (), workspace), line, "exec"), {})
    assert out.getvalue()
    assert mini_grpcurl.run(grpcurl(found, at), shell) is not None


def test_the_verbs_that_are_read_are_commands() -> None:
    import click

    for verb in READING:
        noun, _, word = verb.partition(" ")
        group = cli.get_command(click.Context(cli), noun)
        assert isinstance(group, click.Group)
        assert word in group.list_commands(click.Context(group)), verb


@pytest.mark.parametrize(("found", "says"), [
    (call("modules.deploy", b"x", file_name="a.wat"), BYTES),
    (call("modules.deploy", small(bytes(5_000))), BYTES),
    (call("actors.ask", "a", "x=y"), "cannot write the message type"),
    (call("actors.spawn", "m", b"\x00"), "its state is binary"),
    (call("keyvalue.compare_and_swap", "k", "a", b"b"), "two texts or two binaries"),
    (call("locks.acquire", "l"), "in the name of a session"),
])  # fmt: skip
def test_what_no_line_can_do_says_why(found: Call, says: str) -> None:
    with pytest.raises(NoLine, match=says):
        line_of(found, ())


def test_lines_for_stored_and_other_connections_hold_no_secret(tmp_path: Path) -> None:
    from workbench.connections import Connections

    files = {"tls_ca": "/c/ca.pem", "tls_cert": "/c/a.pem", "tls_key": "/c/a-key.pem"}
    Connections().add(Connection("prod", "node.example:1", tenant="shop", **files))  # type: ignore[arg-type]
    found = call("keyvalue.put", "a", "b")
    stored = ("--node", "prod")
    assert line_of(found, stored) == "workbench kv put --node prod a b"
    assert 'workbench.connect("connection:prod")'.replace('"', "'") in program(found, stored, "")
    line = grpcurl(found, stored)
    assert "-cacert /c/ca.pem -cert /c/a.pem -key /c/a-key.pem" in line
    assert "-H \"authorization: Bearer $WORKBENCH_TOKEN\" -H 'plexspaces-tenant-bin: c2hvcA=='" in line
    loose = ("--node", "h:1", "--token-file", "/t/my token")
    assert line_of(found, loose) == "workbench kv put --node h:1 --token-file '/t/my token' a b"
    assert "token=workbench.token_in('/t/my token')" in program(found, loose, "")
    assert "$(cat '/t/my token')" in grpcurl(found, loose)
    Connections().add(Connection("far", "node:1", ssh="me@jump"))
    with pytest.raises(WorkbenchError, match="goes through a tunnel"):
        grpcurl(found, ("--node", "far"))


def test_a_token_that_was_given_is_a_variable_in_copied_lines_and_is_not_kept(running: Running) -> None:
    node, at, workspace = running
    secret = "S3CR3T-of-tick"
    kept: list[Call] = []

    class Keeps:
        def takes(self, found: Call) -> bool:
            return bool(kept.append(found))

        def note(self, found: Call, outcome: str) -> None:
            assert outcome == "not_found"
            kept.append(found)

    with pytest.raises(WorkbenchError):
        noted(node, Keeps()).actors.migrate("nobody", "127.0.0.1:5", token=secret)
    assert len(kept) == 2 and secret not in repr(kept)
    source = written("python", kept[0], at, workspace)
    assert secret not in source and "token=os.environ['WORKBENCH_TO_TOKEN']" in source and "import os\n" in source
    line = written("grpcurl", kept[0], at, workspace)
    assert secret not in line
    given = subprocess.run(
        ["sh", "-c", f"grpcurl() {{ printf '%s\\n' \"$@\"; }}; workbench() {{ :; }}; {line}"], check=True, text=True,
        capture_output=True, env={**os.environ, "WORKBENCH_TO_TOKEN": secret},
    )  # fmt: skip
    assert f'"token": "{secret}"' in given.stdout
    assert call("actors.migrate", "tick", "127.0.0.1:5", token="").options["token"] == ""


def test_in_a_real_shell_the_line_of_the_own_node_finds_its_endpoint(running: Running, tmp_path: Path) -> None:
    node, at, _ = running
    root = Path(__file__).parents[2]
    (tmp_path / "workbench").write_text(f'#!/bin/sh\nexec {sys.executable} -m workbench "$@"\n', encoding="utf-8")
    (tmp_path / "grpcurl").write_text(
        f"#!{sys.executable}\nimport shlex, sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "import mini_grpcurl\n"
        "print(mini_grpcurl.run(shlex.join(['grpcurl', *sys.argv[1:]])))\n", encoding="utf-8",
    )  # fmt: skip
    for name in ("workbench", "grpcurl"):
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    found = call("keyvalue.put", "from a shell", 'it\'s $HOME `x` "y"')
    for line in (grpcurl(found, at), line_of(found, at)):
        node.keyvalue.delete("from a shell")
        done = subprocess.run(
            ["sh", "-c", line], env={**os.environ, "PATH": path, "PYTHONPATH": str(root)}, capture_output=True,
            text=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert node.keyvalue.get("from a shell") == 'it\'s $HOME `x` "y"'


def test_what_was_done_last_is_copied_in_one_action_and_runs_again(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    clipboard = QGuiApplication.clipboard()
    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        node.actors.spawn("fragile", options=SpawnOptions(name="till"))
        attach(window, qtbot, Connection("prod", server.address))
        window.raise_panel("actors")
        actors = window.panels["actors"]
        qtbot.waitUntil(lambda: bool(actors.model.rows), timeout=WAIT_MS)  # type: ignore[attr-defined]
        assert not window.desk.actions["done.copy_command"].isEnabled()
        window.desk.actor_chosen.emit("till")
        qtbot.waitUntil(lambda: actors.chosen == "till")  # type: ignore[attr-defined]
        window.desk.actions.run("actor.suspend")
        qtbot.waitUntil(lambda: window.desk.doings.last is not None, timeout=WAIT_MS)
        node.actors.resume("till")
        for language, says in (("command", "workbench actor suspend --node prod till"),
                               ("python", "workbench.connect('connection:prod')"),
                               ("grpcurl", "plexspaces.v1.Actors/Suspend")):  # fmt: skip
            window.desk.actions.run(f"done.copy_{language}")
            qtbot.waitUntil(lambda says=says: says in clipboard.text(), timeout=WAIT_MS)  # type: ignore[misc]
        window.desk.actions.run("done.copy_command")
        qtbot.waitUntil(lambda: clipboard.text().startswith("workbench"))
        assert typed(clipboard.text())[0] == 0
        assert node.actors.get("till").state == "suspended"
        window.desk.actions.run("done.show")
        window.raise_panel("nodes")
        choose(window, "prod")
        window.desk.actions.run("table.copy_python")
        qtbot.waitUntil(lambda: "node.info()" in clipboard.text(), timeout=WAIT_MS)
        window.desk.actions.run("nodes.detach")


def test_a_failed_call_is_noted_with_its_outcome(window: MainWindow, qtbot: QtBot) -> None:
    async def stop() -> None:
        assert window.desk.node is not None
        await window.desk.bridge.call(window.desk.node.actors.kill, "nobody")

    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        attach(window, qtbot, Connection("prod", server.address))
        window.desk.bridge.start(window, stop(), lambda _: None)
        qtbot.waitUntil(lambda: window.desk.doings.last is not None)
        last = window.desk.doings.last
        assert last is not None
        assert (last.call, last.outcome, last.node) == (call("actors.kill", "nobody"), "not_found", "prod")
        assert written("command", last.call, last.at, last.workspace) == "workbench actor kill --node prod nobody"
        window.desk.attachments.detach("prod")


def test_the_next_change_is_copied_instead_of_made(window: MainWindow, qtbot: QtBot) -> None:
    clipboard = QGuiApplication.clipboard()
    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        node.actors.spawn("fragile", options=SpawnOptions(name="till"))
        attach(window, qtbot, Connection("prod", server.address))
        window.raise_panel("actors")
        actors = window.panels["actors"]
        qtbot.waitUntil(lambda: bool(actors.model.rows), timeout=WAIT_MS)  # type: ignore[attr-defined]
        window.desk.actor_chosen.emit("till")
        qtbot.waitUntil(lambda: actors.chosen == "till")  # type: ignore[attr-defined]
        window.desk.actions["done.instead"].trigger()
        window.desk.actions.run("actor.suspend")
        qtbot.waitUntil(lambda: clipboard.text() == "workbench actor suspend --node prod till", timeout=WAIT_MS)
        assert node.actors.get("till").state == "idle"
        assert not window.desk.actions["done.instead"].isChecked()
        assert window.desk.doings.last is None
        window.desk.actions.run("actor.suspend")
        qtbot.waitUntil(lambda: node.actors.get("till").state == "suspended", timeout=WAIT_MS)
        window.desk.attachments.detach("prod")
