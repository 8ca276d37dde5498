"""Editor: actors as tabs of source; Ctrl+Enter deploys one and lets its actor run it, state carried over."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path, PurePath

from PySide6.QtCore import QFileSystemWatcher, QTimer
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QTabWidget

from ui.copying.files import remember
from ui.deploying import deploy_and_start
from ui.desk import Desk
from ui.dialogs.changed import Answer as Overtaken
from ui.dialogs.changed import ask_changed
from ui.dialogs.confirm import confirmed
from ui.dialogs.unsaved import Answer, ask_unsaved
from ui.panel import Panel
from ui.panels.editor.document import Document
from ui.panels.editor.inside import OFFER, Inside
from ui.panels.editor.places import tab_of
from ui.progress import Reporter
from ui.roster import Listing
from ui.sending import send
from ui.settings import Record, children, number
from ui.states import begins_from
from ui.text_file import FileText, is_read_only, read
from ui.widgets.build import box, row, tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import (
    ActorInfo,
    ActorState,
    Area,
    Crashed,
    Format,
    Invalid,
    Location,
    ModuleInfo,
    NotFound,
    WorkbenchError,
)
from workbench.data import directory

KINDS = {Format.COMPONENT: "a component", Format.CORE: "a core module"}
BEHAVIORS = {"file.new_server": "gen_server", "file.new_event": "gen_event", "file.new_fsm": "gen_fsm"}
READ_AT_ONCE_BYTES = 256 << 10
"""Larger files are read beside the Qt thread, and appear a moment later."""


class EditorPanel(Panel):
    """Keeps every buffer through restart and kill; the window writes `record()` a moment after each change."""

    id = "editor"
    title = "Editor"
    icon_name = "code"
    areas = frozenset({Area.ACTORS})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._actors: Mapping[str, ActorInfo] = {}
        self._fresh: dict[str, ActorInfo] = {}  # brought to life here; a list that is shown may be older than they are
        self._runs: dict[Document, threading.Event] = {}
        self._origins: dict[str, tuple[Document, Path | None]] = {}
        self.tabs = QTabWidget(tabsClosable=True, movable=True, documentMode=True)
        self.tabs.setAccessibleName("Open files")
        self.tabs.tabBar().setAccessibleName("Open files")
        self.tabs.tabBar().setExpanding(False)
        self.tabs.setElideMode(self.tabs.elideMode().ElideNone)
        self.none = EmptyState("code", "Write an actor: a template is a good start, Ctrl+Enter brings it to life.",
                               "New gen_server actor", lambda: desk.actions.run("file.new_server"))  # fmt: skip
        self.none.needs_node = False
        self.pages = QStackedWidget()
        self.pages.addWidget(self.none)
        self.pages.addWidget(self.tabs)
        self.column.addWidget(self.pages, 1)
        self.disk = QFileSystemWatcher(self)
        self.inside = Inside(desk, self, self.documents, self.add, self.tabs.setCurrentWidget)
        self._bind()
        self._corner()

    def _corner(self) -> None:
        run = tool_for(self.desk.actions["edit.run"], text=True)
        run.setText("Run")
        self.tabs.setCornerWidget(box("corner", row(run, margins=(4, 2, 6, 2))))

    def _bind(self) -> None:
        actions = self.desk.actions
        for action_id, behavior in BEHAVIORS.items():
            actions.bind(action_id, partial(self._new, behavior))
        actions.bind("file.open", self._ask_open)
        actions.bind("file.save", self.save)
        actions.bind("file.save_as", self.save_as)
        actions.bind("file.close_tab", lambda: self.close_tab(self.tabs.currentIndex()))
        actions.bind("edit.run", self.run_current, owner=self)
        actions.bind("edit.find", lambda: self._with(lambda doc: doc.find_bar.open()), owner=self)
        actions.bind("edit.comment", lambda: self._with(lambda doc: doc.edit.toggle_comment()), owner=self)
        actions.bind("edit.undo", lambda: self._with(lambda doc: doc.edit.undo()), owner=self)
        actions.bind("edit.redo", lambda: self._with(lambda doc: doc.edit.redo()), owner=self)
        self.tabs.tabCloseRequested.connect(self.close_tab)
        self.tabs.currentChanged.connect(lambda: self._current_changed())
        self.disk.fileChanged.connect(self._disk_changed)
        self.desk.actors_listed.connect(self._list_actors)
        self.desk.show_source.connect(lambda info: self.run(self._show_source(info)))
        self.desk.show_code.connect(lambda info: self.run(self._show_code(info)))
        self.desk.show_location.connect(lambda place, actor: self.run(self._go_to(place, actor)))
        self.desk.answered.connect(self._answer)
        self._enable()

    def _answer(self, key: str) -> None:
        verb, _, rest = key.partition(":")
        if verb == "save_as":
            self.save_as()
        elif verb == OFFER:
            self.run(self.inside.offer(*rest.split(":", 1)))

    # tabs

    def documents(self) -> list[Document]:
        found = (self.tabs.widget(at) for at in range(self.tabs.count()))
        return [doc for doc in found if isinstance(doc, Document)]

    def current(self) -> Document | None:
        doc = self.tabs.currentWidget()
        return doc if isinstance(doc, Document) else None

    def _with(self, use: Callable[[Document], None]) -> None:
        doc = self.current()
        if doc is not None:
            use(doc)

    def add(self, doc: Document) -> Document:
        doc.edited.connect(self._edited)
        doc.reload_wanted.connect(lambda: self._reload_from_disk(doc))
        doc.strip.send_pressed.connect(lambda: self.send(doc))
        doc.strip.restart_pressed.connect(lambda: self.run(self._restart(doc)))
        if doc.path is not None:
            self.disk.addPath(str(doc.path))
        self.tabs.setCurrentIndex(self.tabs.addTab(doc, doc.title))
        self._name_tabs()
        self.pages.setCurrentWidget(self.tabs)
        self._show_actor(doc)
        self._enable()
        self.desk.remember.emit()
        return doc

    def _edited(self) -> None:
        self._name_tabs()
        self.desk.remember.emit()

    def _name_tabs(self) -> None:
        """Files of one name are told apart by their folder; the tooltip has the whole path."""
        docs = self.documents()
        names = Counter(doc.name for doc in docs)
        for doc in docs:
            at = self.tabs.indexOf(doc)
            folder = f"{doc.path.parent.name}/" if doc.path is not None and names[doc.name] > 1 else ""
            if self.tabs.tabText(at) != folder + doc.title:
                self.tabs.setTabText(at, folder + doc.title)
            self.tabs.setTabToolTip(at, str(doc.path or f"{doc.name}, not saved yet"))

    def _current_changed(self) -> None:
        doc = self.current()
        if doc is not None:
            self._show_actor(doc)
            doc.edit.setFocus()
        self._enable()
        self.desk.remember.emit()

    def _enable(self) -> None:
        on = self.current() is not None
        self.desk.actions.enable("file.save", "file.save_as", "file.close_tab", "edit.run", "edit.find", "edit.comment",
                                 "edit.undo", "edit.redo", on=on)  # fmt: skip

    def close_tab(self, at: int) -> None:
        doc = self.tabs.widget(at)
        if not isinstance(doc, Document):
            return
        if doc.unsaved:
            answer = ask_unsaved(self, doc.name, in_file=doc.path is not None)
            if answer is Answer.CANCEL or (answer is Answer.SAVE and not self._save(doc)):
                return
        if doc.path is not None:
            self.disk.removePath(str(doc.path))
        self.tabs.removeTab(at)
        doc.deleteLater()
        self._name_tabs()
        if not self.tabs.count():
            self.pages.setCurrentWidget(self.none)
        self._enable()
        self.desk.remember.emit()

    # files

    def _new(self, behavior: str) -> None:
        self.new(behavior)

    def new(self, behavior: str) -> Document:
        """A tab with the template of a behavior, under a name that is not taken."""
        source = (directory("resources") / "templates" / f"{behavior}.py").read_text(encoding="utf-8")
        taken = {doc.name for doc in self.documents()}
        stem = behavior.removeprefix("gen_")
        name = next(f"my_{stem}{n}.py" for n in ["", *map(str, range(2, 1000))] if f"my_{stem}{n}.py" not in taken)
        self.desk.raise_panel.emit(self.id)
        doc = self.add(Document(name, source))
        doc.saved = ""
        self._edited()
        doc.edit.setFocus()
        return doc

    def _ask_open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(self, "Open", "", "Actors (*.py *.wat *.wasm *.zip);;All files (*)")
        self.desk.open_files.emit(tuple(map(Path, chosen)))

    def take_keyboard(self) -> None:
        doc = self.current()
        if doc is not None:
            doc.edit.setFocus()
        else:
            super().take_keyboard()

    def open(self, path: Path) -> Document | None:
        """Show a file, in the tab that has it already if there is one."""
        self.desk.raise_panel.emit(self.id)
        for doc in self.documents():
            if doc.path == path.resolve():
                self.tabs.setCurrentWidget(doc)
                return doc
        try:
            if path.is_file() and path.stat().st_size > READ_AT_ONCE_BYTES:
                self.run(self._open_aside(path))
                return None
            return self._show_file(path, read(path))
        except Invalid as error:
            self.desk.notice(f"{error}.", "error", key=str(path))
            return None

    async def _open_aside(self, path: Path) -> None:
        self._show_file(path, await self.call(read, path))

    def _show_file(self, path: Path, found: FileText) -> Document:
        doc = self.add(Document(path.name, found.text, path=path.resolve(), newline=found.newline))
        if not doc.exact:
            self.desk.notice(
                f"{path.name} is shown read-only: it mixes line ends or holds characters that the editor would "
                "change. It can be run as it is.", "warn",
            )  # fmt: skip
        return doc

    def _reload_from_disk(self, doc: Document) -> None:
        try:
            doc.reload()
        except Invalid as error:
            self.desk.notice(f"{error}. Your text is kept; Save writes it again.", "warn")
            doc.disk.hide()

    def save(self) -> None:
        doc = self.current()
        if doc is not None:
            self._save(doc)

    def save_as(self) -> None:
        doc = self.current()
        if doc is not None:
            self._save_as(doc)

    def _save(self, doc: Document) -> bool:
        if doc.path is None:
            return self._save_as(doc)
        if doc.overtaken and not is_read_only(doc.path):
            answer = ask_changed(self, doc.name)
            if answer is Overtaken.RELOAD:
                self._reload_from_disk(doc)
            if answer is not Overtaken.OVERWRITE:
                return False
        return self._write(doc, doc.path)

    def _save_as(self, doc: Document) -> bool:
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Save as", str(doc.path or doc.name), "Actors (*.py *.wat);;All files (*)"
        )
        return bool(chosen) and self._write(doc, Path(chosen))

    def _write(self, doc: Document, path: Path) -> bool:
        if is_read_only(path):
            self.desk.notice(f"{path.name} is read-only: it was not saved.", "warn", buttons=(("Save as…", "save_as"),),
                             key=f"read-only:{path}")  # fmt: skip
            return False
        if doc.path is not None:
            self.disk.removePath(str(doc.path))
        try:
            doc.save_to(path.resolve())
        except OSError as error:
            self.desk.notice(f"{path.name} was not saved: {error.strerror or error}", "error")
            return False
        self.disk.addPath(str(doc.path))
        self._edited()
        return True

    def _disk_changed(self, name: str) -> None:
        for doc in self.documents():
            if str(doc.path) == name:
                QTimer.singleShot(50, doc, doc.disk_changed)
                QTimer.singleShot(60, doc, lambda: self.disk.addPath(name))

    # running

    def run_current(self) -> None:
        doc = self.current()
        if doc is not None and doc.inside:
            doc.say(f"This is one of the files of {doc.alias}: change it in its folder, and deploy the folder.", "warn")
        elif doc is not None and doc not in self._runs and self._may_replace(doc):
            self.run(self._run(doc), lambda error: self._run_failed(doc, error))

    async def _run(self, doc: Document) -> None:
        node = self.desk.node
        if node is None:
            doc.say(self.desk.absence, "warn")
            return
        doc.say(f"Deploying {doc.name} …")
        if doc.path is not None and not doc.unsaved:
            remember(doc.data, doc.path)
        cancel = self._runs[doc] = threading.Event()
        reporter = Reporter(doc)
        reporter.reported.connect(partial(self._show_progress, doc))
        try:
            ran = await self.call(
                deploy_and_start, node, alias=doc.alias, actor=doc.actor, file_name=PurePath(doc.name).name,
                data=doc.data, progress=reporter.report, cancel=cancel,
            )  # fmt: skip
        finally:
            self._runs.pop(doc, None)
        self._origins[ran.actor.id.name] = (doc, doc.path)
        self._fresh[ran.actor.id.name] = ran.actor
        doc.edit.set_marks(())
        warnings = "".join(f" {warning}" for warning in ran.module.warnings)
        doc.say(ran.sentence() + warnings, "warn" if warnings else "ok")
        self._show_info(doc, ran.actor)
        self.desk.actor_chosen.emit(ran.actor.id.name)

    def _may_replace(self, doc: Document) -> bool:
        """Asks when the actor of this name runs the code of another file."""
        other, path = self._origins.get(doc.actor, (doc, None))
        if other is doc or (path is None and other not in self.documents()) or (path and path == doc.path):
            return True
        return confirmed(
            self, f"{doc.actor} runs the code of {path or 'another tab'}. Replace it?",
            f"{doc.path or doc.name} has the same name: its code would take over the actor and the module "
            f"{doc.alias}. Save it under another name to run both.", "Replace",
        )  # fmt: skip

    def _run_failed(self, doc: Document, error: Exception) -> None:
        if not isinstance(error, WorkbenchError):
            self.desk.failed(error)
            return
        info = self._info(doc.actor)
        runs = info is not None and info.state is not ActorState.CRASHED
        doc.say(f"{str(error).rstrip('.')}. " + (f"{doc.actor} keeps running its old code." if runs else ""), "error")
        places: tuple[Location, ...] = ()
        if isinstance(error, Invalid):
            places = error.locations
        elif isinstance(error, Crashed) and error.cause is not None and error.cause.location is not None:
            places = (error.cause.location,)
        doc.mark(places, str(error))

    def _show_progress(self, doc: Document, stage: str, fraction: float) -> None:
        if doc in self._runs:
            percent = f" {fraction:.0%}" if fraction >= 0 else ""
            doc.say(f"{stage[:1].upper()}{stage[1:]}{percent} …")

    def cancel(self) -> None:
        for doc, cancel in self._runs.items():
            cancel.set()
            doc.say("Cancelled.", "warn")
        super().cancel()

    # the actor of a tab

    def _info(self, name: str) -> ActorInfo | None:
        return self._actors.get(name) or self._fresh.get(name)

    def _list_actors(self, found: Listing) -> None:
        self._actors = found.by_name
        self._fresh = {name: info for name, info in self._fresh.items() if name not in found.by_name}
        doc = self.current()
        if doc is not None:
            self._show_actor(doc)

    def load(self) -> Listing:
        assert self.desk.node is not None
        return self.desk.roster.read(self.desk.node)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Listing)
        self._list_actors(found)

    def _show_actor(self, doc: Document) -> None:
        doc.strip.show_actor(doc.actor, self._info(doc.actor), self.desk.sealed)

    def show_absence(self) -> None:
        super().show_absence()
        if (doc := self.current()) is not None:
            self._show_actor(doc)

    def _show_info(self, doc: Document, info: ActorInfo) -> None:
        self._actors = {**self._actors, info.id.name: info}
        self._show_actor(doc)

    def send(self, doc: Document) -> None:
        if doc.strip.type.currentText().strip():
            doc.strip.show_waiting()
            self.run(self._do_send(doc))

    async def _do_send(self, doc: Document) -> None:
        node = self.desk.node
        if node is not None:
            kind, message_type = doc.strip.kind(), doc.strip.type.currentText().strip()
            timeout = float(self.desk.settings.ask_timeout_seconds)
            sent = await self.call(send, node, 0, doc.actor, kind, message_type, doc.strip.payload.text(), timeout)
            doc.strip.type.learn(doc.actor, message_type)
            doc.strip.show_sent(sent)

    async def _restart(self, doc: Document) -> None:
        if self.desk.node is not None:
            info = await self.call(self.desk.node.actors.restart, doc.actor)
            doc.say(f"{doc.actor} runs again, {begins_from(info)}.", "ok")
            self._show_info(doc, info)

    # showing source

    async def _show_source(self, info: ActorInfo) -> None:
        await self._open_source(info)

    async def _open_source(self, info: ActorInfo, file: str = "") -> Document | None:
        """The tab of this actor's source; from the node when no tab has it. `file` is one of several."""
        self.desk.raise_panel.emit(self.id)
        for doc in self.documents():
            if (doc.actor == info.id.name or doc.alias == info.module_name) and (not doc.inside or not file):
                self.tabs.setCurrentWidget(doc)
                return doc
        node = self.desk.node
        if node is None:
            return None
        module = await self.call(node.modules.get, info.module)
        if module.format is not Format.PYTHON:
            self.desk.notice(
                f"{module.name} is {KINDS[module.format]} of {module.size_bytes:,} bytes: it has no source here."
            )
            return None
        return await self.inside.open(module, actor=info.id.name, alias=info.module_name, file=file)

    async def _show_code(self, module: ModuleInfo) -> None:
        self.desk.raise_panel.emit(self.id)
        doc = next((doc for doc in self.documents() if doc.alias == module.name), None)
        if doc is not None:
            self.tabs.setCurrentWidget(doc)
        else:
            await self.inside.open(module, actor=module.name, alias=module.name)

    async def _go_to(self, place: Location, actor: str) -> None:
        info = self._info(actor)
        doc = tab_of(self.documents(), place.file, info.module_name if info is not None else actor)
        if doc is None and self.desk.node is not None:
            try:
                info = await self.call(self.desk.node.actors.get, actor)
            except NotFound:
                self.desk.notice(f"{place}: no open file has this name, and {actor or 'its actor'} is gone.", "warn")
                return
            doc = await self._open_source(info, place.file)
        if doc is not None:
            self.desk.raise_panel.emit(self.id)
            self.tabs.setCurrentWidget(doc)
            doc.edit.go_to(place.line, place.column)

    # remembering

    def focus_filter(self) -> None:
        self.desk.actions.run("edit.find")

    def record(self) -> Record:
        return {"tabs": [doc.record() for doc in self.documents()], "current": self.tabs.currentIndex()}

    def restore(self, record: Record) -> None:
        for kept in children(record, "tabs"):
            doc = Document.of(kept)
            if doc is None:
                self.desk.notice(f"{kept.get('path')} is not there any more; its tab was closed.", "warn")
            else:
                self.add(doc)
        self.tabs.setCurrentIndex(number(record, "current"))

    def repaint_icons(self) -> None:
        self.none.repaint_icons()
        for doc in self.documents():
            doc.repaint_icons()
            if doc.colors is not None:
                doc.colors.take_theme()
            self._show_actor(doc)
