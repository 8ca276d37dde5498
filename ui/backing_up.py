"""File > Back up workspace, Restore: a workspace as one file, and a workspace made of one, as jobs with a cancel."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from ui import format as show
from ui.commands import command
from ui.desk import Desk
from ui.dialogs.asking import ask_where, asking, chosen
from workbench.api import Invalid
from workbench.api.backups import BackupInfo

FILES = "Backups of workspaces (*.zip)"


class BackingUp(QObject):
    """One per window. A backup is of the workspace of the node that is shown, if that is on this machine."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        desk.actions.bind("file.backup", lambda: self._start(self._ask_create()))
        desk.actions.bind("file.restore", lambda: self._start(self._ask_restore()))
        desk.node_changed.connect(self._show)
        desk.nodes.changed.connect(self._show)
        self._show()

    def _start(self, work: Coroutine[object, None, None]) -> None:
        self._desk.bridge.start(self, work, self._desk.failed)

    def why_not(self) -> str:
        """Why the workspace of what is shown cannot be backed up from here, as a sentence; empty when it can."""
        held = self._desk.nodes.current
        if held is None:
            return self._desk.absence or "There is no node yet."
        if held.path is not None:
            return "A recorded session is shown, which is a file already and has no workspace."
        if held.connection is not None:
            return f"The workspace of {held.name} is on its machine: run workbench backup create there."
        return "" if held.workspace else "This node has no workspace that is known here."

    def _show(self) -> None:
        self._desk.actions.refuse(self.why_not(), "file.backup")

    async def _ask_create(self) -> None:
        held = self._desk.nodes.current
        if held is None or self.why_not():
            return
        name = f"{Path(held.workspace).name}-{time.strftime('%Y-%m-%d')}.zip"
        path = await ask_where(self._window, "Back up the workspace", name, FILES, "zip")
        if path is not None:
            await self.create(held.workspace, path)

    async def create(self, workspace: str, path: Path) -> None:
        """With progress and cancel. What is damaged in the workspace is told, and all else is in the file."""
        import workbench

        with self._desk.jobs.doing(path.name, "backing up") as job:
            found = await self._desk.bridge.call(
                lambda: workbench.create_backup(workspace, path, progress=job.report, cancel=job.cancel)
            )
            tone = "warn" if found.problems else "ok"
            said = f"{path} holds {contents(found)}."
            self._desk.notice(f"{said} {_wrong(found)}".strip(), tone, details=_details(found), key="backup")

    async def _ask_restore(self) -> None:
        with asking(QFileDialog(self._window, "Restore which backup?", "", FILES)) as files:
            files.setFileMode(QFileDialog.FileMode.ExistingFile)
            path = await chosen(files)
        if path is None:
            return
        with asking(QFileDialog(self._window, "Into which empty folder?")) as folders:
            folders.setFileMode(QFileDialog.FileMode.Directory)
            folders.setOption(QFileDialog.Option.ShowDirsOnly)
            folder = await chosen(folders)
        if folder is not None:
            await self.restore(path, folder)

    async def restore(self, path: Path, folder: Path) -> None:
        """Into a folder that is empty or not there yet, whole or not at all. What this window shows is not touched."""
        import workbench

        with self._desk.jobs.doing(path.name, "restoring the backup") as job:
            found = await self._desk.bridge.call(
                lambda: workbench.restore_backup(path, folder, progress=job.report, cancel=job.cancel)
            )
            if found.problems:
                raise Invalid("; ".join(found.problems))
            opened = command("", at=("--workspace", str(folder)))
            self._desk.notice(
                f"{folder} is a workspace with {contents(found)}. A window opens on it with: {opened}", "ok",
                details=_details(found), key="restore",
            )  # fmt: skip


def contents(found: BackupInfo) -> str:
    """How much there is, in words."""
    modules, blobs = show.plural(found.modules, "module"), show.plural(found.blobs, "blob")
    return f"{modules} and {blobs}, {show.size(found.held_bytes)} on disk, {show.size(found.size_bytes)} as a file"


def _wrong(found: BackupInfo) -> str:
    return f"Not whole: {found.problems[0]}." if found.problems else ""


def _details(found: BackupInfo) -> str:
    elsewhere = [f"not in it: what is kept in {url}" for url in found.elsewhere]
    return "\n".join([*found.problems, *elsewhere])
