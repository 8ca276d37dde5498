"""Session: a recorded session turn by turn. Moving on its timeline moves what all other panels show."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QModelIndex
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QWidget

from ui import format as show
from ui.commands import command
from ui.desk import Desk
from ui.dialogs.session_contents import show_contents
from ui.paging import PagedModel, Source
from ui.panel import Panel
from ui.panels.session.actor_choice import THAT_OF_THE_TURN, ActorChoice
from ui.panels.session.columns import TURNS, Place, blank
from ui.panels.session.condition_edit import ConditionEdit
from ui.panels.session.details import REPLAY, MomentDetails
from ui.panels.session.map import TurnMap
from ui.panels.session.marking import Marking
from ui.panels.session.timeline import ZOOM, SessionTimeline
from ui.settings import Json, Record, child, number, text, words
from ui.turn_columns import turn_type
from ui.widgets.build import box, column, label, row, shrinks, tool_for
from ui.widgets.empty_state import EmptyState
from ui.widgets.notes import Notes
from ui.widgets.paged_table import PagedTable, PagesTable
from ui.widgets.turning_splitter import TurningSplitter
from workbench.api import Invalid, WorkbenchError
from workbench.api.session import Direction, Session
from workbench.api.traces import trace_of

READ = 5_000
DRAWN_EVERY = 25_000
"""What is known of the turns is drawn so often while they are read."""
MOVES = ("first", "back_actor", "back", "forward", "forward_actor", "last")


class SessionPanel(Panel):
    """The timeline above; below the turns around the moment, and what is known of it."""

    id = "session"
    title = "Session"
    icon_name = "history"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._session: Session | None = None
        self._wishes: deque[tuple[Direction, str, str]] = deque()
        self._map = TurnMap()
        self.timeline = SessionTimeline()
        self._marking = Marking(desk, self.timeline.redraw)
        self.where_line = ConditionEdit()
        self.said = label(role="title")
        self.notes = Notes("What is not known of this moment")
        self.actor_box = ActorChoice()
        self.model: PagedModel[Place] = PagedModel(TURNS, lambda place: place.position, self)
        self.table = PagesTable(self.model, "Turns of the session")
        nothing = EmptyState("history", "Nothing is recorded in this session.")
        nothing.needs_node = False
        self.turns = PagedTable(desk, self.table, "actor:till outcome:crashed type~pay", nothing)
        self.details = MomentDetails(desk)
        self.none = EmptyState(
            "history", "A recorded session opens here: drop a .plexbundle anywhere in the window.",
            "Open a recorded session…", lambda: desk.actions.run("file.open_session"),
        )  # fmt: skip
        self.none.needs_node = False
        self.stack = QStackedWidget()
        self._lay_out()
        self._bind()

    def _lay_out(self) -> None:
        self.turns.setMinimumHeight(90)
        below = TurningSplitter()
        below.addWidget(self.turns)
        below.addWidget(self.details)
        below.setSizes([520, 460])
        page = QWidget()
        page.setLayout(column(box("band", self._moves()), self.timeline, box("band", self._search()), self.notes, below,
                              spacing=0))  # fmt: skip
        layout = page.layout()
        assert layout is not None
        layout.setStretchFactor(below, 1)  # type: ignore[attr-defined]  # it is a box
        self.stack.addWidget(self.none)
        self.stack.addWidget(page)
        self.column.addWidget(self.stack, 1)

    def _moves(self) -> QHBoxLayout:
        shrinks(self.said)
        tools = [tool_for(self.desk.actions[f"session.{verb}"]) for verb in MOVES]
        made = row(*tools, self.said, tool_for(self.desk.actions["session.replay"], text=True),
                   margins=(8, 4, 8, 4), spacing=2)  # fmt: skip
        made.setStretch(len(tools), 1)
        return made

    def _search(self) -> QHBoxLayout:
        tools = [tool_for(self.desk.actions[f"session.{verb}"]) for verb in ("find_back", "find")]
        self.where_line.setMinimumWidth(80)
        made = row(self.where_line, *tools, self.actor_box, margins=(8, 4, 8, 4), spacing=4)
        made.setStretch(0, 3)
        made.setStretch(len(tools) + 1, 1)
        return made

    def _bind(self) -> None:
        desk, actions = self.desk, self.desk.actions
        nodes = desk.nodes
        for verb, slot in {
            "first": lambda: nodes.go(0), "last": lambda: nodes.go(self._total()),
            "back": lambda: nodes.step(-1), "forward": lambda: nodes.step(1),
            "back_actor": lambda: self._find(Direction.BACK, of_actor=True),
            "forward_actor": lambda: self._find(Direction.FORWARD, of_actor=True),
            "find": lambda: self._find(Direction.FORWARD), "find_back": lambda: self._find(Direction.BACK),
            "zoom_in": lambda: self.timeline.zoom(ZOOM), "zoom_out": lambda: self.timeline.zoom(1 / ZOOM),
            "fit": lambda: self.timeline.zoom(0.0),
            "trace": lambda: self._show_trace(self._trace()),
            "replay": self._replay, "verify": self._verify, "contents": self._contents,
        }.items():  # fmt: skip
            actions.bind(f"session.{verb}", slot, owner=self)
        desk.show_trace.connect(self._show_trace)
        self.timeline.wanted.connect(nodes.go)
        nodes.moved.connect(self._moved)
        desk.node_changed.connect(self._other_node)
        self.where_line.returnPressed.connect(lambda: self._find(Direction.FORWARD))
        self.where_line.textChanged.connect(self._other_condition)
        self.actor_box.took.connect(self._show_moment)
        self.actor_box.refused.connect(self._refuse_actor)
        self.turns.arranged.connect(self._choose_listed)
        self.table.pressed.connect(lambda: self._go_to_row())
        self.table.opened.connect(self._go_to_row)
        self.table.selectionModel().currentRowChanged.connect(lambda: self._walked())
        self.table.menu_for = self._menu
        self.table.command_for = lambda place: self._command(f"bundle timeline --after {place.position - 1} --limit 1")
        self.details.mail.command_for = lambda _envelope: self._state_command()
        desk.theme_changed.connect(self.timeline.take_theme)
        self._enable()

    def _command(self, verb: str) -> str:
        held = self.desk.nodes.current
        return command(verb, str(held.path)) if held is not None and held.path is not None else ""

    def _state_command(self) -> str:
        held = self.desk.nodes.current
        if held is None or held.path is None:
            return ""
        return command(f"bundle state --at {self._position()}", str(held.path), self.actor())

    def _menu(self) -> QMenu:
        return self.desk.actions.menu(
            self,
            "session.back_actor",
            "session.forward_actor",
            "session.trace",
            "",
            "session.zoom_in",
            "session.zoom_out",
            "session.fit",
            "",
            "session.replay",
            "session.contents",
        )

    # the session

    def _other_node(self) -> None:
        """Told for every change of the node; only another one is another session."""
        session = self.desk.nodes.session
        if session is self._session:
            self.details.again()
            return
        self._session = session
        self._marking.clear(self._map)
        held = self.desk.nodes.current
        self.details.replaying.show_path(held.path if held is not None else None)
        self.stack.setCurrentIndex(1 if session is not None else 0)
        self._map = TurnMap()
        self.actor_box.forget()
        if session is not None and (moment := self.desk.nodes.moment) is not None:
            self._map = TurnMap.of(moment.total)
            self.turns.show_source(_source(session, moment.total))
            self.desk.bridge.start(self, self._read_all(session, self._map), self.desk.failed)
        else:
            self.turns.show_source(None)
        self.timeline.show_turns(self._map)
        self._moved()

    async def _read_all(self, session: Session, found: TurnMap) -> None:
        """For the timeline, page by page; what is there is drawn meanwhile."""
        at = 0
        while at < found.total and session is self._session:
            entries = await self.call(_fill, session, found, at)
            if session is not self._session:
                return
            at += READ
            if at % DRAWN_EVERY == 0 or at >= found.total or not entries:
                self.timeline.show_turns(found)
                self.actor_box.show_names(found.names)
            if not entries:
                return

    def _refuse_actor(self, typed: str) -> None:
        read = (
            "" if self._map.known >= self._map.total else f" Of {self._map.total:,} turns {self._map.known:,} are read."
        )
        whose = self.actor_box.chosen or THAT_OF_THE_TURN
        self.desk.notice(f"No actor of this session is called {typed!r}; the state of {whose} is still shown.{read}",
                         "warn", key="session-actor")  # fmt: skip

    # where one is

    def _position(self) -> int:
        moment = self.desk.nodes.moment
        return moment.position if moment is not None else 0

    def _total(self) -> int:
        moment = self.desk.nodes.moment
        return moment.total if moment is not None else 0

    def actor(self) -> str:
        """The one whose state is shown."""
        if self.actor_box.chosen:
            return self.actor_box.chosen
        moment = self.desk.nodes.moment
        return moment.turn.actor.name if moment is not None and moment.turn is not None else ""

    def _trace(self) -> str:
        """That of the turn of the moment."""
        moment = self.desk.nodes.moment
        return trace_of(moment.turn) if moment is not None and moment.turn is not None else ""

    def _show_trace(self, trace: str) -> None:
        """List its turns alone, of all actors. Where no session is shown, they are drawn by the Sequence panel."""
        if self._session is not None:
            self.desk.raise_panel.emit(self.id)
            self.turns.filter.set_now(f"trace:{trace}")

    def _moved(self) -> None:
        moment = self.desk.nodes.moment
        if self._session is None or moment is None:
            self._enable()
            return
        what = ""
        if moment.turn is not None:
            turn = moment.turn
            what = f"  ·  {turn.actor.name} turn {turn.seq:,}, {turn_type(turn)}"
        said = f"{moment.position:,} of {moment.total:,}  ·  {show.clock(moment.time)}{what}"
        self.said.setText(said)
        self.notes.say("\n".join(moment.notes))
        self.timeline.show_position(moment.position, said)
        if moment.position != self.turns.chosen_number():
            if moment.position and not self.turns.filter.filter.terms:
                self.turns.choose_number(moment.position)
            else:
                self.table.clearSelection()
                self.table.setCurrentIndex(QModelIndex())
                self._choose_listed()
        self._show_moment()
        self._enable()

    def _choose_listed(self) -> None:
        """The row of the moment, where the filter lets it be listed; another one that is chosen stays."""
        position = self._position()
        if position and not self.turns.chosen_number() and (at := self.model.position(position)) >= 0:
            self.table.choose(at)

    def _show_moment(self) -> None:
        self.timeline.show_actor(self.actor_box.chosen)
        self.details.show_moment(self._session, self.desk.nodes.moment, self.actor())

    def _walked(self) -> None:
        if self.table.hasFocus():
            self._go_to_row()

    def _go_to_row(self) -> None:
        place = self.model.row(self.table.currentIndex())
        if place is not None and place.position != self._position():
            self.desk.nodes.go(place.position)

    def _enable(self) -> None:
        on, position, total = self._session is not None, self._position(), self._total()
        actions = self.desk.actions
        actions.enable("session.first", "session.back", "session.back_actor", "session.find_back",
                       on=on and position > 0)  # fmt: skip
        actions.enable("session.trace", on=bool(self._trace()))
        actions.enable("session.last", "session.forward", "session.forward_actor", "session.find",
                       on=on and position < total)  # fmt: skip
        actions.enable("session.replay", "session.verify", "session.contents", "session.zoom_in", "session.zoom_out",
                       "session.fit", on=on)  # fmt: skip

    # looking for turns

    def _other_condition(self) -> None:
        self._marking.clear(self._map)
        self.desk.remember.emit()

    def _find(self, way: Direction, *, of_actor: bool = False) -> None:
        """A second wish while one is looked for begins where that one ends."""
        if self._session is not None:
            actor = self.actor() if of_actor else ""
            if not of_actor:
                self._remember_condition()
            self._wishes.append((way, "" if of_actor else self.where_line.text().strip(), actor))
            if len(self._wishes) == 1:
                self.run(self._find_all(self._session))

    def _remember_condition(self) -> None:
        self.where_line.check()
        self.where_line.remember()
        self.desk.remember.emit()

    async def _find_all(self, session: Session) -> None:
        try:
            while self._wishes and session is self._session:
                if not await self._do_find(session, *self._wishes[0]):
                    return
                self._wishes.popleft()
        finally:
            self._wishes.clear()

    async def _do_find(self, session: Session, way: Direction, where: str, actor: str) -> bool:
        position = self.desk.nodes.heading
        found, looked = None, False
        try:
            with self.desk.jobs.doing("Looking for a turn", where or actor) as job:
                found = await self.call(
                    lambda: session.find(position, where=where, actor=actor or None, direction=way, cancel=job.cancel)
                )
                looked = True
        except WorkbenchError as error:
            self.desk.notice(str(error), "warn", key="find")
            if isinstance(error, Invalid) and where == self.where_line.text().strip():
                self.where_line.refuse(self.where_line.filter, str(error))
        if not looked or session is not self._session:
            return False
        if found is None:
            side = "after" if way is Direction.FORWARD else "before"
            whose = f" of {actor}" if actor else ""
            self.desk.notice(f"There is no such turn{whose} {side} position {position:,}.", "info", key="find")
            return False
        if where and where == self.where_line.text().strip():
            self._marking.found(session, self._map, where, found)
        self.desk.nodes.go(found)
        return True

    def _contents(self) -> None:
        held = self.desk.nodes.current
        if held is not None and held.path is not None:
            self.run(show_contents(self.desk, self, held.path))

    def _verify(self) -> None:
        self.run(self.details.replaying.verify())

    def _replay(self) -> None:
        self.desk.raise_panel.emit(self.id)
        self.details.setCurrentIndex(REPLAY)
        self.run(self.details.replaying.replay())

    # the rest

    def take_keyboard(self) -> None:
        (self.timeline if self._session is not None else self.none.button or self).setFocus()

    def focus_filter(self) -> None:
        self.where_line.setFocus()
        self.where_line.selectAll()

    def record(self) -> Record:
        history: list[Json] = list(self.where_line.history)
        return {
            "where": self.where_line.text(),
            "history": history,
            "turns": self.turns.record(),
            "tab": self.details.currentIndex(),
        }

    def restore(self, record: Record) -> None:
        self.where_line.take_history(words(record, "history"))
        self.where_line.set_now(text(record, "where"))
        self.turns.restore(child(record, "turns"))
        if 0 <= (tab := number(record, "tab")) < self.details.count():
            self.details.setCurrentIndex(tab)

    def repaint_icons(self) -> None:
        self.where_line.repaint_icons()
        self.none.repaint_icons()


def _fill(session: Session, found: TurnMap, after: int) -> int:
    """Off the Qt thread; how many were read."""
    entries = session.entries(after=after, limit=READ)
    found.add(entries)
    return len(entries)


def _source(session: Session, total: int) -> Source[Place]:
    def read(after: int, limit: int) -> list[Place]:
        return [Place(entry.position, entry) for entry in session.entries(after=after, limit=limit)]

    return Source(id(session), 1 if total else 0, total, read, lambda place: place.position, blank)
