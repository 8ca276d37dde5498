"""Facets of a recorded session that are small: supervision, capabilities, the debugger, the journal."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from workbench.api.actors import ActorInfo
from workbench.api.capabilities import CAPABILITIES, Denial, Evidence, GrantChange, parse_grant
from workbench.api.changes import HeldRows, RecordedChange
from workbench.api.errors import Invalid, NotFound, Unavailable
from workbench.api.identity import ActorId
from workbench.api.journal import Damage, Event, JournalInfo
from workbench.api.modules import CancelToken
from workbench.api.recordings import Range, RecordedTurn, RecordingLevel, RecordingSegment, RecordingStatistics
from workbench.api.session import Session, StateView
from workbench.api.supervision import ChildInfo, RestartRecord, SupervisorInfo
from workbench.api.traces import is_of, trace_id
from workbench.api.turns import Turn
from workbench.debug.session.actors import RecordedActors
from workbench.debug.timeline.timeline import Timeline
from workbench.wasm.permissions import NEEDS

COUNTED = 10_000
"""How many of the last turns of an actor are looked at for what it used."""


class RecordedSupervision:
    """The trees as they were when the session was written, their children's states those of the moment."""

    def __init__(self, timeline: Timeline, actors: RecordedActors) -> None:
        self._supervisors, self._actors = timeline.bundle.supervisors, actors
        self._name = timeline.bundle.path.name

    def list(self) -> Sequence[SupervisorInfo]:
        known = {info.id.name: info for info in self._actors.list()}
        return [
            replace(each, children=tuple(_child(child, known.get(child.name)) for child in each.children))
            for each in self._supervisors
        ]

    def get(self, supervisor: str) -> SupervisorInfo:
        for found in self.list():
            if found.name == supervisor:
                return found
        raise NotFound(f"there is no supervisor {supervisor!r} in {self._name}")

    def history(self, supervisor: str = "", *, after: int = 0, limit: int = 200) -> Sequence[RestartRecord]:  # noqa: ARG002
        """What supervisors decided is not in a bundle; births and crashes are."""
        if supervisor:
            self.get(supervisor)
        return ()


def _child(child: ChildInfo, now: ActorInfo | None) -> ChildInfo:
    return child if now is None or child.supervisor else replace(child, state=now.state, restarts=now.restarts)


class RecordedCapabilities:
    """What births granted, what modules require, and what host calls used up to the moment."""

    def __init__(self, timeline: Timeline, actors: RecordedActors, at: Callable[[], int]) -> None:
        self._timeline, self._actors, self._at = timeline, actors, at
        self._requires = {info.hash: info.requires for info in timeline.bundle.modules}
        self._known: dict[ActorId, tuple[int, dict[str, int], dict[str, list[Denial]]]] = {}

    def evidence(self, actor: ActorId | str | None = None) -> Sequence[Evidence]:
        infos = self._actors.list() if actor is None else [self._actors.get(actor)]
        return [row for info in infos for row in self._of(info)]

    def audit(self, *, limit: int = 100) -> Sequence[GrantChange]:  # noqa: ARG002 -- as the api has it
        """Changes of grants are not in a bundle."""
        return ()

    def _of(self, info: ActorInfo) -> list[Evidence]:
        required = self._requires.get(info.module, ())
        granted: dict[str, tuple[str, ...]] = {}
        for grant in info.grants:
            with suppress(Invalid):
                name = parse_grant(grant).capability
                granted[name] = (*granted.get(name, ()), grant)
        used, denials = self._counted(info.id)
        return [
            Evidence(
                info.id,
                name,
                name in required,
                granted.get(name, ()),
                None if name == "filesystem" else used.get(name, 0),
                len(denials.get(name, ())),
                denials[name][-1] if name in denials else None,
            )
            for name in CAPABILITIES
            if name in required or name in granted or name in used or name in denials
        ]

    def _counted(self, actor: ActorId) -> tuple[dict[str, int], dict[str, list[Denial]]]:
        """Uses and denials by capability; those of a moment that was asked for before are known."""
        stream = self._timeline.streams.get(actor)
        over = stream.over(self._at()) if stream is not None else 0
        known = self._known.get(actor)
        if known is not None and known[0] == over:
            return known[1], known[2]
        used: dict[str, int] = {}
        denials: dict[str, list[Denial]] = {}
        for at in stream.at[:over][-COUNTED:] if stream is not None else ():
            with suppress(Invalid):
                _count(self._timeline.turn(at + 1), used, denials)
        self._known[actor] = over, used, denials
        return used, denials


def _count(turn: Turn, used: dict[str, int], denials: dict[str, list[Denial]]) -> None:
    for call in turn.host_calls:
        for need in NEEDS.get((call.interface, call.function), ()):
            if call.error == "denied":
                kind = turn.envelope.type if turn.envelope is not None else ""
                denial = Denial(f"{call.interface}.{call.function}", "", turn.started, kind)
                denials.setdefault(need.capability, []).append(denial)
            else:
                used[need.capability] = used.get(need.capability, 0) + 1


class RecordedDebugger:
    """The turns of the session up to its moment. Nothing is recorded any more."""

    def __init__(self, timeline: Timeline, session: Session, at: Callable[[], int]) -> None:
        self._timeline, self._session, self._at = timeline, session, at

    def state(
        self,
        actor: ActorId | str,
        seq: int,
        *,
        timeout: float = 30.0,  # noqa: ARG002
        cancel: CancelToken | None = None,
    ) -> StateView:
        """Of any turn, also of those behind the moment."""
        stream = self._timeline.stream(actor)
        for at in reversed(stream.at):
            if self._timeline.columns.seq[at] == seq:
                return self._session.state(stream.actor, at + 1, cancel=cancel)
        raise NotFound(f"no turn {seq:,} of {stream.actor.name!r} is recorded in {self._timeline.bundle.path.name}")

    def changes(self, *, after: int = 0, since: float = 0.0, limit: int = 1_000) -> Sequence[RecordedChange]:  # noqa: ARG002
        raise self._elsewhere()

    def holdings(self) -> Iterator[HeldRows]:
        raise self._elsewhere()

    def _elsewhere(self) -> Unavailable:
        name = self._timeline.bundle.path.name
        return Unavailable(f"{name} gives no rows of its services: it shows what they held at any moment")

    def level(self, actor: ActorId | str | None = None) -> RecordingLevel:  # noqa: ARG002 -- as the api has it
        return RecordingLevel.OFF

    def statistics(self) -> RecordingStatistics:
        timeline = self._timeline
        return RecordingStatistics(
            level=RecordingLevel.OFF,
            turns=timeline.total,
            segments=0,
            size_bytes=timeline.bundle.size_bytes,
            limit_bytes=0,
            limit_seconds=0,
            pinned_bytes=0,
            pinned_limit_bytes=0,
            waiting=0,
            dropped=0,
            oldest=timeline.begins if timeline.total else None,
        )

    def segments(self, *, after: int = 0, limit: int = 1_000) -> Sequence[RecordingSegment]:  # noqa: ARG002
        return ()

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
        """A place is the position of the moment after the turn."""
        timeline, position = self._timeline, self._at()
        if actor is None:
            places: Sequence[int] = range(min(max(0, after), position), position)
        else:
            stream = timeline.stream(actor)
            places = stream.at[stream.over(max(0, after)) : stream.over(position)]
        if up_to:
            places = places[: bisect_left(places, up_to)]
        if since or until:
            within, started = Range(since=since, until=until), timeline.columns.started
            places = [at for at in places if within.has(at + 1, started[at])]
        limit = max(0, limit)
        if wanted := trace_id(trace):
            return self._of_trace(wanted, places, limit, newest=newest)
        chosen = places[max(0, len(places) - limit) :] if newest else places[:limit]
        found = []
        for at in chosen:
            with suppress(Invalid):
                found.append(RecordedTurn(at + 1, timeline.turn(at + 1)))
        return found

    def _of_trace(self, trace: str, places: Sequence[int], limit: int, *, newest: bool) -> list[RecordedTurn]:
        found: list[RecordedTurn] = []
        for at in reversed(places) if newest else places:
            if len(found) == limit:
                break
            with suppress(Invalid):
                turn = self._timeline.turn(at + 1)
                if is_of(turn, trace):
                    found.append(RecordedTurn(at + 1, turn))
        return found[::-1] if newest else found


class RecordedJournal:
    """Journals are not in a bundle: its turns are in the session itself."""

    def __init__(self, name: str) -> None:
        self._name = name

    def list(self) -> Sequence[JournalInfo]:
        return ()

    def get(self, actor: ActorId | str) -> JournalInfo:
        raise self._none(actor)

    def entries(
        self,
        actor: ActorId | str,
        *,
        after: int = 0,  # noqa: ARG002
        limit: int = 100,  # noqa: ARG002
        trace: str = "",  # noqa: ARG002
    ) -> Sequence[Turn]:
        raise self._none(actor)

    def events(self, actor: ActorId | str, *, after: int = 0, limit: int = 1_000) -> Sequence[Event]:  # noqa: ARG002
        raise self._none(actor)

    def verify(self, actor: ActorId | str | None = None, *, cancel: CancelToken | None = None) -> Sequence[Damage]:  # noqa: ARG002
        return ()

    def _none(self, actor: ActorId | str) -> NotFound:
        name = actor if isinstance(actor, str) else actor.name
        return NotFound(f"no journal of {name!r} is in {self._name}: a session has no journals; its turns are in "
                        "node.debugger.turns")  # fmt: skip
