"""The first difference of a replay, side by side: what was recorded, what happens now, and the state before it.

The state is the recorded one of the turn before; where there is none, the node lives through the turns up to there when
the difference is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.desk import Desk
from ui.differing import lines_of
from ui.state_at import state_at
from ui.widgets.build import box, column, label, row, set_tone
from ui.widgets.code_view import CodeView
from ui.widgets.plain_highlighter import DIFF
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import Payload, WorkbenchError
from workbench.api.replay import Divergence, Severity
from workbench.api.session import Certainty

TONES = {Severity.BEHAVIOR: "error", Severity.STATE: "error", Severity.COST: "warn"}


class DivergenceView(QWidget):
    """`say` stands where there is no difference."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._shown: Divergence | None = None
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
        self._shown = None
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
        self._shown = found
        if found.state_before and found.state_seq == found.seq - 1:
            self._show_before(found.state_before)
            return
        self._show_before("")
        self.before.setPlaceholderText("It is lived through up to there …")
        self._desk.bridge.start(self, self._look(found), self._desk.failed)

    async def _look(self, found: Divergence) -> None:
        node, note = self._desk.node, "There is no node."
        state: Payload = ""
        if node is not None:
            try:
                view = await self._desk.bridge.call(state_at, node, found.actor.name, found.seq - 1)
                note = view.note or "The state is empty."
                state = view.state if view.certainty is not Certainty.UNKNOWN else ""
            except WorkbenchError as error:
                note = str(error)
        if found is self._shown:
            self._show_before(state)
            self.before.setPlaceholderText(note)

    def _show_before(self, state: Payload) -> None:
        self.before.show_text("\n".join(f"  {line}" for line in lines_of(state)))

    def take_theme(self) -> None:
        for view in (self.recorded, self.now, self.before):
            view.take_theme()
