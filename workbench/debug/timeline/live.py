"""States after recorded turns of a node that runs: its recording on disk is lived through again, apart from it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from workbench.api.errors import NotFound, Timeout, Unavailable
from workbench.api.identity import ActorId
from workbench.api.modules import CancelToken
from workbench.api.recordings import RecordedTurn
from workbench.api.session import StateView
from workbench.api.turns import BirthReason, Turn
from workbench.debug.timeline.either import Either
from workbench.debug.timeline.lives import LifeInMemory
from workbench.debug.timeline.states import States
from workbench.runtime.apart import apart
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.library import Library, Runnable

KEPT_LIVES = 2
MOST_TURNS = 10_000
"""How many turns of an actor are kept in memory; a state is made from what lies before it among so many."""
PAGE = 1_000
Read = Callable[[ActorId, int, int], Sequence[RecordedTurn]]
"""The recorded turns of an actor behind a place, up to a number of them."""
Call = Callable[[Callable[[], Any], float], Any]
"""Do it on a thread that may run guests; TimeoutError when that takes longer than so many seconds."""


class _Loaded:
    """Modules of the node; they run on its own interpreter."""

    interpreter = ""

    def __init__(self, library: Library) -> None:
        self._library = library

    def open(self, module: str, stack_bytes: int) -> Runnable:
        return self._library.open(module, stack_bytes)


class _Kept:
    """The newest life of an actor as far as it was read: up to a place of the recording."""

    def __init__(self) -> None:
        self.place = 0
        self.turns: list[Turn] = []
        self.states: States | None = None
        self.life: LifeInMemory | None = None


class RecordedStates:
    """Thread-safe: one state at a time."""

    def __init__(self, around: Surroundings, library: Library, read: Read, call: Call) -> None:
        self._around, self._programs, self._read, self._call = around, _Loaded(library), read, call
        self._kept: OrderedDict[ActorId, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._closing = CancelToken()

    def at(self, actor: ActorId, seq: int, timeout: float, cancel: CancelToken | None = None) -> StateView:
        """The state after the newest recorded turn with this number. NotFound: there is none. Conflict: cancelled."""
        late = CancelToken()
        either = Either(late, cancel, self._closing)
        with self._lock:
            if self._closing.is_set():
                raise Unavailable("the node is closing")
            kept = self._brought_up(actor)
            if not kept.turns or not kept.turns[0].seq <= seq <= kept.turns[-1].seq:
                kept = self._older(actor, seq)
            place = bisect_left(kept.turns, seq, key=lambda turn: turn.seq)
            if place == len(kept.turns) or kept.turns[place].seq != seq:
                raise _not_recorded(actor, seq)
            if kept.life is None or kept.states is None:
                kept.life, kept.states = LifeInMemory(kept.turns), States(apart(self._around), self._programs)
            states, life = kept.states, kept.life
            try:
                found: StateView = self._call(lambda: states.at(life, place + 1, cancel=either), timeout)
                return found
            except TimeoutError:
                late.set()
                raise Timeout(f"the state of {actor.name} after turn {seq:,} took more than {timeout:g} s") from None

    def _brought_up(self, actor: ActorId) -> _Kept:
        """Its newest life, with what was recorded since it was read."""
        kept = self._kept.setdefault(actor, _Kept())
        self._kept.move_to_end(actor)
        while len(self._kept) > KEPT_LIVES:
            self._forget(self._kept.popitem(last=False)[1])
        while True:
            page = self._read(actor, kept.place, PAGE)
            for recorded in page:
                kept.place = recorded.position
                self._add(kept, recorded.turn)
            if len(page) < PAGE:
                return kept

    def _add(self, kept: _Kept, turn: Turn) -> None:
        if _is_spawn(turn) or len(kept.turns) >= 2 * MOST_TURNS:
            self._forget(kept)
            kept.turns = [] if _is_spawn(turn) else kept.turns[-MOST_TURNS:]
        kept.turns.append(turn)
        if kept.life is not None:
            kept.life.add(turn)

    def _older(self, actor: ActorId, seq: int) -> _Kept:
        """What lies before a turn that is not among the kept ones; it is read anew each time."""
        place, window, found = 0, _Kept(), None
        while page := self._read(actor, place, PAGE):
            for recorded in page:
                if _is_spawn(recorded.turn):
                    window = _Kept()
                window.turns.append(recorded.turn)
                if len(window.turns) >= 2 * MOST_TURNS:
                    window.turns = window.turns[-MOST_TURNS:]
                if recorded.turn.seq == seq:
                    found = _Kept()
                    found.turns = list(window.turns)
            place = page[-1].position
        if found is None:
            raise _not_recorded(actor, seq)
        return found

    def _forget(self, kept: _Kept) -> None:
        states, kept.states, kept.life = kept.states, None, None
        if states is not None:
            self._call(states.close, 10.0)

    def close(self) -> None:
        """Forget all instances; idempotent."""
        self._closing.set()
        with self._lock:
            for kept in self._kept.values():
                self._forget(kept)
            self._kept.clear()


def _is_spawn(turn: Turn) -> bool:
    return turn.birth is not None and turn.birth.reason is BirthReason.SPAWN


def _not_recorded(actor: ActorId, seq: int) -> NotFound:
    return NotFound(
        f"no turn {seq:,} of {actor.name!r} is recorded; workbench debug history {actor.name} lists those that are"
    )
