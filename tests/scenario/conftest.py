"""The real app in this process: real widgets, key and mouse events, a real node on a workspace of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from windows import OFFSCREEN, close, running_loop

from ui.app import window_for
from ui.main_window import MainWindow
from ui.opening import doors
from ui.settings import Settings

PATIENCE_MS = 120_000
"""The interpreter may have to be built first, once per machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*OFFSCREEN, extend=True))


@pytest.fixture(scope="session")
def loop(qapp: QApplication) -> Iterator[QEventLoop]:
    yield from running_loop(qapp)


@pytest.fixture
def window(qtbot: QtBot, loop: QEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The app as it first starts: no settings, an empty workspace, the sample system comes up."""
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(tmp_path / "config"))
    made = window_for(loop, doors(f"embedded:{tmp_path / 'workspace'}"), Settings())
    made.show()
    made.start()
    qtbot.waitUntil(lambda: made.opening.ready, timeout=PATIENCE_MS)
    yield made
    close(made)
