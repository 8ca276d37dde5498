"""Help: the sheet of shortcuts, what this node is, and diagnostics for whoever is to find a fault."""

from __future__ import annotations

import time
from collections.abc import Coroutine, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Qt, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.desk import Desk
from ui.dialogs.asking import ask_and_wait, ask_where, asking
from ui.dialogs.diagnostics import DiagnosticsDialog
from ui.dialogs.shortcuts import Shortcuts
from workbench.api.diagnostics import DiagnosticsPart

FILES = "Diagnostics (*.zip)"


class Helping(QObject):
    """One per window."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        desk.actions.bind("help.shortcuts", self._show_shortcuts)
        desk.actions.bind("help.about", lambda: self._start(self._about()))
        desk.actions.bind("help.diagnostics", lambda: self._start(self._ask_save()))

    def _start(self, work: Coroutine[object, None, None]) -> None:
        self._desk.bridge.start(self, work, self._desk.failed)

    def _show_shortcuts(self) -> None:
        dialog = Shortcuts(self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    async def _about(self) -> None:
        desk = self._desk
        if desk.node is not None:
            info = await desk.bridge.call(desk.node.info)
            desk.notice(
                f"Actor Workbench {info.version}, node {info.name}, wasmtime {info.wasmtime}, {info.workers} workers.",
                details=repr(info),
            )

    # diagnostics

    async def diagnose(self) -> Sequence[DiagnosticsPart]:
        """Of the node that is shown, or without one: then why there is none is in it."""
        import workbench

        desk, held = self._desk, self._desk.nodes.current
        own = {"window.json": self._of_window()}
        workspace = held.workspace if held is not None and held.connection is None and held.path is None else ""
        node = held.node if held is not None else None
        return await desk.bridge.call(
            lambda: workbench.diagnose(
                node, workspace=workspace, problem="" if node is not None else desk.absence,
                secrets=desk.attachments.secrets(), beside=own,
            )
        )  # fmt: skip

    def _of_window(self) -> dict[str, object]:
        """On the Qt thread, before the rest."""
        desk = self._desk
        screens = [
            f"{screen.size().width()} x {screen.size().height()} at {screen.devicePixelRatio():g}"
            for screen in QGuiApplication.screens()
        ]
        return {
            "qt": qVersion(),
            "qt_platform": QGuiApplication.platformName(),
            "screens": screens,
            "settings": desk.settings.record(),
            "nodes": [_kind(held.path is not None, held.connection is not None) for held in desk.nodes.held],
            "jobs": [job.text for job in desk.jobs.running],
        }

    async def _ask_save(self) -> None:
        parts = await self.diagnose()
        with asking(DiagnosticsDialog(self._window, parts)) as dialog:
            if not await ask_and_wait(dialog):
                return
        name = f"workbench-diagnostics-{time.strftime('%Y-%m-%d')}.zip"
        path = await ask_where(self._window, "Save diagnostics", name, FILES, "zip")
        if path is not None:
            await self.save(parts, path)

    async def save(self, parts: Sequence[DiagnosticsPart], path: Path) -> None:
        """Just these parts, as they were shown."""
        import workbench

        await self._desk.bridge.call(workbench.save_diagnostics, parts, path)
        self._desk.notice(f"{len(parts):,} parts of diagnostics are in {path}.", "ok", key="diagnostics")


def _kind(recorded: bool, elsewhere: bool) -> str:
    return "recorded session" if recorded else "elsewhere" if elsewhere else "this window's own"
