"""Sequence: who sent what to whom, in the newest turns of actors or in a range; every arrow leads to its turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QMenu, QStackedWidget

from ui import format as show
from ui.desk import Desk
from ui.moment import now
from ui.panel import Panel
from ui.panels.sequence.canvas import SequenceCanvas, laid_out
from ui.settings import Record, number, text
from ui.traceback_text import TRACE
from ui.turn_text import turn_html
from ui.widgets.build import box, browser, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.turning_row import TurningRow
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import Area, Invalid, Node, NotFound, Turn
from workbench.api.recordings import Range
from workbench.api.sequence import Arrow, Diagram
from workbench.api.sequence_layout import Layout
from workbench.api.sequence_reading import read
from workbench.api.sequence_svg import to_svg
from workbench.api.sequence_text import to_json, to_mermaid
from workbench.api.times import time_of
from workbench.api.traces import trace_id

RANGES = (50, 200, 1_000, 5_000)
PLACE_DIGITS = 19
FILES = "SVG picture (*.svg);;Mermaid (*.mmd);;JSON (*.json)"
WRITERS: dict[str, Callable[[Diagram], str]] = {".svg": to_svg, ".mmd": to_mermaid, ".json": to_json}
NOTHING = "No turn is recorded yet that could be drawn: send an actor a message."
VERBS = ("follow", "services", "fit", "export", "copy", "copy_command", "open")


@dataclass(frozen=True, slots=True)
class Found:
    """One reading: the diagram and where everything stands."""

    diagram: Diagram
    layout: Layout
    problem: str = ""


class SequencePanel(Panel):
    """What is asked is read off the Qt thread, so it is kept in plain attributes."""

    id = "sequence"
    title = "Sequence"
    icon_name = "sequence"
    areas = frozenset({Area.TURNS})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._actors: tuple[str, ...] = ()
        self._limit, self._services = RANGES[1], False
        self._from = self._to = ""
        self._turn: Turn | None = None
        self.canvas = SequenceCanvas()
        self.actors = QLineEdit(placeholderText="all actors; or names, with commas between them; or trace:ID")
        self.actors.setAccessibleName("Actors of the diagram")
        self.actors.setClearButtonEnabled(True)
        self.since, self.until = QLineEdit(placeholderText="from"), QLineEdit(placeholderText="to")
        for field, caption in ((self.since, "From"), (self.until, "To")):
            field.setAccessibleName(f"{caption} which turn or time")
            field.setToolTip(f"{caption} a time (12:05, 2026-03-01T12:05, 10m ago), or a position of a session")
            field.setClearButtonEnabled(True)
            field.setMinimumWidth(64)
        self.range = QComboBox()
        self.range.setAccessibleName("How many turns are drawn")
        for turns in RANGES:
            self.range.addItem(f"{turns:,} turns", turns)
        self.range.setCurrentIndex(1)
        self.counts = label(tone="muted")
        self.turn = browser("Turn of the arrow", self._follow)
        self.none = EmptyState("sequence", NOTHING,
                               "Send a message", lambda: desk.actions.run("actor.message"), changes=True,
                               recorded="No turn up to this moment could be drawn.")  # fmt: skip
        self.split = TurningSplitter()
        self.split.addWidget(self.canvas)
        self.split.addWidget(self.turn)
        self.split.setSizes([640, 300])
        self.turn.setMinimumSize(160, 90)
        self.turn.setPlaceholderText("Choose an arrow to see its turn.")
        self.stack = QStackedWidget()
        for page in (self.none, self.split):
            self.stack.addWidget(page)
        self.column.addWidget(box("band", row(self._band())))
        self.column.addWidget(self.stack, 1)
        self._bind()

    def _band(self) -> TurningRow:
        tools = [tool_for(self.desk.actions[f"sequence.{verb}"]) for verb in VERBS]
        self.actors.setMinimumWidth(120)
        shrinks(self.counts)
        self.counts.setMinimumWidth(90)
        self.range.setToolTip("So many turns, the newest ones of the range, are drawn")
        whose, when = row(self.actors, self.range, self.since, self.until), row(self.counts, *tools)
        for half, stretches in ((whose, (3, 0, 1, 1)), (when, (1,))):
            for at, stretch in enumerate(stretches):
                half.setStretch(at, stretch)
        return TurningRow(whose, when, margins=(8, 6, 8, 6))

    def _bind(self) -> None:
        desk = self.desk
        for verb, slot in {
            "show": self._show, "follow": self._ask, "services": self._ask, "export": self._ask_export,
            "fit": self.canvas.fit_width,
            "copy": self._copy, "copy_command": self._copy_command, "open": self._open,
        }.items():  # fmt: skip
            desk.actions.bind(f"sequence.{verb}", slot)
        desk.actions["sequence.follow"].setChecked(True)
        self.canvas.chosen.connect(self._choose)
        self.canvas.opened.connect(self._open)
        self.canvas.customContextMenuRequested.connect(lambda at: self._menu().popup(self.canvas.mapToGlobal(at)))
        for field in (self.actors, self.since, self.until):
            field.editingFinished.connect(self._ask)
        self.range.activated.connect(lambda: self._ask())
        desk.show_sequence.connect(self._show_of)
        desk.show_trace.connect(self._show_trace)
        desk.theme_changed.connect(self._take_theme)
        self._enable()

    def _menu(self) -> QMenu:
        return self.desk.actions.menu(self, "sequence.open", "", "sequence.export", "sequence.copy")

    # what is asked

    def _show(self) -> None:
        """From the menu: of the chosen actor, or of all."""
        self.desk.raise_panel.emit(self.id)

    def _show_of(self, actor: str) -> None:
        self.actors.setText(actor)
        self.desk.raise_panel.emit(self.id)
        self._ask()

    def _show_trace(self, trace: str) -> None:
        """Of a node that runs; the turns of a session are listed."""
        if self.desk.nodes.session is None:
            self.since.clear()
            self.until.clear()
            self._show_of(f"{TRACE}:{trace}")
            self.actors.setCursorPosition(0)  # the id is longer than the field

    def _ask(self) -> None:
        names = show.parts(self.actors.text())
        services = self.desk.actions["sequence.services"].isChecked()
        asked = names, int(self.range.currentData()), services, self.since.text().strip(), self.until.text().strip()
        try:
            within(asked[3], asked[4], asked[0])
        except Invalid as error:
            self.desk.notice(str(error), "warn", key="sequence")
            return
        changed = asked != (self._actors, self._limit, self._services, self._from, self._to)
        self._actors, self._limit, self._services, self._from, self._to = asked
        self.desk.remember.emit()
        if changed or self.desk.actions["sequence.follow"].isChecked():
            self._asked_again()

    def _asked_again(self) -> None:
        super().refresh()

    def _areas_changed(self, areas: frozenset[Area]) -> None:
        if self.desk.actions["sequence.follow"].isChecked():
            super()._areas_changed(areas)

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        try:
            found = read(node, whose(self._actors), within=self._within(), limit=self._limit, services=self._services)
        except NotFound as error:
            return Found(*laid_out(Diagram((), ())), str(error))
        return Found(*laid_out(found))

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        drawn = found.diagram
        if drawn.arrows:
            self.canvas.show_diagram(drawn, found.layout)
            self.counts.setText(f"{show.plural(len(drawn.arrows), 'arrow')} of {show.plural(drawn.turns, 'turn')}")
        else:
            said = found.problem or self._nothing()
            self.none.say(said or NOTHING, always=bool(said))
            self.counts.setText("")
        self.stack.setCurrentWidget(self.split if drawn.arrows else self.none)
        self._enable()

    def _within(self) -> Range:
        return within(self._from, self._to, self._actors)

    def _nothing(self) -> str:
        """Why nothing of what was asked for is drawn; empty: nothing special was asked for."""
        who, bounds = ", ".join(self._actors), self._within()
        if (bounds.up_to and bounds.after >= bounds.up_to) or (bounds.until and bounds.since > bounds.until):
            return f"Nothing lies between {self._from} and {self._to}: the range ends before it begins."
        when = " in this range" if self._from or self._to else ""
        return f"Nothing of {who or 'any actor'}{when} is recorded that could be drawn." if who or when else ""

    def _enable(self) -> None:
        drawn = bool(self.canvas.diagram.arrows)
        self.desk.actions.enable("sequence.export", "sequence.copy", "sequence.fit", on=drawn)
        self.desk.actions.enable("sequence.open", on=self.canvas.arrow() is not None)

    # an arrow

    def _choose(self) -> None:
        self._enable()
        arrow, node = self.canvas.arrow(), self.desk.node
        if arrow is not None and node is not None:
            self.run(self._read_turn(node, arrow))

    async def _read_turn(self, node: Node, arrow: Arrow) -> None:
        found = await self.call(turn_of, node, arrow)
        if arrow == self.canvas.arrow():
            self._turn = found
            self._take_theme()

    def _take_theme(self) -> None:
        arrow = self.canvas.arrow()
        if self._turn is not None:
            self.turn.setHtml(turn_html(self._turn))
        elif arrow is not None:
            self.turn.setPlainText(f"Turn {arrow.seq:,} of {arrow.actor} is not kept any more.")
        self.canvas.viewport().update()

    def _follow(self, address: QUrl) -> None:
        if self._turn is not None:
            self.desk.follow(address.toString(), self._turn.actor.name)

    def _open(self) -> None:
        if (arrow := self.canvas.arrow()) is not None:
            if self.desk.nodes.session is not None:
                self.desk.nodes.go_to_turn(arrow.actor, arrow.seq)
                return
            self.desk.show_turn.emit(arrow.actor, arrow.seq)

    # away

    def _ask_export(self) -> None:
        chosen, kind = QFileDialog.getSaveFileName(self, "Export the diagram", "sequence.svg", FILES)
        if chosen:
            path = Path(chosen)
            ending = next((each for each in WRITERS if f"*{each}" in kind), ".svg")
            self.export(path if path.suffix.lower() in WRITERS else path.with_name(f"{path.name}{ending}"))

    def export(self, path: Path) -> None:
        """As what the file's ending says."""
        self.run(self._export(self.canvas.diagram, path))

    async def _export(self, diagram: Diagram, path: Path) -> None:
        try:
            await self.call(lambda: path.write_text(WRITERS[path.suffix.lower()](diagram), encoding="utf-8"))
        except OSError as error:
            self.desk.notice(f"{path} was not written: {error.strerror or error}", "error")
            return
        self.desk.notice(f"{show.plural(len(diagram.arrows), 'arrow')} in {path}.", "ok")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(to_mermaid(self.canvas.diagram))

    def _copy_command(self) -> None:
        services = " --services" if self._services else ""
        verb = f"debug diagram --limit {self._limit}{services}{options(self._within())}"
        QGuiApplication.clipboard().setText(self.desk.command(verb, *whose(self._actors)))

    # the rest

    def take_keyboard(self) -> None:
        (self.canvas if self.canvas.diagram.arrows else self.actors).setFocus()

    def focus_filter(self) -> None:
        self.actors.setFocus()
        self.actors.selectAll()

    def record(self) -> Record:
        actions = self.desk.actions
        return {
            "actors": self.actors.text(), "turns": self._limit, "from": self.since.text(), "to": self.until.text(),
            "services": actions["sequence.services"].isChecked(), "follow": actions["sequence.follow"].isChecked(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        for field, key in ((self.actors, "actors"), (self.since, "from"), (self.until, "to")):
            field.setText(text(record, key))
        self.range.setCurrentIndex(max(self.range.findData(number(record, "turns", RANGES[1])), 0))
        for verb in ("services", "follow"):
            if isinstance(on := record.get(verb), bool):
                self.desk.actions[f"sequence.{verb}"].setChecked(on)
        self._ask()

    def repaint_icons(self) -> None:
        self.none.repaint_icons()


def whose(typed: Sequence[str]) -> tuple[str, ...]:
    """The names among what is typed, without a trace."""
    return tuple(name for name in typed if not name.startswith(f"{TRACE}:"))


def within(since: str, until: str, typed: Sequence[str] = ()) -> Range:
    """The range between two ends as they are typed: a number is a place, in a session a position; else a time. With the
    trace that is named among the actors. Invalid: one of them is neither, or it is no trace."""
    named = [name.partition(":")[2] for name in typed if name.startswith(f"{TRACE}:")]
    first, last = int(since) if _is_place(since) else 0, int(until) if _is_place(until) else 0
    begins, ends = (time_of(text, now=now()) if text and not _is_place(text) else 0.0 for text in (since, until))
    return Range(max(first - 1, 0), last, begins, ends, trace_id(named[-1]) if named else "")


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < PLACE_DIGITS


def options(found: Range) -> str:
    """The same on the command line."""
    times = [
        (name, datetime.fromtimestamp(at).isoformat())
        for name, at in (("since", found.since), ("until", found.until))
        if at
    ]
    places = [(name, f"{place}") for name, place in (("after", found.after), ("up-to", found.up_to)) if place]
    trace = [("trace", found.trace)] if found.trace else []
    return "".join(f" --{name} {value}" for name, value in (*times, *places, *trace))


def turn_of(node: Node, arrow: Arrow) -> Turn | None:
    """Off the Qt thread: from memory, else from the recording."""
    try:
        found = node.actors.turns(arrow.actor, after=arrow.seq - 1, limit=RANGES[-1])
    except NotFound:
        found = ()
    turn = next((turn for turn in found if turn.seq == arrow.seq), None)
    if turn is not None:
        return turn
    kept = node.debugger.turns(arrow.actor, since=max(arrow.time - 60.0, 0.0), limit=RANGES[-1])
    return next((each.turn for each in kept if each.turn.seq == arrow.seq), None)
