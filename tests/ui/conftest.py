"""Real widgets on the offscreen platform, a fake node behind them. An unexpected warning of Qt fails the test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from qasync import QEventLoop

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from answering import Answer, answering  # noqa: E402
from fake_node import FakeNode  # noqa: E402
from windows import OFFSCREEN, close, running_loop  # noqa: E402

from ui.app import window_for  # noqa: E402
from ui.main_window import MainWindow  # noqa: E402
from ui.opening import Doors  # noqa: E402
from ui.settings import RecordFile, Settings, config_directory  # noqa: E402
from ui.tidying import Tidying  # noqa: E402
from workbench.api import Node, ProgressCallback, SpawnOptions  # noqa: E402
from workbench.data import directory  # noqa: E402


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            item.add_marker(pytest.mark.qt_log_ignore(*OFFSCREEN, extend=True))


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(scope="session")
def loop(qapp: QApplication) -> Iterator[QEventLoop]:
    yield from running_loop(qapp)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has its own configuration folder."""
    path = tmp_path / "config"
    monkeypatch.setenv("WORKBENCH_CONFIG_DIR", str(path))
    return path


@pytest.fixture
def answer(qapp: QApplication) -> Iterator[Answer]:
    """Presses a button in what the app asks."""
    assert qapp is not None
    with answering() as found:
        yield found


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def open_window(
    qapp: QApplication, loop: QEventLoop, qtbot: QtBot, node: FakeNode
) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows as `main` does, each with the settings that are on disk then; closes them in the end."""
    opened: list[MainWindow] = []

    def make(given: FakeNode | None = None) -> MainWindow:
        there = given or node
        settings = Settings.of(RecordFile(config_directory() / "settings.json").read())
        window = window_for(loop, Doors(lambda: there, sample), settings)
        opened.append(window)
        window.show()
        window.start()
        qtbot.waitUntil(lambda: window.opening.ready)
        return window

    yield make
    for window in opened:
        close(window)


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    return open_window()


@pytest.fixture
def tidied(window: MainWindow) -> Iterator[None]:
    """As in the app: Python's own full collection of garbage, of all that other tests left, would hold any slot."""
    with closing(Tidying(window)):
        yield


def sample(node: Node, progress: ProgressCallback) -> None:
    """Four actors of the sample's sources."""
    for name, file in (("counter", "counter_actor"), ("events", "event_actor"), ("workflow", "fsm_actor")):
        data = (directory("resources") / "actors" / f"{file}.py").read_bytes()
        node.modules.deploy(data, file_name=f"{file}.py", alias=file, progress=progress)
        node.actors.spawn(file, options=SpawnOptions(name=name))
