"""The node's log: the newest lines of actors and of the node itself, in memory, in one order."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import TypeAlias

from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.logs import Level, LogLine
from workbench.clock import Clock
from workbench.runtime.bus import Bus, Scope

LINE_CHARACTERS = 16_384
FIELDS = 32
KEPT_BYTES = 64 << 20
OVERHEAD_BYTES = 400


Sink: TypeAlias = Callable[[ActorId | None, Scope | None, LogLine], None]


class Logbook:
    """Thread-safe. Texts longer than LINE_CHARACTERS are cut, and say so; a line keeps its first FIELDS fields.

    `sink` is given each line, in order; it must not wait.
    """

    def __init__(self, clock: Clock, bus: Bus, *, kept: int) -> None:
        self._clock, self._bus = clock, bus
        self._kept, self._bytes = kept, 0
        self._lines: deque[tuple[ActorId | None, Scope | None, LogLine, int]] = deque()
        self._lock = threading.Lock()
        self._seq = 0
        self.sink: Sink | None = None

    def log(
        self, actor: ActorId, level: str, message: str, fields: Sequence[tuple[str, str]], stream: str = "log"
    ) -> None:
        """A record of an actor."""
        self._add(actor, (actor.tenant, actor.namespace), Level(level), message, tuple(fields), stream)

    def note(self, level: Level, message: str, scope: Scope | None = None) -> None:
        """A line of the node itself: for a tenant and namespace whose things it names, or for everybody."""
        self._add(None, scope, level, message, (), "log")

    def _add(
        self,
        actor: ActorId | None,
        scope: Scope | None,
        level: Level,
        message: str,
        fields: tuple[tuple[str, str], ...],
        stream: str,
    ) -> None:
        message = _cut(message)
        fields = tuple((_cut(name), _cut(value)) for name, value in fields[:FIELDS])
        size = OVERHEAD_BYTES + len(message) + sum(len(name) + len(value) for name, value in fields)
        with self._lock:
            self._seq += 1
            line = LogLine(self._seq, self._clock.now(), level, actor.name if actor else "", message, stream, fields)
            self._lines.append((actor, scope, line, size))
            if self.sink is not None:
                self.sink(actor, scope, line)
            self._bytes += size
            while len(self._lines) > self._kept or self._bytes > KEPT_BYTES:
                self._bytes -= self._lines.popleft()[3]
        self._bus.touch(Area.LOGS, (actor.tenant, actor.namespace) if actor else None)

    def read(
        self, scope: tuple[str, str], *, after: int = 0, actor: ActorId | None = None, limit: int = 1000
    ) -> Sequence[LogLine]:
        """The newest `limit` lines with seq > `after`, oldest first: those of `scope`, and those for everybody."""
        with self._lock:
            newest = list(islice(reversed(self._lines), max(0, self._seq - after)))
        found = []
        for who, whose, line, _ in newest:
            if whose in (None, scope) and (actor is None or who == actor):
                found.append(line)
                if len(found) == limit:
                    break
        return found[::-1]


def _cut(text: str) -> str:
    if len(text) <= LINE_CHARACTERS:
        return text
    return f"{text[:LINE_CHARACTERS]}… ({len(text) - LINE_CHARACTERS:,} characters cut)"
