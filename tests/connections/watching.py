"""A link whose states are kept in order, for tests that wait for one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Any

from workbench.api.connections import Connection, ConnectionState, Phase
from workbench.connections.link import Link

WAIT_SECONDS = 30.0


class Watched:
    """`states` are all that were told, with when."""

    def __init__(self) -> None:
        self.states: list[tuple[float, ConnectionState]] = []
        self._changed = Condition()
        self.link: Link | None = None

    def told(self, state: ConnectionState) -> None:
        with self._changed:
            self.states.append((time.monotonic(), state))
            self._changed.notify_all()

    def wait_for(self, what: Callable[[ConnectionState], bool], *, after: float = 0.0) -> tuple[float, ConnectionState]:
        """The first state of that kind that was told later than `after`, and when."""
        found: list[tuple[float, ConnectionState]] = []

        def there() -> bool:
            found[:] = [(when, state) for when, state in self.states if when > after and what(state)]
            return bool(found)

        with self._changed:
            assert self._changed.wait_for(there, WAIT_SECONDS), [state for _, state in self.states[-3:]]
        return found[0]

    def wait_phase(self, phase: Phase, *, after: float = 0.0) -> tuple[float, ConnectionState]:
        return self.wait_for(lambda state: state.phase is phase, after=after)


@contextmanager
def watched(connection: Connection, **options: Any) -> Iterator[Watched]:
    made = Watched()
    made.link = Link(connection, changed=made.told, **options)
    made.link.start()
    try:
        yield made
    finally:
        made.link.close()
