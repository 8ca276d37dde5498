"""The stream of turns: the newest ones in memory, bounded by number and by bytes; and all of them on their way to disk.

What is in memory does not depend on the level: it is what the node shows of its actors. A level says what is written.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import islice

from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.recordings import RecordingLevel
from workbench.api.turn_row import to_row
from workbench.api.turns import HostCall, Outcome, Turn
from workbench.runtime.bus import Bus
from workbench.runtime.levels import Levels
from workbench.runtime.turn_queue import TurnQueue
from workbench.wasm.gate import KEPT_HOST_CALL_BYTES, KEPT_HOST_CALLS, size_of

KEPT_BYTES = 64 << 20
OVERHEAD_BYTES = 1_000
SHOWN_BYTES = KEPT_HOST_CALL_BYTES + KEPT_HOST_CALLS * OVERHEAD_BYTES // 4
OFF, MESSAGES, EXACT = RecordingLevel.OFF, RecordingLevel.MESSAGES, RecordingLevel.EXACT
EXACT_TURNS = 1_000


class Recorder:
    """Thread-safe. Somebody has to take the turns that are to be recorded out of `queue`."""

    def __init__(self, bus: Bus, *, kept: int, level: RecordingLevel = OFF) -> None:
        self._bus, self._kept = bus, kept
        self.levels = Levels(level)
        self._turns: deque[tuple[Turn, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()
        self.queue = TurnQueue(self._lock)
        self._born: dict[ActorId, int] = {}
        self.renew: Callable[[ActorId], object] = lambda _actor: None
        """Lets an actor go on in a fresh instance with its state, between two turns; set by the node."""
        self.settle: Callable[[], None] | None = None
        """Called before a turn is recorded in full: what services have done for it and not written yet is written."""

    def add(self, turn: Turn, level: RecordingLevel = OFF) -> None:
        envelope = turn.envelope
        size = OVERHEAD_BYTES + len(turn.reply) + (len(envelope.payload) if envelope is not None else 0)
        calls = 0
        for call in turn.host_calls:
            calls += size_of(call.arguments) + size_of(call.result) + OVERHEAD_BYTES // 4
        size += calls
        entry = None
        if level is not OFF:
            entry = turn.actor, to_row(turn, with_calls=level is not MESSAGES), size
            if level is not MESSAGES and self.settle is not None:
                self.settle()
        if len(turn.host_calls) > KEPT_HOST_CALLS or calls > SHOWN_BYTES:
            turn, fewer = _shortened(turn)
            size += fewer - calls
        with self._lock:
            self._turns.append((turn, size))
            self._bytes += size
            while len(self._turns) > self._kept or self._bytes > KEPT_BYTES:
                self._bytes -= self._turns.popleft()[1]
            if entry is not None:
                self.queue.put(entry)
        self._bus.touch(Area.TURNS, (turn.actor.tenant, turn.actor.namespace))
        if level is EXACT:
            self._count(turn)

    def _count(self, turn: Turn) -> None:
        """Ask for a new instance of an actor that is recorded exactly: at once, and when this one has grown old."""
        actor = turn.actor
        if turn.birth is not None:
            self._born[actor] = turn.seq
        elif turn.operation == "shutdown" or turn.outcome is Outcome.CRASHED:
            self._born.pop(actor, None)
        elif turn.operation == "message" and turn.seq - self._born.get(actor, -EXACT_TURNS) >= EXACT_TURNS:
            self._born[actor] = turn.seq
            self.renew(actor)

    def read(
        self, scope: tuple[str, str], *, actor: ActorId | None = None, after: int = 0, limit: int = 100
    ) -> Sequence[Turn]:
        """The newest `limit` turns, oldest first; `after` counts within one actor."""
        with self._lock:
            newest = list(reversed(self._turns))
        mine = (
            turn
            for turn, _ in newest
            if (turn.actor == actor if actor else (turn.actor.tenant, turn.actor.namespace) == scope)
            and turn.seq > after
        )
        return list(islice(mine, limit))[::-1]


def _shortened(turn: Turn) -> tuple[Turn, int]:
    """The same with as many host calls as memory keeps of a turn, and about how many bytes those are."""
    kept: list[HostCall] = []
    size = 0
    for call in turn.host_calls[:KEPT_HOST_CALLS]:
        size += size_of(call.arguments) + size_of(call.result)
        if size > KEPT_HOST_CALL_BYTES:
            break
        kept.append(call)
    cut = turn.unrepeatable or f"{len(kept):,} of its {turn.host_calls_total:,} host calls are kept in memory"
    return replace(turn, host_calls=tuple(kept), unrepeatable=cut), size + len(kept) * OVERHEAD_BYTES // 4
