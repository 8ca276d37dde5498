"""Connections in the window: made, attached, shown, lost and back; what they let out; and what is seen of it."""

from __future__ import annotations

import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import keyring
import pytest
from answering import Answer
from fake_node import FakeNode
from far import Far, far_node
from keychains import MemoryKeychain
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from ui.dialogs.connection import ConnectionDialog
from ui.dialogs.node_comparison import NodeComparison
from ui.main_window import MainWindow
from ui.panels.nodes.panel import NodesPanel
from ui.panels.nodes.rows import Line
from workbench.api import NotFound, SpawnOptions
from workbench.api.connections import Connection, Mode, Phase, Verdict
from workbench.rpc.server import Server

WAIT_MS = 20_000


@pytest.fixture
def far() -> Iterator[QuickNode]:
    with quick_node() as made:
        made.actors.spawn("fragile", options=SpawnOptions(name="distant"))
        yield made


@pytest.fixture
def server(far: QuickNode) -> Iterator[Server]:
    with workbench.serve(far, listen="127.0.0.1:0") as made:
        yield made


@pytest.fixture
def memory() -> Iterator[MemoryKeychain]:
    before, made = keyring.get_keyring(), MemoryKeychain()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def panel_of(window: MainWindow) -> NodesPanel:
    found = window.panels["nodes"]
    assert isinstance(found, NodesPanel)
    return found


def line_of(window: MainWindow, name: str) -> Line:
    return next(line for line in panel_of(window).view.all if line.name == name)


def choose(window: MainWindow, name: str) -> None:
    window.raise_panel("nodes")
    panel_of(window).select_key(line_of(window, name).path)


def add(window: MainWindow, qtbot: QtBot, *connections: Connection) -> None:
    for each in connections:
        window.desk.attachments.store.add(each)
    window.desk.attachments.refresh()
    qtbot.waitUntil(lambda: {each.name for each in connections} <= {line.name for line in panel_of(window).view.all})


def attach(window: MainWindow, qtbot: QtBot, connection: Connection) -> None:
    add(window, qtbot, connection)
    choose(window, connection.name)
    window.desk.actions.run("nodes.attach")
    qtbot.waitUntil(lambda: window.desk.nodes.current is window.desk.attachments.held(connection.name), timeout=WAIT_MS)


def phase(window: MainWindow, name: str) -> Phase:
    return window.desk.attachments.state(name).phase


def actor_names(window: MainWindow) -> list[str]:
    return [row.id.name for row in window.panels["actors"].model.rows]  # type: ignore[attr-defined]


def dialog(qtbot: QtBot) -> ConnectionDialog:
    def there() -> bool:
        return isinstance(QApplication.activeModalWidget(), ConnectionDialog)

    qtbot.waitUntil(there)
    found = QApplication.activeModalWidget()
    assert isinstance(found, ConnectionDialog)
    return found


def test_attaching_to_a_node_with_a_token_takes_five_actions(
    window: MainWindow, far: QuickNode, server: Server, memory: MemoryKeychain, config: Path, qtbot: QtBot
) -> None:
    secret = far.tokens.create("ci", role=workbench.api.Role.OPERATE).secret
    window.desk.actions.run("nodes.new")  # 1: Ctrl+Alt+K
    form = dialog(qtbot)
    assert form.focusWidget() is form.address
    qtbot.keyClicks(form.address, server.address)  # 2
    form.token.setFocus()  # 3
    qtbot.keyClicks(form.token, secret)  # 4
    qtbot.keyClick(form.token, Qt.Key.Key_Return)  # 5
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: actor_names(window) == ["distant"], timeout=WAIT_MS)
    assert "All panels show 127.0.0.1" in window.elsewhere.said.text()
    assert window.windowTitle() == "127.0.0.1 (normal) – Actor Workbench"
    assert list(memory.held.values()) == [secret]
    window.write()
    assert not [p for p in config.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


def test_without_a_keychain_it_is_said_on_screen_that_the_token_ends_with_the_session(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot, config: Path
) -> None:
    from keyring.backends.fail import Keyring

    before = keyring.get_keyring()
    keyring.set_keyring(Keyring())
    try:
        secret = far.tokens.create("ci").secret
        window.desk.actions.run("nodes.new")
        form = dialog(qtbot)
        form.address.setText(server.address)
        form.token.setText(secret)
        form.go.click()
        qtbot.waitUntil(lambda: phase(window, "127.0.0.1") is Phase.ATTACHED, timeout=WAIT_MS)
        said = [notice.text for notice in window.notices.notices]
        assert any("is kept until this program ends, and nowhere else: this machine has no keychain" in t for t in said)
        assert not [p for p in config.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]
    finally:
        keyring.set_keyring(before)


def test_what_cannot_be_a_connection_is_said_in_the_form_and_nothing_is_lost(window: MainWindow, qtbot: QtBot) -> None:
    window.desk.actions.run("nodes.new")
    form = dialog(qtbot)
    form.address.setText("nowhere")
    form.go.click()
    assert "write HOST:PORT" in form.foot.text()
    form.address.setText("127.0.0.1:1")
    assert form.foot.text() == ""
    form.test.click()
    qtbot.waitUntil(lambda: "nothing listens at port 1" in form.foot.text(), timeout=WAIT_MS)
    form.reject()
    assert window.desk.attachments.known == ()


def test_the_form_shows_a_stored_connection_and_gives_back_the_same(window: MainWindow, qtbot: QtBot) -> None:
    whole = Connection(
        "prod", "node.example:50051", colour="red", folder="Shop", tls_ca="ca.pem", tls_cert="a.pem", tls_key="b.pem",
        tenant="shop", namespace="eu", ssh="me@jump", mode=Mode.READ_ONLY, reconnect=False,
    )  # fmt: skip
    add(window, qtbot, whole)
    choose(window, "prod")
    window.desk.actions.run("nodes.edit")
    form = dialog(qtbot)
    assert form.connection() == whole
    assert all(line.accessibleName() for line in form.findChildren(QLineEdit))
    form.name.setText("live")
    form.save.click()
    qtbot.waitUntil(lambda: window.desk.attachments.find("live") is not None)
    assert [each.name for each in window.desk.attachments.store.list()] == ["live"]
    choose(window, "live")
    window.desk.actions.run("nodes.duplicate")
    qtbot.waitUntil(lambda: window.desk.attachments.find("live 2") is not None)
    assert [line.name for line in panel_of(window).view.all if line.path[0] == "folder:Shop"] == [
        "Shop",
        "live",
        "live 2",
    ]


def test_a_connection_is_removed_after_a_question(window: MainWindow, qtbot: QtBot, answer: Answer) -> None:
    add(window, qtbot, Connection("prod", "127.0.0.1:1"))
    choose(window, "prod")
    answer("Remove")
    window.desk.actions.run("nodes.remove")
    qtbot.waitUntil(lambda: window.desk.attachments.find("prod") is None)
    with pytest.raises(NotFound):
        window.desk.attachments.store.get("prod")


def test_many_nodes_are_in_one_tree_and_every_panel_works_on_the_chosen_one(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    add(window, qtbot, *(Connection(f"n{number}", server.address, folder="Shop") for number in range(4)))
    for number in range(4):
        window.desk.attachments.attach(f"n{number}", shown=number == 2)
    qtbot.waitUntil(lambda: all(phase(window, f"n{n}") is Phase.ATTACHED for n in range(4)), timeout=WAIT_MS)
    assert [(line.name, line.shown) for line in panel_of(window).view.all] == [
        ("local", False), ("Shop", False), ("n0", False), ("n1", False), ("n2", True), ("n3", False),
    ]  # fmt: skip
    far.keyvalue.put("colour", "blue")
    window.raise_panel("keyvalue")
    keys = window.panels["keyvalue"]
    qtbot.waitUntil(lambda: bool(keys.model.rows), timeout=WAIT_MS)  # type: ignore[attr-defined]
    window.desk.actions.run("nodes.running")
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: len(actor_names(window)) == 3)
    assert not window.elsewhere.mark.isVisible()
    choose(window, "n2")
    window.desk.actions.run("nodes.detach")
    assert phase(window, "n2") is Phase.DETACHED
    assert len(window.desk.nodes.held) == 4


def test_events_of_a_node_elsewhere_refresh_what_is_seen(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address))
    window.raise_panel("actors")
    qtbot.waitUntil(lambda: actor_names(window) == ["distant"], timeout=WAIT_MS)
    far.actors.spawn("fragile", options=SpawnOptions(name="second"))
    qtbot.waitUntil(lambda: sorted(actor_names(window)) == ["distant", "second"], timeout=WAIT_MS)


def test_a_lost_node_leaves_its_data_marked_stale_within_three_seconds_and_comes_back(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    with far_node(tmp_path / "far") as far:
        with workbench.connect(f"grpc://{far.address}") as remote:
            remote.keyvalue.put("colour", "blue")
        attach(window, qtbot, Connection("prod", far.address))
        window.raise_panel("keyvalue")
        keys = window.panels["keyvalue"]
        qtbot.waitUntil(lambda: bool(keys.model.rows), timeout=WAIT_MS)  # type: ignore[attr-defined]
        killed = time.monotonic()
        far.kill()
        qtbot.waitUntil(lambda: window.stale.isVisible(), timeout=WAIT_MS)
        assert time.monotonic() - killed < 3.0
        assert phase(window, "prod") is Phase.STALE
        assert keys.model.rows  # type: ignore[attr-defined]
        line = line_of(window, "prod")
        assert "stale since" in panel_of(window).columns[2].text(line)
        assert any("Try again" in dict(notice.buttons) for notice in window.notices.notices)
        assert "local  ·  stale since" in window.status.cells["node"].text()
        far.start()
        window.desk.answered.emit("attach:prod")
        qtbot.waitUntil(lambda: phase(window, "prod") is Phase.ATTACHED, timeout=WAIT_MS)
        assert not window.stale.isVisible()
        qtbot.waitUntil(lambda: "stale" not in window.status.cells["node"].text(), timeout=WAIT_MS)
        with workbench.connect(f"grpc://{far.address}") as remote:
            remote.keyvalue.put("shape", "round")
        qtbot.waitUntil(lambda: len(keys.model.rows) == 2, timeout=WAIT_MS)  # type: ignore[attr-defined]


def test_a_read_only_connection_disables_what_changes_and_says_why(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address, mode=Mode.READ_ONLY))
    action = window.desk.actions["module.deploy"]
    assert not action.isEnabled()
    assert "prod is a read-only connection: nothing that changes its node is sent." in action.toolTip()
    assert "It is read-only" in window.elsewhere.said.text()
    node = window.desk.node
    assert node is not None
    window.desk.bridge.start(window, _put(window), window.desk.failed)
    qtbot.waitUntil(lambda: any("read-only connection, and KeyValue.Put" in n.text for n in window.notices.notices))
    assert far.keyvalue.get("a") is None


@pytest.mark.parametrize(("button", "arrives"), [("Send", True), ("Cancel", False)])
def test_a_connection_that_confirms_asks_before_a_change(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot, answer: Answer, button: str, arrives: bool
) -> None:
    attach(window, qtbot, Connection("prod", server.address, mode=Mode.CONFIRM))
    answer(button)
    window.desk.bridge.start(window, _put(window), window.desk.failed)
    if arrives:
        qtbot.waitUntil(lambda: far.keyvalue.get("a") == "b", timeout=WAIT_MS)
    else:
        qtbot.waitUntil(lambda: any("was not confirmed" in n.text for n in window.notices.notices), timeout=WAIT_MS)
        assert far.keyvalue.get("a") is None


async def _put(window: MainWindow) -> None:
    node = window.desk.node
    assert node is not None
    await window.desk.bridge.call(node.keyvalue.put, "a", "b")


def test_the_peers_of_a_node_are_offered_for_attaching_and_none_are_said_to_be_none(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address, folder="Shop", mode=Mode.READ_ONLY))
    choose(window, "prod")
    window.desk.actions.run("nodes.peers")
    qtbot.waitUntil(lambda: any("prod knows no other node" in n.text for n in window.notices.notices), timeout=WAIT_MS)
    far.registry.register("twin", object_type="node", address=server.address)
    window.desk.actions.run("nodes.peers")
    qtbot.waitUntil(lambda: any(line.peer is not None for line in panel_of(window).view.all), timeout=WAIT_MS)
    choose(window, "twin")
    window.desk.actions.run("nodes.attach_peer")
    form = dialog(qtbot)
    made = form.connection()
    assert (made.name, made.address, made.folder, made.mode) == ("twin", server.address, "Shop", Mode.READ_ONLY)
    form.go.click()
    qtbot.waitUntil(lambda: phase(window, "twin") is Phase.ATTACHED, timeout=WAIT_MS)


def test_two_nodes_are_compared_and_the_comparison_is_copied(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address))
    window.desk.actions.run("nodes.compare")
    qtbot.waitUntil(lambda: bool(window.findChildren(NodeComparison)))
    found = window.findChildren(NodeComparison)[0]
    qtbot.waitUntil(lambda: bool(found.model.rows), timeout=WAIT_MS)
    verdicts = {(row.what, row.name): row.verdict for row in found.model.rows}
    assert verdicts["actor", "distant"] is Verdict.RIGHT
    assert verdicts["module", "fragile"] is Verdict.RIGHT
    assert Verdict.SAME not in verdicts.values()
    found.same.setChecked(True)
    assert ("version", "workbench") in {(row.what, row.name) for row in found.model.rows}
    assert shlex.split(found.command) == ["workbench", "node", "compare", "--workspace", "/workspace", ".", "prod"]
    found._copy(found.table.as_text("Text"))
    assert "distant" in QGuiApplication.clipboard().text()


@pytest.fixture
def wholly_elsewhere(loop: object, qtbot: QtBot) -> Iterator[Callable[[str, dict[str, str]], MainWindow]]:
    """A window that was started with --node."""
    from windows import close

    from ui.app import window_for
    from ui.opening import doors
    from ui.settings import Settings

    opened: list[MainWindow] = []

    def make(address: str, reach: dict[str, str]) -> MainWindow:
        window = window_for(loop, doors(address, reach), Settings())  # type: ignore[arg-type]
        opened.append(window)
        window.show()
        window.start()
        return window

    yield make
    for window in opened:
        close(window)


def test_the_app_opens_on_a_node_elsewhere_by_the_flags_of_the_command_line(
    wholly_elsewhere: Callable[[str, dict[str, str]], MainWindow], far: QuickNode, tmp_path: Path, qtbot: QtBot
) -> None:
    from ui.app import address, arguments

    workbench.make_certificates(tmp_path / "certs")
    certs = tmp_path / "certs"
    secret = tmp_path / "token"
    secret.write_text(far.tokens.create("ci").secret, encoding="utf-8")
    secret.chmod(0o600)
    files = {"tls_cert": str(certs / "server.pem"), "tls_key": str(certs / "server-key.pem")}
    with workbench.serve(far, listen="127.0.0.1:0", **files) as server:  # type: ignore[arg-type]
        ca = str(certs / "ca.pem")
        chosen = arguments(["--node", server.address, "--tls-ca", ca, "--token-file", str(secret)])
        reach = {"tls_ca": chosen.tls_ca, "token_file": chosen.token_file}
        window = wholly_elsewhere(address(chosen.node, ""), reach)
        qtbot.waitUntil(lambda: window.opening.ready, timeout=WAIT_MS)
        window.raise_panel("actors")
        qtbot.waitUntil(lambda: actor_names(window) == ["distant"], timeout=WAIT_MS)
        line = shlex.split(window.desk.command("actor show", "distant"))
        assert line[3:] == ["--node", server.address, "--tls-ca", ca, "--token-file", str(secret), "distant"]
        assert far.actors.list()[0].id.name == "distant"
        assert len(far.actors.list()) == 1  # no sample was started there


def test_a_window_whose_node_is_not_there_says_why_and_comes_to_it_when_it_is(
    wholly_elsewhere: Callable[[str, dict[str, str]], MainWindow], tmp_path: Path, qtbot: QtBot
) -> None:
    far = Far(tmp_path / "far")
    started = time.monotonic()
    window = wholly_elsewhere(f"grpc://{far.address}", {})
    qtbot.waitUntil(lambda: any("nothing listens at port" in n.text for n in window.notices.notices), timeout=WAIT_MS)
    assert time.monotonic() - started < 5.0
    far.start()
    try:
        window.desk.answered.emit("open")
        qtbot.waitUntil(lambda: window.desk.node is not None, timeout=WAIT_MS)
    finally:
        far.kill()


def test_a_closed_window_leaves_no_link_and_answers_no_question(
    window: MainWindow, node: FakeNode, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    import threading

    attach(window, qtbot, Connection("prod", server.address))
    assert any(thread.name == "link" for thread in threading.enumerate())
    window.close()
    window.bridge.close()
    window.opening.close()
    assert not any(thread.name == "link" for thread in threading.enumerate())
