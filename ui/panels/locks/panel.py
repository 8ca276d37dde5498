"""Locks: who holds each, how long its lease goes on, and who waits in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtWidgets import QAbstractItemView, QTabWidget

from ui.desk import Desk
from ui.dialogs.confirm import confirmed
from ui.master_panel import MasterPanel, when_chosen
from ui.models import RowModel
from ui.panels.locks.columns import HISTORY, LOCKS, WAITERS, Held, Place, who
from ui.settings import Record, child
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Area, LockChange

SHOWN, HISTORY_SHOWN = 5_000, 500


@dataclass(frozen=True, slots=True)
class Found:
    """One reading: all locks, and who waits for the chosen one or, without one, for any."""

    locks: Sequence[Held]
    places: Sequence[Place]
    history: Sequence[LockChange]


class LocksPanel(MasterPanel[Held]):
    """Locks above; who waits and what happened below."""

    id = "locks"
    title = "Locks"
    icon_name = "lock"
    areas = frozenset({Area.LOCKS})
    columns: ClassVar = LOCKS
    filter_example = "holder:worker waiting>0"
    row_actions = ("lock.actor", "lock.force", "", "lock.copy_command")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.places: RowModel[Place] = RowModel(WAITERS, lambda place: place.waiter.id, self)
        self.places_table = Table(self.places, "Who waits")
        self.places_table.command_for = lambda place: desk.command("lock waiters", place.waiter.name)
        self.places_table.menu_for = lambda: desk.actions.menu(self, "lock.waiter")
        nobody = EmptyState("waiting", "Nobody waits.", recorded="Who waits for a lock is not recorded.")
        self.waiting = FilteredTable(desk, self.places_table, "who:worker", nobody)
        self.history_model: RowModel[LockChange] = RowModel(HISTORY, lambda change: change.seq, self)
        self.history_table = Table(self.history_model, "Changes of locks")
        self.history_table.command_for = lambda change: desk.command("lock history", change.name)
        nothing = EmptyState(
            "history",
            "No lock was taken here since the node started.",
            recorded="Find it on the timeline of the session: call:locks.acquire",
        )
        self.history = FilteredTable(desk, self.history_table, "change:expired who:worker", nothing)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for part in (self.tabs, self.tabs.tabBar()):
            part.setAccessibleName("Who waits, and changes")
        self.tabs.addTab(self.waiting, "Waiting")
        self.tabs.addTab(self.history, "Changes")
        for verb, slot in {
            "actor": self._go_to_holder, "force": self._force, "waiter": self._go_to_waiter,
            "copy_command": self.copy_command,
        }.items():  # fmt: skip
            desk.actions.bind(f"lock.{verb}", slot)
        self.table.opened.connect(self._go_to_holder)
        self.places_table.opened.connect(self._go_to_waiter)
        when_chosen(self.places_table, self.enable)
        for verb in ("actor", "force"):
            self.add_tool(tool_for(desk.actions[f"lock.{verb}"]))
        self.waiting.tools.addWidget(tool_for(desk.actions["lock.waiter"]))
        self.lay_out(self.tabs)

    def empty(self) -> EmptyState:
        return EmptyState("lock", "Nobody holds a lock: actors with the capability locks take them.")

    def name_of(self, found: Held) -> str:
        return found.lock.name

    def command_for(self, found: Held) -> str:
        return self.desk.command("lock show", found.lock.name)

    def tables(self) -> tuple[QAbstractItemView, ...]:
        return self.table, self.places_table

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        locks, waiters = node.locks.list(limit=SHOWN), node.locks.waiters()
        history = node.locks.history(self.chosen or None, limit=HISTORY_SHOWN)
        queues: dict[str, list[Place]] = {}
        for waiter in waiters:
            queue = queues.setdefault(waiter.name, [])
            queue.append(Place(waiter, len(queue) + 1))
        held = [Held(lock, tuple(place.waiter for place in queues.get(lock.name, ()))) for lock in locks]
        wanted = [self.chosen] if self.chosen else list(queues)
        places = [place for name in wanted for place in queues.get(name, ())]
        return Found(held, places, history[::-1])

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.show_rows(found.locks)
        self.waiting.show_rows(found.places)
        self.history.show_rows(found.history)
        about = f" for {self.chosen}" if self.chosen else ""
        self.tabs.setTabText(0, f"Waiting{about}: {len(found.places):,}")
        self.tabs.setTabText(1, f"Changes ({len(found.history):,})" if found.history else "Changes")
        self.tick(on=bool(found.locks or found.places))
        self.enable()

    def enable(self) -> None:
        held, place = self.table.chosen(), self.places_table.chosen()
        for verb, on in {
            "actor": held is not None and not held.lock.outside, "force": held is not None,
            "copy_command": held is not None, "waiter": place is not None and not place.waiter.outside,
        }.items():  # fmt: skip
            self.desk.actions.enable(f"lock.{verb}", on=on)

    def _go_to_holder(self) -> None:
        held = self.table.chosen()
        if held is not None and not held.lock.outside:
            self.go_to_actor(held.lock.holder)

    def _go_to_waiter(self) -> None:
        place = self.places_table.chosen()
        if place is not None and not place.waiter.outside:
            self.go_to_actor(place.waiter.holder)

    def _force(self) -> None:
        held = self.table.chosen()
        if held is None:
            return
        following = f"{who(held.waiting[0])}, who waits first, has it then" if held.waiting else "It is free then"
        text = f"{who(held.lock)} does not know that it lost it until it renews or releases it. {following}."
        if confirmed(self, f"Take {held.lock.name} from {who(held.lock)}?", text, "Take it away"):
            self.run(self._do_force(held))

    async def _do_force(self, held: Held) -> None:
        node = self.desk.node
        if node is not None:
            lost = await self.call(node.locks.force, held.lock.name)
            self.desk.notice(f"{lost.name} was taken from {who(lost)}.", "ok")
            self.refresh()

    def record(self) -> Record:
        return super().record() | {"waiting": self.waiting.record(), "history": self.history.record()}

    def restore(self, record: Record) -> None:
        super().restore(record)
        self.waiting.restore(child(record, "waiting"))
        self.history.restore(child(record, "history"))
