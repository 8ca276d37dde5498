"""What is said of connections in the window: names, logs of nodes that started anew, what is off and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from far import far_node
from keychains import MemoryKeychain
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from tests.ui.test_nodes import WAIT_MS, add, attach, choose, dialog, panel_of, phase
from ui.attachments import stale_text
from ui.dialogs.node_comparison import NodeComparison
from ui.main_window import MainWindow
from ui.panels.editor.panel import EditorPanel
from ui.panels.nodes.deeds import named_after
from ui.widgets.empty_state import EmptyState
from workbench.api import SpawnOptions
from workbench.api.connections import Connection, ConnectionState, Mode, Peer, Phase, Verdict
from workbench.rpc.server import Server

TALKS = b"""
from plexspaces import GenServer


class Talks(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        print(message_type)
        return ""
"""


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


def test_a_name_that_is_taken_is_said_in_the_form_which_keeps_what_was_typed(
    window: MainWindow, far: QuickNode, server: Server, memory: MemoryKeychain, qtbot: QtBot
) -> None:
    add(window, qtbot, Connection("prod", "127.0.0.1:1"), Connection("127.0.0.1", "127.0.0.1:2"))
    window.desk.actions.run("nodes.new")
    form = dialog(qtbot)
    form.address.setText(server.address)
    form.name.setText("prod")
    form.token.setText(far.tokens.create("ci").secret)
    form.go.click()
    qtbot.waitUntil(lambda: "there is a connection 'prod' already; choose another name" in form.foot.text())
    assert form.isVisible() and form.edited is None and form.token.text() and form.go.isEnabled()
    assert window.desk.attachments.store.get("prod").address == "127.0.0.1:1"
    form.name.clear()  # as the host is called, which another one is called already
    form.go.click()
    qtbot.waitUntil(lambda: phase(window, "127.0.0.1 2") is Phase.ATTACHED, timeout=WAIT_MS)
    assert len(memory.held) == 1
    choose(window, "127.0.0.1 2")
    window.desk.actions.run("nodes.edit")
    form = dialog(qtbot)
    form.name.setText("prod")
    form.save.click()
    qtbot.waitUntil(lambda: "there is a connection 'prod' already" in form.foot.text())
    assert form.isVisible()
    form.name.clear()
    assert form.connection().name == "127.0.0.1 2"
    form.reject()
    window.desk.attachments.detach("127.0.0.1 2")


def test_a_connection_that_is_renamed_is_tested_with_the_token_that_is_stored(
    window: MainWindow, far: QuickNode, server: Server, memory: MemoryKeychain, qtbot: QtBot
) -> None:
    secret = far.tokens.create("ci").secret
    add(window, qtbot, Connection("prod", server.address))
    window.desk.attachments.store.keychain.set("prod", secret)
    assert list(memory.held.values()) == [secret]
    choose(window, "prod")
    window.desk.actions.run("nodes.edit")
    form = dialog(qtbot)
    form.name.setText("production")
    form.test.click()
    qtbot.waitUntil(lambda: form.foot.text() not in ("", "Asking …"), timeout=WAIT_MS)
    assert "It answers in" in form.foot.text()
    form.reject()


def test_the_log_of_a_node_that_started_anew_is_shown_from_its_first_line(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    log = window.panels["log"]

    def shown() -> list[str]:
        return [row.line.message for row in log.model.rows]  # type: ignore[attr-defined]

    def talk(address: str, name: str, times: int) -> None:
        with workbench.connect(f"grpc://{address}") as remote:
            remote.modules.deploy(TALKS, file_name="talks.py", alias="talks")
            remote.actors.spawn("talks", options=SpawnOptions(name=name))
            for number in range(times):
                remote.actors.ask(name, f"{name}-{number}")

    with far_node(tmp_path / "far") as far:
        attach(window, qtbot, Connection("prod", far.address))
        window.raise_panel("log")
        talk(far.address, "first", 30)
        qtbot.waitUntil(lambda: "first-29" in shown(), timeout=WAIT_MS)
        far.kill()
        qtbot.waitUntil(lambda: phase(window, "prod") is Phase.STALE, timeout=WAIT_MS)
        assert "first-29" in shown()
        far.start()
        window.desk.answered.emit("attach:prod")
        qtbot.waitUntil(lambda: phase(window, "prod") is Phase.ATTACHED, timeout=WAIT_MS)
        talk(far.address, "second", 1)
        qtbot.waitUntil(lambda: "second-0" in shown(), timeout=WAIT_MS)
        assert "first-29" not in shown()
        window.desk.actions.run("nodes.detach")


def test_nothing_of_a_live_node_over_a_read_only_connection_is_told_as_of_a_session(
    window: MainWindow, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address, mode=Mode.READ_ONLY))
    lines = {name: [each.line.text() for each in panel.findChildren(EmptyState)]
             for name, panel in window.panels.items()}  # fmt: skip
    assert any("No keys yet" in line for line in lines["keyvalue"])
    told = [line for name, each in lines.items() if name != "session" for line in each]
    assert [line for line in told if "moment" in line or "session" in line] == []
    window.desk.attachments.detach("prod")


def test_what_a_question_says_is_not_followed_by_a_comma() -> None:
    asks = ConnectionState(Phase.STALE, 0.0, why="is the port the one it printed?")
    assert stale_text(asks).startswith("is the port the one it printed? Since ")
    cut = ConnectionState(Phase.STALE, 0.0, why="it was cut.")
    assert stale_text(cut).startswith("it was cut, since ")


def test_the_editor_sends_nothing_over_a_read_only_connection_and_says_why(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    editor = window.panels["editor"]
    assert isinstance(editor, EditorPanel)
    window.raise_panel("editor")
    doc = editor.new("gen_event")
    far.actors.spawn("fragile", options=SpawnOptions(name=doc.actor))
    attach(window, qtbot, Connection("free", server.address))
    window.raise_panel("editor")
    qtbot.waitUntil(doc.strip.send.isEnabled, timeout=WAIT_MS)
    attach(window, qtbot, Connection("prod", server.address, mode=Mode.READ_ONLY))
    window.raise_panel("editor")
    qtbot.waitUntil(lambda: doc.strip.info is not None and not doc.strip.send.isEnabled(), timeout=WAIT_MS)
    assert "prod is a read-only connection" in doc.strip.send.toolTip()


def test_the_mark_of_a_connection_wraps_where_there_is_no_room(
    window: MainWindow, server: Server, qtbot: QtBot
) -> None:
    name = "the shop of the north in production, second hall"
    window.resize(900, 700)
    attach(window, qtbot, Connection(name, server.address, mode=Mode.CONFIRM))
    said = window.elsewhere.said
    assert "is asked about before it is sent." in said.toolTip()
    qtbot.waitUntil(lambda: said.width() > 1 and said.height() >= said.heightForWidth(said.width()))
    assert said.heightForWidth(said.width()) > said.fontMetrics().height() * 1.5


def test_nodes_of_one_name_are_told_apart_when_they_are_compared(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    add(window, qtbot, Connection("local", server.address))  # as the window's own node is called
    qtbot.waitUntil(lambda: window.desk.attachments.find("local") is not None)
    window.desk.attachments.attach("local")
    qtbot.waitUntil(lambda: phase(window, "local") is Phase.ATTACHED, timeout=WAIT_MS)
    window.desk.actions.run("nodes.compare")
    qtbot.waitUntil(lambda: bool(window.findChildren(NodeComparison)))
    found = window.findChildren(NodeComparison)[0]
    qtbot.waitUntil(lambda: bool(found.model.rows), timeout=WAIT_MS)
    assert {(row.what, row.name): row.verdict for row in found.model.rows}["actor", "distant"] is Verdict.RIGHT
    assert found.left.currentText() != found.right.currentText() == f"local ({server.address})"
    found.left.setCurrentIndex(found.right.currentIndex())
    found.read()
    qtbot.waitUntil(lambda: not found.model.rows, timeout=WAIT_MS)
    assert "different" not in found.said.text()


@pytest.mark.parametrize("name", ["twin\x07\n a", ":", ".", "-x", "x" * 63 + ": y", "\x7f"])
def test_a_connection_can_be_called_after_any_peer(name: str) -> None:
    peer = Peer(name, "127.0.0.1:5", "healthy")
    made = Connection(named_after(peer), peer.address)
    assert made.name in ("twin a", "127.0.0.1:5", "x", "x" * 63)


def test_a_peer_with_a_name_that_no_connection_can_have_is_offered_for_attaching(
    window: MainWindow, far: QuickNode, server: Server, qtbot: QtBot
) -> None:
    attach(window, qtbot, Connection("prod", server.address))
    far.registry.register("twin\x07", object_type="node", address=server.address)
    choose(window, "prod")
    window.desk.actions.run("nodes.peers")
    qtbot.waitUntil(lambda: any(line.peer is not None for line in panel_of(window).view.all), timeout=WAIT_MS)
    choose(window, "twin\x07")
    window.desk.actions.run("nodes.attach_peer")
    form = dialog(qtbot)
    assert form.connection().name == "twin"
    form.reject()
    window.desk.attachments.detach("prod")
