"""Series for the graphs of a recorded session: what its turns took second by second, up to a moment."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from workbench.api.identity import ActorId
from workbench.api.metrics import Sample
from workbench.debug.timeline.columns import CRASHED, MESSAGE, NONE
from workbench.debug.timeline.timeline import Stream, Timeline
from workbench.runtime.metrics import Counters, difference

MOST = (1 << 64) - 1
KEPT = 3_600
"""How many seconds before a moment are shown."""


class _Sums:
    """Of the whole session after each of its turns, from none on. Memory is what all actors had after their last turn;
    `measured` is of how many of them that is known."""

    def __init__(self, timeline: Timeline) -> None:
        columns, total = timeline.columns, timeline.total
        self.fuel, self.wall_ns, self.memory = array("Q", [0]), array("Q", [0]), array("Q", [0])
        self.crashes, self.measured = array("I", [0]), array("I", [0])
        alive: dict[int, int] = {}
        fuel = wall_ns = memory = crashes = measured = 0
        for at in range(total):
            crashed = columns.outcome[at] == CRASHED
            before, left = alive.get(columns.actor[at], NONE), NONE if crashed else columns.memory[at]
            alive[columns.actor[at]] = left
            memory += max(0, left) - max(0, before)
            measured += (left >= 0) - (before >= 0)
            fuel, wall_ns, crashes = fuel + max(0, columns.fuel[at]), wall_ns + columns.wall_ns[at], crashes + crashed
            self.fuel.append(min(fuel, MOST))
            self.wall_ns.append(min(wall_ns, MOST))
            self.memory.append(min(memory, MOST))
            self.crashes.append(crashes)
            self.measured.append(measured)
        handled = [at for at in range(total) if columns.operation[at] == MESSAGE]
        self._sent = array("d", sorted(columns.sent[at] for at in handled))
        self._begun = array("d", sorted(columns.started[at] for at in handled))

    def counters(self, position: int, time: float) -> Counters:
        """What was taken up to there."""
        return Counters(
            position,
            self.fuel[position],
            self.wall_ns[position],
            self.crashes[position],
            self.memory[position] if self.measured[position] else None,
            max(0, bisect_right(self._sent, time) - bisect_left(self._begun, time)),
        )


class Samples:
    """Seconds are counted back from the moment, so that the last one is whole. Thread-safe."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline

    @cached_property
    def _sums(self) -> _Sums:
        return _Sums(self._timeline)

    def read(self, actors: Sequence[ActorId], position: int, *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        """Newer than `since`, by the actors' names; the whole session's under the empty name."""
        times = self._times(position, since)
        found = {"": list(self._whole(times, position))}
        for actor in actors:
            found[actor.name] = list(self._of(self._timeline.stream(actor), times, position))
        return found

    def _times(self, position: int, since: float) -> Sequence[float]:
        """The ends of the seconds."""
        last, begins = self._timeline.time(position), self._timeline.begins
        seconds = min(KEPT, int(last - begins) + 1)
        return [time for time in (last - back for back in range(seconds - 1, -1, -1)) if time > since]

    def _of(self, stream: Stream, times: Sequence[float], position: int) -> Iterator[Sample]:
        timeline, before = self._timeline, None
        limit = stream.over(position)
        for time in times:
            over = min(limit, stream.over(timeline.position_at(time)))
            now = timeline.counters(stream, over)
            now.mailbox = self._depth(stream, over, time)
            if before is None:
                before = timeline.counters(stream, min(limit, stream.over(timeline.position_at(time - 1.0))))
            yield difference(before, now, time, 1.0)
            before = now

    def _depth(self, stream: Stream, over: int, time: float) -> int:
        """How many messages waited then."""
        columns, depth = self._timeline.columns, 0
        for place in range(over, len(stream.at)):
            if stream.earliest[place] > time:
                break
            at = stream.at[place]
            depth += columns.operation[at] == MESSAGE and columns.sent[at] <= time < columns.started[at]
        return depth

    def _whole(self, times: Sequence[float], position: int) -> Iterator[Sample]:
        timeline, sums = self._timeline, self._sums
        before: Counters | None = None
        for time in times:
            if before is None:
                before = sums.counters(min(position, timeline.position_at(time - 1.0)), time - 1.0)
            now = sums.counters(min(position, timeline.position_at(time)), time)
            yield difference(before, now, time, 1.0)
            before = now
