"""The nodes of a window: the one that runs, and recorded sessions beside it. One of them is what all panels show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from ui import format as show
from ui.copying.noting import Doings, noted
from ui.moment import stop_at
from workbench.api import Invalid, Node, NotFound, WorkbenchError
from workbench.api.calls import Call
from workbench.api.connections import Connection
from workbench.api.session import Direction, Moment, Session

CONTENTS, OPEN = "contents:", "session:"
"""What the keys of a notice's buttons begin with, before the path of a file: show what is in it, open it."""
INSIDE = "What is in the file"

if TYPE_CHECKING:
    from ui.desk import Desk


@dataclass(frozen=True, eq=False)
class Held:
    """One node. `path` is the file of a recorded session, `connection` that of a node elsewhere; `reached` are the
    options by which commands reach it."""

    node: Node
    name: str
    reached: tuple[str, ...] = ()
    path: Path | None = None
    connection: Connection | None = None
    workspace: str = ""
    """Of a node on this machine: where its private endpoint is written."""

    @property
    def session(self) -> Session | None:
        return self.node.session if self.path is not None else None


class _LogOf:
    """What is done to one node, for the window's list of it."""

    held: Held

    def __init__(self, doings: Doings) -> None:
        self._doings = doings

    def takes(self, found: Call) -> bool:
        return self._doings.takes(found, self.held)

    def note(self, found: Call, outcome: str) -> None:
        self._doings.note(found, self.held, outcome)


class Nodes(QObject):
    """All stay open until they are closed; switching keeps them. `changed`: one came, went, or another is shown.

    `moved`: another moment of the session is shown; `moment` is None where a node runs.
    """

    changed = Signal()
    moved = Signal()
    opened = Signal(object)
    """Path of a recorded session that somebody opened."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.held: list[Held] = []
        self.current: Held | None = None
        self.moment: Moment | None = None
        self.positions: dict[Held, int] = {}
        """Where each session was seen last."""
        self._opening: set[Path] = set()
        self._raised: set[Path] = set()
        """Of those that are being opened: the ones that somebody waits for."""
        self._wanted: int | None = None
        self._heading = 0
        self._moving = False

    @property
    def running(self) -> Held | None:
        """The one of this window: its own, or the first that it is attached to."""
        found = [held for held in self.held if held.path is None]
        return next((held for held in found if held.connection is None), found[0] if found else None)

    @property
    def session(self) -> Session | None:
        """The one that is shown."""
        return self.current.session if self.current is not None else None

    def add(
        self, node: Node, reached: tuple[str, ...], name: str, path: Path | None = None, workspace: str = ""
    ) -> None:
        """The node of the window is there; a session that was opened meanwhile goes on being shown."""
        made = self.made(node, name, reached, path=None if path is None else path.absolute(), workspace=workspace)
        self.held.insert(0, made)
        if self.current is None:
            self.show(made)
            if path is not None:
                self._desk.raise_panel.emit("session")
        else:
            self.changed.emit()

    def made(self, node: Node, name: str, reached: tuple[str, ...], **parts: Any) -> Held:
        """One whose changing calls are noted."""
        log = _LogOf(self._desk.doings)
        log.held = held = Held(noted(node, log), name, reached, **parts)
        return held

    def join(self, held: Held, *, shown: bool) -> None:
        """A node elsewhere is attached."""
        self.held.append(held)
        if shown or self.current is None:
            self.show(held)
        else:
            self.changed.emit()

    def drop(self, held: Held) -> None:
        """It is not attached any more; whoever holds its connection closes it. What runs is shown again."""
        if held not in self.held:
            return
        self.held.remove(held)
        self.positions.pop(held, None)
        if held is self.current:
            self.current = None
            after = self.running or next(iter(self.held), None)
            if after is not None:
                self.show(after)
            else:
                self._show_nothing()
        self.changed.emit()

    def show(self, held: Held) -> None:
        """Let all panels show this one."""
        if held is self.current or held not in self.held:
            return
        desk = self._desk
        self.current, self.moment, self._wanted = held, None, None
        stop_at(None)
        desk.node, desk.reached = held.node, held.reached
        desk.bridge.versions += 1
        desk.bridge.follow(held.node, far=held.connection is not None)
        desk.stale_changed.emit("")
        session = held.session
        if session is not None:
            desk.bridge.start(self, self._first_moment(held, session), desk.failed)
        else:
            desk.node_changed.emit()
        self.changed.emit()
        self.moved.emit()

    async def _first_moment(self, held: Held, session: Session) -> None:
        """The panels are told once the time of the moment is known."""
        moment = await self._desk.bridge.call(session.now)
        if held is self.current:
            self._take(moment)
            self._desk.node_changed.emit()

    # sessions

    def open(self, path: Path) -> None:
        """Open a recorded session and show it; one that is open already is shown."""
        path = path.absolute()
        known = next((held for held in self.held if held.path == path), None)
        self._raised.add(path)
        if known is not None:
            self._raise(known, path)
        elif path not in self._opening:
            self._desk.bridge.start(self, self._open(path), self._desk.failed)

    def _raise(self, held: Held, path: Path) -> None:
        self._raised.discard(path)
        self.show(held)
        self._desk.raise_panel.emit("session")
        self.opened.emit(path)

    async def _open(self, path: Path) -> None:
        try:
            held = await self._held(path, -1)
        except WorkbenchError as error:
            self._desk.notice(f"{path.name} was not opened: {error}", "error", details=str(error), key=str(path))
            return
        self._raise(held, path)

    async def reopen(self, path: Path, position: int, *, shown: bool) -> None:
        """Open a session as it was left; `shown` lets panels show it where nobody has chosen another one meanwhile."""
        if path in self._opening or any(held.path == path for held in self.held):
            return
        held = await self._held(path, position)
        if path in self._raised:
            self._raise(held, path)
        elif shown and (self.current is None or self.current is self.running):
            self.show(held)

    async def _held(self, path: Path, position: int) -> Held:
        """Open the file; it is a node beside the others then."""
        job = self._desk.jobs.begin(path.name, "opening")
        self._opening.add(path)
        try:
            node = await self._desk.bridge.call(_connect, path, position)
        except WorkbenchError:
            self._raised.discard(path)
            raise
        finally:
            self._opening.discard(path)
            self._desk.jobs.end(job)
        made = Held(node, path.name, ("--node", f"bundle:{path}"), path)
        self.held.append(made)
        if position >= 0:
            self.positions[made] = position
        self.changed.emit()
        self._desk.bridge.start(self, self._look_for_problems(made), self._desk.failed)
        self._desk.bridge.start(self, self._prepare(made), self._not_prepared)
        return made

    async def _look_for_problems(self, held: Held) -> None:
        try:
            problems = await self._desk.bridge.call(problems_of, held.node)
        except WorkbenchError:
            if held in self.held:
                raise
            return  # it was closed meanwhile
        if held in self.held:
            self._tell_problems(held, problems)

    def _tell_problems(self, held: Held, problems: Sequence[str]) -> None:
        """What of its file is damaged or missing. The rest opens."""
        if not problems:
            return
        count = "1 problem" if len(problems) == 1 else f"{len(problems):,} problems"
        first = "" if len(problems) == 1 else "the first: "
        self._desk.notice(
            f"{held.name} has {count}; what is whole is shown: {first}{problems[0]}.", "warn",
            details="\n".join(problems), buttons=((INSIDE, f"{CONTENTS}{held.path}"),),
            key=f"problems:{held.path}",
        )  # fmt: skip

    async def _prepare(self, held: Held) -> None:
        """States need the interpreter; all else can be seen before."""
        job = self._desk.jobs.begin(held.name, "preparing")
        try:
            await self._desk.bridge.call(lambda: held.node.prepare(progress=job.report, cancel=job.cancel))
        finally:
            self._desk.jobs.end(job)
        if held is self.current:
            self._desk.node_changed.emit()

    def _not_prepared(self, error: Exception) -> None:
        self._desk.notice(f"States of the session cannot be shown yet: {error}", "warn", key="session")

    def close_session(self, held: Held) -> None:
        """Close it; what runs is shown again."""
        if held.path is None or held not in self.held:
            return
        self.drop(held)
        self._desk.bridge.start(self, self._close(held), self._desk.failed)

    def _show_nothing(self) -> None:
        self._desk.bridge.unfollow()
        self._desk.node, self.moment = None, None
        stop_at(None)
        self._desk.node_changed.emit()
        self.moved.emit()

    async def _close(self, held: Held) -> None:
        await self._desk.bridge.call(held.node.close)

    def close(self) -> None:
        """All of them, in reverse. Waits, so only after the window is gone."""
        stop_at(None)
        while self.held:
            held = self.held.pop()
            if held.connection is None:  # its link closes it
                held.node.close()

    # moments

    @property
    def heading(self) -> int:
        """The position that is shown, or is on its way."""
        if self._moving:
            return self._heading
        return self.moment.position if self.moment is not None else 0

    def step(self, by: int) -> None:
        """So many turns on from where one is going to: quick steps are all done."""
        self.go(self.heading + by)

    def go_to_turn(self, actor: str, seq: int) -> None:
        """Show the moment after this turn of an actor."""
        session = self.session
        if session is not None:
            self._desk.bridge.start(self, self._go_to_turn(session, actor, seq), self._desk.failed)

    async def _go_to_turn(self, session: Session, actor: str, seq: int) -> None:
        found = await self._desk.bridge.call(_turn_of, session, actor, seq, self.heading)
        if session is not self.session:
            return
        if found is None:
            self._desk.notice(f"Turn {seq:,} of {actor} is not in this session.", "info", key="find")
            return
        self._desk.raise_panel.emit("session")
        self.go(found)

    def go(self, position: int) -> None:
        """Show another moment. While one is on its way only the newest wish is kept."""
        session, moment = self.session, self.moment
        if session is None or moment is None:
            return
        self._wanted = self._heading = min(max(position, 0), moment.total)
        if not self._moving:
            self._moving = True
            self._desk.bridge.start(self, self._go(), self._desk.failed)

    async def _go(self) -> None:
        try:
            while (wanted := self._wanted) is not None and (held := self.current) is not None:
                self._wanted = None
                session = held.session
                if session is None:
                    return
                moment = await self._desk.bridge.call(session.go, wanted)
                if held is self.current:
                    self._take(moment)
        finally:
            self._moving = False

    def _take(self, moment: Moment) -> None:
        self.moment = moment
        if self.current is not None:
            self.positions[self.current] = moment.position
        stop_at(moment.time)
        self.moved.emit()


def _turn_of(session: Session, actor: str, seq: int, position: int) -> int | None:
    """The moment after this turn of an actor. A name that was given again has it twice: the newest that is over counts,
    and only without one the next that is to come. Off the Qt thread."""
    where = f"turn={seq}"
    ahead = session.find(max(position - 1, 0), actor=actor, where=where)
    if ahead == position:
        return ahead
    return session.find(position, actor=actor, where=where, direction=Direction.BACK) or ahead


def problems_of(node: Node) -> Sequence[str]:
    """What of a session is damaged, and which modules that actors ran last are not in it. Off the Qt thread."""
    ran: dict[tuple[str, str], list[str]] = {}
    for info in node.actors.list():
        if info.module:
            ran.setdefault((info.module, info.module_name), []).append(info.id.name)
    missing = [
        f"the module {name or 'without a name'} ({module[:12]}) of {show.named(actors)} is not in it"
        for (module, name), actors in ran.items()
        if not _is_there(node, module)
    ]
    problems = node.session.problems if node.session is not None else ()
    return (*problems, *missing)


def _is_there(node: Node, module: str) -> bool:
    try:
        node.modules.data(module)
    except (Invalid, NotFound):
        return False
    return True


def _connect(path: Path, position: int) -> Node:
    """At this moment, or the last one where the session has become shorter; at the end when it is negative."""
    import workbench

    node = workbench.connect(f"bundle:{path}")
    if position >= 0 and (session := node.session) is not None:
        session.go(min(position, session.now().total))
    return node
