"""What every actor of a node shares."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.api.journal import JournalLog
from workbench.api.modules import CancelToken
from workbench.clock import Clock
from workbench.runtime.bonds import Bonds
from workbench.runtime.bus import Bus
from workbench.runtime.dead_letters import DeadLetters
from workbench.runtime.grants import Grants
from workbench.runtime.logbook import Logbook
from workbench.runtime.metrics import Metrics
from workbench.runtime.recorder import Recorder
from workbench.runtime.residents import Residents
from workbench.runtime.returning import Returning
from workbench.runtime.scheduler import Scheduler
from workbench.runtime.timers import Timers
from workbench.wasm.engine import Engines
from workbench.wasm.gate import Host


@dataclass(slots=True)
class Surroundings:
    """Put together once by the node. Apart from it, `cancel` ends every turn at its next tick."""

    clock: Clock
    bus: Bus
    logbook: Logbook
    recorder: Recorder
    metrics: Metrics
    timers: Timers
    scheduler: Scheduler
    engines: Engines
    host: Host
    bonds: Bonds
    dead_letters: DeadLetters
    residents: Residents
    grants: Grants
    journal: JournalLog
    returning: Returning
    cancel: CancelToken | None = None

    def is_cancelled(self) -> bool:
        """Whether nothing more is to be lived through."""
        return self.cancel is not None and self.cancel.is_set()
