"""Messages that nobody handled: casts over which an actor crashed, or that still waited when one was stopped."""

from __future__ import annotations

import itertools
import threading
from collections import deque
from collections.abc import Sequence

from workbench.api.actors import DeadLetter
from workbench.api.errors import Cause, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.messages import Envelope
from workbench.clock import Clock
from workbench.runtime.bus import Bus

KEPT = 10_000
KEPT_BYTES = 64 << 20
OVERHEAD_BYTES = 500


class DeadLetters:
    """The newest ones, bounded by number and by bytes. Thread-safe."""

    def __init__(self, clock: Clock, bus: Bus) -> None:
        self._clock, self._bus = clock, bus
        self._letters: deque[DeadLetter] = deque()
        self._bytes = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, actor: ActorId, envelope: Envelope, reason: str, cause: Cause | None = None) -> None:
        letter = DeadLetter(next(self._numbers), self._clock.now(), actor, envelope, reason, cause)
        with self._lock:
            self._letters.append(letter)
            self._bytes += _size(letter)
            while len(self._letters) > KEPT or self._bytes > KEPT_BYTES:
                self._bytes -= _size(self._letters.popleft())
        self._bus.touch(Area.DEAD_LETTERS, (actor.tenant, actor.namespace))

    def read(self, scope: tuple[str, str], *, after: int, limit: int) -> Sequence[DeadLetter]:
        """The newest `limit` of a tenant and namespace with a greater number than `after`, oldest first."""
        with self._lock:
            mine = [letter for letter in self._letters if letter.seq > after and _scope(letter) == scope]
        return mine[-limit:] if limit else []

    def take(self, scope: tuple[str, str], seq: int) -> DeadLetter:
        """Remove one and give it; NotFound when it is not kept (any more)."""
        with self._lock:
            found = next((one for one in self._letters if one.seq == seq and _scope(one) == scope), None)
            if found is None:
                raise NotFound(f"no dead letter {seq}: it was sent again, or is older than the {KEPT:,} that are kept")
            self._letters.remove(found)
            self._bytes -= _size(found)
        self._bus.touch(Area.DEAD_LETTERS, scope)
        return found

    def put_back(self, letter: DeadLetter) -> None:
        """One that could not be sent again stays where it was."""
        with self._lock:
            at = next((at for at, other in enumerate(self._letters) if other.seq > letter.seq), len(self._letters))
            self._letters.insert(at, letter)
            self._bytes += _size(letter)


def _scope(letter: DeadLetter) -> tuple[str, str]:
    return letter.actor.tenant, letter.actor.namespace


def _size(letter: DeadLetter) -> int:
    return OVERHEAD_BYTES + len(letter.envelope.payload)
