"""The turns of one actor as states are made from them: of a bundle, or of the recording of a node."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Protocol

from workbench.api.identity import ActorId
from workbench.api.turns import BirthReason, Outcome, Turn
from workbench.debug.bundle.recorded import is_state
from workbench.debug.timeline.timeline import Stream, Timeline


class Life(Protocol):
    """The turns by place from 0. `births` are the places of those that are births, in order."""

    @property
    def actor(self) -> ActorId: ...
    @property
    def births(self) -> Sequence[int]: ...
    def __len__(self) -> int: ...
    def seq(self, place: int) -> int: ...
    def turn(self, place: int) -> Turn:
        """Invalid: it cannot be read."""
        ...

    def gave_state(self, place: int) -> bool: ...
    def ended(self, over: int) -> bool:
        """Whether there is no instance after so many turns."""
        ...


class LifeInBundle:
    """Of a bundle: turns are read when they are needed."""

    def __init__(self, timeline: Timeline, stream: Stream) -> None:
        self._timeline, self._stream = timeline, stream
        self.actor, self.births = stream.actor, stream.births

    def __len__(self) -> int:
        return len(self._stream.at)

    def seq(self, place: int) -> int:
        return self._timeline.columns.seq[self._stream.at[place]]

    def turn(self, place: int) -> Turn:
        return self._timeline.turn(self._stream.at[place] + 1)

    def gave_state(self, place: int) -> bool:
        return self._timeline.gave_state(self._stream, place)

    def ended(self, over: int) -> bool:
        return self._timeline.ended(self._stream, over)


class LifeInMemory:
    """Of turns that were read already."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns, self.actor = list(turns), turns[0].actor
        self.births = [place for place, turn in enumerate(turns) if turn.birth is not None]

    def add(self, turn: Turn) -> None:
        """One more, behind the others."""
        if turn.birth is not None:
            self.births.append(len(self._turns))
        self._turns.append(turn)

    def __len__(self) -> int:
        return len(self._turns)

    def seq(self, place: int) -> int:
        return self._turns[place].seq

    def turn(self, place: int) -> Turn:
        return self._turns[place]

    def gave_state(self, place: int) -> bool:
        return is_state(self._turns[place])

    def ended(self, over: int) -> bool:
        for turn in reversed(self._turns[:over]):
            refused = turn.birth is not None and turn.outcome is not Outcome.REPLY
            if refused and turn.birth is not None and turn.birth.reason is BirthReason.UPGRADE:
                continue  # the one before serves on
            return refused or turn.outcome is Outcome.CRASHED or turn.operation == "shutdown"
        return False


def unbroken(life: Life, place: int) -> int:
    """The first place from which on every turn up to this one is recorded. Numbers begin anew with a life."""
    births = life.births
    first = 0
    for at in range(bisect_right(births, place) - 1, 0, -1):
        if life.seq(births[at]) <= life.seq(births[at] - 1):
            first = births[at]
            break
    wanted = life.seq(place) - place
    return bisect_left(range(place + 1), wanted, first, key=lambda at: life.seq(at) - at)


def begin(life: Life, place: int) -> tuple[int | None, bool]:
    """Where to begin to come to the state after the turn in this place, and whether everything since is recorded.

    That is the latest birth before it; without one the latest turn that gave the whole state. (None, …): there is none.
    """
    first = unbroken(life, place)
    births = life.births
    for at in range(bisect_right(births, place) - 1, -1, -1):
        if births[at] < first:
            break
        turn = life.turn(births[at])
        if turn.birth is not None and turn.outcome is Outcome.REPLY:
            return births[at], True
    for at in range(place, first - 1, -1):
        if life.gave_state(at):
            return at, bool(births) and births[0] < at
    return None, False


def birth_before(life: Life, place: int) -> Turn | None:
    """The latest birth up to this place that succeeded."""
    births = life.births
    for at in range(bisect_right(births, place) - 1, -1, -1):
        turn = life.turn(births[at])
        if turn.outcome is Outcome.REPLY:
            return turn
    return None
