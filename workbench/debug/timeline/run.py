"""One actor's instance on its way through its recorded turns, apart from every node."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from workbench.api.capabilities import Grant
from workbench.api.errors import Conflict, Crashed, Invalid, Rejected, WorkbenchError
from workbench.api.replay import Severity
from workbench.api.turns import HostCall, Outcome, Turn
from workbench.debug.bundle.replay import bounded
from workbench.debug.timeline.lives import Life, birth_before
from workbench.runtime.replay import Replay, lived_again
from workbench.runtime.surroundings import Surroundings
from workbench.wasm.library import Runnable
from workbench.wasm.script import Script

SHOWN = 300
"""Characters of each side of a difference that a note repeats."""
REAL = ("clocks", "random", "environment")


class Programs(Protocol):
    """Where modules come from; see bundle.opened.Opened. `interpreter` is the one of the turns at hand."""

    interpreter: str

    def open(self, module: str, stack_bytes: int) -> Runnable: ...


class Unknown(Exception):
    """The state cannot be known after `over` turns and from then on; `note` says why."""

    def __init__(self, over: int, note: str) -> None:
        super().__init__(note)
        self.over, self.note = over, note


class Withheld(Unknown):
    """The instance is there, and does not hand out its state."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What gives the state after `over` turns: a recorded turn, or one that was made to look."""

    over: int
    turn: Turn


class Alone(Script):
    """What is asked of the host while nothing was recorded: lines of the log go nowhere, everything else is a
    difference. `real` says whether something of the real world was asked for."""

    def __init__(self) -> None:
        super().__init__(())
        self.real = False

    def answer(self, interface: str, function: str, arguments: tuple[Any, ...]) -> HostCall | None:
        if interface == "logging":
            return HostCall(interface, function, arguments)
        return super().answer(interface, function, arguments)

    def input(self, name: str) -> HostCall | None:
        self.real = True
        return super().input(name)


class Run:
    """Used by one thread that may run guests. `over` turns of the life are behind it; it began at the place `start`.

    `looked`: it was asked for its state, which nobody recorded. `restored`: it was not born here, but made of a state.
    `origin` is the turn after which it was that, else 0.
    """

    def __init__(self, around: Surroundings, programs: Programs, life: Life, start: int) -> None:
        self._life, self._programs = life, programs
        self._replay = Replay(around, programs.open, life.actor, compares_fuel=False)
        self.start = self.over = start
        self.looked = self.restored = False
        self.origin = 0
        self._grants: tuple[Grant, ...] = ()

    @property
    def memory_bytes(self) -> int:
        return self._replay.memory_bytes

    @property
    def exact(self) -> bool:
        """Whether it has only done what was recorded."""
        return not (self.looked or self.restored)

    @property
    def alive(self) -> bool:
        return self._replay.alive

    def restore(self, saved: Saved) -> None:
        """Begin with a state. Unknown: the module does not take it."""
        birth, turn = birth_before(self._life, saved.over - 1), saved.turn
        if birth is None or birth.birth is None:
            raise Unknown(saved.over, "no birth of it is recorded, so that nothing is known of its limits and grants")
        self._programs.interpreter = turn.interpreter
        given = bounded(birth).birth
        assert given is not None
        try:
            self._replay.begin(given, turn, Script(birth.host_calls))
            self._replay.go_on(turn.state, (turn.clock_ns, turn.drawn))
        except (Crashed, Rejected) as refused:
            raise Unknown(saved.over, f"no instance takes the state of turn {turn.seq:,}: {refused.message}") from None
        except Conflict:
            raise
        except WorkbenchError as error:
            raise Unknown(saved.over, error.message) from None
        self._grants = given.grants
        self.over, self.restored = saved.over, True

    def to(self, over: int, each: Callable[[], None]) -> None:
        """Live through the turns up to there. Unknown: from some turn on the state is not known."""
        while self.over < over:
            each()
            self._one(self.over)

    def _one(self, place: int) -> None:
        life = self._life
        try:
            turn = life.turn(place)
        except Invalid as error:
            raise Unknown(place + 1, f"its turn {life.seq(place):,} cannot be read: {error.message}") from None
        if place > self.start and life.seq(place) != life.seq(place - 1) + 1:
            raise Unknown(place + 1, f"what it did before its turn {life.seq(place):,} is not all recorded")
        try:
            self._step(turn, place)
            if turn.birth is not None and turn.birth.replayed_after and self._replay.alive:
                self._catch_up(turn, place)
        except Conflict:
            raise
        except WorkbenchError as error:
            raise Unknown(place + 1, error.message) from None
        self.over = place + 1

    def _step(self, turn: Turn, place: int) -> None:
        if turn.birth is not None:
            self._programs.interpreter, self._grants = turn.interpreter, turn.birth.grants
        found = self._replay.step(bounded(turn))
        outside = turn.outcome is Outcome.CRASHED and turn.unrepeatable
        if turn.unrepeatable and not outside:
            raise Unknown(place + 1, f"its turn {turn.seq:,} cannot be lived through again: {turn.unrepeatable}")
        if found is not None and found.severity is not Severity.COST:
            sides = f"recorded {found.recorded[:SHOWN]}; now {found.now[:SHOWN]}"
            raise Unknown(place + 1, f"its turn {turn.seq:,} comes out otherwise than recorded: {found.what}: {sides}")

    def _catch_up(self, birth: Turn, place: int) -> None:
        """What an instance that was brought back has lived through before it was heard."""
        life = self._life
        after = birth.birth.replayed_after if birth.birth is not None else 0
        first = place - (birth.seq - after)
        if first < 0 or life.seq(first) != after:
            missing = f"turns {after:,} to {birth.seq - 1:,}, by which it was brought back, are not all recorded"
            raise Unknown(place + 1, missing)
        base = life.turn(first)
        self._replay.go_on(base.state)
        for turn in lived_again(map(life.turn, range(first + 1, place))):
            self._step(turn, first + turn.seq - after)

    def look(self) -> Saved:
        """The state now. Withheld: it is not handed out, or not without the host."""
        self.looked = True
        script = Alone()
        try:
            turn = self._replay.look(script, self._life.seq(self.over - 1))
        except (Rejected, Crashed) as error:
            if (asked := script.divergence) is not None and asked.now is not None:
                name = f"{asked.now.interface}.{asked.now.function}"
                note = f"its snapshot-state calls {name} of the host, and no answer to that is recorded here"
                raise Withheld(self.over, note) from None
            raise Withheld(self.over, error.message) from None
        if script.real and any(grant.capability in REAL for grant in self._grants):
            raise Withheld(self.over, "its snapshot-state asks for real time or chance, which is not recorded here")
        return Saved(self.over, turn)

    def drop(self) -> None:
        """There is no instance any more; idempotent."""
        self._replay.drop()
