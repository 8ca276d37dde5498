"""Recorded sessions across restarts: those that were open come back where they were, and the newest are in a menu."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from ui import format as show
from ui.desk import Desk
from ui.settings import Json, Record, children, number, text, words
from workbench.api import WorkbenchError

RECENT = 10


class Reopening(QObject):
    """`own` is the session that the window was started on: it comes by itself."""

    def __init__(self, desk: Desk, window: QWidget, own: Path | None) -> None:
        super().__init__(window)
        self._desk, self._own = desk, own
        self.recent: list[Path] = []
        """The newest first."""
        self._pending: Record = {}
        """What is still to be opened again; it is kept until it is."""
        self.menu = QMenu(window)
        self.menu.setToolTipsVisible(True)
        action = desk.actions.bind("file.recent_sessions", lambda: self.menu.popup(QCursor.pos()))
        action.setMenu(self.menu)
        desk.nodes.opened.connect(self._opened)
        desk.nodes.changed.connect(desk.remember)
        desk.nodes.moved.connect(desk.remember)
        self._list()

    # what was opened

    def _opened(self, path: Path) -> None:
        self.recent = [path, *(each for each in self.recent if each != path)][:RECENT]
        self._list()

    def _list(self) -> None:
        self.menu.clear()
        for path in self.recent:
            added = self.menu.addAction(f"{path.name}  –  {path.parent}".replace("&", "&&"), partial(self._open, path))
            added.setToolTip(str(path))
        self._desk.actions.enable("file.recent_sessions", on=bool(self.recent))

    def _open(self, path: Path) -> None:
        if path.exists():
            self._desk.nodes.open(path)
            return
        self.recent.remove(path)
        self._list()
        self._desk.remember.emit()
        self._desk.notice(f"{path} is gone; it is not in the list any more.", "warn", key=str(path))

    # across restarts

    def record(self) -> Record:
        nodes = self._desk.nodes
        held = [each for each in nodes.held if each.path is not None and each.path != self._own]
        sessions: list[Json] = [{"path": str(each.path), "position": nodes.positions.get(each, -1)} for each in held]
        shown = nodes.current.path if nodes.current in held and nodes.current is not None else None
        waiting = children(self._pending, "open")
        recent: list[Json] = [str(path) for path in self.recent]
        return {
            "open": [*sessions, *waiting],
            "shown": str(shown) if shown is not None else text(self._pending, "shown"),
            "recent": recent,
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        self.recent = [Path(name) for name in words(record, "recent")][:RECENT]
        self._list()
        if children(record, "open"):
            self._pending = {"open": list(children(record, "open")), "shown": text(record, "shown")}
            self._desk.bridge.start(self, self._reopen(), self._desk.failed)

    async def _reopen(self) -> None:
        nodes, failed, gone = self._desk.nodes, list[str](), list[str]()
        wanted = text(self._pending, "shown")
        while waiting := children(self._pending, "open"):
            first, path = waiting[0], Path(text(waiting[0], "path"))
            try:
                if await self._desk.bridge.call(path.is_file):
                    await nodes.reopen(path, number(first, "position", -1), shown=str(path) == wanted)
                else:
                    gone.append(path.name)
            except WorkbenchError as error:
                failed.append(f"{path.name}: {error}")
            self._pending = {"open": list(children(self._pending, "open")[1:]), "shown": wanted}
        self._pending = {}
        self._desk.remember.emit()
        self._tell(gone, failed)

    def _tell(self, gone: list[str], failed: list[str]) -> None:
        said = []
        if gone:
            said.append(f"{show.plural(len(gone), 'recorded session')} that {'was' if len(gone) == 1 else 'were'} open "
                        f"{'is' if len(gone) == 1 else 'are'} gone: {show.named(gone)}.")  # fmt: skip
        if failed:
            said.append(f"Not opened again: {'; '.join(failed)}.")
        if said:
            self._desk.notice(" ".join(said), "warn", key="reopening")
