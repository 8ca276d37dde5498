"""Graphs: fuel, messages, turn time, memory and mailbox of the chosen actors and of the node, as they happen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFileDialog, QGridLayout, QHBoxLayout, QScrollArea, QSplitter, QWidget

from ui.desk import Desk
from ui.panel import Panel
from ui.panels.graphs.legend import COLUMNS, NODE, Legend, LegendModel, Series
from ui.panels.graphs.samples import Samples
from ui.settings import Record, words
from ui.theme import current
from ui.widgets.build import box, button, row, tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import ActorInfo, ActorState, Area, Sample

if TYPE_CHECKING:
    from ui.widgets.plot import Plot

WINDOWS = (1, 5, 15)
FIRST_DRAWN = 8
LEAST_WIDTH, LEAST_HEIGHT = 160, 104


@dataclass(frozen=True, slots=True)
class Found:
    actors: Sequence[ActorInfo]
    samples: Mapping[str, Sequence[Sample]]


class GraphsPanel(Panel):
    """Draws at most four times a second, only while visible; the plots are made when first shown."""

    id = "graphs"
    title = "Graphs"
    icon_name = "graphs"
    areas = frozenset({Area.METRICS})
    rest_ms = 250

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.samples = Samples()
        self.drawn: dict[str, bool] = {NODE: True}
        self._colors: dict[str, int] = {}
        self._actors: Sequence[ActorInfo] = ()
        self.model = LegendModel(COLUMNS, lambda series: series.name, self)
        self.legend = Legend(self.model)
        self.grid = QGridLayout()
        self.grid.setContentsMargins(6, 6, 6, 6)
        self.grid.setSpacing(6)
        self.plots: list[Plot] = []
        self._made: list[Plot] = []
        self._making = False
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
        self.split.addWidget(self.legend)
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
        line.addStretch(1)
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
        import_module("ui.series")  # numpy takes its time; pyqtgraph brings Qt's types and must wait for the Qt thread
        node = self.desk.node
        assert node is not None
        actors = node.actors.list()
        names = [NODE, *(info.id.name for info in actors)]
        return Found(actors, self.samples.fetch(node, names))

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.samples.add(found.samples)
        self._actors = found.actors
        for info in found.actors:
            if info.id.name not in self.drawn:
                self.drawn[info.id.name] = sum(self.drawn.values()) <= FIRST_DRAWN
        if not self.paused:
            self.draw()

    @property
    def paused(self) -> bool:
        return self.desk.actions["graphs.pause"].isChecked()

    def names(self) -> list[str]:
        return [NODE, *(info.id.name for info in self._actors)]

    def color(self, name: str) -> str:
        """A series keeps its colour for as long as the panel lives."""
        palette = current().series
        if name not in self._colors:
            self._colors[name] = len(self._colors)
        return palette[self._colors[name] % len(palette)]

    def draw(self) -> None:
        if not self.plots:
            if self.samples.now() and not self._making:
                self._making = True
                self._make_plots()
            return
        crashed = {info.id.name for info in self._actors if info.state is ActorState.CRASHED}
        self.model.patch([
            Series(name, self.color(name), self.drawn.get(name, False), name in crashed, self.samples.newest(name))
            for name in self.names()
        ])  # fmt: skip
        self._draw_plots()

    def _draw_plots(self) -> None:
        from ui.series import crash_times, curve

        now, seconds = self.samples.now(), self.desk.settings.graph_minutes * 60.0
        drawn = [name for name in self.names() if self.drawn.get(name) and self.samples.series.get(name)]
        kept = {name: [s for s in self.samples.series[name] if s.time >= now - seconds - 2] for name in drawn}
        crashes = sorted({at for name in drawn if name for at in crash_times(kept[name], now)})
        for plot in self.plots:
            value = plot.measure.value
            names = [NODE] if plot.measure.key == "cpu" else drawn
            plot.draw({n: (*curve(kept[n], value, now), self.color(n)) for n in names if n in kept}, crashes, seconds)
            newest = self.samples.newest(NODE)
            plot.say(value(newest) if newest is not None else None)

    def _make_plots(self) -> None:
        """One plot at a time: each takes some 30 ms, and clicks are answered in between."""
        from ui.series import MEASURES
        from ui.widgets.plot import Plot

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

    def record(self) -> Record:
        return {"drawn": [name for name, on in self.drawn.items() if on],
                "not_drawn": [name for name, on in self.drawn.items() if not on]}  # fmt: skip

    def restore(self, record: Record) -> None:
        for key, on in (("drawn", True), ("not_drawn", False)):
            self.drawn.update(dict.fromkeys(words(record, key), on))

    def repaint_icons(self) -> None:
        if not self.plots:
            self.waiting.repaint_icons()
        for plot in self.plots:
            plot.take_theme()
        if self.plots:
            self.draw()
