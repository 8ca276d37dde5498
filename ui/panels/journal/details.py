"""One entry of a journal: what came in and went out, the state after it, and how that differs from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from ui.desk import Desk
from ui.differing import difference, lines_of
from ui.panels.journal.columns import Entry
from ui.state_at import state_at
from ui.traceback_text import from_address
from ui.turn_text import turn_html
from ui.widgets.build import box, browser, label, row, set_tone
from ui.widgets.code_view import CodeView
from ui.widgets.empty_state import EmptyState
from ui.widgets.plain_highlighter import DIFF, JSON
from workbench.api import Node, WorkbenchError
from workbench.api.session import Certainty, StateView

NOTHING = "Choose an entry to see what came in, what went out, and the state after it."
CERTAIN = {
    Certainty.RECORDED: ("recorded", "ok"),
    Certainty.REPLAYED: ("lived through again, equal to the recording", "ok"),
    Certainty.UNKNOWN: ("not known", "warn"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """The states that are looked at: `before` and `after` are turns of `actor`."""

    actor: str
    before: int
    after: int


class EntryDetails(QTabWidget):
    """Tabs Entry, State and Difference. States are read when their tab is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._entry: Entry | None = None
        self._wanted: Wanted | None = None
        self._shown: Wanted | None = None
        self.views: tuple[StateView, StateView] | None = None
        self.entry = browser("Entry", self._follow)
        self.known, self.note = label(role="title"), label(tone="muted", wrap=True)
        self.state = CodeView("State after the entry", JSON)
        self.between, self.unknown = label(role="title", wrap=True), label(tone="muted", wrap=True)
        self.diff = CodeView("Difference of two states", DIFF)
        self.none = EmptyState("journal", NOTHING)
        self.none.needs_node = False
        self.pages = QStackedWidget()
        for page in (self.none, self.entry):
            self.pages.addWidget(page)
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            part.setAccessibleName("Details of the entry")
        self.addTab(self.pages, "Entry")
        self.addTab(_page(self.known, self.note, self.state), "State")
        self.addTab(_page(self.between, self.unknown, self.diff), "Difference")
        self.setMinimumSize(160, 90)
        self.currentChanged.connect(lambda: self._look())
        self.currentChanged.connect(lambda: desk.remember.emit())
        desk.theme_changed.connect(self._take_theme)

    def show_entry(self, actor: str, entry: Entry | None, numbers: Sequence[int]) -> None:
        """`numbers` are the chosen entries: the states after the first and the last are compared, of one alone with the
        state before it."""
        changed, self._entry = entry != self._entry, entry
        if changed:
            self._paint()
        if not numbers:
            self._wanted = None
        elif len(numbers) == 1:
            self._wanted = Wanted(actor, numbers[0] - 1, numbers[0])
        else:
            self._wanted = Wanted(actor, min(numbers), max(numbers))
        self._look()

    def forget(self) -> None:
        """Another node, or the state may be known by now."""
        self._shown = None
        self._look()

    def compare(self) -> None:
        self.setCurrentIndex(2)

    def _paint(self) -> None:
        entry = self._entry
        if entry is None or (entry.turn is None and not entry.damaged):
            self.pages.setCurrentWidget(self.none)
        elif entry.turn is None:
            self.none.say(f"Entry {entry.seq:,} is not what was written, so it is not shown. Verify says why.")
            self.pages.setCurrentWidget(self.none)
        else:
            self.none.say(NOTHING)
            self.entry.setHtml(turn_html(entry.turn))
            self.pages.setCurrentWidget(self.entry)

    def _follow(self, address: QUrl) -> None:
        place = from_address(address.toString())
        if place is not None and self._entry is not None and self._entry.turn is not None:
            self._desk.location(place, self._entry.turn.actor.name)

    # states

    def _look(self) -> None:
        node, wanted = self._desk.node, self._wanted
        if wanted is None or node is None:
            self._shown, self.views = None, None
            self._clear()
        elif self.currentIndex() and wanted != self._shown:
            self._shown = wanted
            self._desk.bridge.start(self, self._read(node, wanted), self._desk.failed)

    async def _read(self, node: Node, wanted: Wanted) -> None:
        before = await self._desk.bridge.call(_state, node, wanted.actor, wanted.before)
        after = await self._desk.bridge.call(_state, node, wanted.actor, wanted.after)
        if wanted == self._wanted:
            self._show_states(before, after)

    def _clear(self) -> None:
        for head in (self.known, self.between):
            head.setText("No entry is chosen")
            set_tone(head, "muted")
        for note in (self.note, self.unknown):
            note.setText("")
        self.state.show_text("")
        self.diff.show_text("")

    def _show_states(self, before: StateView | str, after: StateView | str) -> None:
        self.views = None
        if isinstance(before, str) or isinstance(after, str):
            why = before if isinstance(before, str) else after
            for head, note in ((self.known, self.note), (self.between, self.unknown)):
                head.setText("The state cannot be read")
                set_tone(head, "error")
                note.setText(str(why))
            return
        self.views = before, after
        word, tone = CERTAIN[after.certainty]
        self.known.setText(f"After turn {after.seq:,}: {word}")
        set_tone(self.known, tone)
        self.note.setText(after.note)
        self.note.setVisible(bool(after.note))
        known = after.certainty is not Certainty.UNKNOWN
        self.state.show_text("\n".join(lines_of(after.state)) if known else "")
        self.state.setPlaceholderText("The state is empty." if known else "")
        self._show_difference(before, after)

    def _show_difference(self, before: StateView, after: StateView) -> None:
        unknown = [view for view in (before, after) if view.certainty is Certainty.UNKNOWN]
        self.unknown.setText("\n".join(view.note for view in unknown))
        self.unknown.setVisible(bool(unknown))
        between = f"From turn {before.seq:,} to turn {after.seq:,}"
        set_tone(self.between, "warn" if unknown else "")
        if unknown:
            self.between.setText(f"{between}: not both states are known")
            self.diff.show_text("")
            return
        found = difference(before.state, after.state, f"after turn {before.seq:,}", f"after turn {after.seq:,}")
        self.between.setText(between if found else f"{between}: the state is the same")
        self.diff.show_text(found)

    def _take_theme(self) -> None:
        self.state.take_theme()
        self.diff.take_theme()
        self.none.repaint_icons()
        self._paint()


def _state(node: Node, actor: str, seq: int) -> StateView | str:
    """Off the Qt thread; a sentence when it cannot be said."""
    try:
        return state_at(node, actor, seq)
    except WorkbenchError as error:
        return str(error)


def _page(head: QWidget, note: QWidget, text: QWidget) -> QWidget:
    page = QWidget()
    whole = QVBoxLayout(page)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(box("band", row(head, margins=(10, 6, 10, 6))))
    notes = row(note, margins=(10, 4, 10, 4))
    whole.addLayout(notes)
    whole.addWidget(text, 1)
    return page
