"""Turns and changes on their way to disk, in the order in which they were over. Bounded in bytes: beyond that the
oldest are dropped and counted, and nobody waits.
"""

from __future__ import annotations

from collections import deque
from threading import Event, Lock
from typing import TypeAlias

from workbench.api.identity import ActorId
from workbench.api.turn_row import Row

QUEUE_BYTES = 32 << 20
Entry: TypeAlias = tuple[ActorId | tuple[str, str], Row, int]
"""A turn or a change of what services hold: whose, what is recorded of it, and about how many bytes that is."""


class TurnQueue:
    """Thread-safe but for `put`, whose caller holds `lock`: a turn takes one lock for all that is done with it.

    `due` is set when there is something, `hurry` when it should not wait any longer. `rests` as long as whoever takes
    the turns waits for `due`.
    """

    def __init__(self, lock: Lock) -> None:
        self.due, self.hurry = Event(), Event()
        self.rests = True
        self.dropped = 0
        self._turns: deque[Entry] = deque()
        self._bytes = 0
        self.lock = lock

    def __len__(self) -> int:
        return len(self._turns)

    def put(self, entry: Entry) -> None:
        self._turns.append(entry)
        self._bytes += entry[2]
        if self._bytes > QUEUE_BYTES // 2:
            self._make_room()
        if self.rests:
            self.rests = False
            self.due.set()

    def _make_room(self) -> None:
        self.hurry.set()
        while self._bytes > QUEUE_BYTES:
            self._bytes -= self._turns.popleft()[2]
            self.dropped += 1

    def take(self, most: int) -> list[Entry]:
        """The oldest ones, up to `most`."""
        pop = self._turns.popleft
        with self.lock:
            found = [pop() for _ in range(min(most, len(self._turns)))]
            self._bytes -= sum(entry[2] for entry in found)
        return found

    def rest(self) -> None:
        """From now on `due` is set when there is something again, or at once."""
        self.due.clear()
        with self.lock:
            self.rests = not self._turns
        if not self.rests:
            self.due.set()
