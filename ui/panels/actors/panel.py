"""Actors: who lives, how they are, what they take; and below, one of them in detail."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSplitter

from ui.desk import Desk, Draft
from ui.dialogs.asking import asking
from ui.dialogs.confirm import confirmed
from ui.dialogs.spawn import SpawnDialog
from ui.filter import Filter, quote
from ui.models import Plan
from ui.panels.actors.columns import ACTORS
from ui.panels.actors.details import ActorDetails
from ui.roster import Listing
from ui.settings import Record, child, number
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.restart_delegate import RestartDelegate
from workbench.api import ActorInfo, ActorState, Area, NotFound, SpawnOptions, Turn

TURNS_SHOWN = 200
ROW_ACTIONS = ("actor.message", "actor.source", "actor.graph", "actor.log", "", "actor.restart", "actor.stop",
               "actor.kill", "", "actor.copy_id", "actor.copy_command")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What one reading gives: the list, arranged for the filter that was asked, and the turns of the chosen one."""

    listing: Listing
    wanted: Filter
    plan: Plan[ActorInfo]
    names: Plan[ActorInfo]
    chosen: str
    turns: Sequence[Turn]


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
        self._listing = Listing()
        self.details = ActorDetails(desk)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.addWidget(self.view)
        self.split.addWidget(self.details)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.setChildrenCollapsible(False)
        self.split.splitterMoved.connect(lambda: desk.remember.emit())
        self.column.addWidget(self.split, 1)
        self.details.hide()
        self._restart_button = RestartDelegate(self.table)
        self._restart_button.pressed.connect(self._restart_named)
        self._action = [column.key for column in ACTORS].index("action")
        self.table.setItemDelegateForColumn(self._action, self._restart_button)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._choose())
        self.table.opened.connect(self._message)
        desk.actor_chosen.connect(self._choose_from_elsewhere)
        desk.spawn_wanted.connect(lambda module: self.run(self._ask_and_spawn(module)))
        desk.list_actors.connect(self._list)
        desk.show_turns.connect(self._show_turns)
        self._bind()
        self.add_tool(tool_for(desk.actions["actor.spawn"]))

    def _bind(self) -> None:
        for action_id, slot in {
            "actor.spawn": self._spawn, "actor.message": self._message, "actor.source": self._source,
            "actor.restart": self._restart, "actor.stop": self._stop, "actor.kill": self._kill,
            "actor.graph": self._graph, "actor.log": self._log, "actor.copy_id": self._copy_id,
            "actor.copy_command": self._copy_command,
        }.items():  # fmt: skip
            self.desk.actions.bind(action_id, slot)
        self._enable()

    def empty(self) -> EmptyState:
        return EmptyState(
            "actors", "No actors yet: start the sample system, or write one in the Editor and press Ctrl+Enter.",
            "Start the sample system", lambda: self.desk.actions.run("node.sample"),
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
        plan = self.view.planned(found.actors, wanted)
        return Found(found, wanted, plan, self.desk.roster.plan(found), chosen, turns)

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self._listing = found.listing
        self.desk.roster.names.apply(found.names)
        self.desk.actors_listed.emit(found.listing)
        self.view.show_planned(found.listing.actors, found.wanted, found.plan)
        self.details.show_actor(self.actor(), found.turns if found.chosen == self.chosen else None)

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

    def _choose(self) -> None:
        row = self.table.rows.row(self.table.currentIndex())
        if row is None or row.id.name == self.chosen:
            return
        self.chosen = row.id.name
        self.details.show_actor(row, ())
        self.details.show()
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
        else:
            self.refresh()

    def _choose_awaited(self) -> None:
        self._choose_from_elsewhere(self._awaited)

    def _enable(self) -> None:
        row = self.actor()
        on = row is not None
        self.desk.actions.enable("actor.message", "actor.source", "actor.graph", "actor.log", "actor.stop", on=on)
        self.desk.actions.enable("actor.copy_id", "actor.copy_command", on=on)
        crashed = row is not None and row.state is ActorState.CRASHED
        self.desk.actions.enable("actor.restart", on=crashed)
        self.desk.actions.enable("actor.kill", on=on and not crashed)

    def command_for(self, found: ActorInfo) -> str:
        return self.desk.command("actor show", found.id.name)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    # what the user asks for

    def _message(self) -> None:
        if self.chosen:
            self.desk.compose.emit(Draft(self.chosen))

    def _source(self) -> None:
        if (row := self.actor()) is not None:
            self.desk.show_source.emit(row)

    def _graph(self) -> None:
        self.desk.show_graph.emit(self.chosen)

    def _log(self) -> None:
        self.desk.show_log.emit(f"actor:{quote(self.chosen)}")

    def _copy_id(self) -> None:
        QGuiApplication.clipboard().setText(self.chosen)

    def _copy_command(self) -> None:
        QGuiApplication.clipboard().setText(self.desk.command("actor show", self.chosen))

    def _restart(self) -> None:
        self._restart_named(self.chosen)

    def _restart_named(self, name: str) -> None:
        self.run(self._do_restart(name))

    async def _do_restart(self, name: str) -> None:
        if self.desk.node is not None:
            await self.call(self.desk.node.actors.restart, name)
            self.desk.notice(f"{name} runs again, from its initial state.", "ok")
            self.refresh()

    def _stop(self) -> None:
        row = self.actor()
        if row is not None and confirmed(
            self, f"Stop {row.id.name}?",
            "It finishes the message in hand, then it is gone with its state: nobody starts it again.", "Stop",
        ):  # fmt: skip
            self.run(self._do_stop(row.id.name))

    async def _do_stop(self, name: str) -> None:
        if self.desk.node is not None:
            await self.call(self.desk.node.actors.stop, name)
            self.desk.notice(f"{name} was stopped.", "ok")
            self.refresh()

    def _kill(self) -> None:
        row = self.actor()
        if row is not None and confirmed(
            self, f"Kill {row.id.name}?",
            "It ends at once, in the middle of a message if need be; its state is lost. It stays listed as crashed and "
            "can be restarted.", "Kill",
        ):  # fmt: skip
            self.run(self._do_kill(row.id.name))

    async def _do_kill(self, name: str) -> None:
        if self.desk.node is not None:
            await self.call(self.desk.node.actors.kill, name)
            self.refresh()

    def _spawn(self) -> None:
        self.run(self._ask_and_spawn())

    def _list(self, line: str) -> None:
        self.filter.set_now(line)
        self.desk.raise_panel.emit(self.id)

    def _show_turns(self, name: str) -> None:
        """The newest messages of an actor."""
        self.desk.raise_panel.emit(self.id)
        self.details.show_turns()
        self._choose_from_elsewhere(name)

    async def _ask_and_spawn(self, module: str = "") -> None:
        if self.desk.node is None:
            return
        modules = await self.call(self.desk.node.modules.list)
        if not modules:
            self.desk.notice("No module is deployed yet: write one in the Editor, or drop a file here.", "warn")
            return
        with asking(SpawnDialog(self, modules, module)) as dialog:
            if not dialog.exec():
                return
            chosen, state, options = dialog.module, dialog.state, SpawnOptions(name=dialog.name, profile=dialog.profile)
        info = await self.call(self.desk.node.actors.spawn, chosen, state, options=options)
        self.desk.notice(f"{info.id.name} runs.", "ok")
        self.desk.actor_chosen.emit(info.id.name)

    def record(self) -> Record:
        sizes = self.split.sizes()
        return super().record() | {
            "turns": self.details.turn_list.record(),
            "details": {"height": sizes[1] if self.details.isVisible() else 0},
        }

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.details.turn_list.restore(child(record, "turns"))
        height = number(child(record, "details"), "height")
        if 60 < height < 2000:
            self.split.setSizes([max(self.height() - height, 200), height])
