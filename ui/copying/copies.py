"""Copies a call, or what shows a row, in one of three languages; also the newest thing that was done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from ui.copying.files import Bytes, small
from ui.copying.lines import BYTES, NoLine, line_of
from ui.copying.noting import Done
from ui.copying.python import program
from ui.copying.reading import call_of
from ui.dialogs.doings import DoingsDialog
from workbench.api import WorkbenchError
from workbench.api.calls import Call

if TYPE_CHECKING:
    from ui.desk import Desk

LANGUAGES = ("command", "python", "grpcurl")
NAMES = {"command": "command", "python": "Python", "grpcurl": "grpcurl"}


class Copies(QObject):
    """Binds the actions; `chosen_lines` gives the command lines of the rows that are chosen where the keyboard is."""

    def __init__(self, desk: Desk, window: QWidget, chosen_lines: Callable[[], list[str]]) -> None:
        super().__init__(window)
        self._desk, self._window, self._chosen_lines = desk, window, chosen_lines
        self.taken: Done | None = None
        """What was copied instead of done, last."""
        for language in LANGUAGES:
            desk.actions.bind(f"done.copy_{language}", partial(self.copy_last, language))
        for language in LANGUAGES[1:]:
            desk.actions.bind(f"table.copy_{language}", partial(self._copy_rows, language))
        desk.actions.bind("done.show", self._show)
        desk.copy_call.connect(self.copy_call)
        desk.copy_lines.connect(self.copy_lines)
        desk.actions.bind("done.instead", self._take_next)
        desk.doings.changed.connect(self._enable)
        desk.doings.taken.connect(self._taken)
        self._enable()

    def _enable(self) -> None:
        on = self._desk.doings.last is not None
        self._desk.actions.enable("done.show", *(f"done.copy_{each}" for each in LANGUAGES), on=on)

    def _show(self) -> None:
        DoingsDialog(self._window, self._desk, self.copy_done).show()

    def _take_next(self) -> None:
        on = not self._desk.doings.instead
        self._desk.actions["done.instead"].setChecked(on)
        self._desk.doings.take_next(on=on)
        said = "The next change is copied as a command instead of made." if on else "Changes are made again."
        self._desk.notice(said, "info", key="instead")

    def _taken(self, done: Done) -> None:
        self._desk.actions["done.instead"].setChecked(False)
        self._desk.notice(f"{done.call.method} was not done.", "info", key="instead")
        self.copy_done(done, "command")
        self.taken = done

    def copy_last(self, language: str) -> None:
        """What was done last."""
        if (last := self._desk.doings.last) is not None:
            self.copy_done(last, language)

    def copy_done(self, done: Done, language: str) -> None:
        self._start(language, [done.call], done.at, done.workspace, done.call.method)

    def copy_call(self, found: Call, language: str) -> None:
        """A call of the node that is shown."""
        held = self._desk.nodes.current
        if held is not None:
            self._start(language, [found], held.reached, held.workspace, found.method)

    def _copy_rows(self, language: str) -> None:
        """What shows the chosen rows."""
        self.copy_lines(self._chosen_lines(), language)

    def copy_lines(self, lines: list[str], language: str) -> None:
        """What these commands show, of the node that is shown."""
        held = self._desk.nodes.current
        calls = [found for found in map(call_of, lines) if found is not None]
        if held is None or not calls:
            self._desk.notice(f"There is no {NAMES[language]} for what is chosen.", "info", key="copied")
            return
        self._start(language, calls, held.reached, held.workspace, calls[0].method)

    def _start(self, language: str, calls: list[Call], at: tuple[str, ...], workspace: str, what: str) -> None:
        self._desk.bridge.start(self, self._copy(language, calls, at, workspace, what), self._desk.failed)

    async def _copy(self, language: str, calls: list[Call], at: tuple[str, ...], workspace: str, what: str) -> None:
        try:
            text = await self._desk.bridge.call(
                lambda: "\n".join(written(language, each, at, workspace) for each in calls)
            )
        except (NoLine, WorkbenchError) as error:
            self._desk.notice(f"{what} was not copied: {error}.", "warn", key="copied")
            return
        QGuiApplication.clipboard().setText(text)
        self._desk.notice(f"Copied {what} as {NAMES[language]}.", "ok", details=text, key="copied")


def written(language: str, found: Call, at: tuple[str, ...], workspace: str) -> str:
    """Off the Qt thread. NoLine, Invalid: it cannot be written so."""
    if language == "command":
        return line_of(found, at)
    if any(isinstance(small(each), Bytes) for each in found.arguments):
        raise NoLine(BYTES)
    if language == "python":
        return program(found, at, workspace)
    from workbench.connections.grpcurl import grpcurl

    return grpcurl(found, at)
