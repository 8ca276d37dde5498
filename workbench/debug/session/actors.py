"""The facet `node.actors` of a recorded session: actors as they were at its moment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from workbench.api.actors import ActorInfo, ActorState, DeadLetter
from workbench.api.errors import Invalid, NotFound, Unavailable
from workbench.api.identity import ActorId
from workbench.api.limits import DEFAULT_PROFILE, PROFILES
from workbench.api.messages import Kind, Payload
from workbench.api.modules import Behavior, ModuleInfo
from workbench.api.session import Certainty, Session
from workbench.api.turns import BirthReason, Turn
from workbench.debug.timeline.columns import CRASHED, INIT, MESSAGE, SHUTDOWN
from workbench.debug.timeline.timeline import Stream, Timeline

AT_THE_END = (ActorState.SUSPENDED, ActorState.PASSIVE, ActorState.CRASHED, ActorState.STOPPED)
"""States that no turn tells of, but the list of actors that was written with the session."""


class RecordedActors:
    """What api.Actors has that reads; see sealed. `at` gives the position of the moment."""

    def __init__(self, timeline: Timeline, session: Session, at: Callable[[], int]) -> None:
        self._timeline, self._session, self._at = timeline, session, at
        self._recorded = {info.id: info for info in timeline.bundle.actors}
        self._modules: Mapping[str, ModuleInfo] = {info.hash: info for info in timeline.bundle.modules}
        self._crashes = [at for at in range(timeline.total) if timeline.columns.outcome[at] == CRASHED]

    def list(self) -> Sequence[ActorInfo]:
        position = self._at()
        streams = (self._timeline.streams[actor] for actor in self._timeline.actors)
        found = [info for stream in streams if (info := self._picture(stream, position)) is not None]
        if position == self._timeline.total:
            found += [info for actor, info in self._recorded.items() if actor not in self._timeline.streams]
        return sorted(found, key=lambda info: info.id.name)

    def get(self, actor: ActorId | str) -> ActorInfo:
        position, timeline = self._at(), self._timeline
        if (stream := self._stream(actor)) is not None:
            if (found := self._picture(stream, position)) is not None:
                return found
            born = f"its first turn is at position {stream.at[0] + 1:,}"
            raise NotFound(f"there is no actor {stream.actor.name!r} at position {position:,}: {born}")
        named = [info for info in self._recorded.values() if actor in (info.id, info.id.name)]
        if named and position == timeline.total:
            return named[0]
        raise NotFound(f"there is no actor {str(actor)!r} at position {position:,} of {self._session.name}")

    def _stream(self, actor: ActorId | str) -> Stream | None:
        try:
            return self._timeline.stream(actor)
        except NotFound:
            return None

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:  # noqa: ARG002 -- as the api has it
        found = self._session.state(actor)
        if found.certainty is Certainty.UNKNOWN:
            raise Unavailable(f"the state of {found.actor.name} at this moment is not known: {found.note}")
        return found.state

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        position, timeline = self._at(), self._timeline
        limit = max(0, limit)
        if actor is None:
            places: Sequence[int] = range(max(0, position - limit), position)
        else:
            stream = timeline.stream(actor)
            places = stream.at[: stream.over(position)][-limit:] if limit else ()
        found = []
        for at in places:
            if timeline.columns.seq[at] > after:
                with suppress(Invalid):
                    found.append(timeline.turn(at + 1))
        return found

    def dead_letters(self, *, after: int = 0, limit: int = 1000) -> Sequence[DeadLetter]:
        """Casts over which somebody crashed. What waited when one was stopped is not recorded."""
        timeline = self._timeline
        found: list[DeadLetter] = []
        for at in reversed(self._crashes[: bisect_left(self._crashes, self._at())]):
            if at + 1 <= after or len(found) >= limit:
                break
            if timeline.columns.operation[at] != MESSAGE:
                continue
            with suppress(Invalid):
                turn = timeline.turn(at + 1)
                if turn.envelope is not None and turn.envelope.kind is not Kind.CALL:
                    why = f"{turn.actor.name} crashed over it"
                    letter = DeadLetter(at + 1, timeline.columns.ended[at], turn.actor, turn.envelope, why, turn.cause)
                    found.append(letter)
        return found[::-1]

    def module_of(self, stream: Stream, position: int) -> str:
        """The hash of what an actor ran then; empty when that is not known."""
        place = stream.birth(stream.over(position))
        if place is not None:
            return self._timeline.columns.modules.get(stream.at[place], "")
        recorded = self._recorded.get(stream.actor)
        with suppress(Invalid):
            return self._timeline.turn(stream.at[0] + 1).module
        return recorded.module if recorded is not None else ""

    def users(self, module: str) -> Sequence[ActorId]:
        """Who runs a module at the moment."""
        position = self._at()
        streams = (self._timeline.streams[actor] for actor in self._timeline.actors)
        return [
            stream.actor
            for stream in streams
            if self._is_there(stream, position) and self.module_of(stream, position) == module
        ]

    def _is_there(self, stream: Stream, position: int) -> bool:
        """Whether it was listed: it was born, or is being born."""
        over = stream.over(position)
        if not over:
            return stream.births[:1] != [0] or self._timeline.in_hand(stream, position) is not None
        return not (self._timeline.ended(stream, over) and self._never_lived(stream, over))

    def _never_lived(self, stream: Stream, over: int) -> bool:
        columns = self._timeline.columns
        return all(columns.operation[at] == INIT and columns.outcome[at] != 0 for at in stream.at[:over])

    def _state(self, stream: Stream, position: int, over: int) -> ActorState:
        timeline, columns = self._timeline, self._timeline.columns
        if (place := timeline.in_hand(stream, position)) is not None:
            doing = columns.operation[stream.at[place]]
            if doing == INIT and over and not timeline.ended(stream, over):
                return ActorState.RUNNING  # a new instance takes over from one that lives
            return {INIT: ActorState.STARTING, SHUTDOWN: ActorState.STOPPING}.get(doing, ActorState.RUNNING)
        if timeline.ended(stream, over):
            stopped = columns.operation[stream.at[over - 1]] == SHUTDOWN
            return ActorState.STOPPED if stopped else ActorState.CRASHED
        recorded = self._recorded.get(stream.actor)
        if position == timeline.total and recorded is not None and recorded.state in AT_THE_END:
            return recorded.state
        follows = timeline.birth(stream, over) if over < len(stream.at) else None
        slept = over and timeline.gave_state(stream, over - 1)
        if follows is not None and follows.reason is BirthReason.WAKE and slept:
            return ActorState.PASSIVE
        return ActorState.IDLE

    def _picture(self, stream: Stream, position: int) -> ActorInfo | None:
        if not self._is_there(stream, position):
            return None
        timeline, columns = self._timeline, self._timeline.columns
        over, time = stream.over(position), timeline.time(position)
        recorded, place = self._recorded.get(stream.actor), stream.birth(over)
        birth = timeline.birth(stream, place) if place is not None else None
        module = self._modules.get(hash_ := self.module_of(stream, position))
        began = max((each for each in stream.spawns if each < over), default=0)
        counters, earlier = timeline.counters(stream, over), timeline.counters(stream, began)
        before = timeline.counters(stream, min(over, stream.over(timeline.position_at(time - 1.0))))
        hand = timeline.in_hand(stream, position)
        waiting = [each for each in timeline.waiting(stream, position) if each != hand]
        default = PROFILES[DEFAULT_PROFILE]
        made = ActorInfo(
            id=stream.actor,
            state=self._state(stream, position, over),
            module=hash_,
            module_name=module.name if module is not None else "",
            behaviors=tuple(map(str, module.behaviors)) if module is not None else (),
            parent=recorded.parent if recorded is not None else "",
            profile=recorded.profile if recorded is not None else "",
            grants=recorded.grants if recorded is not None else (),
            limits=recorded.limits if recorded is not None else default.limits,
            spawned=self._spawned(stream, over),
            turns=columns.seq[stream.at[over - 1]] if over else max(0, columns.seq[stream.at[0]] - 1),
            crashes=counters.crashes - earlier.crashes,
            restarts=sum(1 for each in stream.births if began < each < over and timeline.ended(stream, each)),
            mailbox=len(waiting),
            mailbox_oldest_seconds=max(0.0, time - columns.sent[stream.at[waiting[0]]]) if waiting else 0.0,
            fuel=counters.fuel - earlier.fuel,
            fuel_per_second=float(counters.fuel - before.fuel),
            messages_per_second=float(counters.turns - before.turns),
            memory_bytes=counters.memory_bytes,
            last_turn_ns=columns.wall_ns[stream.at[over - 1]] if over else 0,
            fsm_state=self._fsm_state(stream, over, module),
            carries_state=module.carries_state if module is not None else True,
            supervisor=recorded.supervisor if recorded is not None else "",
            durable=recorded.durable if recorded is not None else False,
        )
        if birth is not None:
            held = tuple(map(str, birth.grants))
            made = replace(made, parent=birth.parent, profile=birth.profile, grants=held, limits=birth.limits)
        return self._with_cause(made, stream, over) if made.crashes else made

    def _with_cause(self, info: ActorInfo, stream: Stream, over: int) -> ActorInfo:
        timeline = self._timeline
        at = stream.at[bisect_left(stream.crashes, stream.crashes[over - 1])]
        message = timeline.columns.operation[at] == MESSAGE
        killed_by = timeline.columns.types[timeline.columns.type[at]] if message else ""
        return replace(info, last_cause=timeline.cause(at + 1), killed_by=killed_by)

    def _spawned(self, stream: Stream, over: int) -> float:
        """When its life of the moment began: an actor that was stopped may have been spawned anew."""
        recorded = self._recorded.get(stream.actor)
        since = bisect_right(stream.spawns, max(0, over - 1))
        if recorded is not None and since == len(stream.spawns):
            return recorded.spawned
        return self._timeline.columns.started[stream.at[stream.spawns[since - 1]]] if since else 0.0

    def _fsm_state(self, stream: Stream, over: int, module: ModuleInfo | None) -> str:
        if not over or module is None or Behavior.GEN_FSM not in module.behaviors:
            return ""
        with suppress(Invalid):
            return self._timeline.turn(stream.at[over - 1] + 1).state
        return ""
