"""The stream of turns: the newest ones in memory, bounded by number and by bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice

from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.turns import Turn
from workbench.runtime.bus import Bus
from workbench.wasm.gate import size_of

KEPT_BYTES = 64 << 20
OVERHEAD_BYTES = 1_000


class Recorder:
    """Thread-safe."""

    def __init__(self, bus: Bus, *, kept: int) -> None:
        self._bus, self._kept = bus, kept
        self._turns: deque[tuple[Turn, int]] = deque()
        self._bytes = 0
        self._lock = threading.Lock()

    def add(self, turn: Turn) -> None:
        envelope = turn.envelope
        size = OVERHEAD_BYTES + len(turn.reply) + (len(envelope.payload) if envelope is not None else 0)
        for call in turn.host_calls:
            size += size_of(call.arguments) + size_of(call.result) + OVERHEAD_BYTES // 4
        with self._lock:
            self._turns.append((turn, size))
            self._bytes += size
            while len(self._turns) > self._kept or self._bytes > KEPT_BYTES:
                self._bytes -= self._turns.popleft()[1]
        self._bus.touch(Area.TURNS, (turn.actor.tenant, turn.actor.namespace))

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
