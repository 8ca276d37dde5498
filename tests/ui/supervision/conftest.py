"""A window on a real node with the Supervision panel in front, and the tree editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from real_node import QuickNode, quick_node, shop
from tree_editing import edit

from ui.main_window import MainWindow
from ui.panels.supervision.editor.editing import Editing
from ui.panels.supervision.editor.window import TreeEditor
from ui.panels.supervision.panel import SupervisionPanel
from workbench.api import SpawnOptions


@pytest.fixture
def real() -> Iterator[QuickNode]:
    """A node on which one actor runs, so that the sample does not start."""
    with quick_node() as node:
        node.actors.spawn("fragile", options=SpawnOptions(name="alone"))
        yield node


@pytest.fixture
def window(open_window: Callable[..., MainWindow], real: QuickNode) -> MainWindow:
    made = open_window(real)
    made.raise_panel("supervision")
    return made


@pytest.fixture
def panel(window: MainWindow) -> SupervisionPanel:
    found = window.panels["supervision"]
    assert isinstance(found, SupervisionPanel)
    return found


@pytest.fixture
def editing(panel: SupervisionPanel) -> Editing:
    return panel.editing


@pytest.fixture
def running(window: MainWindow, real: QuickNode, qtbot: QtBot) -> TreeEditor:
    """The editor with the running tree `shop`, `second` chosen."""
    shop(real)
    return edit(window, "second", qtbot)
