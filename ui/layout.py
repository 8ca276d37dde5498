"""Where the docks are: the perspectives, and the file that keeps the user's own arrangement."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow

from ui.settings import Record, RecordFile, text
from ui.widgets.dock import Dock

VERSION = 1
"""Grows when panels come or go in a way that makes old arrangements wrong."""
LEFT, RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
PERSPECTIVES = ("operate", "debug")


def arrange(window: QMainWindow, docks: Mapping[str, Dock], perspective: str) -> None:
    """Put the docks as the perspective has them."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    if perspective == "debug":
        _debug(window, docks)
    else:
        _operate(window, docks)
    for dock in docks.values():
        dock.show()
    docks["messages" if perspective == "debug" else "actors"].raise_()
    docks["editor"].raise_()


def _operate(window: QMainWindow, docks: Mapping[str, Dock]) -> None:
    """Actors over the graphs at the left; source and messages as tabs at the right, the log below them."""
    width, height = window.width(), window.height()
    window.addDockWidget(LEFT, docks["actors"])
    window.splitDockWidget(docks["actors"], docks["editor"], ACROSS)
    window.splitDockWidget(docks["actors"], docks["graphs"], DOWN)
    window.splitDockWidget(docks["editor"], docks["log"], DOWN)
    window.tabifyDockWidget(docks["editor"], docks["messages"])
    window.resizeDocks([docks["actors"], docks["editor"]], [width * 56 // 100, width * 44 // 100], ACROSS)
    window.resizeDocks([docks["actors"], docks["graphs"]], [height * 50 // 100, height * 36 // 100], DOWN)
    window.resizeDocks([docks["editor"], docks["log"]], [height * 60 // 100, height * 26 // 100], DOWN)


def _debug(window: QMainWindow, docks: Mapping[str, Dock]) -> None:
    """Source large at the left with the log below; messages over the actors at the right, graphs as a tab."""
    width, height = window.width(), window.height()
    window.addDockWidget(LEFT, docks["editor"])
    window.splitDockWidget(docks["editor"], docks["messages"], ACROSS)
    window.splitDockWidget(docks["editor"], docks["log"], DOWN)
    window.splitDockWidget(docks["messages"], docks["actors"], DOWN)
    window.tabifyDockWidget(docks["actors"], docks["graphs"])
    docks["actors"].raise_()
    window.resizeDocks([docks["editor"], docks["messages"]], [width * 54 // 100, width * 46 // 100], ACROSS)
    window.resizeDocks([docks["editor"], docks["log"]], [height * 62 // 100, height * 24 // 100], DOWN)
    window.resizeDocks([docks["messages"], docks["actors"]], [height * 42 // 100, height * 44 // 100], DOWN)


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
        arrange(window, docks, perspective)
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
