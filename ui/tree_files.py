"""Trees of supervisors from files: read and checked off the Qt thread, their sources deployed, then applied."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from ui import format as show
from ui.desk import Desk
from ui.jobs import Job
from workbench.api import Invalid, Node, SupervisorInfo, WorkbenchError
from workbench.api.supervision import names_of
from workbench.api.tree_file import TreeFile, parse_tree

ENDING = ".toml"


class TreeFiles(QObject):
    """Applies what `Desk.apply_tree` names. What comes before there is a node waits for it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self._waiting: tuple[Path, ...] = ()
        desk.apply_tree.connect(self.apply)
        desk.node_changed.connect(self._node_changed)

    def apply(self, path: Path) -> None:
        node = self._desk.node
        if node is not None:
            self._desk.bridge.start(self, self._apply(node, path), self._desk.failed)
        elif self._desk.failure:
            self._desk.notice(f"{path.name} was not applied. {self._desk.absence}", "warn", key=str(path))
        else:
            self._waiting = (*self._waiting, path)
            self._desk.notice(f"{path.name} is applied as soon as the node has started.", key=str(path))

    def _node_changed(self) -> None:
        if self._desk.node is not None:
            waiting, self._waiting = self._waiting, ()
            for path in waiting:
                self.apply(path)

    async def _apply(self, node: Node, path: Path) -> None:
        job = self._desk.jobs.begin(path.name, "reading")
        try:
            found = await self._desk.bridge.call(carry_out, node, path, job)
        except (WorkbenchError, OSError) as error:
            places = error.locations if isinstance(error, WorkbenchError) else ()
            details = "\n".join([str(error), *map(str, places)])
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            if places and str(places[0]) not in why:
                why = f"{places[0]}: {why}"
            self._desk.notice(f"{path.name} was not applied: {why}", "error", details=details, key=str(path))
        else:
            count = show.plural(len(names_of(found.spec)) - 1, "child")
            self._desk.notice(f"{path.name} is applied: {found.name} runs with {count}.", "ok", key=str(path))
            self._desk.raise_panel.emit("supervision")
            self._desk.show_supervised.emit(found.name)
        finally:
            self._desk.jobs.end(job)


def carry_out(node: Node, path: Path, job: Job) -> SupervisorInfo:
    """Read, deploy, apply. Off the Qt thread; when the file is wrong, nothing is changed."""
    import workbench

    return workbench.apply_tree(node, read_tree(path), path.parent, progress=job.report, cancel=job.cancel)


def read_tree(path: Path) -> TreeFile:
    """Invalid says what is wrong, with its line; OSError: it cannot be read."""
    try:
        return parse_tree(path.read_text(encoding="utf-8"), path.name)
    except UnicodeDecodeError as error:
        raise Invalid(f"{path.name} is no text in UTF-8: {error.reason} at byte {error.start}") from None
