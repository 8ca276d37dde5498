"""Copied lines are run as they are, on the node they were copied from: every changing method, in three languages."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

import mini_grpcurl
import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node, shop

import workbench
from tests.ui.test_nodes import WAIT_MS, attach, choose
from ui.actions import CHANGES
from ui.copying.copies import written
from ui.copying.files import remember, small
from ui.copying.lines import BYTES, LINES, WITHOUT, NoLine, line_of
from ui.copying.python import program
from ui.copying.reading import READING, call_of
from ui.main_window import MainWindow
from ui.offered import METHODS
from workbench.api import ANY, Health, RecordingLevel, Role, SpawnOptions, WorkbenchError
from workbench.api.calls import Call, call
from workbench.api.connections import Connection
from workbench.cli.main import cli
from workbench.connections.grpcurl import grpcurl, methods

READ_TOO = {"journal.replay", "supervision.preview"}
"""Actions that only lead somewhere, whose commands are not counted among those that read."""
Running = tuple[QuickNode, tuple[str, ...], str]


def spawned(node: QuickNode, name: str = "tally") -> str:
    if name not in [info.id.name for info in node.actors.list()]:
        node.actors.spawn("fragile", options=SpawnOptions(name=name))
    return name


def letter(node: QuickNode) -> int:
    spawned(node)
    with pytest.raises(WorkbenchError):
        node.actors.ask("tally", "die")
    node.actors.restart("tally")
    node.actors.tell("tally", "die")
    while not (found := node.actors.dead_letters()):
        node.logs()
    node.actors.restart("tally")
    return found[-1].seq


def queued(node: QuickNode) -> str:
    return node.channels.send("jobs", "job", "one")


def dead(node: QuickNode) -> str:
    queued(node)
    delivery = node.channels.receive("jobs")
    assert delivery is not None
    node.channels.nack(delivery.id, requeue=False)
    return node.channels.messages("jobs.dead")[-1].id


def received(node: QuickNode) -> str:
    queued(node)
    delivery = node.channels.receive("jobs")
    assert delivery is not None
    return delivery.id


def grown(node: QuickNode) -> str:
    if "shop" not in [info.name for info in node.supervision.list()]:
        shop(node)
    return "shop"


def locked(node: QuickNode) -> int:
    held = node.locks.get("door")
    if held is None:
        held = node.locks.acquire("door", holder="me")
    return held.version


def journaled(node: QuickNode) -> str:
    if "kept" not in [info.id.name for info in node.actors.list()]:
        node.actors.spawn("fragile", options=SpawnOptions(name="kept", durable=True))
    node.actors.ask("kept", "increment")
    return "kept"


def cleared(node: QuickNode, name: str) -> str:
    """An actor that is gone, but for its journal."""
    journaled(node) if name == "kept" else spawned(node, name)
    node.actors.stop(name)
    return name


def recorded(node: QuickNode) -> int:
    spawned(node)
    node.debugger.set_level(None, RecordingLevel.FULL)
    node.actors.ask("tally", "increment")
    return node.debugger.segments()[-1].id if node.debugger.segments() else 0


def after(do: Callable[[QuickNode], object], made: Call) -> Callable[[QuickNode], Call]:
    def make(node: QuickNode) -> Call:
        do(node)
        return made

    return make


def limits(node: QuickNode) -> Call:
    spawned(node)
    return call("actors.set_limits", "tally", replace(node.actors.get("tally").limits, mailbox=77))


def upgraded(node: QuickNode) -> Call:
    spawned(node)
    return call("actors.upgrade", "tally", "fragile")


def suspended(node: QuickNode) -> None:
    spawned(node)
    node.actors.suspend("tally")


def stopped(node: QuickNode) -> None:
    grown(node)
    node.supervision.stop_child("shop", "till")


CASES: dict[str, Callable[[QuickNode], Call]] = {
    "modules.deploy": lambda n: call(
        "modules.deploy",
        on_disk(n, "d.wat", b'(module (memory (export "memory") 1)' + rest()),
        file_name="d.wat",
        alias="d",
        force=True,
    ),
    "blobs.upload": lambda n: call(
        "blobs.upload", "b", "u/x", on_disk(n, "x.txt", b"1"), content_type="text/plain", metadata={"a": "b"}
    ),
    "modules.alias": lambda _: call("modules.alias", "other", "fragile", force=True),
    "modules.remove": after(
        lambda n: n.modules.deploy(b'(module (memory (export "memory") 1)' + rest(), file_name="x.wat", alias="x"),
        call("modules.remove", "x"),
    ),
    "actors.spawn": lambda _: call(
        "actors.spawn", "fragile", "7", options=SpawnOptions(profile="strict", grants=("spawn",))
    ),
    "actors.ask": after(
        spawned, call("actors.ask", "tally", "get", "@it's", headers={"idempotency-key": "k", "a": "b"})
    ),
    "actors.tell": after(spawned, call("actors.tell", "tally", "get", b"\x00\xff")),
    "actors.stop": after(spawned, call("actors.stop", "tally")),
    "actors.kill": after(spawned, call("actors.kill", "tally")),
    "actors.restart": after(spawned, call("actors.restart", "tally")),
    "actors.upgrade": upgraded,
    "actors.snapshot": after(spawned, call("actors.snapshot", "tally")),
    "actors.suspend": after(spawned, call("actors.suspend", "tally")),
    "actors.resume": after(suspended, call("actors.resume", "tally")),
    "actors.passivate": after(spawned, call("actors.passivate", "tally")),
    "actors.set_limits": limits,
    "actors.resend": lambda n: call("actors.resend", letter(n), message_type="get", payload="1"),
    "capabilities.grant": after(spawned, call("capabilities.grant", "tally", "blob", duration="always")),
    "capabilities.revoke": after(
        lambda n: n.capabilities.grant(spawned(n), "blob"), call("capabilities.revoke", "tally", "blob")
    ),
    "capabilities.trim": after(spawned, call("capabilities.trim", "tally", dry=True)),
    "supervision.remove": after(grown, call("supervision.remove", "shop")),
    "supervision.start_child": after(stopped, call("supervision.start_child", "shop", "till")),
    "supervision.stop_child": after(grown, call("supervision.stop_child", "shop", "till")),
    "supervision.restart": after(grown, call("supervision.restart", "shop", "till")),
    "blobs.delete": after(lambda n: n.blobs.upload("b", "a/c", b"1"), call("blobs.delete", "b", "a/c")),
    "blobs.copy": after(lambda n: n.blobs.upload("b", "a", b"1"), call("blobs.copy", "b", "a", "b", "c")),
    "channels.create_queue": lambda n: call("channels.create_queue", f"q{len(n.channels.queues())}", max_attempts=5),
    "channels.delete_queue": after(queued, call("channels.delete_queue", "jobs")),
    "channels.purge_queue": after(queued, call("channels.purge_queue", "jobs")),
    "channels.send": lambda _: call(
        "channels.send", "jobs", "job", b"\x01", delay_ms=5, ttl_ms=60_000, headers={"a": "b"}
    ),
    "channels.receive": after(queued, call("channels.receive", "jobs")),
    "channels.ack": lambda n: call("channels.ack", received(n)),
    "channels.nack": lambda n: call("channels.nack", received(n), requeue=False),
    "channels.delete_message": lambda n: call("channels.delete_message", "jobs", queued(n)),
    "channels.redrive": lambda n: call("channels.redrive", "jobs.dead", (dead(n),)),
    "channels.resend": lambda n: call("channels.resend", "jobs.dead", dead(n), message_type="job", payload="two"),
    "channels.publish": lambda _: call("channels.publish", "news", "item", "x=y"),
    "debugger.set_level": lambda _: call("debugger.set_level", None, RecordingLevel.FULL),
    "debugger.keep": after(recorded, call("debugger.keep", "tally", kept=False)),
    "debugger.pin": lambda n: call("debugger.pin", recorded(n)),
    "debugger.clear": lambda _: call("debugger.clear", pinned=True),
    "journal.checkpoint": after(journaled, call("journal.checkpoint", "kept")),
    "journal.compact": after(journaled, call("journal.compact", "kept")),
    "journal.remove": after(lambda n: cleared(n, "kept"), call("journal.remove", "kept")),
    "keyvalue.put": lambda _: call("keyvalue.put", "-a b'c", "@red\n", ttl_ms=60_000),
    "keyvalue.delete": after(lambda n: n.keyvalue.put("k", "v"), call("keyvalue.delete", "k")),
    "keyvalue.compare_and_swap": after(
        lambda n: n.keyvalue.put("k", b"\x01"), call("keyvalue.compare_and_swap", "k", b"\x01", b"\x02")
    ),
    "keyvalue.increment": lambda _: call("keyvalue.increment", "count", 3),
    "locks.acquire": after(
        lambda n: n.locks.get("gate") and n.locks.force("gate"), call("locks.acquire", "gate", holder="me")
    ),
    "locks.try_acquire": after(
        lambda n: n.locks.get("gate") and n.locks.force("gate"), call("locks.try_acquire", "gate", holder="me")
    ),
    "locks.renew": lambda n: call("locks.renew", "door", locked(n), holder="me"),
    "locks.release": lambda n: call("locks.release", "door", locked(n), holder="me"),
    "locks.force": after(locked, call("locks.force", "door")),
    "process_groups.create": lambda _: call("process_groups.create", "staff"),
    "process_groups.delete": after(lambda n: n.process_groups.create("staff"), call("process_groups.delete", "staff")),
    "process_groups.join": after(
        lambda n: (spawned(n), n.process_groups.create("staff")),
        call("process_groups.join", "staff", "tally", topics=("a", "b c")),
    ),
    "process_groups.leave": after(lambda n: joined(n), call("process_groups.leave", "staff", "tally")),
    "process_groups.remove": after(lambda n: joined(n), call("process_groups.remove", "staff", "tally")),
    "process_groups.publish": after(lambda n: joined(n), call("process_groups.publish", "staff", "get", "1")),
    "registry.register": lambda _: call(
        "registry.register", "id 1", object_type="node", address="10.0.0.1:5", labels={"zone": "eu"}, ttl_ms=90_000
    ),
    "registry.unregister": after(
        lambda n: n.registry.register("e", object_type="x", address="a"), call("registry.unregister", "e")
    ),
    "registry.heartbeat": after(
        lambda n: n.registry.register("e", object_type="x", address="a", ttl_ms=60_000),
        call("registry.heartbeat", "e", health=Health.DEGRADED),
    ),
    "tokens.create": lambda n: call("tokens.create", f"t{len(n.tokens.list())}", role=Role.READ),
    "tokens.revoke": lambda n: call("tokens.revoke", n.tokens.create().token.name),
    "tuplespace.write": lambda _: call("tuplespace.write", ("job", 1, None, b"\x01", 'quo"te'), ttl_ms=60_000),
    "tuplespace.take": after(lambda n: n.tuplespace.write(("job", 2)), call("tuplespace.take", ("job", ANY))),
    "tuplespace.compare_and_swap": after(
        lambda n: n.tuplespace.write(("lamp", False)),
        call("tuplespace.compare_and_swap", ("lamp", False), ("lamp", True)),
    ),
    "tuplespace.remove": lambda n: call("tuplespace.remove", n.tuplespace.write(("x",))),
}


def rest() -> bytes:
    """The end of a small module that has all that is needed."""
    return (
        b'(func (export "allocate") (param i32) (result i32) (i32.const 0))'
        b'(func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64) (i64.const 0)))'
    )


def on_disk(node: QuickNode, name: str, data: bytes) -> bytes:
    path = Path(node.info().workspace) / name
    path.write_bytes(data)
    remember(data, path)
    return data


def joined(node: QuickNode) -> None:
    node.process_groups.create("staff")
    if not node.process_groups.members("staff"):
        node.process_groups.join("staff", spawned(node))


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
