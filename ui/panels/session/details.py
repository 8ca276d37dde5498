"""The moment that is shown: the turn that was over last, the chosen actor's state, what changed it, its mailbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QTabWidget

from ui.desk import Desk
from ui.models import RowModel
from ui.panels.session.columns import MAILBOX
from ui.panels.session.replaying import Replaying
from ui.reading import Reading
from ui.turn_text import turn_html
from ui.widgets.build import browser
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.state_pages import DifferencePage, StatePage
from ui.widgets.table import Table
from workbench.api import CancelToken, Conflict, Envelope, Turn, WorkbenchError
from workbench.api.session import Direction, Moment, Session, StateView

TURN, STATE, DIFFERENCE, MAIL, REPLAY = range(5)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is read for a tab of a moment; `session` is where."""

    session: Session
    position: int
    total: int
    actor: str
    tab: int

    @property
    def name(self) -> str:
        what = "Mailbox" if self.tab == MAIL else "State"
        return f"{what} of {self.actor} at position {self.position:,}"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one reading gives of a moment, as far as its tab is seen; a text says why there is nothing."""

    before: StateView | str = ""
    after: StateView | str = ""
    mailbox: Sequence[Envelope] = ()


def look(wanted: Wanted, cancel: CancelToken) -> Looked:
    """Off the Qt thread. Conflict: cancelled."""
    session, actor, position = wanted.session, wanted.actor, wanted.position
    try:
        if wanted.tab == MAIL:
            return Looked(mailbox=session.mailbox(actor, position))
        after = session.state(actor, position, cancel=cancel)
        if wanted.tab == STATE:
            return Looked(after=after)
        turn = session.find(min(position + 1, wanted.total + 1), actor=actor, direction=Direction.BACK, cancel=cancel)
        if turn is None:
            return Looked("There is no turn before it.", after)
        return Looked(session.state(actor, turn - 1, cancel=cancel), after)
    except Conflict:
        raise
    except WorkbenchError as error:
        return Looked(str(error), str(error))


class MomentDetails(QTabWidget):
    """Tabs Turn, State, Difference, Mailbox and Replay."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._turn: Turn | None = None
        self._session: Session | None = None
        self._reading = Reading(desk, self, look, self._show, self._wait)
        self.moment: Moment | None = None
        self.actor = ""
        self.turn = browser("Turn of the moment", self._follow)
        self.state, self.difference = StatePage(), DifferencePage()
        self.mail_model: RowModel[Envelope] = RowModel(MAILBOX, lambda envelope: envelope.id, self)
        self.mail = Table(self.mail_model, "Mailbox at the moment")
        self.mailbox = FilteredTable(
            desk, self.mail, "type:add kind:cast", EmptyState("letter", "Nothing waits for it.")
        )
        self.replaying = Replaying(desk)
        self.setDocumentMode(True)
        for part in (self, self.tabBar()):
            part.setAccessibleName("Details of the moment")
        for page, title in ((self.turn, "Turn"), (self.state, "State"), (self.difference, "Difference"),
                            (self.mailbox, "Mailbox"), (self.replaying, "Replay")):  # fmt: skip
            self.addTab(page, title)
        self.setMinimumSize(180, 290)  # of its tallest page: in less its parts would lie over each other
        self.currentChanged.connect(lambda: self._look())
        desk.theme_changed.connect(self._take_theme)

    def show_moment(self, session: Session | None, moment: Moment | None, actor: str) -> None:
        """`actor` is the one whose state and mailbox are shown."""
        self._session, self.moment, self.actor = session, moment, actor
        if moment is None or moment.turn is None:
            self._turn = None
            self.turn.setPlainText("No turn was over yet." if moment is not None else "")
        elif moment.turn != self._turn:
            self._turn = moment.turn
            self.turn.setHtml(turn_html(moment.turn))
        self._look()

    def again(self) -> None:
        """The node may know more by now."""
        self._reading.again()

    def _look(self) -> None:
        tab, moment = self.currentIndex(), self.moment
        if self._session is None or moment is None or tab not in (STATE, DIFFERENCE, MAIL):
            self._reading.want(None)
        elif self.actor:
            self._reading.want(Wanted(self._session, moment.position, moment.total, self.actor, tab))
        else:
            self._reading.want(None)
            self._show_mailbox(())
            for page in (self.state, self.difference):
                page.say("No turn was over yet", "muted")

    def _wait(self, wanted: Wanted, why: str) -> None:
        if wanted.tab == MAIL:
            self._show_mailbox(())
        for page in (self.state, self.difference):
            page.say(f"{wanted.actor} at position {wanted.position:,}: {why}", "muted")

    def _show(self, wanted: Wanted, found: Looked) -> None:
        if wanted.tab == STATE:
            self.state.show_state(found.after)
        elif wanted.tab == DIFFERENCE:
            self.difference.show_states(found.before, found.after)
        else:
            self._show_mailbox(found.mailbox)

    def _show_mailbox(self, found: Sequence[Envelope]) -> None:
        self.mailbox.show_rows(found)
        self.setTabText(MAIL, f"Mailbox ({len(found):,})" if found else "Mailbox")

    def _follow(self, address: QUrl) -> None:
        if self._turn is not None:
            self._desk.follow(address.toString(), self._turn.actor.name)

    def _take_theme(self) -> None:
        for page in (self.state, self.difference, self.replaying):
            page.take_theme()
        if self._turn is not None:
            self.turn.setHtml(turn_html(self._turn))
