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
from ui.traceback_text import from_address
from ui.turn_text import turn_html
from ui.widgets.build import browser
from ui.widgets.empty_state import EmptyState
from ui.widgets.filtered_table import FilteredTable
from ui.widgets.state_pages import DifferencePage, StatePage
from ui.widgets.table import Table
from workbench.api import Envelope, Turn, WorkbenchError
from workbench.api.session import Direction, Moment, Session, StateView

TURN, STATE, DIFFERENCE, MAIL, REPLAY = range(5)


@dataclass(frozen=True, slots=True)
class Looked:
    """What one reading gives of a moment, as far as its tab is seen; a text says why there is nothing."""

    moment: Moment
    actor: str
    before: StateView | str = ""
    after: StateView | str = ""
    mailbox: Sequence[Envelope] = ()


def look(session: Session, moment: Moment, actor: str, tab: int) -> Looked:
    """Off the Qt thread."""
    if not actor or tab not in (STATE, DIFFERENCE, MAIL):
        return Looked(moment, actor)
    try:
        if tab == MAIL:
            return Looked(moment, actor, mailbox=session.mailbox(actor, moment.position))
        after = session.state(actor, moment.position)
        if tab == STATE:
            return Looked(moment, actor, after=after)
        turn = session.find(min(moment.position + 1, moment.total + 1), actor=actor, direction=Direction.BACK)
        before = session.state(actor, turn - 1) if turn is not None else "There is no turn before it."
        return Looked(moment, actor, before, after)
    except WorkbenchError as error:
        return Looked(moment, actor, str(error), str(error))


class MomentDetails(QTabWidget):
    """Tabs Turn, State, Difference, Mailbox and Replay."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._turn: Turn | None = None
        self._session: Session | None = None
        self._asked: tuple[int, str, int] | None = None
        self._reading = False
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
        self.setMinimumSize(180, 260)  # of its tallest page: in less its parts would lie over each other
        self.currentChanged.connect(lambda: self._look())
        desk.theme_changed.connect(self._take_theme)

    def show_moment(self, session: Session | None, moment: Moment | None, actor: str) -> None:
        """`actor` is the one whose state and mailbox are shown."""
        if session is not self._session:
            self._asked = None
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
        self._asked = None
        self._look()

    def _look(self) -> None:
        if self._session is None or self.moment is None or self._reading:
            return
        if (self.moment.position, self.actor, self.currentIndex()) != self._asked:
            self._reading = True
            self._desk.bridge.start(self, self._read(), self._desk.failed)

    async def _read(self) -> None:
        """The newest wish only, however fast one moves."""
        try:
            while (session := self._session) is not None and (moment := self.moment) is not None:
                asked = moment.position, self.actor, self.currentIndex()
                if asked == self._asked:
                    return
                self._asked = asked
                found = await self._desk.bridge.call(look, session, moment, self.actor, asked[2])
                if session is self._session:
                    self._show(found, asked[2])
        finally:
            self._reading = False

    def _show(self, found: Looked, tab: int) -> None:
        if tab == STATE and found.actor:
            self.state.show_state(found.after)
        elif tab == DIFFERENCE and found.actor:
            self.difference.show_states(found.before, found.after)
        elif tab == MAIL:
            self.mailbox.show_rows(found.mailbox)
            self.setTabText(MAIL, f"Mailbox ({len(found.mailbox):,})" if found.mailbox else "Mailbox")
        elif tab in (STATE, DIFFERENCE):
            for page in (self.state, self.difference):
                page.say("No turn was over yet", "muted")

    def _follow(self, address: QUrl) -> None:
        place = from_address(address.toString())
        if place is not None and self._turn is not None:
            self._desk.location(place, self._turn.actor.name)

    def _take_theme(self) -> None:
        for page in (self.state, self.difference, self.replaying):
            page.take_theme()
        if self._turn is not None:
            self.turn.setHtml(turn_html(self._turn))
