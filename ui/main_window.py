"""The window: panels in docks, menus from the action registry, notices, status, and memory of all of it."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path, PurePath

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMainWindow,
    QMenuBar,
    QSizePolicy,
    QTabBar,
    QTabWidget,
    QToolBar,
    QWidget,
)

from ui import focus, layout, theme
from ui.actions import MENUS
from ui.backing_up import BackingUp
from ui.bridge import Bridge
from ui.copying.copies import Copies
from ui.crashes import CrashTrail
from ui.demonstrating import Demonstrating
from ui.desk import Desk
from ui.drops import Drops
from ui.elsewhere import Elsewhere
from ui.helping import Helping
from ui.icons import icon
from ui.jumping import Jumps
from ui.looks import Looks
from ui.opening import Doors, Opening, session_file
from ui.panel import Panel
from ui.panels.actors.panel import ActorsPanel
from ui.panels.blobs.panel import BlobsPanel
from ui.panels.capabilities.panel import CapabilitiesPanel
from ui.panels.channels.panel import ChannelsPanel
from ui.panels.editor.panel import EditorPanel
from ui.panels.graphs.panel import GraphsPanel
from ui.panels.groups.panel import GroupsPanel
from ui.panels.journal.panel import JournalPanel
from ui.panels.keyvalue.panel import KeyValuePanel
from ui.panels.locks.panel import LocksPanel
from ui.panels.log.panel import LogPanel
from ui.panels.messages.panel import MessagesPanel
from ui.panels.modules.panel import ModulesPanel
from ui.panels.nodes.panel import NodesPanel
from ui.panels.registry.panel import RegistryPanel
from ui.panels.sequence.panel import SequencePanel
from ui.panels.session.panel import SessionPanel
from ui.panels.supervision.panel import SupervisionPanel
from ui.panels.tuplespace.panel import TupleSpacePanel
from ui.progress import Reporter
from ui.recorded import TITLE, RecordedSessions
from ui.rehearsing import Draft, Rehearsing
from ui.reopening import Reopening
from ui.session import Session
from ui.settings import Record, RecordFile, Settings, child, config_directory
from ui.status import StatusLine
from ui.table_actions import TableActions
from ui.tree_files import TreeFiles
from ui.watchdog import watched
from ui.widgets.build import box, column, label, row
from ui.widgets.dock import Dock
from ui.widgets.drop_zone import DropZone, paths
from ui.widgets.notice_bar import NoticeBar
from workbench.api import WorkbenchError

PANELS: tuple[type[Panel], ...] = (
    EditorPanel, ActorsPanel, ModulesPanel, SupervisionPanel, CapabilitiesPanel, MessagesPanel, GraphsPanel, LogPanel,
    KeyValuePanel, TupleSpacePanel, ChannelsPanel, GroupsPanel, LocksPanel, RegistryPanel, BlobsPanel,
    JournalPanel, SequencePanel, SessionPanel, NodesPanel,
)  # fmt: skip
REMEMBER_MS = 250
TOOLS = ("file.new_server", "file.open", "file.save", "", "edit.run", "actor.spawn", "actor.message")
POINTS = (7.0, 18.0)


class MainWindow(QMainWindow):
    """`opening` brings the node after the window is shown; `session` and `arrangement` are the files it keeps."""

    def __init__(self, bridge: Bridge, settings: Settings, ways: Doors) -> None:
        super().__init__()
        self.bridge, self.settings = bridge, settings
        self.desk = Desk(bridge, settings, self)
        self.session = Session(config_directory(), ways.address)
        self.choices = RecordFile(config_directory() / "settings.json")
        self.arrangement = RecordFile(config_directory() / "layout.json")
        self.perspective = layout.PERSPECTIVES[0]
        self._restored = False
        self.setWindowTitle(TITLE)
        self.setWindowIcon(icon("app", "accent"))
        self.setAccessibleName("Actor Workbench")
        self.resize(1440, 900)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.GroupedDragging
            | QMainWindow.DockOption.AnimatedDocks
        )
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.panels = {kind.id: kind(self.desk) for kind in PANELS}
        self.docks = {name: self._dock(panel) for name, panel in self.panels.items()}
        self.status = StatusLine(self.desk, self.statusBar())
        self.reporter = Reporter(self)
        self.reporter.reported.connect(self.status.show_progress)
        self.opening = Opening(self.desk, ways, self.reporter)
        self.status.progress.stop.clicked.connect(lambda: self._cancel_shown())
        self.notices = NoticeBar(self.desk)
        self.drop_zone = DropZone(self, tuple(self.panels.values()))
        self.tree_files = TreeFiles(self.desk)
        self.crash_trail = CrashTrail(self.desk)
        self.recorded = RecordedSessions(self.desk, self)
        self.elsewhere = Elsewhere(self.desk, self)
        own = session_file(ways.address)
        self.reopening = Reopening(self.desk, self, None if own is None else own.absolute())
        self.rehearsing = Rehearsing(self.desk, self, self._draft, self._chosen_module)
        self.demonstrating = Demonstrating(self.desk, self)
        self.helping = Helping(self.desk, self)
        self.backing_up = BackingUp(self.desk, self)
        self.drops = Drops(self.desk, self._edit)
        self.jumps = Jumps(self.desk, self, self.panels)
        self.table_actions = TableActions(self.desk, self, self.panels.values(), self.current_panel)
        self.copies = Copies(self.desk, self, self.table_actions.lines)
        self._make_bars()
        self._bind()
        self._settle = QTimer(self, singleShot=True, interval=0)
        self._settle.timeout.connect(self._fit_titles)
        self._remember = QTimer(self, singleShot=True, interval=REMEMBER_MS)
        self._remember.timeout.connect(self.write)
        self.desk.remember.connect(self._remember.start)
        self.looks = Looks(self)
        self.looks.dress()
        self._restore()
        self.setAcceptDrops(True)
        for line in self.findChildren(QLineEdit):
            line.setAcceptDrops(False)

    def _dock(self, panel: Panel) -> Dock:
        dock = Dock(panel)
        dock.dockLocationChanged.connect(lambda: self._moved())
        dock.topLevelChanged.connect(lambda: self._moved())
        dock.visibilityChanged.connect(lambda: self._moved())
        dock.windowTitleChanged.connect(lambda: self._settle.start())
        return dock

    def _moved(self) -> None:
        self._settle.start()
        if self._restored:
            self.desk.remember.emit()

    def _fit_titles(self) -> None:
        """A dock among tabs needs no second title; the tabs get the panels' icons."""
        for dock in self.docks.values():
            dock.set_titled(dock.isFloating() or not self.tabifiedDockWidgets(dock))
        by_title = {dock.windowTitle(): dock for dock in self.docks.values()}
        for bar in self.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            bar.setDrawBase(False)
            bar.setAccessibleName("Panels")
            for at in range(bar.count()):
                if (found := by_title.get(bar.tabText(at))) is not None:
                    bar.setTabIcon(at, found.icon())
        self.looks.dress()

    # bars and menus

    def _make_bars(self) -> None:
        self.menus = QMenuBar()  # not QMainWindow's own: that one would throw the notices out
        self.menus.setAccessibleName("Menus")
        for title in MENUS:
            menu = self.menus.addMenu(title)
            for spec, action in self.desk.actions:
                if spec.menu == title:
                    menu.addAction(action)
            if title == "View":
                menu.addSeparator()
                for dock in self.docks.values():
                    menu.addAction(dock.toggleViewAction())
        self.addToolBar(self._toolbar())
        self.setMenuWidget(self._top())

    def _toolbar(self) -> QToolBar:
        bar = QToolBar("Main")
        bar.setObjectName("main-toolbar")
        bar.setAccessibleName("Main toolbar")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        for action_id in TOOLS:
            if action_id:
                bar.addAction(self.desk.actions[action_id])
            else:
                bar.addSeparator()
        self._with_text(bar, {"edit.run": "Run", "actor.spawn": "Spawn", "actor.message": "Send a message"})
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        perspectives = [f"view.{name}" for name in layout.PERSPECTIVES]
        for action_id in (*perspectives, "", "view.palette", "theme.toggle", "help.shortcuts"):
            if action_id:
                bar.addAction(self.desk.actions[action_id])
            else:
                bar.addSeparator()
        self._with_text(bar, {"view.operate": "Operate", "view.debug": "Debug", "view.data": "Data"})
        return bar

    def _with_text(self, bar: QToolBar, texts: dict[str, str]) -> None:
        for action_id, text in texts.items():
            action = self.desk.actions[action_id]
            action.setIconText(text)
            shown = bar.widgetForAction(action)
            if shown is not None:
                shown.setProperty("toolButtonStyle", Qt.ToolButtonStyle.ToolButtonTextBesideIcon)

    def _top(self) -> QWidget:
        """Menu bar, and the notices under it."""
        self.stale = box("stale", row(label("", wrap=True), margins=(12, 4, 12, 4)))
        self.stale.hide()
        top = QWidget()
        top.setLayout(column(self.menus, self.recorded.mark, self.elsewhere.mark, self.notices, self.stale, spacing=0))
        return top

    def _bind(self) -> None:
        actions = self.desk.actions
        for choice in theme.CHOICES:
            actions.bind(f"theme.{choice}", lambda choice=choice: self.set_theme(choice))  # type: ignore[misc]
        for name in layout.PERSPECTIVES:
            actions.bind(f"view.{name}", lambda name=name: self.set_perspective(name))  # type: ignore[misc]
        actions.bind("theme.toggle", lambda: self.set_theme("light" if theme.current().name == "dark" else "dark"))
        actions.bind("view.reset", lambda: self.set_perspective(self.perspective))
        actions.bind("view.palette", self.jumps.offer_actions)
        actions.bind("view.jump", self.jumps.offer_places)
        actions.bind("view.next_panel", self.next_panel)
        actions.bind("table.filter", lambda: self.current_panel().focus_filter())
        actions.bind("view.larger", lambda: self.scale_text(1.0))
        actions.bind("view.smaller", lambda: self.scale_text(-1.0))
        actions.bind("app.quit", self._quit)
        actions.bind("module.deploy", self._ask_deploy)
        actions.bind("module.deploy_folder", self._ask_deploy_folder)
        actions.bind("node.sample", lambda: self._start(self.opening.sample()))
        actions.bind("node.sample_default", self._sample_default).setChecked(self.settings.sample)
        actions.bind("node.prepare", self._prepare)
        self.desk.raise_panel.connect(self.raise_panel)
        self.desk.stale_changed.connect(self._stale)
        self.desk.answered.connect(lambda key: self._prepare() if key == "prepare" else self._again(key))
        self.desk.open_files.connect(self.open_files)
        self.drop_zone.dropped.connect(self.drops.drop)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_scheme)

    def _start(self, work: Coroutine[object, None, None]) -> None:
        self.bridge.start(self, work, self.desk.failed)

    def _quit(self) -> None:
        self.close()

    # the node

    def start(self) -> None:
        """Open the node; the window is usable meanwhile."""
        self.desk.fail_to_open("")
        self.bridge.start(self, self.opening.run(), self._not_opened)

    def _cancel_shown(self) -> None:
        if self.desk.jobs.newest is not None:
            self.desk.jobs.cancel()
        else:
            self.opening.cancel.set()

    def _not_opened(self, error: Exception) -> None:
        self.status.show_progress("", 1.0)
        if self.opening.node is not None:
            self.desk.failed(error)  # it is there; what failed came after: the sample, the server
            return
        self.status.cells["node"].setText("no node")
        text = str(error) if isinstance(error, WorkbenchError) else f"The node could not be opened: {error!r}"
        self.desk.fail_to_open(text)
        self.desk.notice(text, "error", details=repr(error), buttons=(("Try again", "open"),), key="open")

    def _again(self, key: str) -> None:
        if key == "open":
            self.start()

    def _prepare(self) -> None:
        if self.desk.node is not None:
            self.bridge.start(self, self._do_prepare(), self.desk.failed)

    async def _do_prepare(self) -> None:
        if self.desk.node is not None:
            await self.opening.prepare(self.desk.node)
            self.reporter.reported.emit("", 1.0)
            self.desk.node_changed.emit()

    def _stale(self, why: str) -> None:
        line = self.stale.layout().itemAt(0).widget()  # type: ignore[union-attr]
        why = self.desk.attachments.why_stale or why
        line.setText(f"What you see may be old: {why}")  # type: ignore[union-attr]
        self.stale.setVisible(bool(why))

    # panels

    def raise_panel(self, name: str) -> None:
        dock = self.docks[name]
        dock.show()
        dock.raise_()
        panel = self.panels[name]
        focused = QApplication.focusWidget()
        if focused is None or not panel.isAncestorOf(focused):
            panel.take_keyboard()

    def current_panel(self) -> Panel:
        """The panel that has the keyboard; Actors when none has."""
        focused = QApplication.focusWidget()
        found = next((p for p in self.panels.values() if focused is not None and p.isAncestorOf(focused)), None)
        return found or self.panels["actors"]

    def next_panel(self) -> None:
        names = [name for name, dock in self.docks.items() if dock.isVisible()]
        at = names.index(self.current_panel().id) if self.current_panel().id in names else -1
        name = names[(at + 1) % len(names)]
        self.raise_panel(name)

    def open_files(self, files: tuple[Path, ...]) -> None:
        """Show them: sources in the editor, modules in their panel."""
        self.drops.show(files)

    def _edit(self, files: tuple[Path, ...]) -> None:
        editor = self.panels["editor"]
        assert isinstance(editor, EditorPanel)
        for path in files:
            editor.open(path)

    def _draft(self) -> Draft | None:
        editor = self.panels["editor"]
        assert isinstance(editor, EditorPanel)
        doc = editor.current()
        return None if doc is None or doc.inside else (doc.alias, PurePath(doc.name).name, doc.data)

    def _chosen_module(self) -> str:
        modules = self.panels["modules"]
        assert isinstance(modules, ModulesPanel)
        row = modules.table.chosen()
        return row.info.hash if row is not None else ""

    def _ask_deploy(self) -> None:
        chosen, _ = QFileDialog.getOpenFileNames(
            self.menus, "Deploy", "", "Actors and trees (*.py *.wasm *.wat *.zip *.toml);;All files (*)"
        )
        if chosen:
            self.drops.take(tuple(Path(name) for name in chosen))

    def _ask_deploy_folder(self) -> None:
        if chosen := QFileDialog.getExistingDirectory(self.menus, "Deploy a folder"):
            self.drops.take((Path(chosen),))

    # looks

    @watched
    def set_theme(self, choice: str) -> None:
        self.settings.theme = choice
        self._apply_theme()
        self.desk.remember.emit()

    def _system_scheme(self) -> None:
        if self.settings.theme == "system":
            self._apply_theme()

    def _apply_theme(self) -> None:
        self.looks.change(
            self.settings.theme,
            [*self.desk.actions.repaints(), *(dock.repaint_icons for dock in self.docks.values()),
             self.desk.theme_changed.emit],
            self._fit_titles,
        )  # fmt: skip

    def set_perspective(self, name: str) -> None:
        self.perspective = name
        self._check_perspective()
        layout.arrange(self, self.docks, name)
        QTimer.singleShot(0, self, self._proportion)
        self._settle.start()
        self.desk.remember.emit()

    def _proportion(self) -> None:
        layout.proportion(self, self.docks, self.perspective)

    def _check_perspective(self) -> None:
        for name in layout.PERSPECTIVES:
            self.desk.actions[f"view.{name}"].setChecked(name == self.perspective)

    def scale_text(self, by: float) -> None:
        now = QApplication.font().pointSizeF()
        self.settings.font_points = min(max(now + by, POINTS[0]), POINTS[1])
        fixed = theme.mono().family()
        apply_font(self.settings.font_points)
        self._apply_theme()
        for widget in self.findChildren(QWidget):
            if widget.font().family() == fixed:
                widget.setFont(theme.mono())
        self.desk.remember.emit()

    def _sample_default(self) -> None:
        self.settings.sample = self.desk.actions["node.sample_default"].isChecked()
        self.desk.remember.emit()

    # remembering

    def _restore(self) -> None:
        found = self.session.file.read()
        for name, panel in self.panels.items():
            panel.restore(child(child(found, "panels"), name))
        self.reopening.restore(child(found, "sessions"))
        if adopted := list(self.session.adopt()):
            self.panels["editor"].restore({"tabs": list(adopted), "current": -1})
            self.desk.notice("What was unsaved in another window, closed meanwhile, is open here again.", "info")
        self.perspective, problem = layout.restore(self, self.docks, self.arrangement)
        self._check_perspective()
        if problem:
            self.desk.notice(f"The layout is the default one again: {problem}.", "warn")
        if self.session.file.broken:
            self.session.file.discard()
            self.desk.notice(f"What was open is not shown: {self.session.file.broken}. It was put aside.", "warn")
        self.choices.read()
        if self.choices.broken:
            self.choices.discard()
            self.desk.notice(f"The settings are the default ones: {self.choices.broken}. It was put aside.", "warn")
        if self.session.position > 1:
            self.desk.notice(
                "Another window has this workspace open. This one keeps what you open and write on its own, "
                f"in {self.session.file.path.name}: nothing of either is lost.",
            )  # fmt: skip
        self._restored = True
        self._settle.start()

    def write(self) -> None:
        """Write down all that survives a kill."""
        panels: Record = {name: panel.record() for name, panel in self.panels.items()}
        self.session.write({"panels": panels, "sessions": self.reopening.record()})
        self.choices.write(self.settings.record())
        self.arrangement.write(layout.record(self, self.perspective))

    # Qt's own

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Past the docks behind other tabs: Qt calls what is in them visible."""
        here = QApplication.focusWidget()
        behind = [dock.panel for dock in self.docks.values() if not dock.isFloating() and not dock.panel.seen]
        found = focus.following(here, forward, behind) if here is not None and here.window() is self else None
        if found is None:
            return super().focusNextPrevChild(forward)
        found.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        return True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange and self._restored:
            self.desk.remember.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths(event.mimeData()) and self.drop_zone.cover(event.mimeData(), event.position().toPoint()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drop_zone.take(event, event.position().toPoint())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Unsaved text is kept for the next start, so closing never asks."""
        self.write()
        self.session.release()
        self._restored = False
        self.opening.cancel.set()
        self.demonstrating.stop()
        self.bridge.unfollow()
        super().closeEvent(event)


def apply_font(points: float) -> None:
    """The size of all text; 0 leaves the platform's."""
    if points:
        font = QApplication.font()
        font.setPointSizeF(points)
        QApplication.setFont(font)
