"""Actors: who lives, how they are, what they take; and below, one of them in detail."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget

from ui.desk import Desk
from ui.filter import Filter
from ui.models import Plan
from ui.panels.actors.columns import ACTORS
from ui.panels.actors.deeds import ROW_ACTIONS, Deeds
from ui.panels.actors.details import ActorDetails
from ui.panels.actors.tree import ActorTree, Branch, branches
from ui.roster import Listing
from ui.settings import Record, child, number
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.restart_delegate import RestartDelegate
from workbench.api import PROFILES, ActorInfo, Area, Limits, Node, NotFound, Turn

TURNS_SHOWN = 200
RECORDED_SHOWN = 2_000


@dataclass(frozen=True, slots=True)
class Found:
    """What one reading gives: the list, arranged for the filter that was asked, and the turns of the chosen one."""

    listing: Listing
    wanted: Filter
    plan: Plan[ActorInfo]
    names: Plan[ActorInfo]
    chosen: str
    turns: Sequence[Turn]
    profile: Limits | None
    """What the profile of the chosen one has for its module."""
    branches: list[Branch]
    """Of the tree, when it is shown instead of the table."""
    grown: Plan[Branch] | None


class ActorsPanel(TablePanel[ActorInfo]):
    """The table above, details below; the chosen actor is told to the other panels."""

    id = "actors"
    title = "Actors"
    icon_name = "actors"
    areas = frozenset({Area.ACTORS, Area.TURNS, Area.METRICS})
    columns: ClassVar = ACTORS
    filter_example = "state:crashed mailbox>100 id~count"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.chosen = ""
        self._awaited = ""  # chosen elsewhere, not yet in the list
        self._awaited_turn = ("", 0)
        self._listing = Listing()
        self._tree_wanted = Filter()
        self._declared: dict[str, int] = {}
        """How much memory each module declares, by its hash."""
        self.details = ActorDetails(desk)
        self.deeds = Deeds(self)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.tree = ActorTree(desk, self.filter_example, self.empty(), self.context_menu)
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(self.tree)
        self.split.addWidget(self.pages)
        self.split.addWidget(self.details)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        self.split.splitterMoved.connect(lambda: desk.remember.emit())
        self.column.addWidget(self.split, 1)
        self.details.hide()
        self._restart_button = RestartDelegate(self.table)
        self._restart_button.pressed.connect(self.deeds.restart)
        desk.absence_changed.connect(self._show_sealed)
        self._action = [column.key for column in ACTORS].index("action")
        self.table.setItemDelegateForColumn(self._action, self._restart_button)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._choose())
        self.table.opened.connect(self.deeds.message)
        desk.actor_chosen.connect(self._choose_from_elsewhere)
        desk.spawn_wanted.connect(self.deeds.spawn)
        desk.list_actors.connect(self._list)
        desk.show_turns.connect(self._show_turns)
        desk.show_turn.connect(self._show_turn)
        self._bind()
        for tools in (self.view.tools, self.tree.view.tools):
            for action in ("actor.tree", "actor.spawn"):
                tools.addWidget(tool_for(desk.actions[action]), 0, Qt.AlignmentFlag.AlignVCenter)

    def _bind(self) -> None:
        self.deeds.bind()
        self.desk.actions.bind("actor.tree", self._turn_view)
        self.tree.chosen.connect(self._choose_name)
        self.tree.opened.connect(self.deeds.message)
        self.tree.view.arranged.connect(self._enable)
        self._enable()

    def empty(self) -> EmptyState:
        return EmptyState(
            "actors", "No actors yet: start the sample system, or write one in the Editor and press Ctrl+Enter.",
            "Start the sample system", lambda: self.desk.actions.run("node.sample"), changes=True,
            recorded="No actor is alive at this moment of the session.",
        )  # fmt: skip

    def row_key(self, found: ActorInfo) -> Hashable:
        return found.id

    def load(self) -> Found:
        node, chosen = self.desk.node, self.chosen
        assert node is not None
        found, wanted = self.desk.roster.read(node), self.filter.filter
        try:
            turns = node.actors.turns(chosen, limit=TURNS_SHOWN) if chosen and self.details.wants_turns else ()
        except NotFound:
            turns = ()
        name, seq = self._awaited_turn
        if name == chosen and seq and not any(turn.seq == seq for turn in turns):
            turns = _recorded(node, chosen, turns)
        plan = self.view.planned(found.actors, wanted)
        grown, grown_plan = self._grow(node, found)
        return Found(found, wanted, plan, self.desk.roster.plan(found), chosen, turns,
                     self._profile(node, found.by_name.get(chosen)), grown, grown_plan)  # fmt: skip

    def _profile(self, node: Node, info: ActorInfo | None) -> Limits | None:
        """Off the Qt thread; which of a profile's limits are meant depends on what the module declares."""
        if info is None or info.profile not in PROFILES:
            return None
        if info.module not in self._declared:
            try:
                self._declared[info.module] = node.modules.get(info.module).memory_bytes
            except NotFound:
                return None
        return PROFILES[info.profile].limits_for(self._declared[info.module])

    @property
    def as_tree(self) -> bool:
        return self.desk.actions["actor.tree"].isChecked()

    def _grow(self, node: Node, found: Listing) -> tuple[list[Branch], Plan[Branch] | None]:
        if not self.as_tree:
            return [], None
        grown = branches(found.actors, node.supervision.list())
        self._tree_wanted = self.tree.view.filter.filter
        return grown, self.tree.planned(grown, self._tree_wanted)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self._listing = found.listing
        self.desk.roster.names.apply(found.names)
        self.desk.actors_listed.emit(found.listing)
        self.view.show_planned(found.listing.actors, found.wanted, found.plan)
        if found.grown is not None:
            self.tree.view.show_planned(found.branches, self._tree_wanted, found.grown)
            self.tree.select(self.chosen)
            self._show_page()
        self.details.show_actor(
            self.actor(),
            found.turns if found.chosen == self.chosen else None,
            found.profile if found.chosen == self.chosen else self.details.limits.profile,
        )
        name, seq = self._awaited_turn
        if seq and name == found.chosen == self.chosen and self.details.choose_turn(seq):
            self._awaited_turn = ("", 0)

    def arranged(self) -> None:
        self.table.setColumnHidden(self._action, not self._listing.crashed)
        self._enable()
        if self._awaited in self._listing.by_name:
            QTimer.singleShot(0, self, self._choose_awaited)
        if self.chosen and self.actor() is None:
            self.chosen = ""
            self.details.hide()

    def actor(self) -> ActorInfo | None:
        """The chosen actor as last read."""
        return self._listing.by_name.get(self.chosen)

    def _show_sealed(self) -> None:
        """In a recorded session nobody is restarted."""
        self._restart_button.off = bool(self.desk.sealed)
        self.table.viewport().update()

    def _choose(self) -> None:
        row = self.table.rows.row(self.table.currentIndex())
        if row is not None:
            self._choose_name(row.id.name)

    def _choose_name(self, name: str) -> None:
        row = self._listing.by_name.get(name)
        if row is None or name == self.chosen:
            return
        self.chosen = name
        self.details.show_actor(row, (), None)
        self.details.show()
        if self.as_tree:
            self.select_key(row.id)
            self.tree.table.keep_in_sight()
        else:
            self.table.keep_in_sight()
        self._enable()
        self.desk.actor_chosen.emit(self.chosen)
        self.refresh()

    def _choose_from_elsewhere(self, name: str) -> None:
        picked = self.table.chosen()
        if name == self.chosen and picked is not None and picked.id.name == name:
            return
        row = self._listing.by_name.get(name)
        self._awaited = "" if row is not None else name
        if row is not None:
            self.select_key(row.id)
            if self.as_tree:
                self.tree.select(name)
        else:
            self.refresh()

    def _choose_awaited(self) -> None:
        self._choose_from_elsewhere(self._awaited)

    def _enable(self) -> None:
        self.deeds.enable(self.actor())

    def command_for(self, found: ActorInfo) -> str:
        return self.desk.command("actor show", found.id.name)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    def _show_page(self) -> None:
        """The table or the tree, once it has been read."""
        if self.pages.currentIndex() != int(self.as_tree):
            self.pages.setCurrentIndex(int(self.as_tree))
            self.take_keyboard()

    def _turn_view(self) -> None:
        """The table or the tree, with the same filter."""
        shown, other = (self.tree.view, self.view) if self.as_tree else (self.view, self.tree.view)
        shown.filter.set_now(other.filter.text())
        if not self.as_tree or self.tree.view.all or not self.view.all:
            self.pages.setCurrentIndex(int(self.as_tree))  # else when it was read: what is loading is not empty
        self.take_keyboard()
        shown.table.keep_in_sight()
        self.desk.remember.emit()
        self.refresh()

    def take_keyboard(self) -> None:
        if self.as_tree:
            self.tree.table.setFocus()
        else:
            super().take_keyboard()

    def focus_filter(self) -> None:
        if self.as_tree:
            self.tree.view.focus_filter()
        else:
            super().focus_filter()

    def _list(self, line: str) -> None:
        (self.tree.view if self.as_tree else self.view).filter.set_now(line)
        self.desk.raise_panel.emit(self.id)

    def _show_turns(self, name: str) -> None:
        """The newest messages of an actor."""
        self.desk.raise_panel.emit(self.id)
        self.details.show_turns()
        self._choose_from_elsewhere(name)

    def _show_turn(self, name: str, seq: int) -> None:
        self._awaited_turn = (name, seq)
        self._show_turns(name)
        self.refresh()

    def record(self) -> Record:
        sizes = self.split.sizes()
        return super().record() | {
            "turns": self.details.turn_list.record(),
            "tree": {"shown": self.as_tree, **self.tree.view.record()},
            "details": {"height": sizes[1] if self.details.isVisible() else 0},
        }

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.details.turn_list.restore(child(record, "turns"))
        tree = child(record, "tree")
        self.tree.view.restore(tree)
        self.desk.actions["actor.tree"].setChecked(tree.get("shown") is True)
        self.pages.setCurrentIndex(int(self.as_tree))
        height = number(child(record, "details"), "height")
        if 60 < height < 2000:
            self.split.setSizes([max(self.height() - height, 200), height])


def _recorded(node: Node, actor: str, newest: Sequence[Turn]) -> Sequence[Turn]:
    """Off the Qt thread: the turns on disk before those in memory."""
    first = newest[0].seq if newest else 1 << 62
    known = node.debugger.turns(actor, limit=RECORDED_SHOWN, newest=True)
    return [*(found.turn for found in known if found.turn.seq < first), *newest]
