"""Module > Rehearse: other code on recorded turns, of the node or session that is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from ui.desk import Desk
from ui.dialogs.asking import ask_and_wait, asking
from ui.dialogs.rehearsal import DRAFT, RehearsalWindow
from ui.drops import packed
from ui.jobs import Job
from workbench.api import Conflict, Node, WorkbenchError

Draft = tuple[str, str, bytes]
"""Alias, name of the file and content of the document that is being written."""

FILES = "Actors (*.py *.wat *.wasm *.zip);;All files (*)"


class Rehearsing(QObject):
    """One per window. `draft` gives the document in front of the editor, or None; `chosen` the hash of the module that
    is chosen, or an empty text. `job` is the rehearsal that runs."""

    def __init__(
        self, desk: Desk, parent: QWidget, draft: Callable[[], Draft | None], chosen: Callable[[], str]
    ) -> None:
        super().__init__(parent)
        self._desk, self._parent, self._draft, self._chosen = desk, parent, draft, chosen
        self.window: RehearsalWindow | None = None
        self.job: Job | None = None
        desk.jobs.changed.connect(self._show_progress)
        desk.actions.bind("module.rehearse", self.show)

    def show(self) -> None:
        """For the module of the document, else for the chosen one."""
        if self._desk.node is not None:
            self._desk.bridge.start(self, self._open(self._desk.node), self._desk.failed)

    async def _open(self, node: Node) -> None:
        modules = await self._desk.bridge.call(node.modules.list)
        if not modules:
            self._desk.notice("No module is there whose turns could be rehearsed.", "warn")
            return
        if self.window is None:
            self.window = RehearsalWindow(self._desk, self._parent)
            self.window.start.clicked.connect(self._rehearse)
            self.window.progress.stop.clicked.connect(self._cancel)
            self.window.file_wanted.connect(self._choose_file)
        draft, held = self._draft(), self._desk.nodes.current
        written = draft[0] if draft is not None else ""
        of_draft = next((info.hash for info in modules if written in (*info.aliases, info.name)), "")
        where = f"the turns recorded in {held.name}" if held is not None else ""
        replaces = of_draft if draft is not None else self._chosen()
        self.window.offer(modules, draft[1] if draft is not None else "", where, replaces)
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        self.window.candidate.setFocus()

    def _choose_file(self) -> None:
        if self.window is not None:
            self._desk.bridge.start(self, self._ask_file(self.window), self._desk.failed)

    async def _ask_file(self, window: RehearsalWindow) -> None:
        with asking(QFileDialog(window, "Rehearse a file", "", FILES)) as files:
            files.setFileMode(QFileDialog.FileMode.ExistingFile)
            if await ask_and_wait(files) and files.selectedFiles():
                window.offer_file(Path(files.selectedFiles()[0]))

    def _rehearse(self) -> None:
        held, window = self._desk.nodes.current, self.window
        if held is None or window is None:
            return
        replaces = str(window.replaces.currentData() or "")
        candidate: str | Path | tuple[bytes, str] = window.candidate.currentData() or ""
        if not candidate or not replaces:
            missing = "the module that it takes the place of" if candidate else "the other code"
            window.show_failure(f"Choose {missing}.")
            (window.replaces if candidate else window.candidate).setFocus()
            return
        if candidate == DRAFT:
            draft = self._draft()
            if draft is None:
                window.show_failure("The document is not open any more.")
                return
            candidate = draft[2], draft[1]
        window.show_working()
        work = self._run(window, held.path or held.node, candidate, replaces)
        self._desk.bridge.start(self, work, lambda error: self._failed(window, error))

    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel.set()

    def _show_progress(self) -> None:
        if self.window is not None:
            self.window.progress.show_job(self.job)

    async def _run(
        self, window: RehearsalWindow, where: Node | Path, candidate: str | Path | tuple[bytes, str], replaces: str
    ) -> None:
        import workbench

        actors = window.names
        self.job = job = self._desk.jobs.begin("Rehearsal")
        self._show_progress()
        try:
            code = await self._desk.bridge.call(packed, candidate) if isinstance(candidate, Path) else candidate
            found = await self._desk.bridge.call(
                lambda: workbench.rehearse(
                    where, code, replaces=replaces, actors=actors, progress=job.report, cancel=job.cancel
                )
            )
        except Conflict:
            if not job.cancel.is_set():
                raise
            window.show_failure("Cancelled.")
            return
        finally:
            self.job = None
            self._desk.jobs.end(job)
        window.show_found(found)

    def _failed(self, window: RehearsalWindow, error: Exception) -> None:
        window.show_failure(str(error) if isinstance(error, WorkbenchError) else "")
        if not isinstance(error, WorkbenchError):
            self._desk.failed(error)
