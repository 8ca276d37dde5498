"""Pictures of nodes elsewhere: the Nodes panel, the form of a connection, two nodes compared, what was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtWidgets import QWidget

import workbench
from ui.demo import until
from ui.dialogs.connection import ConnectionDialog
from ui.dialogs.doings import DoingsDialog
from ui.dialogs.node_comparison import NodeComparison
from ui.main_window import MainWindow
from ui.panels.nodes.panel import NodesPanel
from workbench.api import SpawnOptions
from workbench.api.connections import Connection, Mode, Phase

Alone = Callable[[MainWindow, str, str], Awaitable[None]]
Save = Callable[[QWidget, str], None]
Settle = Callable[[], Awaitable[None]]
SAMPLES = Path(__file__).resolve().parent.parent / "resources" / "actors"
PEERS = ("store-eu-2", "store-eu-3")


class Elsewhere:
    """Attaches the window to a second node, which lives as long as the pictures take."""

    def __init__(self, window: MainWindow, folder: Path, alone: Alone, save: Save, settle: Settle) -> None:
        self._window, self._folder = window, folder
        self._alone, self._save, self._settle = alone, save, settle

    async def take(self, look: str) -> None:
        call = self._window.desk.bridge.call
        far = await call(workbench.connect, f"embedded:{self._folder / f'elsewhere-{look}'}")
        with far, await call(lambda: workbench.serve(far, listen="127.0.0.1:0")) as server:
            await call(_fill, far)
            await self._attach(server.address)
            await self._pictures(look)
            for name in ("store-eu", "store-us", "staging"):
                self._window.desk.attachments.detach(name)
            await self._settle()
            await self._forget()

    async def _attach(self, address: str) -> None:
        attachments, call = self._window.desk.attachments, self._window.desk.bridge.call
        for each in (
            Connection("store-eu", address, colour="red", folder="Stores", mode=Mode.READ_ONLY),
            Connection("store-us", address, colour="orange", folder="Stores", mode=Mode.CONFIRM),
            Connection("staging", "127.0.0.1:1", colour="green", folder="Stores"),
            Connection("lab", "lab.example:50051", colour="blue", tls_ca="ca.pem", ssh="me@jump.example"),
        ):
            await call(attachments.store.add, each)
        await attachments.read()
        for name in ("store-eu", "store-us", "staging"):
            attachments.attach(name, shown=name == "store-eu")
        await until(
            lambda: (
                all(attachments.state(name).phase is Phase.ATTACHED for name in ("store-eu", "store-us"))
                and bool(attachments.state("staging").why)
            ),
            "two nodes that are attached and one that is not",
        )

    async def _pictures(self, look: str) -> None:
        window, panel = self._window, self._window.panels["nodes"]
        assert isinstance(panel, NodesPanel)
        for notice in window.notices.notices:
            window.notices.dismiss(notice.key)
        window.raise_panel("nodes")
        panel.select_key(("folder:Stores", "connection:store-eu"))
        window.desk.actions.run("nodes.peers")
        await until(lambda: any(line.peer is not None for line in panel.view.all), "peers")
        await self._alone(window, "nodes", f"nodes-{look}")
        window.set_perspective("operate")
        await self._settle()
        self._save(window, f"elsewhere-{look}")
        lab = window.desk.attachments.find("lab")
        form = ConnectionDialog(window, window.desk, lab, ["Stores"], _not_stored, edits=True, has_token=True)
        form.show()
        await self._settle()
        self._save(form, f"connection-{look}")
        form.reject()
        window.desk.actions.run("nodes.compare")
        await until(lambda: bool(_comparison(window) and _comparison(window)[-1].model.rows), "a comparison")
        compared = _comparison(window)[-1]
        compared.same.setChecked(True)
        await self._settle()
        self._save(compared, f"comparison-{look}")
        compared.close()
        window.desk.actions.run("done.show")
        await self._settle()
        done = window.findChildren(DoingsDialog)[-1]
        self._save(done, f"done-{look}")
        done.close()

    async def _forget(self) -> None:
        attachments, call = self._window.desk.attachments, self._window.desk.bridge.call
        for each in attachments.known:
            await call(attachments.store.remove, each.name)
        await attachments.read()


async def _not_stored(_: Connection) -> None:
    """The form is only looked at."""


def _comparison(window: MainWindow) -> list[NodeComparison]:
    return window.findChildren(NodeComparison)


def _fill(far: workbench.api.Node) -> None:
    """A few actors, and two peers."""
    data = (SAMPLES / "tally.wat").read_bytes()
    far.modules.deploy(data, file_name="tally.wat", alias="tally")
    for name in ("till", "desk", "door"):
        far.actors.spawn("tally", options=SpawnOptions(name=name))
    for number, name in enumerate(PEERS):
        far.registry.register(name, object_type="node", address=f"10.2.0.{9 + number}:50051")
