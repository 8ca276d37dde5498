"""The status bar: which node, how many actors, what they take now, and how far a long job is."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from ui import format as show
from ui.desk import Desk
from ui.icons import pixmap
from ui.theme import current
from ui.widgets.build import label, row
from ui.widgets.notice_bar import ProgressLine
from workbench.api import Area, NodeInfo, RecordingStatistics, Sample, WorkbenchError
from workbench.api.connections import Phase

AREAS = frozenset({Area.ACTORS, Area.METRICS, Area.NODE})


@dataclass(frozen=True, slots=True)
class Status:
    info: NodeInfo
    crashed: int
    newest: Sample | None
    recorded: RecordingStatistics


class StatusLine(QObject):
    """Fills a QStatusBar; reads at most twice a second."""

    def __init__(self, desk: Desk, bar: QStatusBar) -> None:
        super().__init__(bar)
        self._desk, self._bar = desk, bar
        self._loading = False
        self._since = 0.0
        self._newest: Sample | None = None
        self._info: NodeInfo | None = None
        bar.setSizeGripEnabled(False)
        self.cells: dict[str, QLabel] = {}
        self._pictures: dict[str, QLabel] = {}
        for key, icon in (("node", "node"), ("actors", "actors"), ("fuel", "fuel"), ("memory", "memory")):
            self._add(key, icon)
        self.progress = ProgressLine()
        bar.addPermanentWidget(self.progress)
        self._dirty = False
        self._rest = QTimer(self, singleShot=True, interval=500)
        self._rest.timeout.connect(self._rested)
        desk.jobs.changed.connect(lambda: self.progress.show_job(desk.jobs.newest))
        desk.bridge.changed.connect(self._areas_changed)
        desk.node_changed.connect(self._other_node)
        desk.attachments.changed.connect(self._mark)
        desk.theme_changed.connect(self.repaint_icons)
        self.cells["node"].setText("starting …")
        self.repaint_icons()

    def _add(self, key: str, icon: str) -> None:
        self._pictures[key], self.cells[key] = label(), label(show.DASH)
        self.cells[key].setAccessibleName(f"Status: {key}")
        self._pictures[key].setProperty("icon_name", icon)
        cell = QWidget()
        cell.setLayout(row(self._pictures[key], self.cells[key], margins=(6, 1, 8, 1), spacing=3))
        self._bar.addWidget(cell)

    def repaint_icons(self) -> None:
        for picture in self._pictures.values():
            picture.setPixmap(
                pixmap(str(picture.property("icon_name")), current().muted, 14, picture.devicePixelRatioF())
            )

    def _areas_changed(self, areas: frozenset[Area]) -> None:
        if areas & AREAS:
            self._wake()

    def _other_node(self) -> None:
        self._since, self._newest, self._info = 0.0, None, None
        if self._desk.node is None:
            for cell in self.cells.values():
                cell.setText(show.DASH)
        self._mark()
        self._wake()

    def _rested(self) -> None:
        if self._dirty:
            self._wake()

    def _wake(self) -> None:
        self._dirty = True
        if self._desk.node is not None and not self._loading and not self._rest.isActive():
            self._loading, self._dirty = True, False
            self._desk.bridge.start(self._bar, self._read(), self._failed)

    async def _read(self) -> None:
        try:
            self._show(await self._desk.bridge.call(self._load))
        finally:
            self._loading = False
            self._rest.start()

    def _load(self) -> Status:
        node = self._desk.node
        assert node is not None
        since = 0.0 if self._desk.nodes.session is not None else self._since  # there time goes back too
        own = node.metrics((), since=since).get("", ())
        crashed, newest = self._desk.roster.read(node).crashed, own[-1] if own else None
        return Status(node.info(), crashed, newest, node.debugger.statistics())

    def _show(self, status: Status) -> None:
        if status.newest is not None:
            self._newest, self._since = status.newest, status.newest.time
        self._info, newest = status.info, self._newest
        info = status.info
        self._mark()
        self.cells["node"].setToolTip(
            f"Workspace {info.workspace}\nInterpreter {info.interpreter[:16] or 'not built yet'}\n"
            f"{recording_text(status.recorded)}"
        )
        crashed = f", {status.crashed} crashed" if status.crashed else ""
        self.cells["actors"].setText(show.plural(info.actors, "actor") + crashed)
        self.cells["fuel"].setText(f"{show.short(newest.fuel_per_second)} fuel/s" if newest else show.DASH)
        memory = f"{show.size(newest.memory_bytes)} in actors" if newest else show.DASH
        resident = f"  ·  {show.size(newest.resident_bytes)} process" if newest and newest.resident_bytes else ""
        self.cells["memory"].setText(memory + resident)

    def _mark(self) -> None:
        """Which node it is, and how what leads to it is doing, also when nothing more is read of it."""
        held, info = self._desk.nodes.current, self._info
        marked = "  ·  recorded, read-only" if held is not None and held.path is not None else ""
        if held is not None and held.connection is not None:
            state = self._desk.attachments.state(held.connection.name)
            info = info or state.info
            marked = f"  ·  {held.connection.name}, {held.connection.mode}"
            if state.phase is not Phase.ATTACHED:  # first, so that a long name does not push it out of sight
                marked = f"  ·  {state.phase} since {show.clock(state.since, milliseconds=False)}{marked}"
            elif state.latency_ms is not None:
                marked += f", {state.latency_ms:,.0f} ms"
        if info is not None:
            self.cells["node"].setText(f"{info.name}{marked}  ·  wasmtime {info.wasmtime}")

    def _failed(self, error: Exception) -> None:
        self._desk.stale_changed.emit(str(error) if isinstance(error, WorkbenchError) else repr(error))

    def show_progress(self, stage: str, fraction: float) -> None:
        if stage:
            known = fraction >= 0  # what tells how far it is can also be stopped
            self.progress.show_progress(stage[:1].upper() + stage[1:], fraction if known else None, cancellable=known)
        else:
            self.progress.hide()


def recording_text(found: RecordingStatistics) -> str:
    """What is recorded of the actors, in a line or two."""
    said = f"Recording {found.level}: {show.plural(found.turns, 'turn')}, {show.size(found.size_bytes)} on disk"
    if found.pinned_bytes:
        said += f", {show.size(found.pinned_bytes)} of it pinned"
    if found.dropped:
        said += f"\n{show.plural(found.dropped, 'turn')} could not be recorded"
    return f"{said}\nRecording stopped: {found.stopped}" if found.stopped else said
