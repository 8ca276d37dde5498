"""What would happen if the chosen one ended, of a tree that need not run yet."""

from __future__ import annotations

import html

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from ui import format as show
from ui.facts import grid
from ui.panels.supervision.editor.draft import Draft
from ui.panels.supervision.editor.rows import plan_for, rule_of
from ui.supervised import plan_facts
from ui.theme import current
from ui.widgets.build import browser, button, label, row
from workbench.api import Ending, Strategy, SupervisorSpec

ENDINGS = {Ending.ABNORMAL: "crashes", Ending.NORMAL: "ends normally"}
SIMPLE = Strategy.SIMPLE_ONE_FOR_ONE


class Outcome(QWidget):
    """`ending` is how it would end."""

    ending_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ending = Ending.ABNORMAL
        self.endings = QButtonGroup(self)
        line = row(label("If this one", role="caption"), 6, spacing=0, margins=(10, 5, 10, 0))
        for at, (ending, text) in enumerate(ENDINGS.items()):
            made = button(text, lambda ending=ending: self._set(ending), style="segment",  # type: ignore[misc]
                          name=f"If the chosen one {text}")  # fmt: skip
            made.setCheckable(True)
            made.setChecked(ending is self.ending)
            made.setAutoDefault(False)
            self.endings.addButton(made, at)
            line.addWidget(made)
        line.addStretch(1)
        self.text = browser("What would happen if the chosen one ended")
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(line)
        whole.addWidget(self.text, 1)
        self.setMinimumHeight(90)

    def _set(self, ending: Ending) -> None:
        self.ending = ending
        self.ending_changed.emit()

    def show_plan(self, tree: SupervisorSpec | None, chosen: Draft) -> None:
        """`tree` is None while something in it is wrong."""
        if tree is None:
            self.text.setHtml(_muted("It is shown as soon as nothing in the tree is marked."))
            return
        found = plan_for(tree, chosen.name, self.ending)
        if found is None:
            above = "Nobody stands above the root: its tree stays stopped until it is restarted by hand."
            self.text.setHtml(grid([("Gives up", rule_of(tree))]) + _muted(above))
            return
        supervisor, plan = found
        facts = list(plan_facts(plan, chosen.name))
        if plan.start:
            facts.append(("Gives up", rule_of(supervisor)))
        note = "All others run, and no restart is used."
        if supervisor.strategy is SIMPLE:
            note = f"Each copy of {chosen.name} for itself; the others go on."
        if len(plan.start) > show.NAMED:
            note += f" {len(plan.start):,} are started."
        self.text.setHtml(grid(facts) + _muted(note))


def _muted(text: str) -> str:
    return f'<div style="color:{current().muted};margin-top:6px">{html.escape(text)}</div>'
