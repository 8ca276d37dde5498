"""Changes of what services hold on their way into the recording: numbered, and in front of the turns that end later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from workbench.api.recordings import RecordingLevel
from workbench.runtime.levels import Levels
from workbench.runtime.turn_queue import TurnQueue

Scope: TypeAlias = tuple[str, str]
Row: TypeAlias = Sequence[Any]
OVERHEAD_BYTES = 500


class Changes:
    """Thread-safe. Numbers count from 1 in each tenant and namespace.

    One is left out where changes were missed, because they were not to be recorded: so that is seen later.
    """

    def __init__(self, levels: Levels, queue: TurnQueue, now: Callable[[], float]) -> None:
        self._levels, self._queue, self._lock, self._now = levels, queue, queue.lock, now
        self._last: dict[Scope, int] = {}
        self._keys: dict[Scope, Scope] = {}
        self._missed_somewhere: set[Scope] = set()
        self._misses, self._seen = 0, dict[Scope, int]()

    @property
    def version(self) -> int:
        return self._levels.version

    def watches(self) -> bool:
        return self._levels.anywhere(RecordingLevel.FULL)

    def wants(self, scope: Scope) -> bool:
        return self._levels.of_scope(scope) is RecordingLevel.FULL

    def missed(self, scope: Scope | None = None) -> None:
        if scope is None:
            self._misses += 1
        else:
            self._missed_somewhere.add(scope)

    @property
    def are_whole(self) -> bool:
        """Whether none was ever missed."""
        return not self._misses and not self._missed_somewhere and not self._seen

    def put(self, noted: Sequence[tuple[Scope, str, Row | None, Row | None]]) -> None:
        now = self._now()
        with self._lock:
            for scope, table, before, after in noted:
                number = self._last[scope] = self._caught_up(scope) + 1
                size = OVERHEAD_BYTES + _size(before) + _size(after)
                key = self._keys.setdefault(scope, scope)
                self._queue.put((key, (number, table, before, after, now), size))

    def note(self, scope: Scope, table: str, before: Row | None, after: Row | None) -> None:
        """One of what is held in memory alone; whoever calls it holds what keeps it from changing again."""
        if self._levels.of_scope(scope) is RecordingLevel.FULL:
            self.put(((scope, table, before, after),))
        else:
            self.missed(scope)

    def last(self, scope: Scope) -> int:
        """The number of the newest one."""
        with self._lock:
            found = self._last[scope] = self._caught_up(scope)
            return found

    def _caught_up(self, scope: Scope) -> int:
        """The newest number, or the next one when some were missed since."""
        last = self._last.get(scope, 0)
        if self._misses != self._seen.get(scope, 0) or scope in self._missed_somewhere:
            self._seen[scope] = self._misses
            self._missed_somewhere.discard(scope)
            last += 1
        return last


def _size(row: Row | None) -> int:
    return 0 if row is None else sum(len(value) for value in row if isinstance(value, str | bytes))
