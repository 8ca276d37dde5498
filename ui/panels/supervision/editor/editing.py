"""Drawing trees: opens the one editor with a tree, does what its tools do, reads and writes files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from ui.panels.supervision.editor import draft as drafts
from ui.panels.supervision.editor import record as records
from ui.panels.supervision.editor import work
from ui.panels.supervision.editor.applying import KEEPS, Applying
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.reading import Reading, read
from ui.panels.supervision.editor.window import TreeEditor
from ui.settings import Record, child, text
from workbench.api import Invalid, SupervisorSpec

if TYPE_CHECKING:
    from ui.panels.supervision.panel import SupervisionPanel

FILES = "Trees (*.toml);;All files (*)"
INSTEAD = "Another tree is opened instead."


class Editing(QObject):
    """`window` and `applying` are None until a tree is drawn for the first time."""

    def __init__(self, panel: SupervisionPanel) -> None:
        super().__init__(panel)
        self._panel, self._desk = panel, panel.desk
        self.window: TreeEditor | None = None
        self._applying: Applying | None = None
        self._numbers = drafts.numbers()
        self._unfinished: Record = {}
        """What is to be shown again as soon as there is a node."""
        self._desk.node_changed.connect(self._node_changed)

    def bind(self) -> None:
        actions = self._desk.actions
        actions.bind("supervision.new_tree", self.new)
        actions.bind("supervision.edit_tree", lambda: self.edit(self._panel.chosen))
        for verb, slot in {
            "add_child": lambda: self._add(supervisor=False), "add_supervisor": lambda: self._add(supervisor=True),
            "duplicate": self._duplicate, "remove": self._remove, "up": lambda: self._shift(-1),
            "down": lambda: self._shift(1), "move": lambda: self.shown().offer_places(),
            "undo": lambda: self.shown().step(back=True), "redo": lambda: self.shown().step(back=False),
            "open": self._ask_open, "save": self._ask_save, "apply": lambda: self.applying.apply(),
        }.items():  # fmt: skip
            actions.bind(f"tree.{verb}", slot)
            actions.enable(f"tree.{verb}", on=False)

    # the window

    def shown(self) -> TreeEditor:
        """The window; made when it is first needed."""
        if self.window is None:
            self.window = TreeEditor(self._desk, self._panel.window())
            self._applying = Applying(self._desk, self._panel, self.window, self._numbers)
            self.window.edited.connect(self._desk.remember)
            self._applying.applied.connect(self._desk.remember)
            self.window.gone.connect(self._gone)
            for table in (self.window.changes_table, self.window.tree):
                table.export_wanted.connect(self._desk.export_table)
        return self.window

    @property
    def applying(self) -> Applying:
        self.shown()
        assert self._applying is not None
        return self._applying

    def _gone(self) -> None:
        self._unfinished = {}
        self._desk.remember.emit()

    def _may_open(self) -> bool:
        return self.window is None or self.window.isHidden() or self.window.may_drop(INSTEAD)

    async def _lets_open(self) -> bool:
        return self.window is None or self.window.isHidden() or await self.window.lets_drop(INSTEAD)

    def _begin(
        self, draft: Draft, chosen: int, base: SupervisorSpec | None, sources: work.Sources, reading: Reading
    ) -> None:
        window, applying = self.shown(), self.applying
        self._show(window)
        applying.begin(base, sources)
        window.begin(draft, chosen, KEEPS if base is not None else "", reading)
        window.form.focus_name()
        applying.look_again()

    def _show(self, window: TreeEditor) -> None:
        window.show()
        window.raise_()
        window.activateWindow()

    # what is opened

    def new(self) -> None:
        if self._may_open():
            taken = {info.name for info in self._panel.trees}
            made = Draft(next(self._numbers), drafts.free_name("tree", taken), True)
            self._begin(made, made.id, None, work.Sources(), read(made))

    def edit(self, name: str) -> None:
        """The tree in which this supervisor or actor stands, with it chosen."""
        if name:
            self._panel.run(self._do_edit(name))

    async def _do_edit(self, name: str) -> None:
        node = self._desk.node
        if node is None:
            return
        info = await self._panel.call(work.root_of, node, name)
        if info is None:
            self._desk.notice(f"{name} stands in no tree of supervisors.", "warn")
        elif self.window is not None and self.window.isVisible() and self._is_open(info.name):
            self.window.choose(drafts.named(self.window.draft, name))
            self._show(self.window)
        elif await self._lets_open():
            made, reading = await self._panel.call(self._prepare, info.spec)
            chosen = drafts.named(made, name) or made
            self._begin(made, chosen.id, info.spec, work.Sources(), reading)

    def _is_open(self, root: str) -> bool:
        return self.applying.base is not None and self.applying.base.name == root

    def _prepare(self, tree: SupervisorSpec) -> tuple[Draft, Reading]:
        """Off the Qt thread: it may have a thousand actors."""
        made = drafts.drawn(tree, self._numbers)
        return made, read(made)

    # tools

    def _add(self, *, supervisor: bool) -> None:
        """Into the chosen supervisor, or after the chosen actor."""
        window = self.shown()
        root, chosen = window.draft, window.chosen
        above = chosen if chosen.supervisor else drafts.parent(root, chosen.id)
        assert above is not None
        name = drafts.free_name("group" if supervisor else "worker", {each.name for each in drafts.below(root)})
        made = Draft(next(self._numbers), name, supervisor)
        if not supervisor and not chosen.supervisor:
            made = replace(made, module=chosen.module, profile=chosen.profile)
        window.put(drafts.added(root, above.id, made, None if above is chosen else chosen.id), made.id)
        window.form.focus_name()

    def _duplicate(self) -> None:
        window = self.shown()
        window.put(*drafts.copied(window.draft, window.chosen.id, self._numbers))

    def _remove(self) -> None:
        """The one that comes into its place is chosen then."""
        window = self.shown()
        above = drafts.parent(window.draft, window.chosen.id)
        if above is not None:
            at = [child.id for child in above.children].index(window.chosen.id)
            left = [child.id for child in above.children if child.id != window.chosen.id]
            then = left[min(at, len(left) - 1)] if left else above.id
            window.put(drafts.without(window.draft, window.chosen.id), then)

    def _shift(self, by: int) -> None:
        window = self.shown()
        window.put(drafts.shifted(window.draft, window.chosen.id, by), window.chosen.id)

    # files

    def _ask_open(self) -> None:
        if self._may_open():
            chosen, _ = QFileDialog.getOpenFileName(self.shown(), "Open a tree file", "", FILES)
            if chosen:
                self.open(Path(chosen))

    def open(self, path: Path) -> None:
        self.applying.run(self._do_open(path))

    async def _do_open(self, path: Path) -> None:
        try:
            tree, sources = await self._panel.call(work.opened, path)
        except Invalid as error:
            place = f"{error.locations[0]}: " if error.locations else ""
            self.shown().say(f"{path.name} was not opened: {place}{error}", "error")
        else:
            made, reading = await self._panel.call(self._prepare, tree)
            self._begin(made, made.id, None, sources, reading)

    def _ask_save(self) -> None:
        window = self.shown()
        if window.reading.tree is not None:
            chosen, _ = QFileDialog.getSaveFileName(window, "Save the tree as", f"{window.draft.name}.toml", FILES)
            if chosen:
                self.applying.run(self._do_save(Path(chosen), window.draft, window.reading.tree))

    async def _do_save(self, path: Path, draft: Draft, tree: SupervisorSpec) -> None:
        await self._panel.call(work.save, path, tree, self.applying.sources)
        window = self.shown()
        window.clean = draft
        window.show_state()
        said = f"Saved as {path.name}: `workbench supervisor apply {path.name}` applies it."
        self.applying.say_about(draft, said, "ok")
        self._desk.remember.emit()

    # what survives

    def record(self) -> Record:
        """What was neither applied nor saved."""
        window = self.window
        if window is None or window.isHidden() or not window.dirty:
            return self._unfinished
        return {
            "draft": records.as_record(window.draft), "chosen": window.chosen.name,
            "clean": records.as_record(window.clean), "running": self.applying.base is not None,
            "sources": records.sources_record(self.applying.sources),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        self._unfinished = record
        self._node_changed()

    def _node_changed(self) -> None:
        if self._desk.node is not None and self._unfinished:
            found, self._unfinished = self._unfinished, {}
            self._resume(found)
        elif self.window is not None and self.window.isVisible():
            self.applying.look_again()

    def _resume(self, found: Record) -> None:
        """The tree that runs may have been changed meanwhile: it is compared with what it was then."""
        draft = records.from_record(child(found, "draft"), self._numbers)
        if draft is None:
            return
        clean = records.from_record(child(found, "clean"), self._numbers) or draft
        base = read(clean).tree if found.get("running") else None
        chosen = drafts.named(draft, text(found, "chosen")) or draft
        self._begin(draft, chosen.id, base, records.sources_from(child(found, "sources")), read(draft))
        self.shown().clean = clean
        self.shown().show_state()
