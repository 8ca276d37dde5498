"""The session of a bundle: where one is in it, and how to go elsewhere; see api.session."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.api.messages import Envelope
from workbench.api.modules import CancelToken, Format, ProgressCallback
from workbench.api.session import Certainty, Direction, Moment, StateView, TimelineEntry
from workbench.api.turns import Turn
from workbench.api.words import plural
from workbench.debug.bundle.opened import Opened
from workbench.debug.session.services import SessionServices
from workbench.debug.session.workshop import Workshop
from workbench.debug.timeline.either import Either
from workbench.debug.timeline.lives import LifeInBundle
from workbench.debug.timeline.search import Search
from workbench.debug.timeline.states import States
from workbench.debug.timeline.timeline import Stream, Timeline
from workbench.runtime.apart import apart

NAMED_PROBLEMS = NAMED_ACTORS = 5
NOT_READY = "the Python interpreter of this machine is not built yet: prepare the node first"


class RecordedSession:
    """Thread-safe. `moved` is told after each move. `name` is that of the file."""

    def __init__(
        self, timeline: Timeline, workshop: Workshop, services: SessionServices, moved: Callable[[], None]
    ) -> None:
        self._timeline, self._workshop, self._services, self._moved = timeline, workshop, services, moved
        self.name = timeline.bundle.path.name
        self._position = timeline.total
        self._lock = threading.RLock()
        self._opened: Opened | None = None
        self._states: States | None = None
        self._closing = CancelToken()
        self._python = {info.hash for info in timeline.bundle.modules if info.format is Format.PYTHON}

    @property
    def position(self) -> int:
        return self._position

    def now(self) -> Moment:
        return self._moment(self._position)

    def go(self, position: int) -> Moment:
        self._position = self._timeline.check(position)
        self._moved()
        return self._moment(position)

    @property
    def problems(self) -> tuple[str, ...]:
        return self._timeline.bundle.problems

    def _moment(self, position: int) -> Moment:
        problems = self.problems
        more = len(problems) - NAMED_PROBLEMS
        notes = [*self._timeline.bundle.notes, *problems[:NAMED_PROBLEMS]]
        if more > 0:
            notes.append(f"{more:,} more of it cannot be read; workbench bundle verify names them")
        notes += self._lost(position)
        notes += self._services.notes(position)
        notes += self._opened.notes if self._opened is not None else ()
        if position and self._states is not None:
            at = position - 1
            stream = self._timeline.streams[self._timeline.columns.actors[self._timeline.columns.actor[at]]]
            if why := self._states.broken(stream.actor, stream.over(position)):
                notes.append(f"{stream.actor.name}: {why}")
        return self._timeline.moment(position, tuple(dict.fromkeys(notes)))

    def _lost(self, position: int) -> Sequence[str]:
        """Whose turns may be among what cannot be read before this moment."""
        timeline = self._timeline
        if not timeline.columns.losses.between(0, position):
            return ()
        streams = (timeline.streams[actor] for actor in timeline.actors)
        names = [stream.actor.name for stream in streams if timeline.lost(stream, position)]
        if not names:
            return ()
        named = ", ".join(names[:NAMED_ACTORS]) + (", …" if len(names) > NAMED_ACTORS else "")
        whose = plural(len(names), "actor")
        return (f"the state of {whose} is not known here, and the rest is shown as after their last turn: {named}",)

    def turn(self, position: int) -> Turn:
        return self._timeline.turn(position)

    def entries(self, *, after: int = 0, limit: int = 1_000) -> Sequence[TimelineEntry]:
        return self._timeline.entries(after=after, limit=limit)

    def find(
        self,
        position: int,
        *,
        where: str = "",
        actor: ActorId | str | None = None,
        direction: Direction = Direction.FORWARD,
        cancel: CancelToken | None = None,
    ) -> int | None:
        who = None if actor is None else self._timeline.id_of(actor)
        either = Either(cancel, self._closing)

        def states(whose: ActorId, over: int, near: range) -> StateView:
            return self._state(whose, over, near, either)

        return Search(self._timeline, states, where, who).next(position, direction, either)

    def state(
        self, actor: ActorId | str, position: int | None = None, *, cancel: CancelToken | None = None
    ) -> StateView:
        stream = self._timeline.stream(actor)
        at = self._timeline.check(self._position if position is None else position)
        over = stream.over(at)
        after_its_turn = position is not None and over > 0 and stream.at[over - 1] == at - 1
        if not after_its_turn and (why := self._timeline.lost(stream, at)):
            seq = self._timeline.columns.seq[stream.at[over - 1]]
            return StateView(stream.actor, seq, "", Certainty.UNKNOWN, why)
        return self._state(stream.actor, over, range(0), Either(cancel, self._closing))

    def mailbox(self, actor: ActorId | str, position: int | None = None) -> Sequence[Envelope]:
        return self._timeline.mailbox(actor, self._position if position is None else position)

    def prepare(self, progress: ProgressCallback | None, cancel: CancelToken | None) -> None:
        """Compile what the bundle's turns ran on, so that states are there at once. What cannot be compiled is told at
        the states that need it."""
        bundle, workshop = self._timeline.bundle, self._workshop
        if self._python:
            workshop.interpreter.ensure(progress=progress, cancel=cancel)
        for name in bundle.manifest.interpreters:
            if name != workshop.interpreter.hash and (data := bundle.interpreter(name)) is not None:
                with suppress(Invalid):
                    workshop.library.deploy(data, file_name="interpreter.wasm", progress=progress, cancel=cancel)
        for info in bundle.modules:
            with suppress(Invalid, NotFound):
                data = bundle.module(info.hash)[1]
                workshop.library.deploy(data, file_name=info.file_name, progress=progress, cancel=cancel)

    @property
    def is_ready(self) -> bool:
        """Whether states can be had without building the interpreter first."""
        return not self._python or self._workshop.interpreter.ready

    def _waits(self, stream: Stream, over: int) -> bool:
        """Whether an actor needs the interpreter, and it is not there yet."""
        place = stream.birth(over)
        module = "" if place is None else self._timeline.columns.modules.get(stream.at[place], "")
        return (not module or module in self._python) and not self.is_ready

    def _state(self, actor: ActorId, over: int, near: range, cancel: CancelToken) -> StateView:
        """With those of its states that are likely to be asked for next."""
        stream = self._timeline.streams[actor]
        life = LifeInBundle(self._timeline, stream)
        if self._waits(stream, over):
            seq = life.seq(over - 1) if over else 0
            return StateView(actor, seq, "", Certainty.UNKNOWN, NOT_READY)
        with self._lock:
            states = self._made()
            if (known := states.known(actor, over)) is not None:
                return known
            if self._closing.is_set():
                raise Invalid(f"{self.name} was closed")
            each = [*near] if over in near else [over]

            def job() -> StateView:
                found = [states.at(life, number, cancel=cancel) for number in each]
                return found[each.index(over)]

            return self._workshop.call(job)

    def _made(self) -> States:
        if self._states is None:
            self._opened = Opened(self._timeline.bundle, self._workshop.library, self._workshop.interpreter)
            self._states = States(apart(self._workshop.around), self._opened)
        return self._states

    def close(self) -> None:
        """End what is being done, and forget the instances; idempotent."""
        self._closing.set()
        with self._lock:
            states, self._states = self._states, None
            if states is not None:
                self._workshop.call(states.close)
