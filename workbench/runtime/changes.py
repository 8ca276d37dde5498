"""Changes of what services hold on their way into the recording: numbered, and in front of the turns that end later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

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
        self._missed_somewhere: set[Scope] = set()
        self._misses, self._seen = 0, dict[Scope, int]()

    @property
    def version(self) -> int:
        return self._levels.version

    def watches(self) -> bool:
        return self._levels.have_calls

    def wants(self, scope: Scope) -> bool:
        return self._levels.of_scope(scope).has_calls

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
        now, last, put = self._now(), self._last, self._queue.put
        with self._lock:
            for scope, table, before, after in noted:
                if self._misses or self._missed_somewhere:
                    self._caught_up(scope)
                number = last[scope] = last.get(scope, 0) + 1
                size = OVERHEAD_BYTES
                for row in (before, after):
                    if row is not None:
                        for value in row:
                            kind = type(value)
                            if kind is str or kind is bytes:
                                size += len(value)
                put((scope, (number, table, before, after, now), size))

    def note(self, scope: Scope, table: str, before: Row | None, after: Row | None) -> None:
        """One of what is held in memory alone; whoever calls it holds what keeps it from changing again."""
        if self.wants(scope):
            self.put(((scope, table, before, after),))
        else:
            self.missed(scope)

    def last(self, scope: Scope) -> int:
        """The number of the newest one."""
        with self._lock:
            self._caught_up(scope)
            return self._last.get(scope, 0)

    def _caught_up(self, scope: Scope) -> None:
        """Leave a number out when some were missed since the newest one."""
        if self._misses != self._seen.get(scope, 0) or scope in self._missed_somewhere:
            self._seen[scope] = self._misses
            self._missed_somewhere.discard(scope)
            self._last[scope] = self._last.get(scope, 0) + 1
