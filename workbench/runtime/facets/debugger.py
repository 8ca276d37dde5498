"""The facet `node.debugger` of an embedded node."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from workbench.api.changes import HeldRows, RecordedChange
from workbench.api.errors import Unavailable
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.modules import CancelToken
from workbench.api.recordings import (
    Range,
    RecordedTurn,
    RecordingLevel,
    RecordingSegment,
    RecordingStatistics,
    recording_level,
)
from workbench.api.session import StateView
from workbench.api.traces import trace_id
from workbench.runtime.levels import Levels

Scope = tuple[str, str]
State = Callable[[ActorId, int, float, CancelToken | None], StateView]
"""The state of an actor after its turn with this number, within so many seconds."""


class Recording(Protocol):
    """The recording of the node, of which a tenant and namespace sees its own."""

    def keep(self, actor: ActorId, *, kept: bool) -> None: ...
    def statistics(self, scope: Scope, level: RecordingLevel) -> RecordingStatistics: ...
    def segments(self, scope: Scope, *, after: int, limit: int) -> Sequence[RecordingSegment]: ...
    def turns(
        self, scope: Scope, actor: ActorId | None, *, within: Range, limit: int, newest: bool
    ) -> Sequence[RecordedTurn]: ...
    def changes(self, scope: Scope, *, after: int, since: float, limit: int) -> Sequence[RecordedChange]: ...
    def pin(self, scope: Scope, number: int, *, pinned: bool) -> RecordingSegment: ...
    def clear(self, scope: Scope, *, pinned: bool) -> int: ...


class Events(Protocol):
    """Where it is told that a level is another."""

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None: ...


class Holdings(Protocol):
    """What services hold."""

    def of(self, scope: Scope) -> Iterator[HeldRows]: ...


class LocalDebugger:
    """For one tenant and namespace. `id_of` says whom a caller means: an actor that has ended has its recording too."""

    def __init__(
        self,
        recording: Recording,
        holdings: Holdings,
        levels: Levels,
        events: Events,
        scope: Scope,
        id_of: Callable[[ActorId | str], ActorId],
        *,
        state: State | None = None,
    ) -> None:
        self._state = state or _no_state
        self._recording, self._holdings, self._levels, self._events = recording, holdings, levels, events
        self._scope, self._id_of = scope, id_of

    def level(self, actor: ActorId | str | None = None) -> RecordingLevel:
        return self._levels.of_scope(self._scope) if actor is None else self._levels.of(self._id_of(actor))

    def set_level(self, actor: ActorId | str | None, level: RecordingLevel | None) -> RecordingLevel:
        if level is not None:
            level = recording_level(level)
        if actor is None:
            self._levels.set_scope(self._scope, level)
        else:
            self._levels.set(self._id_of(actor), level)
        found = self.level(actor)
        subject = "" if actor is None else self._id_of(actor).name
        self._events.publish(Area.NODE, "node.recording", subject, found, self._scope)
        return found

    def keep(self, actor: ActorId | str, *, kept: bool = True) -> None:
        self._recording.keep(self._id_of(actor), kept=kept)

    def statistics(self) -> RecordingStatistics:
        found = self._recording.statistics(self._scope, self.level())
        return replace(found, own=self._levels.own(self._scope))

    def segments(self, *, after: int = 0, limit: int = 1_000) -> Sequence[RecordingSegment]:
        return self._recording.segments(self._scope, after=after, limit=limit)

    def turns(
        self,
        actor: ActorId | str | None = None,
        *,
        after: int = 0,
        since: float = 0.0,
        limit: int = 1_000,
        newest: bool = False,
        up_to: int = 0,
        until: float = 0.0,
        trace: str = "",
    ) -> Sequence[RecordedTurn]:
        who = None if actor is None else self._id_of(actor)
        within = Range(after, up_to, since, until, trace_id(trace))
        return self._recording.turns(self._scope, who, within=within, limit=limit, newest=newest)

    def changes(self, *, after: int = 0, since: float = 0.0, limit: int = 1_000) -> Sequence[RecordedChange]:
        return self._recording.changes(self._scope, after=after, since=since, limit=limit)

    def holdings(self) -> Iterator[HeldRows]:
        return self._holdings.of(self._scope)

    def pin(self, segment: int, *, pinned: bool = True) -> RecordingSegment:
        return self._recording.pin(self._scope, segment, pinned=pinned)

    def clear(self, *, pinned: bool = False) -> int:
        return self._recording.clear(self._scope, pinned=pinned)

    def state(
        self, actor: ActorId | str, seq: int, *, timeout: float = 30.0, cancel: CancelToken | None = None
    ) -> StateView:
        return self._state(self._id_of(actor), seq, timeout, cancel)


def _no_state(actor: ActorId, _seq: int, _timeout: float, _cancel: CancelToken | None) -> StateView:
    raise Unavailable(f"the state of {actor.name} cannot be made here: nothing runs actors")
