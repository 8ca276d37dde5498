"""The connections of a window: what is stored, which are attached, and how each of those is doing.

A link tells of itself on its own thread; all else here happens on Qt's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ui import format as show
from ui.attaching import Reached, of_connection
from ui.questions import Questions
from workbench.api import Unavailable
from workbench.api.connections import Connection, ConnectionState, Mode, Phase
from workbench.connections import Connections

if TYPE_CHECKING:
    from ui.desk import Desk
    from ui.nodes import Held
    from workbench.connections.link import Link

DETACHED = ConnectionState()
AGAIN = "attach:"
"""What the key of a notice's button begins with, before a connection's name: attach now."""
"""A failure is a notice the first time; after that the panel shows it."""


class Attachments(QObject):
    """`known` are the stored ones and those of the command line. `changed`: one of them, or how it is doing."""

    changed = Signal()
    told = Signal(str, object)
    """Name and ConnectionState, from the thread of a link."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._desk = desk
        self.store = Connections()
        self.known: Sequence[Connection] = ()
        self.states: dict[str, ConnectionState] = {}
        self.questions = Questions(desk)
        self._own: dict[str, Reached] = {}
        self._links: dict[str, Link] = {}
        self._starting: set[str] = set()
        self._wanted = ""
        """The one that is shown as soon as it is there."""
        self._waiting: dict[str, list[asyncio.Future[None]]] = {}
        self.told.connect(self._take)
        desk.answered.connect(self._answer)

    def state(self, name: str) -> ConnectionState:
        return self.states.get(name, DETACHED)

    def find(self, name: str) -> Connection | None:
        return next((each for each in self.known if each.name == name), None)

    def held(self, name: str) -> Held | None:
        """The node of an attached one, which is there from the first time on."""
        return next((h for h in self._desk.nodes.held if h.connection is not None and h.connection.name == name), None)

    @property
    def why_stale(self) -> str:
        """Why what is on screen is old, when it is of a node that is not attached now."""
        held = self._desk.nodes.current
        if held is None or held.connection is None:
            return ""
        state = self.state(held.connection.name)
        return stale_text(state) if state.phase in (Phase.STALE, Phase.REFUSED) else ""

    def refresh(self) -> None:
        """Read what is stored again."""
        self._desk.bridge.start(self, self.read(), self._desk.failed)

    async def read(self) -> None:
        stored = await self._desk.bridge.call(self.store.list)
        names = {each.name for each in stored}
        self.known = (*(own.connection for own in self._own.values() if own.connection.name not in names), *stored)
        self.changed.emit()

    # attaching

    def attach(self, name: str, *, shown: bool = True) -> None:
        """Attach, or try again at once; then its node is shown."""
        if shown:
            self._wanted = name
        self._desk.bridge.start(self, self._attach(name), self._desk.failed)

    async def reach(self, reached: Reached) -> Held:
        """The node that the window was started on, when it is attached. Unavailable: why it is not; it goes on being
        tried then, and is shown when it is there."""
        name = reached.connection.name
        self._own[name] = reached
        await self.read()
        self._wanted = name
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(ready)
        await self._attach(name)
        await ready
        held = self.held(name)
        assert held is not None, "it is attached"
        return held

    def secrets(self) -> tuple[str, ...]:
        """The tokens of all connections, which must stand in nothing that is written down. Off the Qt thread."""
        kept = [self.store.keychain.get(each.name) for each in self.known]
        given = [own.token for own in tuple(self._own.values())]
        return tuple(secret for secret in (*kept, *given) if secret)

    async def _attach(self, name: str) -> None:
        link = self._links.get(name)
        if link is not None:
            link.retry()
            if (held := self.held(name)) is not None and self._wanted == name:
                self._desk.nodes.show(held)
            return
        connection = self.find(name)
        if connection is None or name in self._starting:
            return
        self._starting.add(name)
        try:
            own = self._own.get(name)
            token = own.token if own is not None else await self._desk.bridge.call(self.store.keychain.get, name)
            self._links[name] = await self._desk.bridge.call(self._linked, connection, token)
        finally:
            self._starting.discard(name)
        self._take(name, self._links[name].state)

    def _linked(self, connection: Connection, token: str) -> Link:
        """Off the Qt thread: the first one loads gRPC."""
        from workbench.connections.link import Link

        name = connection.name
        made = Link(
            connection, token=token, changed=lambda state: self.told.emit(name, state), confirm=self.questions.ask
        )
        made.start()
        return made

    def detach(self, name: str) -> None:
        """End it; what runs here is shown again where it was shown."""
        link = self._links.pop(name, None)
        self.states.pop(name, None)
        if self._wanted == name:
            self._wanted = ""
        if (held := self.held(name)) is not None:
            self._desk.nodes.drop(held)
        if link is not None:
            self._desk.bridge.start(self, self._close(link), self._desk.failed)
        self.changed.emit()

    async def _close(self, link: Link) -> None:
        await self._desk.bridge.call(link.close)

    def close(self) -> None:
        """All of them. Waits, so only after the window is gone."""
        self.questions.close()
        while self._links:
            self._links.popitem()[1].close()

    # what links tell

    def _take(self, name: str, state: ConnectionState) -> None:
        link = self._links.get(name)
        if link is None:
            return  # it was detached meanwhile
        before = self.state(name)
        self.states[name] = state
        held = self.held(name)
        if state.phase is Phase.ATTACHED and held is None and link.node is not None:
            held = self._join(name, link)
        elif held is not None and held is self._desk.nodes.current:
            self._follow(held, before, state)
        if not self._settle(name, state):
            self._tell(name, before, state)
        self.changed.emit()

    def _join(self, name: str, link: Link) -> Held:
        own = self._own.get(name)
        options = own.options if own is not None else of_connection(link.connection)
        assert link.node is not None
        made = self._desk.nodes.made(link.node, name, options, connection=link.connection)
        self._desk.nodes.join(made, shown=self._wanted == name)
        self._wanted = "" if self._wanted == name else self._wanted
        return made

    def _follow(self, held: Held, before: ConnectionState, state: ConnectionState) -> None:
        """Of the node that is shown: what is on screen is marked, or read again."""
        desk = self._desk
        if state.phase is not Phase.ATTACHED:
            desk.stale_changed.emit(stale_text(state))
            if state.retry_at is None:  # its events would reach for it again
                desk.bridge.unfollow()
        elif before.phase is not Phase.ATTACHED or before.connected != state.connected:
            desk.stale_changed.emit("")
            desk.bridge.versions += 1
            desk.bridge.follow(held.node, far=True)
            desk.node_changed.emit()
        if before.lacks != state.lacks:
            desk.lacks_changed()

    def _settle(self, name: str, state: ConnectionState) -> bool:
        """Whoever waits for it hears how it went the first time; whether somebody did."""
        waiting = self._waiting.get(name)
        if not waiting or (state.phase is Phase.ATTACHING and not state.why):
            return False
        del self._waiting[name]
        for each in waiting:
            if each.done():
                continue
            if state.phase is Phase.ATTACHED:
                each.set_result(None)
            else:
                each.set_exception(Unavailable(state.why))
        return True

    def _tell(self, name: str, before: ConnectionState, state: ConnectionState) -> None:
        key, desk = f"{AGAIN}{name}", self._desk
        for warning in state.warnings:
            if _kind(warning) not in map(_kind, before.warnings):
                desk.notice(f"{name}: {warning}.", "warn", key=f"warning:{name}:{_kind(warning)}")
        if state.phase is Phase.ATTACHED and before.phase not in (Phase.ATTACHED, Phase.DETACHED):
            if before.why:
                again = " again" if before.phase is Phase.STALE else ""
                desk.notice(f"{name} is attached{again}.", "ok", key=key)
            return
        if state.why and (before.phase is not state.phase or not before.why):
            desk.notice(f"{name}: {state.why}", "error", details=state.why, buttons=(("Try again", key),), key=key)

    def _answer(self, key: str) -> None:
        if key.startswith(AGAIN):
            self.attach(key.removeprefix(AGAIN), shown=False)


def _kind(warning: str) -> str:
    """What it is about, whatever the numbers in it."""
    return warning[:12]


def stale_text(state: ConnectionState) -> str:
    """Why what is on screen is old, since when, and when it is tried again."""
    since = show.clock(state.since, milliseconds=False)
    said = f"{state.why} Since {since}" if state.why.endswith("?") else f"{state.why.rstrip('.')}, since {since}"
    if state.retry_at is None:
        return f"{said}; attach again when it is there."
    return f"{said}; attempt {state.attempt + 1} at {show.clock(state.retry_at, milliseconds=False)}."


def sealed_text(connection: Connection | None) -> str:
    """Why nothing of it can be changed, as a sentence; empty when it can."""
    if connection is None or connection.mode is not Mode.READ_ONLY:
        return ""
    return f"{connection.name} is a read-only connection: nothing that changes its node is sent."
