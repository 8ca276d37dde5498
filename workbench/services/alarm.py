"""One timer for the earliest of many moments: ends of leases, times to live, heartbeats that are due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from workbench.api.errors import WorkbenchError
from workbench.services.means import Means

logger = logging.getLogger(__name__)
RETRY_SECONDS = 5.0


class Alarm:
    """Rings when the earliest moment has come. Thread-safe; a caller may hold a lock of its own.

    `ring` does what is due by then and gives the next moment, None when there is none. When it is refused, by a full
    disk for example, it is tried again after RETRY_SECONDS: `what` says in the log what could not be done.
    """

    def __init__(self, means: Means, what: str, ring: Callable[[], float | None]) -> None:
        self._means, self._what, self._job = means, what, ring
        self._timer, self._due = 0, float("inf")
        self._lock = threading.Lock()

    def at(self, when: float) -> None:
        """Ring then, in seconds of the node's clock, unless it rings earlier anyway."""
        if when >= self._due:
            return
        with self._lock:
            if when < self._due:
                self._means.timers.cancel(self._timer)
                self._due = when
                self._timer = self._means.timers.after(max(0.0, when - self._means.clock.now()), self.ring)

    def ring(self) -> None:
        """Do what is due now."""
        with self._lock:
            self._due = float("inf")
        try:
            following = self._job()
        except WorkbenchError as error:
            logger.warning("%s: %s", self._what, error)
            following = self._means.clock.now() + RETRY_SECONDS
        if following is not None:
            self.at(following)

    def close(self) -> None:
        self._means.timers.cancel(self._timer)
