"""Help > Showcase: runs the chosen demonstrations off the Qt thread and shows their lines as they come."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.desk import Desk
from ui.dialogs.showcase import ShowcaseWindow
from ui.jobs import Job
from workbench.api.showcase import Mark, ShowcaseLine
from workbench.api.words import plural


class Demonstrating(QObject):
    """One per window. The demonstrations bring nodes of their own: the app's is not touched."""

    told = Signal(object)
    """ShowcaseLine, from the thread that runs them."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._parent = desk, parent
        self.window: ShowcaseWindow | None = None
        self.job: Job | None = None
        """The run that goes on."""
        self._marks: list[Mark] = []
        self.told.connect(self._tell)
        for verb, slot in (("run", self.run), ("stop", self.stop), ("copy", self.copy)):
            desk.actions.bind(f"showcase.{verb}", slot)
        desk.actions.bind("help.showcase", self.show)
        desk.theme_changed.connect(self._repaint)
        self._enable()

    def show(self) -> None:
        """Open the window, or bring it to the front."""
        if self.window is None:
            self.window = ShowcaseWindow(self._desk.actions, self._parent)
            self.window.hidden_by_user.connect(self._hidden)
            self.window.chosen_changed.connect(self._enable)
            self.window.say("Each runs on a node of its own; the app's is not touched.")
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()
        self.window.list.setFocus()
        self._enable()

    def run(self) -> None:
        """Run what is ticked, from the start."""
        if self.job is None and self.window is not None and self.window.chosen:
            self._desk.bridge.start(self, self._run(self.window, self.window.chosen), self._failed)

    async def _run(self, window: ShowcaseWindow, names: tuple[str, ...]) -> None:
        verbose = window.verbose.isChecked()
        job = self.job = self._desk.jobs.begin("Showcase")
        window.begin()
        self._marks.clear()
        self._enable()
        try:
            await self._desk.bridge.call(self._do, names, verbose, job)
        finally:
            self.job = None
            self._desk.jobs.end(job)
            self._say_end(window)
            self._enable()

    def _do(self, names: tuple[str, ...], verbose: bool, job: Job) -> bool:
        """Off the Qt thread."""
        import workbench

        return workbench.run_showcase(names, tell=self._hear, verbose=verbose, progress=job.report, cancel=job.cancel)

    def _hear(self, line: ShowcaseLine) -> None:
        with suppress(RuntimeError):  # the window is gone
            self.told.emit(line)

    def _tell(self, line: ShowcaseLine) -> None:
        self._marks.append(line.mark)
        if self.window is not None:
            self.window.tell(line)

    def _say_end(self, window: ShowcaseWindow) -> None:
        claims = self._marks.count(Mark.OK)
        if Mark.STOPPED in self._marks:
            window.say(f"Stopped: {plural(claims, 'claim')} held until then.", "warn")
        elif Mark.FAILED in self._marks:
            window.say(f"{plural(claims, 'claim')} held, not all: see [failed].", "error")
        else:
            window.say(f"All {plural(claims, 'claim')} held.", "ok")

    def _failed(self, error: Exception) -> None:
        if self.window is not None:
            self.window.say("The showcase ended early.", "error")
        self._desk.failed(error)

    def stop(self) -> None:
        """End the run in order; what was found so far stays."""
        if self.job is not None:
            self.job.cancel.set()
            if self.window is not None:
                self.window.say("Stopping …")

    def copy(self) -> None:
        """All that was said."""
        if self.window is not None:
            QGuiApplication.clipboard().setText("\n".join(self.window.said))

    def _hidden(self) -> None:
        self.stop()
        self._enable()

    def _repaint(self) -> None:
        if self.window is not None:
            self.window.text.take_theme()

    def _enable(self) -> None:
        window, actions = self.window, self._desk.actions
        shown = window is not None and window.isVisible()
        actions.enable("showcase.run", on=shown and self.job is None and window is not None and bool(window.chosen))
        actions.enable("showcase.stop", on=self.job is not None)
        actions.enable("showcase.copy", on=shown and (self.job is not None or bool(self._marks)))
