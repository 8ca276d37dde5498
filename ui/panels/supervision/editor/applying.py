"""From the drawing to what runs: says what applying would do, each time something has changed, and applies it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from ui.desk import Desk
from ui.panel import Panel
from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor import work
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.form import references
from ui.panels.supervision.editor.rows import foremost, nothing_to_do, summary
from ui.panels.supervision.editor.window import TreeEditor
from workbench.api import Area, ModuleInfo, SupervisorSpec, WorkbenchError

COMPARE_MS = 150
KEEPS = "A tree that runs keeps its name: save this one in a file, or draw a new tree, for another name."


class Applying(QObject):
    """For one editor. `base` is what ran when the tree was opened or applied last, `seen` what was found since.

    `applied` tells that what was not applied before is now, so that nothing of it need be kept.
    """

    applied = Signal()

    def __init__(self, desk: Desk, panel: Panel, window: TreeEditor, numbers: drafts.Numbers) -> None:
        super().__init__(window)
        self._desk, self._panel, self._window, self._numbers = desk, panel, window, numbers
        self.base: SupervisorSpec | None = None
        self.seen: SupervisorSpec | None = None
        self.sources = work.Sources()
        self.modules: Sequence[ModuleInfo] = ()
        self._deployed: dict[str, str] = {}
        self._asked = 0
        self._refused: Draft | None = None
        """The draft that something was said about at the foot; it stays said until it is another one."""
        self._soon = QTimer(self, singleShot=True, interval=COMPARE_MS)
        self._soon.timeout.connect(self._compare)
        window.edited.connect(self._edited)
        window.theirs.clicked.connect(lambda: self.show_theirs())
        desk.bridge.changed.connect(self._areas_changed)

    def begin(self, base: SupervisorSpec | None, sources: work.Sources) -> None:
        """Another tree is shown."""
        self.base = self.seen = base
        self.sources, self._deployed, self._refused = sources, {}, None
        self._window.runs = True if base is not None else None
        self._window.show_changed("")

    def look_again(self) -> None:
        """Something else may run, or be deployed, than before."""
        self.run(self._read_modules())
        self._soon.start()

    async def _read_modules(self) -> None:
        """Those of the node, and the sources of a file that was opened."""
        if self._desk.node is None:
            return
        self.modules = await self._panel.call(work.modules, self._desk.node)
        by_hash = {info.hash: info for info in self.modules}
        own = {reference: by_hash[digest] for reference, digest in self._deployed.items() if digest in by_hash}
        self._window.actor.show_modules(references(self.modules) | own)
        self._window.show_draft()

    def run(self, work: Coroutine[object, None, None], failed: Callable[[Exception], None] | None = None) -> None:
        """For the editor: what goes wrong is said at its foot."""
        self._panel.run(work, failed or self.say_failed)

    def say_about(self, draft: Draft, text: str, tone: str) -> None:
        """At the foot, until something else is drawn."""
        self._refused = draft
        self._window.say(text, tone)

    # comparing

    def _edited(self) -> None:
        self._asked += 1
        self._hold()
        self._soon.start()

    def _hold(self) -> None:
        self._desk.actions.enable("tree.apply", on=False)
        self._window.apply_button.setEnabled(False)

    def _areas_changed(self, areas: frozenset[Area]) -> None:
        if self._window.isVisible():
            if Area.SUPERVISION in areas:
                self._soon.start()
            if Area.MODULES in areas:
                self.run(self._read_modules())

    def _compare(self) -> None:
        window, node = self._window, self._desk.node
        if not window.isVisible():
            return
        tree = window.reading.tree
        if tree is None or node is None:
            self._show_nothing(window.first_problem() or self._desk.absence)
            return
        self._asked += 1
        self.run(self._do_compare(self._asked, tree), partial(self._not_compared, self._asked))

    def _show_nothing(self, why: str) -> None:
        self._window.applying.show_rows([])
        self._window.said.setText("")
        self._window.say(why, "error")

    async def _do_compare(self, asked: int, tree: SupervisorSpec) -> None:
        node, window = self._desk.node, self._window
        if node is None:
            return
        known = len(self._deployed)
        found = await self._panel.call(work.compare, node, tree, self.sources, self._deployed)
        if asked != self._asked:
            return
        if len(self._deployed) != known:
            await self._read_modules()
        self.seen = found.running
        window.runs = found.running is not None
        window.show_state()
        window.applying.show_rows(foremost(found.changes))
        window.said.setText(summary(found.changes))
        window.show_changed(self._meanwhile(tree.name), there=window.runs)
        idle = nothing_to_do(found.changes)
        window.apply_button.setEnabled(not idle)
        self._desk.actions.enable("tree.apply", on=not idle)
        if window.draft is not self._refused:
            empty = "" if window.draft.children else "Nothing stands under it yet: Add child adds an actor."
            window.say("What runs is like this: there is nothing to apply." if idle else empty)

    def _not_compared(self, asked: int, error: Exception) -> None:
        if asked == self._asked:
            self._show_nothing("")
            self.say_failed(error)

    def _meanwhile(self, name: str) -> str:
        """What else runs than what was opened."""
        if self.seen == self.base:
            return ""
        if self.base is None:
            return f"A tree {name} runs already: applying makes it like this one."
        if self.seen is None:
            return f"{name} was removed by somebody else meanwhile: applying starts it anew."
        return f"{name} was changed by somebody else since it was opened here: applying puts this one over it."

    def show_theirs(self) -> None:
        """What runs now, as one step that can be undone."""
        if self.seen is not None:
            window, self.base = self._window, self.seen
            made = drafts.drawn(self.seen, self._numbers)
            window.clean, window.fixed, self.sources = made, KEEPS, work.Sources()
            window.put(made, made.id)
            window.show_changed("")

    # applying

    def apply(self) -> None:
        window = self._window
        if window.reading.tree is not None and window.apply_button.isEnabled():
            self._hold()
            window.say("Applying …")
            self.run(self._do_apply(window.draft, window.reading.tree), partial(self._not_applied, window.draft))

    async def _do_apply(self, draft: Draft, tree: SupervisorSpec) -> None:
        node, window = self._desk.node, self._window
        if node is None:
            return
        if await self._panel.call(work.running, node, tree.name) != self.seen:
            self.say_about(draft, f"{tree.name} was changed in this moment; look at what would be done now.", "warn")
            self._soon.start()
            return
        done = window.said.text()
        self.base = self.seen = await self._panel.call(work.apply, node, tree, self.sources)
        window.clean, window.fixed = draft, KEEPS
        window.show_draft()
        self.say_about(draft, f"{tree.name} is applied: {done}.", "ok")
        self._soon.start()
        self._desk.notice(f"{tree.name} is applied: {done}.", "ok", key="tree")
        self.applied.emit()
        self._desk.show_supervised.emit(tree.name)

    def _not_applied(self, draft: Draft, error: Exception) -> None:
        self.say_failed(error)
        self._refused = draft
        self._soon.start()

    def say_failed(self, error: Exception) -> None:
        if isinstance(error, WorkbenchError):
            self._window.say(str(error), "error")
        elif isinstance(error, OSError):
            name = Path(error.filename).name if error.filename else "the file"
            self._window.say(f"{name}: {error.strerror or error}", "error")
        else:
            self._desk.failed(error)
