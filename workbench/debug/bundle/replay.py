"""The actors of a bundle lived through again, some at a time, apart from every node.

An actor's turns are a chain: after a gap, or after a turn that cannot be lived through, nothing is certain until its
next birth or its next recorded state.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Protocol, TypeAlias

from workbench.api.bundles import ActorReplay, BundleReplay
from workbench.api.errors import Conflict, Crashed, NotFound, Rejected, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.limits import PROFILES, Limits
from workbench.api.modules import CancelToken, Progress, ProgressCallback
from workbench.api.replay import Divergence, Severity
from workbench.api.turns import Turn
from workbench.api.words import plural
from workbench.debug.bundle.index import Place
from workbench.debug.bundle.opened import Opened
from workbench.debug.bundle.reader import Bundle
from workbench.debug.bundle.recorded import is_state
from workbench.runtime.apart import apart
from workbench.runtime.replay import Replay, lived_again
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.engine import WASMTIME
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library, Runnable
from workbench.wasm.script import Script

MOST = PROFILES["permissive"].limits
"""No recording gives its actors more than this, whatever it says."""
BOUNDED = tuple(name for name in Limits.__slots__ if name not in ("stack_bytes", "lifetime_fuel"))
TOGETHER = 64
"""How many actors are alive at once: more take more memory, fewer read the file more often."""
Before: TypeAlias = Callable[[Surroundings, Opened, ActorReplay, Place], ActorReplay]
"""The same with the state before its difference, which is in the turn at that place."""
LOOKS = 200
"""How many turns are lived through between two words of progress."""


class Source(Protocol):
    """Where the turns of actors lie."""

    def places(self, actor: ActorId) -> Sequence[Place]: ...
    def turn_at(self, place: Place) -> Turn: ...


class Programs(Protocol):
    """What they ran on; `interpreter` is that of the turn at hand. See `Opened`."""

    interpreter: str

    def is_exact(self, module: str, interpreter: str) -> bool: ...
    def open(self, module: str, stack_bytes: int) -> Runnable: ...


def replay(
    around: Surroundings,
    library: Library,
    interpreter: Interpreter,
    bundle: Bundle,
    actors: Collection[str] = (),
    *,
    before: Before | None = None,
    progress: ProgressCallback | None = None,
    cancel: CancelToken | None = None,
) -> BundleReplay:
    """Live through the turns of these actors by name (of all, when none is named). Runs on a thread for guests, which
    is the one that `progress` is told on. `before` completes a difference by the state before its turn.

    NotFound: one of them is not recorded. Conflict: cancelled.
    """
    chosen = [actor for actor in bundle.recorded if not actors or actor.name in actors]
    if unknown := sorted(set(actors) - {actor.name for actor in chosen}):
        raise NotFound(f"no turn of {unknown[0]!r} is in {bundle.path.name}")
    opened = Opened(bundle, library, interpreter)
    same_engine = bundle.manifest.wasmtime == WASMTIME
    total = sum(len(bundle.places(actor)) for actor in chosen)
    looks = Looks(total, progress, cancel)
    around = apart(around, cancel)
    found: list[ActorReplay] = []
    for first in range(0, len(chosen), TOGETHER):
        lives = [Life(around, opened, actor, same_engine) for actor in chosen[first : first + TOGETHER]]
        found += lived(bundle, lives, looks.step)
        if before is not None:
            found[first:] = [
                before(around, opened, each, life.where) if life.where is not None else each
                for each, life in zip(found[first:], lives, strict=True)
            ]
    notes = list(opened.notes)
    if not same_engine and found:
        notes.append(
            f"it was recorded with wasmtime {bundle.manifest.wasmtime or 'unknown'}, and this is {WASMTIME}: "
            "fuel is not compared"
        )
    return BundleReplay(tuple(found), (*bundle.notes, *notes), bundle.problems)


def lived(source: Source, lives: Sequence[Life], look: Callable[[], None]) -> list[ActorReplay]:
    """Some actors side by side, in the order in which their turns lie in the file."""
    order = [((place.file, place.line), place, life) for life in lives for place in source.places(life.actor)]
    order.sort(key=itemgetter(0))
    try:
        for _, place, life in order:
            look()
            if not life.is_over:
                life.live(source, place)
        return [life.end(len(source.places(life.actor))) for life in lives]
    finally:
        for life in lives:
            life.drop()


class Looks:
    """Tells how far a job of so many steps is, and ends it when it is cancelled."""

    def __init__(
        self, total: int, progress: ProgressCallback | None, cancel: CancelToken | None, stage: str = "replaying"
    ) -> None:
        self._total, self._progress, self._cancel, self._stage = total, progress, cancel, stage
        self._started, self._done = time.monotonic(), 0

    def step(self) -> None:
        if self._cancel is not None and self._cancel.is_set():
            raise Conflict(f"{self._stage} was cancelled")
        if self._progress is not None and self._done % LOOKS == 0:
            seconds = time.monotonic() - self._started
            self._progress(Progress(self._stage, min(1.0, self._done / self._total) or None, seconds))
        self._done += 1


class Life:
    """One actor's turns, in order. `_doubt` says since when its state may be another one than was recorded, `where` is
    the turn that differed first."""

    def __init__(self, around: Surroundings, opened: Programs, actor: ActorId, same_engine: bool) -> None:
        self.actor = actor
        self._opened, self._same_engine = opened, same_engine
        self._run = Replay(around, opened.open, actor)
        self._birth: Turn | None = None
        self._last = self._replayed = self._equal = self._fuel = self._uncertain = self._left_out = 0
        self._lives = self._from_birth = False
        self._doubt = self._problem = ""
        self._divergence: Divergence | None = None
        self.where: Place | None = None
        self._notes: dict[str, int] = {}

    @property
    def is_over(self) -> bool:
        """Whether what follows means nothing, or cannot be had."""
        differs = self._divergence is not None and self._divergence.severity is not Severity.COST
        return differs or bool(self._problem)

    def live(self, source: Source, place: Place) -> None:
        """Live through the turn in this place."""
        try:
            turn = source.turn_at(place)
            before = self._divergence
            self._one(turn)
            if self._divergence is not before:
                self.where = place
            if turn.birth is not None and turn.birth.replayed_after and self._lives and not self.is_over:
                self._catch_up(source, turn.birth.replayed_after, turn.seq)
        except Conflict:
            raise
        except WorkbenchError as error:
            self._problem = error.message
        if self.is_over:
            self.drop()

    def drop(self) -> None:
        """There is no instance any more; idempotent."""
        self._run.drop()

    def end(self, total: int) -> ActorReplay:
        """What came of it."""
        if not self._problem and not self._replayed:
            self._problem = "none of its turns could be lived through: no birth of it is recorded"
        notes = tuple(f"{plural(count, 'turn')}: {why}" if count else why for why, count in self._notes.items())
        counted = (total, self._replayed, self._equal, self._fuel, self._uncertain)
        return ActorReplay(self.actor, *counted, self._divergence, self._problem, notes, self._left_out)

    def _one(self, turn: Turn) -> None:
        follows = turn.seq == self._last + 1 and self._lives
        self._last = turn.seq
        self._opened.interpreter = turn.interpreter
        if turn.birth is not None:
            self._birth, self._doubt, self._from_birth = turn, "", True
        elif not follows:
            self._lives = is_state(turn) and self._taken_up(turn)
            left_out = "not replayed, because what came before is not recorded or could not be replayed"
            self._leave_out("replayed from the state that it gave" if self._lives else left_out)
            self._left_out += not self._lives
            return
        self._step(turn)

    def _catch_up(self, source: Source, after: int, born: int) -> None:
        """What an instance that was brought back has lived through before it was heard: the turns since `after`."""
        places = [place for place in source.places(self.actor) if after <= place.seq < born]
        if [place.seq for place in places] != list(range(after, born)):
            self._run.drop()
            self._lives = False
            if (follows := next((place for place in source.places(self.actor) if place.seq == born + 1), None)) is None:
                return  # it is there for its terms alone: a state that comes later is taken up with them
            if is_state(source.turn_at(follows)):
                return
            missing = f"turns {after:,} to {born - 1:,}, by which it was brought back, are not all recorded"
            self._leave_out(f"not replayed, because {missing}")
            self._left_out += 1
            return
        base, *since = (source.turn_at(place) for place in places)
        self._run.go_on(base.state)
        self._from_birth = False  # a state that was restored is equal in what it does, not in fuel
        for turn in lived_again(since):
            found = self._run.step(bounded(turn))
            if found is not None and found.severity is not Severity.COST:
                if self._divergence is None:
                    self._divergence, self.where = found, None
                return

    def _leave_out(self, why: str) -> None:
        self._notes[why] = self._notes.get(why, 0) + 1

    def _taken_up(self, turn: Turn) -> bool:
        """A new instance of the state that this turn gave; whether there is one."""
        birth = self._birth and bounded(self._birth)
        if birth is None or birth.birth is None or turn.unrepeatable:
            return False
        self._run.drop()
        answers = Script(birth.host_calls)
        try:
            self._run.begin(birth.birth, turn, answers)
        except (Crashed, Rejected):
            return False
        self._doubt, self._from_birth = "", False
        return True

    def _step(self, turn: Turn) -> None:
        found = self._run.step(bounded(turn))
        self._lives = self._run.alive
        self._replayed += 1
        counts = self._fuel_counts(turn)
        if found is None or (found.severity is Severity.COST and not counts):
            self._equal += 1
            self._fuel += counts and turn.figures.fuel is not None
        elif turn.unrepeatable or self._doubt:
            self._lives = False
            self._uncertain += 1
            self._leave_out(f"came out otherwise, and so it may, because {self._doubt or _why(turn)}")
        elif self._divergence is None or found.severity is not Severity.COST:
            self._divergence = found
        if turn.unrepeatable and not self._doubt and self._lives:
            self._doubt = _why(turn)
            self._notes.setdefault(f"fuel is not compared from turn {turn.seq:,} on, because {self._doubt}", 0)

    def _fuel_counts(self, turn: Turn) -> bool:
        exact = self._opened.is_exact(turn.module, turn.interpreter)
        return self._same_engine and self._from_birth and exact and not self._doubt and not turn.unrepeatable


def _why(turn: Turn) -> str:
    return f"turn {turn.seq:,} cannot be lived through again: {turn.unrepeatable}"


def bounded(turn: Turn) -> Turn:
    """The same turn; a birth gives no more than the widest profile does, whatever a recording says."""
    birth = turn.birth
    if birth is None:
        return turn
    given = {name: getattr(birth.limits, name) for name in BOUNDED}
    least = {name: min(most, getattr(MOST, name)) for name, most in given.items()}
    return turn if given == least else replace(turn, birth=replace(birth, limits=replace(birth.limits, **least)))
