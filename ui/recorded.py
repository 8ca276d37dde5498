"""Recorded sessions in the window: opening and exporting them, and the mark that says that one is shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget
from shiboken6 import isValid

from ui import format as show
from ui.desk import Desk
from ui.dialogs.asking import ask_and_wait, ask_where, asking
from ui.dialogs.confirm import confirm
from ui.dialogs.export_session import ExportSessionDialog
from ui.dialogs.recording import LEVELS, RecordingDialog
from ui.dialogs.session_contents import show_contents
from ui.dialogs.storage import NAMES, StorageGrid, consequence
from ui.nodes import CONTENTS, INSIDE, OPEN
from ui.widgets.build import box, label, row, shrinks, tool_for
from workbench.api import Node, WorkbenchError
from workbench.api.bundles import SUFFIX, BundleInfo
from workbench.api.storage import StorageUse

FILES = f"Recorded sessions (*{SUFFIX})"
TITLE = "Actor Workbench"


class RecordedSessions(QObject):
    """`mark` stands above the panels while a session is shown; the title of the window says it too."""

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk, self._window = desk, window
        self._actor = ""
        self.said = label()
        shrinks(self.said)
        steps = [
            tool_for(desk.actions[f"session.{verb}"]) for verb in ("back_actor", "back", "forward", "forward_actor")
        ]
        line = row(self.said, *steps, tool_for(desk.actions["nodes.running"], text=True),
                   tool_for(desk.actions["nodes.close"], text=True), margins=(12, 3, 8, 3))  # fmt: skip
        line.setStretch(0, 1)
        self.mark = box("recorded", line)
        self.mark.hide()
        desk.actions.bind("file.open_session", self._ask_open)
        desk.actions.bind("file.export_session", self._ask_export)
        desk.actions.bind("debug.record", self._ask_record)
        desk.open_session.connect(desk.nodes.open)
        desk.answered.connect(self._answer)
        desk.actor_chosen.connect(self._choose)
        desk.nodes.changed.connect(self._show)
        desk.nodes.moved.connect(self._show)
        self._show()

    def _choose(self, actor: str) -> None:
        self._actor = actor

    def _show(self) -> None:
        nodes = self._desk.nodes
        held, moment = nodes.current, nodes.moment
        recorded = held is not None and held.path is not None
        self.mark.setVisible(recorded)
        self._desk.actions.enable("file.export_session", on=held is not None and not recorded)
        title = TITLE
        if held is not None and recorded:
            title = f"{held.name} (recorded session, read-only) – {TITLE}"
        elif held is not None and held.connection is not None:
            title = f"{held.name} ({held.connection.mode}) – {TITLE}"
        if self._window.windowTitle() != title:
            self._window.setWindowTitle(title)
        if recorded and held is not None:
            at = f", position {moment.position:,} of {moment.total:,}, {show.clock(moment.time)}" if moment else ""
            self.said.setText(f"All panels show the recorded session {held.name}{at}. It is read-only.")

    # opening

    def _ask_open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self._window, "Open a recorded session", "", FILES)
        for name in chosen:
            self._desk.nodes.open(Path(name))

    # recording

    def _ask_record(self) -> None:
        held = self._desk.nodes.current
        if held is not None and held.path is None:
            self._desk.bridge.start(self, self._ask_and_record(held.node), self._desk.failed)

    async def _ask_and_record(self, node: Node) -> None:
        call = self._desk.bridge.call
        found = await call(node.debugger.statistics)
        names = [info.id.name for info in await call(node.actors.list)]
        levels = {name: await call(node.debugger.level, name) for name in found.own}
        grid = StorageGrid(lambda use: self._clear(node, grid, use))
        await self._show_storage(node, grid)
        with asking(RecordingDialog(self._window, found, levels, names, self._actor, grid)) as dialog:
            if not await ask_and_wait(dialog):
                return
            actor, level, keep = dialog.actor, dialog.level, dialog.keep
            changes_level, changes_keep = dialog.changes_level, dialog.changes_keep
        said = []
        if changes_level:
            said.append(f"recorded {LEVELS[await call(node.debugger.set_level, actor or None, level)]}")
        if changes_keep:
            await call(partial(node.debugger.keep, actor, kept=keep))
            said.append("kept from now on" if keep else "not kept any more from now on")
        if said:
            whose = actor or "Actors without a level of their own"
            self._desk.notice(f"{whose}: {'; '.join(said)}.", "ok", key="record")

    async def _show_storage(self, node: Node, grid: StorageGrid) -> None:
        try:
            grid.show_uses(await self._desk.bridge.call(node.storage))
        except WorkbenchError as error:  # an older node does not say it
            grid.say(error.message)

    def _clear(self, node: Node, grid: StorageGrid, use: StorageUse) -> None:
        self._desk.bridge.start(self, self._ask_and_clear(node, grid, use), self._desk.failed)

    async def _ask_and_clear(self, node: Node, grid: StorageGrid, use: StorageUse) -> None:
        name = NAMES[use.kind]
        if await confirm(grid.window(), f"Clear {name.lower()}?", consequence(use), "Clear"):
            after = await self._desk.bridge.call(node.clear_storage, use.kind)
            freed = show.size(max(0, use.size_bytes - after.size_bytes))
            self._desk.notice(f"{name}: {freed} cleared.", "ok", key="storage")
            if isValid(grid):
                await self._show_storage(node, grid)

    # exporting

    def _ask_export(self) -> None:
        held = self._desk.nodes.current
        if held is not None and held.path is None:
            self._desk.bridge.start(self, self._ask_and_export(held.node), self._desk.failed)

    async def _ask_and_export(self, node: Node) -> None:
        with asking(ExportSessionDialog(self._window)) as dialog:
            if not await ask_and_wait(dialog):
                return
            actors, since, until, secrets = dialog.actors, dialog.since, dialog.until, dialog.secrets
            with_interpreter = dialog.with_interpreter
        path = await ask_where(self._window, "Export a session", f"session{SUFFIX}", FILES, SUFFIX.lstrip("."))
        if path is not None:
            await self.export(node, path, actors, since, secrets, until=until, with_interpreter=with_interpreter)

    async def export(
        self, node: Node, path: Path, actors: tuple[str, ...] = (), since: float = 0.0, secrets: tuple[str, ...] = (),
        *, until: float = 0.0, with_interpreter: bool = False,
    ) -> None:  # fmt: skip
        """With progress and cancel; what it holds is said in the end."""
        import workbench

        with self._desk.jobs.doing(path.name, "exporting") as job:
            found = await self._desk.bridge.call(
                lambda: workbench.export_bundle(
                    node, path, actors=actors, since=since, until=until, secrets=secrets,
                    with_interpreter=with_interpreter, progress=job.report, cancel=job.cancel,
                )
            )  # fmt: skip
            buttons = (INSIDE, f"{CONTENTS}{path}"), ("Open it", f"{OPEN}{path}")
            self._desk.notice(holds(path, found), "ok", details="\n".join(found.notes), buttons=buttons, key="export")

    # what is in a file

    def _answer(self, key: str) -> None:
        if key.startswith(OPEN):
            self._desk.nodes.open(Path(key.removeprefix(OPEN)))
        elif key.startswith(CONTENTS):
            path = Path(key.removeprefix(CONTENTS))
            self._desk.bridge.start(self, show_contents(self._desk, self._window, path), self._desk.failed)


def holds(path: Path, found: BundleInfo) -> str:
    """What is in it, as a sentence."""
    taken = f"; {found.redaction}" if found.secrets else ""
    actors = show.plural(len(found.actors), "actor")
    return f"{path.name} holds {show.plural(found.turns, 'turn')} of {actors}, {show.size(found.size_bytes)}{taken}."
