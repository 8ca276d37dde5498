"""What an older node does not offer is hidden with that reason; what cannot be attached to is told in the window."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from far import cutting_proxy
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node

import workbench
from tests.connections.test_offered import older
from tests.ui.test_nodes import WAIT_MS, attach, choose, line_of, panel_of, phase
from ui.actions import BY_ID, CHANGES
from ui.dialogs.palette import HINT
from ui.main_window import MainWindow
from ui.offered import METHODS
from ui.panels.nodes.rows import tip
from workbench.api.connections import Connection, Phase
from workbench.rpc.client.mode import is_changing
from workbench.rpc.client.pulse import services

KNOWN = {f"{service.name}.{method.name}" for service in services() for method in service.methods}


def test_every_action_that_changes_a_node_has_its_method_and_every_method_exists() -> None:
    assert set(METHODS) <= set(BY_ID)
    assert set(METHODS.values()) <= KNOWN
    of_node = {action for action in CHANGES if not action.startswith(("node.", "message."))}
    assert of_node - set(METHODS) <= {"module.users", "module.copy_hash", "tuple.build", "tuple.copy"}


def test_the_actions_that_are_refused_on_a_read_only_connection_are_those_whose_methods_change_something() -> None:
    changing = {
        action for action, method in METHODS.items() if is_changing(f"/plexspaces.v1.{method.replace('.', '/')}")
    }
    in_a_form = {"message.edit", "tree.apply"}  # one only fills a form, the other is in one that nobody opens there
    assert changing - in_a_form == CHANGES & set(METHODS)


def test_what_an_older_node_lacks_is_hidden_with_its_reason_and_seen_again_elsewhere(
    window: MainWindow, qtbot: QtBot
) -> None:
    with quick_node() as node, older(node, services=("Locks", "Channels")) as address:
        attach(window, qtbot, Connection("old", address))
        actions = window.desk.actions
        assert not actions["lock.force"].isVisible()
        assert not actions["queue.send"].isVisible()
        assert actions["key.new"].isVisible()
        assert actions.why_hidden("lock.force") == ("This node is of an older version and does not offer Locks.Force.")
        assert "does not offer Channels, Locks" in tip(line_of(window, "old"))
        window.desk.actions.run("view.palette")
        palette = window.jumps.dialog
        assert palette is not None
        qtbot.keyClicks(palette.line, "Send to a queue")
        hints = [palette.list.item(at).data(HINT) for at in range(palette.list.count())]
        assert any("does not offer Channels.Send" in hint for hint in hints), hints
        palette.close()
        window.desk.actions.run("nodes.running")
        assert actions["lock.force"].isVisible()
        assert actions.why_hidden("lock.force") == ""
        choose(window, "old")
        window.desk.actions.run("nodes.detach")


@pytest.mark.parametrize(("address", "says"), [
    ("no-such-host.invalid:50051", "no host is called"), ("127.0.0.1:1", "nothing listens at port 1"),
])  # fmt: skip
def test_the_window_says_why_a_node_is_not_attached_and_what_to_try(
    window: MainWindow, qtbot: QtBot, address: str, says: str
) -> None:
    _told(window, qtbot, Connection("bad", address), says)


def test_the_window_says_what_is_wrong_about_tls_silence_and_self_signed_certificates(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    workbench.make_certificates(tmp_path / "certs")
    ca = str(tmp_path / "certs" / "ca.pem")
    files = {name: str(tmp_path / "certs" / file) for name, file in
             (("tls_cert", "server.pem"), ("tls_key", "server-key.pem"))}  # fmt: skip
    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as plain:
        node.tokens.create("ci")
        _told(window, qtbot, Connection("plain", plain.address, tls_ca=ca), "speaks without TLS")
        with workbench.serve(node, listen="127.0.0.1:0", **files) as secure:  # type: ignore[arg-type]
            _told(window, qtbot, Connection("secure", secure.address), "speaks TLS")
            _told(window, qtbot, Connection("foreign", secure.address, tls_ca="system"), "signed by nobody whom")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _told(window, qtbot, Connection("silent", f"127.0.0.1:{silent.getsockname()[1]}"), "does not speak as a node")


def test_the_window_warns_of_a_proxy_that_cuts_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    with quick_node() as node, workbench.serve(node, listen="127.0.0.1:0") as server:
        with cutting_proxy(server.address, 2.0) as address:
            started = time.monotonic()
            attach(window, qtbot, Connection("cut", address))
            qtbot.waitUntil(
                lambda: any("is cut every 2.0 s" in n.text for n in window.notices.notices), timeout=WAIT_MS
            )
            assert time.monotonic() - started < 5.0
            _still(window, qtbot, node)
        window.desk.attachments.detach("cut")


def _still(window: MainWindow, qtbot: QtBot, node: QuickNode) -> None:
    """What changes there is still seen."""
    node.keyvalue.put("colour", "blue")
    window.raise_panel("keyvalue")
    keys = window.panels["keyvalue"]
    qtbot.waitUntil(lambda: bool(keys.model.rows), timeout=WAIT_MS)  # type: ignore[attr-defined]


def _told(window: MainWindow, qtbot: QtBot, connection: Connection, says: str) -> None:
    window.desk.attachments.store.add(connection)
    window.desk.attachments.refresh()
    qtbot.waitUntil(lambda: window.desk.attachments.find(connection.name) is not None)
    started = time.monotonic()
    window.desk.attachments.attach(connection.name)
    qtbot.waitUntil(lambda: any(says in n.text for n in window.notices.notices), timeout=WAIT_MS)
    assert time.monotonic() - started < 5.0
    assert phase(window, connection.name) is Phase.ATTACHING
    assert says in tip(next(line for line in panel_of(window).view.all if line.name == connection.name))
    window.desk.attachments.detach(connection.name)
