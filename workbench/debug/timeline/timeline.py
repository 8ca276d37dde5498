"""A recorded session by position: `position` turns are over, from 0 to `total`. What it has read is bounded."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from itertools import accumulate
from math import inf

from workbench.api.errors import Cause, Invalid, NotFound
from workbench.api.identity import ActorId, split_address
from workbench.api.messages import Envelope
from workbench.api.session import Moment, TimelineEntry
from workbench.api.traces import trace_of
from workbench.api.turns import Birth, BirthReason, Turn
from workbench.debug.bundle.reader import Bundle
from workbench.debug.timeline import losses
from workbench.debug.timeline.columns import (
    CRASHED,
    INIT,
    MESSAGE,
    NONE,
    OUTCOMES,
    REPLY,
    SHUTDOWN,
    SNAPSHOT,
    Columns,
)
from workbench.runtime.metrics import Counters

MOST = (1 << 64) - 1
MOST_ENTRIES = 100_000
"""How many entries one call gives."""
MOST_LETTERS = 10_000
"""How many messages of a mailbox are given."""


class Stream:
    """The turns of one actor: their positions from 0, in order. `births` are the places of births among them, `spawns`
    of those that began a life anew. What else is kept of them is made when it is first asked for."""

    def __init__(self, actor: ActorId, at: array[int], columns: Columns) -> None:
        self.actor, self.at, self._columns = actor, at, columns

    @cached_property
    def births(self) -> list[int]:
        operation = self._columns.operation
        return [place for place, position in enumerate(self.at) if operation[position] == INIT]

    @cached_property
    def spawns(self) -> list[int]:
        births, at = self._columns.births, self.at
        found = ((place, births.get(at[place])) for place in self.births)
        return [place for place, birth in found if birth is not None and birth.reason is BirthReason.SPAWN]

    @cached_property
    def earliest(self) -> array[float]:
        """When the earliest message was sent of a turn and all after it."""
        operation, sent = self._columns.operation, self._columns.sent
        times = (sent[position] if operation[position] == MESSAGE else inf for position in reversed(self.at))
        found = array("d", accumulate(times, min))
        found.reverse()
        return found

    @cached_property
    def crashes(self) -> array[int]:
        outcome = self._columns.outcome
        return array("I", accumulate(outcome[position] == CRASHED for position in self.at))

    @cached_property
    def fuel(self) -> array[int]:
        """The sum up to each turn, as those of crashes and of time are."""
        fuel = self._columns.fuel
        return array("Q", accumulate((max(0, fuel[position]) for position in self.at), _plus))

    @cached_property
    def wall_ns(self) -> array[int]:
        wall_ns = self._columns.wall_ns
        return array("Q", accumulate((wall_ns[position] for position in self.at), _plus))

    def over(self, position: int) -> int:
        """How many of its turns are over at a moment."""
        return bisect_left(self.at, position)

    def birth(self, over: int) -> int | None:
        """The place of the last birth among the first `over` turns."""
        found = bisect_left(self.births, over)
        return self.births[found - 1] if found else None


class Timeline:
    """Thread-safe: after it was made it only reads."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.columns = columns = Columns(bundle)
        self.total = len(columns)
        self.begins = columns.started[0] if self.total else bundle.manifest.created
        places: list[array[int]] = [array("I") for _ in columns.actors]
        for position, actor in enumerate(columns.actor):
            places[actor].append(position)
        self.streams = {
            actor: Stream(actor, places[number], columns)
            for number, actor in enumerate(columns.actors)
            if places[number]
        }
        self.actors = sorted(self.streams)
        self._names = {actor.name: actor for actor in reversed(self.actors)}
        self._infos = {info.id: info for info in bundle.actors}

    def id_of(self, actor: ActorId | str) -> ActorId:
        """The recorded actor that is meant. NotFound: no turn of it is recorded."""
        if isinstance(actor, str):
            name, _ = split_address(actor)
            found = self._names.get(name, ActorId(name))
        else:
            found = actor
        if found not in self.streams:
            raise NotFound(f"no turn of {found.name!r} is recorded in {self.bundle.path.name}")
        return found

    def knows(self, actor: ActorId | str) -> bool:
        """Whether a turn of it is recorded."""
        try:
            return self.id_of(actor) in self.streams
        except (NotFound, Invalid):
            return False

    def stream(self, actor: ActorId | str) -> Stream:
        """The turns of an actor. NotFound: none is recorded."""
        return self.streams[self.id_of(actor)]

    def check(self, position: int, *, least: int = 0) -> int:
        """Invalid: there is no such moment."""
        if not isinstance(position, int) or not least <= position <= self.total:
            raise Invalid(f"there is no position {position:,} in {self.bundle.path.name}: "
                          f"it has {least:,} to {self.total:,}")  # fmt: skip
        return position

    def time(self, position: int) -> float:
        """When the turn before this moment was over."""
        return self.columns.ended[position - 1] if position else self.begins

    def position_at(self, time: float) -> int:
        """How many turns were over at a time."""
        return bisect_right(self.columns.ended, time)

    def lost(self, stream: Stream, position: int) -> str:
        """Why an actor may be another one at a moment than its last turn up to then left it, because what lies between
        cannot be read; empty: it is not.

        What cannot be read lies behind the moment that ends there, but at the end of all there is no other moment.
        """
        over, seq = stream.over(position), self.columns.seq
        if not over:
            return ""
        begin, at_the_end = stream.at[over - 1] + 1, position == self.total
        if begin == position and not at_the_end:
            return ""
        found = self.columns.losses.between(begin, position - (not at_the_end))
        if not found and over < len(stream.at) and self.columns.losses.between(begin, stream.at[over]):
            return ""  # what is missing of it is further on
        follows = seq[stream.at[over]] if over < len(stream.at) else None
        return losses.said(found, seq[stream.at[over - 1]], follows, anew=over in stream.spawns)

    def turn(self, position: int) -> Turn:
        """The turn that was over at this moment and not at the one before. Invalid: there is none, or it is damaged."""
        return self.columns.turn(self.check(position, least=1) - 1)

    def moment(self, position: int, notes: tuple[str, ...] = ()) -> Moment:
        """What is shown of a moment."""
        turn = None
        if self.check(position):
            try:
                turn = self.turn(position)
            except Invalid as error:
                notes = (*notes, f"the turn cannot be read: {error.message}")
        return Moment(position, self.total, self.time(position), turn, notes)

    def entries(self, *, after: int = 0, limit: int = 1_000) -> Sequence[TimelineEntry]:
        """Up to `limit` turns behind a moment."""
        last = min(self.total, self.check(after) + max(0, min(limit, MOST_ENTRIES)))
        return [self.entry(position) for position in range(after + 1, last + 1)]

    def entry(self, position: int) -> TimelineEntry:
        """One turn, without what is in it. Of one that is damaged the number of calls is not known: it is 0."""
        columns, at = self.columns, self.check(position, least=1) - 1
        calls, unrepeatable, trace = 0, "", ""
        with suppress(Invalid):
            turn = self.turn(position)
            calls, unrepeatable, trace = turn.host_calls_total, turn.unrepeatable, trace_of(turn)
        return TimelineEntry(
            position,
            columns.actors[columns.actor[at]],
            columns.seq[at],
            columns.types[columns.type[at]],
            OUTCOMES[columns.outcome[at]],
            columns.started[at],
            columns.wall_ns[at],
            _measured(columns.fuel[at]),
            _measured(columns.memory[at]),
            calls,
            unrepeatable,
            trace,
        )

    def waiting(self, stream: Stream, position: int) -> Iterator[int]:
        """The places in its stream of the messages that it handled later and that were sent by then."""
        columns, time = self.columns, self.time(position)
        for place in range(stream.over(position), len(stream.at)):
            if stream.earliest[place] > time:
                return
            at = stream.at[place]
            if columns.operation[at] == MESSAGE and columns.sent[at] <= time:
                yield place

    def mailbox(self, actor: ActorId | str, position: int) -> Sequence[Envelope]:
        """Those messages, oldest first, the one in hand among them."""
        stream = self.stream(actor)
        found: list[Envelope] = []
        for place in self.waiting(stream, self.check(position)):
            with suppress(Invalid):
                envelope = self.turn(stream.at[place] + 1).envelope
                if envelope is not None:
                    found.append(envelope)
            if len(found) >= MOST_LETTERS:
                break
        return found

    def in_hand(self, stream: Stream, position: int) -> int | None:
        """The place of the turn that had begun at a moment and was not over."""
        place = stream.over(position)
        if place == len(stream.at) or self.columns.started[stream.at[place]] > self.time(position):
            return None
        return place if position else None

    def birth(self, stream: Stream, place: int) -> Birth | None:
        """What an instance was made of, but for its state."""
        return self.columns.births.get(stream.at[place])

    def cause(self, position: int) -> Cause | None:
        """What the turn before this moment died of."""
        return self.columns.causes.get(position - 1)

    def counters(self, stream: Stream, over: int) -> Counters:
        """What it had taken after so many of its turns."""
        if not over:
            return Counters()
        last = stream.at[over - 1]
        memory = self.columns.memory[last]
        crashed = self.columns.outcome[last] == CRASHED
        return Counters(
            over,
            stream.fuel[over - 1],
            stream.wall_ns[over - 1],
            stream.crashes[over - 1],
            None if crashed else _measured(memory),
        )

    def ended(self, stream: Stream, over: int) -> bool:
        """Whether there is no instance after so many of its turns: it crashed, was stopped, or was not born at all."""
        columns = self.columns
        for place in range(over - 1, -1, -1):
            at = stream.at[place]
            operation, outcome = columns.operation[at], columns.outcome[at]
            birth = columns.births.get(at)
            if operation == INIT and outcome != REPLY and birth is not None and birth.reason is BirthReason.UPGRADE:
                continue  # the one before serves on
            return outcome == CRASHED or operation == SHUTDOWN or (operation == INIT and outcome != REPLY)
        return False

    def gave_state(self, stream: Stream, place: int) -> bool:
        """Whether this turn of it gave its whole state."""
        at = stream.at[place]
        return self.columns.operation[at] == SNAPSHOT and self.columns.outcome[at] == REPLY


def _plus(one: int, other: int) -> int:
    return min(one + other, MOST)


def _measured(figure: int) -> int | None:
    return None if figure == NONE else figure
