"""Where the docks are: the perspectives, and the file that keeps the user's own arrangement."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow

from ui.settings import Record, RecordFile, text
from ui.widgets.dock import Dock

VERSION = 7
"""Grows when panels come or go in a way that makes old arrangements wrong."""
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
SHARES = {
    "operate": (
        (("actors", "editor"), (54, 46), ACROSS),
        (("actors", "graphs"), (50, 36), DOWN),
        (("editor", "log"), (62, 24), DOWN),
    ),
    "debug": (
        (("editor", "messages"), (54, 46), ACROSS),
        (("editor", "log"), (64, 22), DOWN),
        (("messages", "actors"), (44, 42), DOWN),
    ),
    "data": (
        (("keyvalue", "messages"), (60, 40), ACROSS),
        (("keyvalue", "log"), (76, 24), DOWN),
        (("messages", "actors"), (46, 54), DOWN),
    ),
}
"""Percent of the window, by docks that lie side by side or one over the other."""
PERSPECTIVES = tuple(SHARES)
DATA = ("keyvalue", "tuplespace", "channels", "groups", "locks", "registry", "blobs", "journal")
"""What the services hold: in front in the perspective Data, elsewhere shown when it is asked for."""


EVERYWHERE = frozenset(("actors", "modules", "supervision", "capabilities", "editor", "messages", "graphs", "log"))
SHOWN = {"operate": EVERYWHERE, "debug": EVERYWHERE | {"sequence"}, "data": EVERYWHERE | {*DATA}}
"""Which panels are there at once; the others come when they are asked for."""


def arrange(window: QMainWindow, docks: Mapping[str, Dock], perspective: str) -> None:
    """Put the docks as the perspective has them."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    {"operate": _operate, "debug": _debug, "data": _data}[perspective](window, docks)
    for name, dock in docks.items():
        dock.setVisible(name in SHOWN[perspective])
    docks["actors"].raise_()
    docks["keyvalue" if perspective == "data" else "editor"].raise_()
    proportion(window, docks, perspective)


def proportion(window: QMainWindow, docks: Mapping[str, Dock], perspective: str) -> None:
    """Give each dock its share. Qt has to have laid the docks out before, so the window asks for this once more."""
    width, height = window.width(), window.height()
    for names, shares, way in SHARES[perspective]:
        total = width if way == ACROSS else height
        window.resizeDocks([docks[name] for name in names], [total * share // 100 for share in shares], way)


def _operate(window: QMainWindow, docks: Mapping[str, Dock]) -> None:
    """Actors, modules and trees over the graphs at the left; source and messages as tabs at the right, log below."""
    window.addDockWidget(LEFT, docks["actors"])
    window.splitDockWidget(docks["actors"], docks["editor"], ACROSS)
    window.splitDockWidget(docks["actors"], docks["graphs"], DOWN)
    window.splitDockWidget(docks["editor"], docks["log"], DOWN)
    _tabs(window, docks, "editor", "messages", "sequence")
    _tabs(window, docks, "actors", "modules", "supervision", "capabilities", *DATA)


def _debug(window: QMainWindow, docks: Mapping[str, Dock]) -> None:
    """Source large at the left, the log below; messages over the actors at the right, the other panels as tabs."""
    window.addDockWidget(LEFT, docks["editor"])
    window.splitDockWidget(docks["editor"], docks["messages"], ACROSS)
    window.splitDockWidget(docks["editor"], docks["log"], DOWN)
    window.splitDockWidget(docks["messages"], docks["actors"], DOWN)
    _tabs(window, docks, "editor", "sequence")
    _tabs(window, docks, "actors", "graphs", "modules", "supervision", "capabilities", *DATA)
    docks["actors"].raise_()


def _data(window: QMainWindow, docks: Mapping[str, Dock]) -> None:
    """What the services hold large at the left, the log below; messages over the actors, the other panels as tabs."""
    first = DATA[0]
    window.addDockWidget(LEFT, docks[first])
    window.splitDockWidget(docks[first], docks["messages"], ACROSS)
    window.splitDockWidget(docks[first], docks["log"], DOWN)
    window.splitDockWidget(docks["messages"], docks["actors"], DOWN)
    _tabs(window, docks, *DATA)
    _tabs(window, docks, "messages", "editor", "sequence")
    _tabs(window, docks, "actors", "graphs", "modules", "supervision", "capabilities")
    docks["messages"].raise_()


def _tabs(window: QMainWindow, docks: Mapping[str, Dock], *names: str) -> None:
    """One behind the other, in this order."""
    for front, back in pairwise(names):
        window.tabifyDockWidget(docks[front], docks[back])


def record(window: QMainWindow, perspective: str) -> Record:
    return {
        "version": VERSION, "perspective": perspective,
        "state": _text(window.saveState(VERSION)), "geometry": _text(window.saveGeometry()),
    }  # fmt: skip


def restore(window: QMainWindow, docks: Mapping[str, Dock], file: RecordFile) -> tuple[str, str]:
    """Put the docks as they were: (perspective, what was wrong with the file or an empty text)."""
    found = file.read()
    perspective = text(found, "perspective", PERSPECTIVES[0])
    perspective = perspective if perspective in PERSPECTIVES else PERSPECTIVES[0]
    if found and window.restoreGeometry(_bytes(found, "geometry")):
        for dock in docks.values():  # not tabbed: tab bars that the restored state has no use for would stay
            window.addDockWidget(LEFT, dock)
        if found.get("version") == VERSION and window.restoreState(_bytes(found, "state"), VERSION):
            return perspective, ""
    arrange(window, docks, perspective)
    if not found and not file.broken:
        return perspective, ""
    problem = file.broken or f"{file.path.name} holds no arrangement that this version can use"
    file.discard()
    return perspective, problem


def _text(data: QByteArray) -> str:
    return base64.b64encode(data.data()).decode()


def _bytes(found: Record, key: str) -> QByteArray:
    try:
        return QByteArray(base64.b64decode(text(found, key), validate=True))
    except ValueError:
        return QByteArray()
