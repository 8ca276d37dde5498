"""Series for the graphs: every second, what each actor and the node took since the second before."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    """What an actor took since it was spawned; written by its turns alone."""

    turns: int = 0
    fuel: int = 0
    wall_ns: int = 0
    crashes: int = 0
    memory_bytes: int | None = None
    mailbox: int = 0


class Metrics:
    """Samples once a second on a thread of its own what `read` gives; others keep the samples that they have.

    Thread-safe.
    """

    def __init__(
        self, clock: Clock, bus: Bus, read: Callable[[], Iterable[tuple[ActorId, Counters]]], *, kept: int
    ) -> None:
        self._clock, self._bus, self._read, self._kept = clock, bus, read, kept
        self._last: dict[ActorId, Counters] = {}
        self._series: dict[ActorId, deque[Sample]] = {}
        self._node: deque[Sample] = deque(maxlen=kept)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._process: psutil.Process | None = None
        self._time = clock.monotonic()
        self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(SECOND):
            try:
                self.sample()
            except Exception:
                logger.exception("the graphs missed a second")

    def sample(self) -> None:
        """Take one sample of everything."""
        now, monotonic = self._clock.now(), self._clock.monotonic()
        seconds = max(1e-3, monotonic - self._time)
        self._time = monotonic
        found = {actor: _copy(counters) for actor, counters in self._read()}
        with self._lock:
            room = max(FEWEST, min(self._kept, SHARED_SAMPLES // max(1, len(found))))
            samples = []
            for actor, counters in found.items():
                sample = difference(self._last.get(actor, Counters()), counters, now, seconds)
                series = self._series.setdefault(actor, deque())
                series.append(sample)
                while len(series) > room:
                    series.popleft()
                samples.append(sample)
            self._node.append(self._whole(samples, now))
            self._last.update(found)
        self._bus.touch(Area.METRICS)

    def forget(self, actor: ActorId) -> None:
        """It is no more."""
        with self._lock:
            self._series.pop(actor, None)
            self._last.pop(actor, None)

    def _whole(self, samples: Sequence[Sample], now: float) -> Sample:
        busy = [(sample.turn_ms, sample.messages_per_second) for sample in samples if sample.turn_ms is not None]
        messages = sum(weight for _, weight in busy)
        if self._process is None:  # here and not at the start of every command: it is 10 ms to load
            import psutil

            self._process = psutil.Process()
            self._process.cpu_percent()  # the first reading has nothing to compare with
        known = [sample.memory_bytes for sample in samples if sample.memory_bytes is not None]
        return Sample(
            time=now,
            fuel_per_second=sum(sample.fuel_per_second for sample in samples),
            messages_per_second=sum(sample.messages_per_second for sample in samples),
            turn_ms=sum(ms * weight for ms, weight in busy) / messages if messages else None,
            memory_bytes=sum(known) if known else None,
            mailbox=sum(sample.mailbox for sample in samples),
            crashes=sum(sample.crashes for sample in samples),
            resident_bytes=self._process.memory_info().rss,
            cpu_percent=self._process.cpu_percent(),
        )

    def latest(self, actor: ActorId) -> Sample | None:
        series = self._series.get(actor)
        return series[-1] if series else None

    def read(self, actors: Sequence[ActorId], *, since: float) -> Mapping[str, Sequence[Sample]]:
        """Samples newer than `since`, by actor name; the node's own under the empty name."""
        with self._lock:
            found = {"": list(self._node)}
            found |= {actor.name: list(self._series.get(actor, ())) for actor in actors}
        return {name: [sample for sample in series if sample.time > since] for name, series in found.items()}

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


def _copy(counters: Counters) -> Counters:
    return Counters(
        counters.turns, counters.fuel, counters.wall_ns, counters.crashes, counters.memory_bytes, counters.mailbox
    )
