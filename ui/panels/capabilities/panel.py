"""Capabilities: what each actor needs, may do and did, where it was denied, and who changed its grants."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QTabWidget

from ui.desk import Desk
from ui.filter import Filter
from ui.models import Plan, RowModel
from ui.panels.capabilities.columns import AUDIT, EVIDENCE, MATRIX, Held, matrix
from ui.panels.capabilities.denials import Denials
from ui.panels.capabilities.granting import Granting
from ui.panels.capabilities.profiles import COLUMNS as PROFILE_COLUMNS
from ui.panels.capabilities.profiles import Point, points
from ui.settings import Record, child, number
from ui.table_panel import TablePanel
from ui.widgets.build import tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.table import Table
from workbench.api import Area, Evidence, GrantChange

AUDIT_SHOWN = 1_000
ROW_ACTIONS = (
    "capability.grant_once", "capability.grant_session", "capability.grant_always", "", "capability.revoke",
    "capability.trim", "", "capability.actor", "capability.copy_command",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """One reading; `plan` is for the filter `wanted`."""

    rows: Sequence[Evidence]
    wanted: Filter
    plan: Plan[Evidence]
    held: list[Held]
    held_wanted: Filter
    held_plan: Plan[Held]
    audit: Sequence[GrantChange]


class CapabilitiesPanel(TablePanel[Evidence]):
    """Four tabs: evidence, the same as a matrix, the profiles side by side, the audit. Below, granting."""

    id = "capabilities"
    title = "Capabilities"
    icon_name = "capability"
    areas = frozenset({Area.CAPABILITIES, Area.ACTORS, Area.METRICS})
    columns: ClassVar = EVIDENCE
    filter_example = "denied>0 standing:unused actor:counter"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._awaited: tuple[str, str] | None = None
        self.granting = Granting(desk, self.run, self._changed)
        self.denials = Denials(desk, self._show_denial)
        self.matrix_model: RowModel[Held] = RowModel(MATRIX, lambda held: held.actor, self)
        self.matrix_table = Table(self.matrix_model, "Matrix of actors and capabilities")
        self.matrix_table.command_for = lambda held: desk.command("capability show", held.actor)
        self.matrix = FilteredTable(desk, self.matrix_table, "actor:counter network>0", self.empty())
        self.profile_model: RowModel[Point] = RowModel(PROFILE_COLUMNS, lambda point: point.what, self)
        self.profile_table = Table(self.profile_model, "Profiles side by side")
        self.profile_table.command_for = lambda _point: desk.command("profile list")
        none = EmptyState("limits", "There are no profiles.")
        self.profiles = FilteredTable(desk, self.profile_table, "kind:grant what~memory", none)
        self.audit_model: RowModel[GrantChange] = RowModel(AUDIT, lambda change: change.seq, self)
        self.audit_table = Table(self.audit_model, "Audit of grants")
        self.audit_table.command_for = lambda _change: desk.command("capability audit")
        nothing = EmptyState("history", "Nobody has changed a grant.", "Show what actors hold", self._show_evidence)
        self.audit = FilteredTable(desk, self.audit_table, "action:granted actor:counter", nothing)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName("Views of the capabilities")
        self.tabs.tabBar().setAccessibleName("Views of the capabilities")
        for view, name in ((self.view, "Evidence"), (self.matrix, "Matrix"), (self.profiles, "Profiles"),
                           (self.audit, "Audit")):  # fmt: skip
            self.tabs.addTab(view, name)
        self.column.addWidget(self.tabs, 1)
        self.column.addWidget(self.granting)
        self.profiles.show_rows(points())
        self.add_tool(tool_for(desk.actions["capability.actor"]))
        self._bind()

    def _bind(self) -> None:
        for verb, slot in {"actor": self._go_to_actor, "profiles": lambda: self._show_tab(self.profiles),
                           "audit": lambda: self._show_tab(self.audit)}.items():  # fmt: skip
            self.desk.actions.bind(f"capability.{verb}", slot)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._show_chosen())
        self.table.opened.connect(self.granting.focus)
        self.matrix_table.opened.connect(self._open_cell)
        self.tabs.currentChanged.connect(lambda: self._tab_changed())
        self.desk.show_capabilities.connect(lambda actor: self._show_denial(actor, ""))

    def empty(self) -> EmptyState:
        return EmptyState("capability", "No actor needs, holds or was denied anything yet.")

    def row_key(self, found: Evidence) -> Hashable:
        return found.actor, found.capability

    def command_for(self, found: Evidence) -> str:
        return self.desk.command("capability show", found.actor.name)

    def context_menu(self) -> QMenu:
        return self.desk.actions.menu(self, *ROW_ACTIONS)

    # reading

    def load(self) -> Found:
        node = self.desk.node
        assert node is not None
        rows, wanted = node.capabilities.evidence(), self.filter.filter
        held, held_wanted = matrix(rows), self.matrix.filter.filter
        return Found(
            rows, wanted, self.view.planned(rows, wanted), held, held_wanted, self.matrix.planned(held, held_wanted),
            node.capabilities.audit(limit=AUDIT_SHOWN),
        )  # fmt: skip

    def show_loaded(self, found: object) -> None:
        assert isinstance(found, Found)
        self.view.show_planned(found.rows, found.wanted, found.plan)
        self.matrix.show_planned(found.held, found.held_wanted, found.held_plan)
        self.audit.show_rows(list(reversed(found.audit)))
        denied = sum(row.denied > 0 and not row.granted for row in found.rows)
        self.tabs.setTabText(0, f"Evidence ({denied:,} denied)" if denied else "Evidence")
        self.tabs.setTabText(3, f"Audit ({len(found.audit):,})" if found.audit else "Audit")
        if self._awaited is not None:
            self._choose_awaited()
        self._show_chosen()

    def _show_chosen(self) -> None:
        """Only in the evidence: below the other tabs it would not be seen what is meant."""
        self.granting.show_row(self.table.chosen() if self.tabs.currentWidget() is self.view else None)

    def _tab_changed(self) -> None:
        self._show_chosen()
        self.desk.remember.emit()

    def _show_evidence(self) -> None:
        self.tabs.setCurrentWidget(self.view)
        self.take_keyboard()

    def _show_tab(self, view: FilteredTable[Point] | FilteredTable[GrantChange]) -> None:
        self.desk.raise_panel.emit(self.id)
        self.tabs.setCurrentWidget(view)

    # choosing

    def _show_denial(self, actor: str, capability: str) -> None:
        """From a notice: the denied call chosen, and the keyboard where it is granted."""
        self.desk.raise_panel.emit(self.id)
        self.tabs.setCurrentWidget(self.view)
        if not actor:
            self.filter.set_now("denied>0")
            return
        self._awaited = (actor, capability)
        self._choose_awaited()
        self.refresh()

    def _choose_awaited(self) -> None:
        assert self._awaited is not None
        actor, capability = self._awaited
        found = next((row for row in self.view.all if row.actor.name == actor and capability in ("", row.capability)),
                     None)  # fmt: skip
        if found is not None:
            self._awaited = None
            self.select_key(self.row_key(found))
            self._show_chosen()
            if capability:
                self.granting.focus()

    def _open_cell(self) -> None:
        """From a cell of the matrix to its evidence."""
        held, at = self.matrix_table.chosen(), self.matrix_table.currentIndex().column()
        if held is not None:
            self._show_denial(held.actor, MATRIX[at].key if MATRIX[at].key in held.evidence else "")

    def _go_to_actor(self) -> None:
        if (row := self.table.chosen()) is not None:
            self.desk.raise_panel.emit("actors")
            self.desk.actor_chosen.emit(row.actor.name)

    def _changed(self, actor: str) -> None:
        self.denials.forget(actor)
        self.refresh()

    def take_keyboard(self) -> None:
        current = self.tabs.currentWidget()
        if current is self.view:
            super().take_keyboard()
        elif isinstance(current, FilteredTable):
            (current.table if current.model.rows else current.filter).setFocus(Qt.FocusReason.OtherFocusReason)

    def focus_filter(self) -> None:
        current = self.tabs.currentWidget()
        if isinstance(current, FilteredTable):
            current.focus_filter()

    def record(self) -> Record:
        return super().record() | {
            "tab": self.tabs.currentIndex(), "matrix": self.matrix.record(), "profiles": self.profiles.record(),
            "audit": self.audit.record(),
        }  # fmt: skip

    def restore(self, record: Record) -> None:
        super().restore(record)
        for key, view in (("matrix", self.matrix), ("profiles", self.profiles), ("audit", self.audit)):
            view.restore(child(record, key))
        if 0 <= (tab := number(record, "tab")) < self.tabs.count():
            self.tabs.setCurrentIndex(tab)
