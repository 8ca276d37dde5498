"""What a window shows is complete again after its node was away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

from tests.wire.processes import NodeProcess
from ui.bridge import Bridge
from workbench.api import Area
from workbench.rpc.client import RemoteNode

PATIENCE_MS = 60_000


def test_after_a_gap_every_area_is_read_again(qtbot: QtBot, loop: QEventLoop, tmp_path: Path) -> None:
    with (
        NodeProcess(tmp_path / "workspace", program=("tests.wire.storm",)) as process,
        RemoteNode(process.address) as node,
    ):
        bridge, owner = Bridge(loop), QObject()
        seen: list[frozenset[Area]] = []
        bridge.changed.connect(seen.append)
        bridge.follow(node)
        process.tell("100 1")
        qtbot.waitUntil(lambda: any(Area.REGISTRY in areas for areas in seen), timeout=PATIENCE_MS)
        assert frozenset(Area) not in seen
        process.kill()
        process.start()
        qtbot.waitUntil(lambda: frozenset(Area) in seen, timeout=PATIENCE_MS)
        seen.clear()
        process.tell("100 1")
        qtbot.waitUntil(lambda: any(Area.REGISTRY in areas for areas in seen), timeout=PATIENCE_MS)
        bridge.close()
        owner.deleteLater()
