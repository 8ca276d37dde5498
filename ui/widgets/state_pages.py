"""The state of an actor, how certain it is, and how it differs from another: two pages that panels put into tabs."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.differing import difference, lines_of
from ui.widgets.build import box, label, row, set_tone
from ui.widgets.code_view import CodeView
from ui.widgets.plain_highlighter import DIFF, JSON
from workbench.api.session import Certainty, StateView

CERTAIN = {
    Certainty.RECORDED: ("recorded", "ok"),
    Certainty.REPLAYED: ("lived through again, equal to the recording", "ok"),
    Certainty.UNKNOWN: ("not known", "warn"),
}


class _Page(QWidget):
    def __init__(self, text: CodeView) -> None:
        super().__init__()
        self.head, self.note, self.text = label(role="title", wrap=True), label(tone="muted", wrap=True), text
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(box("band", row(self.head, margins=(10, 6, 10, 6))))
        whole.addLayout(row(self.note, margins=(10, 4, 10, 4)))
        text.setMinimumHeight(60)
        whole.addWidget(text, 1)

    def say(self, head: str, tone: str = "", note: str = "", text: str = "") -> None:
        self.head.setText(head)
        set_tone(self.head, tone)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self.text.show_text(text)

    def take_theme(self) -> None:
        self.text.take_theme()


class StatePage(_Page):
    """One state."""

    def __init__(self) -> None:
        super().__init__(CodeView("State of the actor", JSON))

    def show_state(self, view: StateView | str) -> None:
        """A text says why there is none."""
        if isinstance(view, str):
            self.say("The state cannot be read", "error", view)
            return
        word, tone = CERTAIN[view.certainty]
        known = view.certainty is not Certainty.UNKNOWN
        self.text.setPlaceholderText("The state is empty." if known else "")
        self.say(f"{view.actor.name} after turn {view.seq:,}: {word}", tone, view.note,
                 "\n".join(lines_of(view.state)) if known else "")  # fmt: skip


class DifferencePage(_Page):
    """Two states, line by line: what is gone begins with `-`, what is new with `+`."""

    def __init__(self) -> None:
        super().__init__(CodeView("Difference of two states", DIFF))

    def show_states(self, before: StateView | str, after: StateView | str) -> None:
        if isinstance(before, str) or isinstance(after, str):
            self.say("The states cannot be read", "error", before if isinstance(before, str) else str(after))
            return
        between = f"{after.actor.name} from turn {before.seq:,} to turn {after.seq:,}"
        unknown = [view.note for view in (before, after) if view.certainty is Certainty.UNKNOWN]
        if unknown:
            self.say(f"{between}: not both states are known", "warn", "\n".join(dict.fromkeys(unknown)))
            return
        found = difference(before.state, after.state, f"after turn {before.seq:,}", f"after turn {after.seq:,}")
        self.say(between if found else f"{between}: the state is the same", "", "", found)
