"""Series for the graphs: every second, what actors and the node took since the second before."""

from __future__ import annotations

import logging
import threading
from bisect import bisect_right
from collections import deque
from collections.abc import Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.metrics import Sample
from workbench.clock import Clock
from workbench.runtime.bus import Bus

if TYPE_CHECKING:
    import psutil

logger = logging.getLogger(__name__)
SECOND = 1.0
SHARED_SAMPLES = 360_000
"""All actors share this many samples; with many actors each keeps fewer, at least FEWEST."""
FEWEST = 60


@dataclass(slots=True)
class Counters:
    """What an actor took since it was spawned; written by its turns alone. `box` is its mailbox.

    `noted`: it has changed since the last sample and is on the list for the next one. `gone`: there is no such actor.
    """

    turns: int = 0
    fuel: int = 0
    wall_ns: int = 0
    crashes: int = 0
    memory_bytes: int | None = None
    mailbox: int = 0
    box: Sized = ()
    noted: bool = False
    gone: bool = False


class Metrics:
    """Takes a sample once a second, on a thread of its own, of every actor that did something since the last one.

    An actor that does nothing costs nothing: with 10,000 of them idle, reading each once a second took a third of the
    interpreter's lock, and everybody else's turns with it. Who reads a series finds zeros where nothing was taken.
    Thread-safe.
    """

    def __init__(self, clock: Clock, bus: Bus, *, kept: int) -> None:
        self._clock, self._bus, self._kept = clock, bus, kept
        self._noted: deque[tuple[ActorId, Counters]] = deque()
        self._moved: dict[ActorId, Counters] = {}
        """Those of the last sample: once more, so that their curves come down."""
        self._last: dict[ActorId, Counters] = {}
        self._series: dict[ActorId, deque[Sample]] = {}
        self._node: deque[Sample] = deque(maxlen=kept)
        self._memory = self._mailbox = self._measured = 0
        self._taken = Counters()
        """By all actors there were, up to the last sample of each."""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._process: psutil.Process | None = None
        self._time = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def note(self, actor: ActorId, counters: Counters) -> None:
        """It is no longer what it was at the last sample. Cheap: a turn calls it."""
        if not counters.noted:
            counters.noted = True
            self._noted.append((actor, counters))

    def _run(self) -> None:
        while not self._stop.wait(SECOND):
            try:
                self.sample()
            except Exception:
                logger.exception("the graphs missed a second")

    def sample(self) -> None:
        """Take one sample."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        seconds = max(1e-3, monotonic - self._time)
        self._time = monotonic
        moved: dict[ActorId, Counters] = {}
        for _ in range(len(self._noted)):
            actor, counters = self._noted.popleft()
            counters.noted = False  # before it is read: what comes after is noted anew
            moved[actor] = counters
        with self._lock:
            room = max(FEWEST, min(self._kept, SHARED_SAMPLES // max(1, len(self._series))))
            read = {actor: _copy(counters) for actor, counters in {**self._moved, **moved}.items() if not counters.gone}
            samples = [self._take(actor, counters, now, seconds, room) for actor, counters in read.items()]
            self._node.append(self._whole(samples, now))
            self._moved = moved
        self._bus.touch(Area.METRICS)

    def _take(self, actor: ActorId, counters: Counters, now: float, seconds: float, room: int) -> Sample:
        before = self._last.get(actor, NOTHING)
        sample = difference(before, counters, now, seconds)
        series = self._series.setdefault(actor, deque())
        series.append(sample)
        while len(series) > room:
            series.popleft()
        self._last[actor] = counters
        self._count(counters, 1)
        self._count(before, -1)
        self._sum_up(before, counters)
        return sample

    def _sum_up(self, before: Counters, counters: Counters) -> None:
        taken = self._taken
        taken.turns += counters.turns - before.turns
        taken.fuel += counters.fuel - before.fuel
        taken.wall_ns += counters.wall_ns - before.wall_ns
        taken.crashes += counters.crashes - before.crashes

    def _count(self, counters: Counters, sign: int) -> None:
        """Into what the node has in all."""
        self._mailbox += sign * counters.mailbox
        if counters.memory_bytes is not None:
            self._measured += sign
            self._memory += sign * counters.memory_bytes

    def forget(self, actor: ActorId, counters: Counters) -> None:
        """It is no more."""
        counters.gone = True
        with self._lock:
            self._series.pop(actor, None)
            self._moved.pop(actor, None)
            last = self._last.pop(actor, NOTHING)
            self._count(last, -1)
            self._sum_up(last, counters)

    def _whole(self, samples: Sequence[Sample], now: float) -> Sample:
        busy = [(sample.turn_ms, sample.messages_per_second) for sample in samples if sample.turn_ms is not None]
        messages = sum(weight for _, weight in busy)
        if self._process is None:  # here and not at the start of every command: it is 10 ms to load
            import psutil

            self._process = psutil.Process()
            self._process.cpu_percent()  # the first reading has nothing to compare with
        return Sample(
            time=now,
            fuel_per_second=sum(sample.fuel_per_second for sample in samples),
            messages_per_second=sum(sample.messages_per_second for sample in samples),
            turn_ms=sum(ms * weight for ms, weight in busy) / messages if messages else None,
            memory_bytes=self._memory if self._measured else None,
            mailbox=self._mailbox,
            crashes=sum(sample.crashes for sample in samples),
            resident_bytes=self._process.memory_info().rss,
            cpu_percent=self._process.cpu_percent(),
        )

    def latest(self, actor: ActorId) -> Sample | None:
        """Its newest one: with rates of zero once it has done nothing for a second."""
        series = self._series.get(actor)
        return series[-1] if series else None

    def totals(self) -> Counters:
        """What all actors took that there were since the node started, up to a second ago; what waits and what memory
        there is are of those that live."""
        with self._lock:
            taken, memory = self._taken, self._memory if self._measured else None
            return replace(taken, memory_bytes=memory, mailbox=self._mailbox)

    def read(self, actors: Sequence[ActorId], *, since: float) -> Mapping[str, Sequence[Sample]]:
        """Samples newer than `since`, by actor name; the node's own under the empty name."""
        with self._lock:
            node = list(self._node)
            found = {actor.name: list(self._series.get(actor, ())) for actor in actors}
        newer = node[bisect_right(node, since, key=_time) :]
        times = [sample.time for sample in newer]
        return {"": newer} | {name: filled(series, times) for name, series in found.items()}

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)


def difference(before: Counters, after: Counters, now: float, seconds: float) -> Sample:
    """What happened between two readings. Pure."""
    turns = after.turns - before.turns
    return Sample(
        time=now,
        fuel_per_second=(after.fuel - before.fuel) / seconds,
        messages_per_second=turns / seconds,
        turn_ms=(after.wall_ns - before.wall_ns) / turns / 1e6 if turns else None,
        memory_bytes=after.memory_bytes,
        mailbox=after.mailbox,
        crashes=after.crashes - before.crashes,
    )


def filled(series: Sequence[Sample], times: Sequence[float]) -> list[Sample]:
    """A series with one sample for each of these times: where none was taken, nothing had happened. Pure."""
    found, at, before = [], 0, None
    for moment in times:
        while at < len(series) and series[at].time <= moment:
            before = series[at]
            at += 1
        if before is not None:
            found.append(before if before.time == moment else _still(before, moment))
    return found


def _still(before: Sample, moment: float) -> Sample:
    return Sample(moment, 0.0, 0.0, None, before.memory_bytes, before.mailbox)


def _time(sample: Sample) -> float:
    return sample.time


def _copy(counters: Counters) -> Counters:
    return Counters(
        counters.turns, counters.fuel, counters.wall_ns, counters.crashes, counters.memory_bytes, len(counters.box)
    )


NOTHING = Counters()
