"""Two modules beside each other: what changed as a table, and the difference of their texts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.models import RowModel
from ui.panels.modules.columns import CHANGES, Deployed
from ui.widgets.build import box, label, row
from ui.widgets.code_view import CodeView
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.plain_highlighter import DIFF
from ui.widgets.table import Table
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import Change, ModuleDiff, ModuleInfo

NOTHING_CHOSEN = "Choose two modules in the table, or one to compare with above."
NO_TEXTS = "The difference of the texts of two modules comes here."
SAME_TEXTS = "The texts do not differ, or there are none."


class Comparison(QWidget):
    """`wanted` carries the hash of the module to compare the chosen one with."""

    wanted = Signal(str)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.diff: ModuleDiff | None = None
        self.other = QComboBox()
        self.other.setAccessibleName("Compare with")
        self.other.setMinimumWidth(180)
        self.heading = label(tone="muted")
        self.model: RowModel[Change] = RowModel(CHANGES, lambda change: (change.part, change.name), self)
        self.table = Table(self.model, "Changes")
        self.table.command_for = lambda _change: self.command()
        none = EmptyState("diff", NOTHING_CHOSEN)
        none.needs_node = False
        self.none = none
        self.list = FilteredTable(desk, self.table, "part:import change:removed", none)
        self.text = CodeView("Difference of the texts", DIFF)
        self.no_text = EmptyState("diff", NO_TEXTS)
        self.no_text.needs_node = False
        self.pages = QStackedWidget()
        self.pages.addWidget(self.no_text)
        self.pages.addWidget(self.text)
        split = TurningSplitter()
        split.addWidget(self.list)
        split.addWidget(self.pages)
        split.setSizes([440, 520])
        bar = row(label("Compare with", role="caption"), self.other, self.heading, None, margins=(10, 5, 8, 5))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", bar))
        whole.addWidget(split, 1)
        self.other.activated.connect(lambda: self.wanted.emit(str(self.other.currentData() or "")))
        desk.theme_changed.connect(self._repaint)

    def offer(self, chosen: ModuleInfo, others: list[Deployed]) -> None:
        """List what `chosen` can be compared with."""
        held = self.other.currentData()
        self.other.blockSignals(True)
        self.other.clear()
        self.other.addItem("choose a module", "")
        for found in others:
            if found.info.hash != chosen.hash:
                self.other.addItem(f"{found.info.name}   {found.info.hash[:8]}", found.info.hash)
        self.other.setCurrentIndex(max(self.other.findData(held), 0))
        self.other.blockSignals(False)

    def show_diff(self, diff: ModuleDiff | None) -> None:
        """None clears it."""
        self.diff = diff
        if diff is None:
            self.other.setCurrentIndex(0)
            self.heading.setText("")
            self.none.say(NOTHING_CHOSEN)
            self.no_text.say(NO_TEXTS)
            self.list.show_rows(())
            self.text.show_text("")
            self.pages.setCurrentWidget(self.no_text)
            return
        self.other.setCurrentIndex(max(self.other.findData(diff.before.hash), self.other.findData(diff.after.hash), 0))
        self.heading.setText(f"{_short(diff.before)}  →  {_short(diff.after)}")
        self.none.say("Nothing changed but the bytes." if diff.before.hash != diff.after.hash else "They are the same.")
        self.no_text.say(SAME_TEXTS)
        self.list.show_rows(diff.changes)
        self.text.show_text(diff.text)
        self.pages.setCurrentWidget(self.text if diff.text else self.no_text)

    def command(self) -> str:
        if self.diff is None:
            return ""
        return self._desk.command("module diff", self.diff.before.hash[:12], self.diff.after.hash[:12])

    def _repaint(self) -> None:
        self.text.take_theme()
        self.no_text.repaint_icons()


def _short(info: ModuleInfo) -> str:
    return f"{info.name} {info.hash[:8]}"
