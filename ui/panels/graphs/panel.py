"""Graphs: fuel, messages, turn time, memory and mailbox of the chosen actors and of the node, as they happen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QGridLayout, QHBoxLayout, QScrollArea, QSplitter, QWidget

from ui.desk import Desk
from ui.filter import Filter
from ui.models import Plan
from ui.panel import Panel
from ui.panels.graphs.drawing import Asked, Drawing, drawing, first_drawn, legend
from ui.panels.graphs.kills import Kills
from ui.panels.graphs.legend import COLUMNS, NODE, Legend, LegendModel, Series
from ui.panels.graphs.samples import Samples
from ui.panels.graphs.warming import Warming, import_beside
from ui.roster import Listing
from ui.settings import Record, child, words
from ui.theme import current
from ui.widgets.build import box, button, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from workbench.api import Area, Node

if TYPE_CHECKING:
    from ui.widgets.plot import Plot

WINDOWS = (1, 5, 15)
FIRST_DRAWN = 8
PAUSE_MS = 20
"""Between two plots: without it Qt would paint all of them in one go."""
LEAST_WIDTH, LEAST_HEIGHT = 160, 104


@dataclass(frozen=True, slots=True)
class Found:
    """One picture, and the legend that belongs to it."""

    asked: Asked
    drawing: Drawing
    listing: Listing
    series: list[Series]
    wanted: Filter
    plan: Plan[Series]


class GraphsPanel(Panel):
    """Draws at most four times a second, only while visible; the plots are made when first shown."""

    id = "graphs"
    title = "Graphs"
    icon_name = "graphs"
    areas = frozenset({Area.METRICS})
    rest_ms = 250

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.samples, self.kills = Samples(), Kills()
        self._node: Node | None = None
        self.drawn: dict[str, bool] = {NODE: True}
        self._colors: dict[str, int] = {}
        self._seen: set[str] = set()
        self._listing = Listing()
        self._drawing: Drawing | None = None
        self._next = self._asked_again = 0
        self._pixels = LEAST_WIDTH
        self._slice = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._slice.timeout.connect(self._draw_next)
        self._warming = Warming(self)
        self.model = LegendModel(COLUMNS, lambda series: series.name, self)
        self.legend = Legend(self.model, desk)
        none = EmptyState("graphs", "Actors appear here with their values.")
        self.view: FilteredTable[Series] = FilteredTable(desk, self.legend, "drawn:yes fuel>1k", none)
        self.grid = QGridLayout()
        self.grid.setContentsMargins(6, 6, 6, 6)
        self.grid.setSpacing(6)
        self.plots: list[Plot] = []
        self._made: list[Plot] = []
        self._making = self._imported = False
        self._lay_out()
        self._bind()

    def _lay_out(self) -> None:
        page = QWidget()
        page.setObjectName("graphPage")
        page.setLayout(self.grid)
        self.waiting = EmptyState("graphs", "Curves appear with the first second that is measured.")
        self.grid.addWidget(self.waiting, 0, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setWidget(page)
        self.area.setAccessibleName("Graphs")
        self.area.viewport().installEventFilter(self)
        self.split = QSplitter()
        self.split.addWidget(self.area)
        self.split.addWidget(self.view)
        self.split.setStretchFactor(0, 1)
        self.split.setSizes([620, 252])
        self.column.addWidget(box("band", self._band()))
        self.column.addWidget(self.split, 1)

    def _band(self) -> QHBoxLayout:
        line = row(margins=(8, 5, 8, 5), spacing=4)
        self.windows = QButtonGroup(self)
        segments = row(spacing=0)
        for minutes in WINDOWS:
            made = button(f"{minutes} min", lambda minutes=minutes: self.set_window(minutes), style="segment")  # type: ignore[misc]
            made.setCheckable(True)
            made.setChecked(minutes == self.desk.settings.graph_minutes)
            self.windows.addButton(made, minutes)
            segments.addWidget(made)
        line.addLayout(segments)
        self.newest_kill = label("", tone="error")
        shrinks(self.newest_kill)
        line.addSpacing(8)
        line.addWidget(self.newest_kill, 1)
        for action_id in ("graphs.pause", "graphs.export_png", "graphs.export_csv"):
            line.addWidget(tool_for(self.desk.actions[action_id]))
        return line

    def _bind(self) -> None:
        self.desk.actions.bind("graphs.pause", self._paused)
        self.desk.actions.bind("graphs.export_png", self._export_png)
        self.desk.actions.bind("graphs.export_csv", self._export_csv)
        self.desk.show_graph.connect(self._show_only)
        self.model.toggled.connect(self._toggle)

    # reading and drawing

    def load(self) -> Found:
        import_beside()  # numpy takes its time; pyqtgraph brings Qt's types and must wait for the Qt thread
        node = self.desk.node
        assert node is not None
        self._forget_of_another(node)
        listing = self.desk.roster.read(node)
        first_drawn(tuple(listing.by_name), self._seen, self.drawn, FIRST_DRAWN)
        self.samples.fetch(node, [name for name, on in tuple(self.drawn.items()) if on and self._is(name, listing)])
        self.kills.fetch(node, dict(self.samples.series), listing.by_name)
        return self._picture(listing)

    def _forget_of_another(self, node: Node) -> None:
        """Another node has other samples, and so has another moment of a session."""
        if node is not self._node or self.desk.nodes.session is not None:
            self._node = node
            self.samples.forget()
            self.kills.forget()

    def _is(self, name: str, listing: Listing) -> bool:
        return name == NODE or name in listing.by_name

    def _picture(self, listing: Listing) -> Found:
        """All that is to be seen of a listing. Off the Qt thread, from the samples that were read."""
        drawn, wanted = dict(self.drawn), self.view.filter.filter
        colors = {name: self.color(name) for name, on in drawn.items() if on and self._is(name, listing)}
        asked = Asked(colors, self.desk.settings.graph_minutes * 60.0, self._pixels)
        series = legend(listing, self.samples.newest(NODE), colors, drawn)
        return Found(
            asked, drawing(self.samples, self.kills, asked), listing, series, wanted, self.view.planned(series, wanted)
        )  # fmt: skip

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self._listing = found.listing
        if not self.paused:
            self._show(found)

    @property
    def paused(self) -> bool:
        return self.desk.actions["graphs.pause"].isChecked()

    def names(self) -> list[str]:
        return [NODE, *self._listing.by_name]

    def color(self, name: str) -> str:
        """A series keeps its colour for as long as the panel lives."""
        palette = current().series
        return palette[self._colors.setdefault(name, len(self._colors)) % len(palette)]

    def draw(self) -> None:
        """Draw again what was read, because something else is to be seen of it."""
        self.desk.bridge.start(self, self._draw_aside(), self.desk.failed)

    async def _draw_aside(self) -> None:
        self._asked_again += 1
        number = self._asked_again
        found = await self.call(self._picture, self._listing)
        if number == self._asked_again:
            self._show(found)

    def _show(self, found: Found) -> None:
        if not self.plots:
            self._warming.start()
            if self.samples.now() and self._warming.done and not self._making:
                self._making = True
                QTimer.singleShot(0, self, self._make_plots)
            return
        self.view.show_planned(found.series, found.wanted, found.plan)
        self._drawing, self._next = found.drawing, 0
        self.newest_kill.setText(found.drawing.kills[-1].text if found.drawing.kills else "")
        self.newest_kill.setToolTip(self.newest_kill.text())
        self._draw_next()

    def _draw_next(self) -> None:
        """One plot at a time, so that clicks are answered in between."""
        drawing, at = self._drawing, self._next
        if drawing is not None and at < len(self.plots):
            self.plots[at].draw(drawing.curves[at], drawing.kills, drawing.seconds)
            self.plots[at].say(drawing.newest[at])
            self._next += 1
            self._slice.start()

    def _make_plots(self) -> None:
        """The import first, then one plot at a time: each takes some 30 ms, and clicks are answered in between."""
        from ui.series import MEASURES
        from ui.widgets.plot import Plot

        if not self._imported:
            self._imported = True
            QTimer.singleShot(0, self, self._make_plots)
            return
        made = len(self._made)
        if made < len(MEASURES):
            self._made.append(Plot(MEASURES[made]))
            QTimer.singleShot(0, self, self._make_plots)
            return
        self.waiting.setParent(None)
        self.waiting.deleteLater()
        self.plots = self._made
        for plot in self.plots:
            plot.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self._arrange()
        self.draw()

    def _arrange(self) -> None:
        width = self.area.viewport().width()
        columns = max(1, min(3, width // (LEAST_WIDTH + 10)))
        self._pixels = max(width // columns - 80, 50)
        for at, plot in enumerate(self.plots):
            self.grid.addWidget(plot, at // columns, at % columns)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(event, QResizeEvent) and self.plots:
            QTimer.singleShot(0, self, self._arrange)
        return super().eventFilter(watched, event)

    # what the user asks for

    def set_window(self, minutes: int) -> None:
        self.desk.settings.graph_minutes = minutes
        for made in self.windows.buttons():
            made.setChecked(self.windows.id(made) == minutes)
        self.desk.remember.emit()
        self.draw()

    def _toggle(self, name: str, on: bool) -> None:
        self.drawn[name] = on
        self.desk.remember.emit()
        self.draw()

    def _show_only(self, name: str) -> None:
        self.drawn = dict.fromkeys([*self.drawn, name], False) | {name: True}
        self.desk.raise_panel.emit(self.id)
        self.draw()

    def _paused(self) -> None:
        if not self.paused:
            self.draw()

    def _export_png(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export graphs", "graphs.png", "PNG (*.png)")
        if chosen:
            self.export_png(Path(chosen))

    def export_png(self, path: Path) -> None:
        shown = self.area.widget()
        assert shown is not None
        shown.grab().save(str(path))
        self.desk.notice(f"Graphs were written to {path}.", "ok")

    def _export_csv(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Export samples", "samples.csv", "CSV (*.csv)")
        if chosen:
            self.export_csv(Path(chosen))

    def export_csv(self, path: Path) -> None:
        names = [name for name in self.names() if self.drawn.get(name)]
        path.write_text(self.samples.as_csv(names, self.desk.settings.graph_minutes * 60.0), encoding="utf-8")
        self.desk.notice(f"Samples were written to {path}.", "ok")

    def focus_filter(self) -> None:
        self.view.focus_filter()

    def record(self) -> Record:
        return {"drawn": [name for name, on in self.drawn.items() if on],
                "not_drawn": [name for name, on in self.drawn.items() if not on],
                "legend": self.view.record()}  # fmt: skip

    def restore(self, record: Record) -> None:
        for key, on in (("drawn", True), ("not_drawn", False)):
            self.drawn.update(dict.fromkeys(words(record, key), on))
        self.view.restore(child(record, "legend"))

    def repaint_icons(self) -> None:
        if not self.plots:
            self.waiting.repaint_icons()
        for plot in self.plots:
            plot.take_theme()
        if self.plots:
            self.draw()
