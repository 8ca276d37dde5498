"""What happens to grants is told: each change is audited, logged for its actor and raised as an event.

The audit and the events of a tenant and namespace reach nobody else.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence

from workbench.api.capabilities import Denial, Duration, Grant, GrantChange
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.logs import Level
from workbench.clock import Clock
from workbench.runtime.bus import Bus
from workbench.runtime.logbook import Logbook

logger = logging.getLogger(__name__)
KEPT_CHANGES = 10_000
CALLER, HOST = "caller", "host"


class Grants:
    """The audit of one node. Thread-safe."""

    def __init__(self, clock: Clock, bus: Bus, logbook: Logbook) -> None:
        self._clock, self._bus, self._logbook = clock, bus, logbook
        self._changes: deque[GrantChange] = deque(maxlen=KEPT_CHANGES)
        self._lock = threading.Lock()
        self._seq = 0

    def changed(
        self, actor: ActorId, action: str, grants: Sequence[Grant], *, by: str = CALLER, duration: Duration | str = ""
    ) -> None:
        """Keep and tell one change."""
        words = tuple(map(str, grants))
        with self._lock:
            self._seq += 1
            change = GrantChange(self._seq, self._clock.now(), actor, action, words, by, duration)
            self._changes.append(change)
        text = ", ".join(words) + (f" ({duration})" if duration else "")
        logger.info("capabilities of %s %s by %s: %s", actor, action, by, text)
        self._logbook.log(actor, Level.INFO, f"capabilities {action} by the {by}: {text}", ())
        self._tell(f"capabilities.{action.replace(' ', '-')}", actor, text)

    def used_up(self, actor: ActorId, grant: Grant) -> None:
        """A grant that was good for one use has been used."""
        self.changed(actor, "used up", (grant,), by=HOST)

    def denied(self, actor: ActorId, capability: str, denial: Denial) -> None:
        """A call was refused; whoever calls this sees to it that it is not told too often."""
        on = f" on {denial.name!r}" if denial.name else ""
        self._tell("capabilities.denied", actor, f"{capability}: {denial.what}{on}")

    def audit(self, scope: tuple[str, str], limit: int) -> Sequence[GrantChange]:
        with self._lock:
            changes = list(self._changes)
        mine = [change for change in changes if (change.actor.tenant, change.actor.namespace) == scope]
        return mine[len(mine) - max(0, limit) :] if limit < len(mine) else mine

    def _tell(self, kind: str, actor: ActorId, text: str) -> None:
        self._bus.publish(Area.CAPABILITIES, kind, actor.name, text, (actor.tenant, actor.namespace))
