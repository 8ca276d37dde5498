"""The next turn for which a condition holds, forward or back: the cheap parts of the condition first, states last."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workbench.api.errors import Conflict, Invalid
from workbench.api.identity import ActorId
from workbench.api.modules import CancelToken
from workbench.api.session import Certainty, Direction, StateView
from workbench.debug.timeline.conditions import Condition, condition, of_head, of_state, of_turn
from workbench.debug.timeline.timeline import Timeline

TOGETHER = 32
"""How many states of an actor are made at once, after some that came alone: one after the other they cost a turn each,
whichever way one looks."""
LOOKS = 1_000
"""How many turns are looked at between two looks at whether it was cancelled."""

States = Callable[[ActorId, int, range], StateView]
"""The state of an actor after so many of its turns; those of the range are likely to be asked for next."""


class Search:
    """For turns of one actor, or of all."""

    def __init__(self, timeline: Timeline, states: States, where: str, actor: ActorId | None) -> None:
        self._timeline, self._states, self._actor = timeline, states, actor
        self._wanted: Condition = condition(where)
        self._ahead: dict[ActorId, int] = {}

    def next(self, position: int, direction: Direction, cancel: CancelToken | None = None) -> int | None:
        """The moment after the next such turn behind this moment, or before it. Conflict: cancelled."""
        self._timeline.check(position)
        forward = direction is Direction.FORWARD
        for number, at in enumerate(self._places(position, forward=forward)):
            if cancel is not None and number % LOOKS == 0:
                _check(cancel)
            if self._holds(at, cancel, forward=forward):
                return at + 1
        return None

    def _places(self, position: int, *, forward: bool) -> Iterator[int]:
        """Positions from 0 of the turns to look at, in the order in which to look."""
        if self._actor is None:
            yield from range(position, self._timeline.total) if forward else range(position - 2, -1, -1)
            return
        stream = self._timeline.stream(self._actor)
        if forward:
            yield from stream.at[stream.over(position) :]
        else:
            yield from reversed(stream.at[: stream.over(position - 1)])

    def _holds(self, at: int, cancel: CancelToken | None, *, forward: bool) -> bool:
        wanted = self._wanted
        if not wanted.heads.matches(of_head(self._timeline.columns, at)):
            return False
        if wanted.inside.terms:
            try:
                turn = self._timeline.turn(at + 1)
            except Invalid:
                return False
            if not wanted.inside.matches(of_turn(turn)):
                return False
        if not wanted.states.terms:
            return True
        if cancel is not None:
            _check(cancel)
        view = self._state(at, forward=forward)
        return view.certainty is not Certainty.UNKNOWN and wanted.states.matches(of_state(view.state))

    def _state(self, at: int, *, forward: bool) -> StateView:
        columns = self._timeline.columns
        actor = columns.actors[columns.actor[at]]
        stream = self._timeline.streams[actor]
        over = stream.over(at) + 1
        near = (
            range(over, min(over + TOGETHER, len(stream.at) + 1)) if forward else range(max(1, over - TOGETHER), over)
        )
        return self._states(actor, over, near)


def _check(cancel: CancelToken) -> None:
    if cancel.is_set():
        raise Conflict("the search was cancelled")
