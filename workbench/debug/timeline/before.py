"""The state before a turn that came out otherwise: lived through on the recorded code, apart from every node."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.api.identity import ActorId
from workbench.api.replay import Divergence
from workbench.api.session import Certainty, StateView
from workbench.api.turns import Turn
from workbench.debug.bundle.index import Place
from workbench.debug.timeline.lives import LifeInBundle, LifeInMemory
from workbench.debug.timeline.run import Programs
from workbench.debug.timeline.states import States
from workbench.debug.timeline.timeline import Timeline
from workbench.runtime.replay import SHOWN
from workbench.runtime.surroundings import Surroundings

MOST = 20
"""So many actors are lived through once more for it."""


def in_bundle(around: Surroundings, programs: Programs, timeline: Timeline, actor: ActorId, place: Place) -> StateView:
    """Before the turn of an actor that lies there."""
    stream, columns = timeline.stream(actor), timeline.columns
    over = next(
        (over for over, at in enumerate(stream.at) if (columns.file[at], columns.line[at]) == (place.file, place.line)),
        0,
    )
    return _closed(
        States(around, programs), lambda states: states.at(LifeInBundle(timeline, stream), over, cancel=around.cancel)
    )


def in_memory(around: Surroundings, programs: Programs, turns: Sequence[Turn]) -> StateView:
    """After these turns of an actor."""
    return _closed(
        States(around, programs), lambda states: states.at(LifeInMemory(turns), len(turns), cancel=around.cancel)
    )


def _closed(states: States, find: Callable[[States], StateView]) -> StateView:
    try:
        return find(states)
    finally:
        states.close()


def is_known(found: Divergence) -> bool:
    """Whether it says the state before it already, or there is none."""
    return found.seq <= 1 or found.state_seq >= found.seq - 1


def completed(found: Divergence, view: StateView) -> tuple[Divergence, str]:
    """The same difference with the state before it, and what there is to say when that is not known."""
    if view.certainty is Certainty.UNKNOWN:
        return found, f"the state before turn {found.seq:,} is not known: {view.note}"
    state = view.state if isinstance(view.state, str) else view.state.hex()
    return replace(found, state_before=state[:SHOWN], state_seq=found.seq - 1), view.note
