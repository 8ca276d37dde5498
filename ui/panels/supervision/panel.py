"""Supervision: the trees drawn, who has used how many restarts, what was decided, and what would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QSplitter, QStackedWidget

from ui import format as show
from ui.desk import Desk
from ui.moment import now
from ui.panel import Panel
from ui.panels.supervision.canvas import Canvas
from ui.panels.supervision.deeds import Deeds
from ui.panels.supervision.details import SupervisionDetails
from ui.panels.supervision.editor.editing import Editing
from ui.panels.supervision.forest import Card, Forest, grow
from ui.settings import Json, Record, child, number, text, words
from ui.supervised import marks, marks_below, running
from ui.widgets.build import box, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from workbench.api import Area, NotFound, Outcome, Payload, RestartPlan, RestartRecord, Strategy, SupervisorInfo

DECISIONS_SHOWN = 500
TURNS_READ = 50
CARD_ACTIONS = (
    "supervision.restart", "supervision.restart_all", "supervision.stop", "supervision.start", "supervision.add", "",
    "supervision.edit_tree", "", "supervision.actor", "supervision.message", "supervision.log",
    "supervision.before_crash", "",
    "supervision.turn", "supervision.copy_command",
    "", "supervision.remove",
)  # fmt: skip
BAND = ("new_tree", "edit_tree", "apply", "preview", "fit", "zoom_in", "zoom_out", "close_all", "open_all")
EMPTYING_MS = 500
"""While restarts are counted or waited for, it is read again so often: gauges empty as time passes."""


@dataclass(frozen=True, slots=True)
class Found:
    """One reading: the drawing, the decisions about the chosen one, and the preview for it."""

    trees: Sequence[SupervisorInfo]
    forest: Forest
    chosen: str
    records: Sequence[RestartRecord]
    killers: Mapping[int, Payload]
    plan: RestartPlan | None


class SupervisionPanel(Panel):
    """The drawing above, details below. `chosen` and `closed` are read off the Qt thread: plain attributes."""

    id = "supervision"
    title = "Supervision"
    icon_name = "supervisor"
    areas = frozenset({Area.SUPERVISION, Area.ACTORS})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chosen = ""
        self.closed: frozenset[str] = frozenset()
        self.trees: Sequence[SupervisorInfo] = ()
        self._awaited = ""
        self._plan: RestartPlan | None = None
        self.canvas = Canvas()
        self.canvas.menu_for = lambda: desk.actions.menu(self, *CARD_ACTIONS)
        self.details = SupervisionDetails(desk)
        self.counts = label(tone="muted")
        self.none = EmptyState(
            "supervisor", "No supervisor yet: a tree starts its actors again when they crash. Draw one, or drop a tree "
            "file (.toml) anywhere in the window.", "New tree…", lambda: desk.actions.run("supervision.new_tree"),
            changes=True, recorded="There was no supervisor.",
        )  # fmt: skip
        self.stack = QStackedWidget()
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.canvas)
        self.split.addWidget(self.details)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setSizes([300, 240])
        self.split.setChildrenCollapsible(False)
        self.stack.addWidget(self.none)
        self.stack.addWidget(self.split)
        self.column.addWidget(box("band", self._band()))
        self.column.addWidget(self.stack, 1)
        self.details.hide()
        self._emptying = QTimer(self, singleShot=True, interval=EMPTYING_MS)
        self._emptying.timeout.connect(self.refresh)
        self.deeds = Deeds(self)
        self.editing = Editing(self)
        self._bind()

    def _band(self) -> QHBoxLayout:
        tools = [tool_for(self.desk.actions[f"supervision.{verb}"], text=verb == "new_tree") for verb in BAND]
        shrinks(self.counts)
        made = row(self.counts, *tools, margins=(10, 5, 8, 5), spacing=2)
        made.setStretch(0, 1)
        return made

    def _bind(self) -> None:
        canvas, actions = self.canvas, self.desk.actions
        canvas.chosen.connect(self._choose_here)
        canvas.opened.connect(self._open)
        canvas.turned.connect(self._turn)
        self.details.ending_changed.connect(self.refresh)
        self.desk.show_supervised.connect(self._show_from_elsewhere)
        self.split.splitterMoved.connect(lambda: self.desk.remember.emit())
        for verb, slot in {
            "apply": self._ask_apply, "preview": self._show_marks, "fit": canvas.fit,
            "zoom_in": lambda: canvas.zoom_by(1.25), "zoom_out": lambda: canvas.zoom_by(0.8),
            "close_all": self._close_all, "open_all": lambda: self._close(frozenset()),
            "turn": lambda: self._turn(self.chosen),
        }.items():  # fmt: skip
            actions.bind(f"supervision.{verb}", slot)
        actions["supervision.preview"].setChecked(True)
        self.deeds.bind()
        self.editing.bind()
        self._enable()

    # reading

    def load(self) -> Found:
        node, chosen = self.desk.node, self.chosen
        assert node is not None
        trees = node.supervision.list()
        forest = grow(trees, self.closed, self.canvas.measures())
        names = {info.name for info in trees}
        records = node.supervision.history(chosen if chosen in names else "", limit=DECISIONS_SHOWN)
        if chosen and chosen not in names:
            records = [record for record in records if record.child == chosen]
        try:
            plan = node.supervision.preview(chosen, ending=self.details.ending) if chosen else None
        except NotFound:
            plan = None
        return Found(trees, forest, chosen, records, self._killers(records, chosen, names), plan)

    def _killers(self, records: Sequence[RestartRecord], chosen: str, supervisors: set[str]) -> Mapping[int, Payload]:
        """Of a chosen actor: the payloads of the messages that its crashes are about."""
        node = self.desk.node
        if node is None or not chosen or chosen in supervisors or not records:
            return {}
        try:
            turns = node.actors.turns(chosen, limit=TURNS_READ)
        except NotFound:
            return {}
        crashed = [turn for turn in turns if turn.outcome is Outcome.CRASHED and turn.envelope is not None]
        found: dict[int, Payload] = {}
        for record in records:
            before = [turn for turn in crashed if turn.started <= record.time and turn.cause == record.cause]
            if before and before[-1].envelope is not None:
                found[record.seq] = before[-1].envelope.payload
        return found

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.trees = found.trees
        self.canvas.show_forest(found.forest)
        self.stack.setCurrentWidget(self.split if found.trees else self.none)
        actors = sum(not each.supervisor for info in found.trees for each in info.children)
        counted = f"{show.plural(len(found.trees), 'supervisor')}, {show.plural(actors, 'actor')}"
        self.counts.setText(counted if found.trees else "")
        if self._awaited and self.show_card(self._awaited):
            self._awaited = ""
        if found.chosen == self.chosen:
            self._plan = found.plan
            self._show_marks()
            self.details.show_decisions(found.records, found.killers, now())
        card = self.canvas.card()
        if card is not None and found.chosen == self.chosen:
            self.details.show_card(card, found.plan)
        self.details.setVisible(card is not None)
        self._enable()
        if any(info.restarts or any(each.restarts_in_seconds is not None for each in info.children)
               for info in found.trees):  # fmt: skip
            self._emptying.start()

    def _show_marks(self) -> None:
        shown = self.desk.actions["supervision.preview"].isChecked() and self._plan is not None
        found = marks(self._plan, self.chosen) if shown and self._plan is not None else {}
        self.canvas.show_marks(marks_below(found, self.trees))

    # choosing

    def card(self) -> Card | None:
        return self.canvas.forest.cards.get(self.chosen)

    def _choose_here(self, name: str) -> None:
        """By mouse or keys: the other panels show the actor too."""
        self._choose(name)
        card = self.card()
        if card is not None and card.info is None:
            self.desk.actor_chosen.emit(name)

    def _choose(self, name: str) -> None:
        if name == self.chosen:
            return
        self.chosen, self._plan = name, None
        self._show_marks()
        card = self.card()
        if card is not None:
            self.details.show_card(card, None)
            self.details.show()
        self._enable()
        self.desk.remember.emit()
        self.refresh()

    def _show_from_elsewhere(self, name: str) -> None:
        if not self.show_card(name):
            self._awaited = name
        self.desk.raise_panel.emit(self.id)
        self.refresh()

    def show_card(self, name: str) -> bool:
        """Choose it, opening what it lies in; False when there is none."""
        around = {each.name: info.name for info in self.trees for each in info.children}
        known = around.keys() | {info.name for info in self.trees}
        if name not in known:
            return False
        above = around.get(name, "")
        while above:
            self.closed -= {above}
            above = around.get(above, "")
        self._grow()
        self.canvas.choose(name)
        self._choose(name)
        return True

    def _open(self, name: str) -> None:
        """An actor is shown in its own panel; a supervisor is opened or closed."""
        card = self.canvas.forest.cards.get(name)
        if card is not None and card.info is None:
            self.desk.actions.run("supervision.actor")
        else:
            self._turn(name)

    def _turn(self, name: str) -> None:
        card = self.canvas.forest.cards.get(name)
        if card is not None and card.info is not None:
            self._close(self.closed ^ {name})

    def _close_all(self) -> None:
        """Every supervisor but the roots, which show what there is."""
        self._close(frozenset(info.name for info in self.trees if info.parent) or
                    frozenset(info.name for info in self.trees))  # fmt: skip

    def _close(self, closed: frozenset[str]) -> None:
        self.closed = closed
        self._grow()
        self.desk.remember.emit()

    def _grow(self) -> None:
        self.canvas.show_forest(grow(self.trees, self.closed, self.canvas.measures()))

    def _enable(self) -> None:
        card, actions = self.card(), self.desk.actions
        inner = card is not None and card.child is not None
        runs = card is not None and card.child is not None and running(card.child) and not card.child.held
        simple = card is not None and card.info is not None and card.info.spec.strategy is Strategy.SIMPLE_ONE_FOR_ONE
        for verbs, on in (
            (("restart", "edit_tree"), card is not None), (("copy_command", "log"), card is not None),
            (("restart_all",), inner), (("stop",), runs), (("start",), inner and not runs), (("add",), simple),
            (("actor", "message"), card is not None and card.info is None),
            (("remove",), card is not None), (("turn",), card is not None and card.info is not None),
        ):  # fmt: skip
            actions.enable(*(f"supervision.{verb}" for verb in verbs), on=on)

    # the rest

    def _ask_apply(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "Apply a tree file", "", "Trees (*.toml);;All files (*)")
        if chosen:
            self.desk.apply_tree.emit(Path(chosen))

    def take_keyboard(self) -> None:
        if self.trees:
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            super().take_keyboard()

    def focus_filter(self) -> None:
        self.details.tabs.setCurrentIndex(1)
        self.details.decisions.focus_filter()

    def record(self) -> Record:
        return {
            "chosen": self.chosen, "closed": list[Json](sorted(self.closed)), "details": self.details.record(),
            "height": self.split.sizes()[1] if self.details.isVisible() else 0, "drawing": self.editing.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        self._awaited = text(record, "chosen")
        self.closed = frozenset(words(record, "closed"))
        self.details.restore(child(record, "details"))
        self.editing.restore(child(record, "drawing"))
        if 60 < (height := number(record, "height")) < 2000:
            self.split.setSizes([max(self.height() - height, 160), height])

    def repaint_icons(self) -> None:
        self.none.repaint_icons()
        self.canvas.viewport().update()
        self.details.timeline.update()
