"""The first difference of a replay, side by side: what was recorded, what happens now, and the state before it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.differing import lines_of
from ui.widgets.build import box, column, label, row, set_tone
from ui.widgets.code_view import CodeView
from ui.widgets.plain_highlighter import DIFF
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api.replay import Divergence, Severity

TONES = {Severity.BEHAVIOR: "error", Severity.STATE: "error", Severity.COST: "warn"}


class DivergenceView(QWidget):
    """`say` stands where there is no difference."""

    def __init__(self) -> None:
        super().__init__()
        self.head, self.note = label(role="title", wrap=True), label(tone="muted", wrap=True)
        self.recorded, self.now = CodeView("Recorded", DIFF), CodeView("Now", DIFF)
        self.before = CodeView("State before it", DIFF)
        self.split = TurningSplitter()
        for name, view in (("Recorded", self.recorded), ("Now", self.now), ("State before", self.before)):
            page = QWidget()
            head = box("band", row(label(name, role="caption"), margins=(10, 4, 10, 4)))
            page.setLayout(column(head, view, spacing=0))
            page.setMinimumSize(110, 60)
            self.split.addWidget(page)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", row(self.head, margins=(10, 6, 10, 6))))
        whole.addLayout(row(self.note, margins=(10, 2, 10, 4)))
        whole.addWidget(self.split, 1)
        self.say("")

    def say(self, text: str, tone: str = "muted", notes: Sequence[str] = ()) -> None:
        self.head.setText(text)
        set_tone(self.head, tone)
        self._note(notes)
        for view in (self.recorded, self.now, self.before):
            view.show_text("")

    def _note(self, notes: Sequence[str]) -> None:
        self.note.setText("\n".join(notes))
        self.note.setVisible(bool(notes))

    def show_divergence(self, found: Divergence, notes: Sequence[str] = ()) -> None:
        """The lines that only one side has begin with `-` and `+`."""
        self.head.setText(f"{found.actor.name}, turn {found.seq:,}: the {found.what} differs ({found.severity})")
        set_tone(self.head, TONES[found.severity])
        self._note(notes)
        one, other = lines_of(found.recorded), lines_of(found.now)
        self.recorded.show_text("\n".join(f"{' ' if line in other else '-'} {line}" for line in one))
        self.now.show_text("\n".join(f"{' ' if line in one else '+'} {line}" for line in other))
        self.before.show_text("\n".join(f"  {line}" for line in lines_of(found.state_before)))
        self.before.setPlaceholderText("not recorded")

    def take_theme(self) -> None:
        for view in (self.recorded, self.now, self.before):
            view.take_theme()
