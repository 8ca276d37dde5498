"""One entry of a journal: what came in and went out, the state after it, and how that differs from another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QStackedWidget, QTabWidget

from ui import format as show
from ui.desk import Desk
from ui.panels.journal.columns import Entry
from ui.reading import Reading
from ui.state_at import state_at
from ui.turn_text import turn_html
from ui.widgets.build import browser
from ui.widgets.divergence_view import DivergenceView
from ui.widgets.empty_state import EmptyState
from ui.widgets.state_pages import DifferencePage, StatePage
from workbench.api import CancelToken, Conflict, Node, WorkbenchError
from workbench.api.bundles import ActorReplay
from workbench.api.session import StateView

REPLAY = "Replay lives through the journal again and shows the first difference here."
NOTHING = "Choose an entry to see what came in, what went out, and the state after it."


@dataclass(frozen=True, slots=True)
class Wanted:
    """The states that are looked at: `before` and `after` are turns of `actor`; the first for a difference alone."""

    node: Node
    actor: str
    before: int
    after: int
    differs: bool = False

    @property
    def name(self) -> str:
        return f"State of {self.actor} after turn {self.after:,}"


Looked = tuple[StateView | str, StateView | str]


def look(wanted: Wanted, cancel: CancelToken) -> Looked:
    """Off the Qt thread: both states, where both are wanted. Conflict: cancelled."""
    before = _state(wanted.node, wanted.actor, wanted.before, cancel) if wanted.differs else ""
    return before, _state(wanted.node, wanted.actor, wanted.after, cancel)


class EntryDetails(QTabWidget):
    """Tabs Entry, State, Difference and Replay. States are read when their tab is seen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._entry: Entry | None = None
        self._chosen: tuple[str, int, int] | None = None
        self._reading = Reading(desk, self, look, self._show_states, self._wait)
        self.entry = browser("Entry", self._follow)
        self.state, self.diff = StatePage(), DifferencePage()
        self.none = EmptyState("journal", NOTHING)
        self.none.needs_node = False
        self.pages = QStackedWidget()
        for page in (self.none, self.entry):
            self.pages.addWidget(page)
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            part.setAccessibleName("Details of the entry")
        self.addTab(self.pages, "Entry")
        self.addTab(self.state, "State")
        self.addTab(self.diff, "Difference")
        self.replayed = DivergenceView(desk)
        self._replayed = ""
        self.addTab(self.replayed, "Replay")
        self.replayed.say(REPLAY)
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
            self._chosen = None
        elif len(numbers) == 1:
            self._chosen = actor, numbers[0] - 1, numbers[0]
        else:
            self._chosen = actor, min(numbers), max(numbers)
        self._look()

    def forget(self) -> None:
        """Another node, or the state may be known by now."""
        self._reading.want(None)
        self._look()

    def compare(self) -> None:
        self.setCurrentIndex(2)

    def show_replay(self, found: ActorReplay) -> None:
        """What came of living through the journal again."""
        self._replayed = found.actor.name
        self.setCurrentWidget(self.replayed)
        said = f"{found.actor.name}: {found.equal:,} of {show.plural(found.turns, 'turn')} came out as recorded"
        notes = found.notes
        if found.divergence is not None:
            self.replayed.show_divergence(found.divergence, (said, *notes))
        elif found.problem or found.left_out:
            self.replayed.say(said, "warn", tuple(filter(None, (found.problem, *notes))))
        else:
            self.replayed.say(said, "warn" if found.uncertain else "ok", notes)

    def forget_replay(self, actor: str) -> None:
        """Unless it is of this actor."""
        if self._replayed and self._replayed != actor:
            self._replayed = ""
            self.replayed.say(REPLAY)

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
        if self._entry is not None and self._entry.turn is not None:
            self._desk.follow(address.toString(), self._entry.turn.actor.name)

    # states

    def _look(self) -> None:
        node, chosen, page = self._desk.node, self._chosen, self.currentWidget()
        if chosen is None or node is None:
            self._reading.want(None)
            for each in (self.state, self.diff):
                each.say("No entry is chosen", "muted")
        elif page in (self.state, self.diff):
            self._reading.want(Wanted(node, *chosen, differs=page is self.diff))
        else:
            self._reading.want(None)

    def _wait(self, wanted: Wanted, why: str) -> None:
        for page in (self.state, self.diff):
            page.say(f"{wanted.actor} after turn {wanted.after:,}: {why}", "muted")

    def _show_states(self, wanted: Wanted, found: Looked) -> None:
        before, after = found
        self.state.show_state(after)
        if wanted.differs:
            self.diff.show_states(before, after)

    def _take_theme(self) -> None:
        self.state.take_theme()
        self.diff.take_theme()
        self.replayed.take_theme()
        self.none.repaint_icons()
        self._paint()


def _state(node: Node, actor: str, seq: int, cancel: CancelToken) -> StateView | str:
    """A sentence when it cannot be said."""
    try:
        return state_at(node, actor, seq, cancel)
    except Conflict:
        raise
    except WorkbenchError as error:
        return str(error)
