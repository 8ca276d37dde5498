"""What a replay has around it that must reach nobody."""

from __future__ import annotations

from dataclasses import replace

from workbench.api.modules import CancelToken
from workbench.runtime.bus import Bus
from workbench.runtime.grants import Grants
from workbench.runtime.host import RuntimeHost
from workbench.runtime.logbook import Logbook
from workbench.runtime.metrics import Metrics
from workbench.runtime.recorder import Recorder
from workbench.runtime.surroundings import Surroundings

KEPT_LINES = 10_000


def apart(around: Surroundings, cancel: CancelToken | None = None) -> Surroundings:
    """The engines and the clock of a node, and everything else new, so that nothing of a replay reaches the node.

    Setting `cancel` ends the turn in hand.
    """
    bus = Bus(around.clock, buffer=1)
    logbook = Logbook(around.clock, bus, kept=KEPT_LINES)
    return replace(
        around,
        bus=bus,
        logbook=logbook,
        recorder=Recorder(bus, kept=1),
        metrics=Metrics(around.clock, bus, kept=1),
        host=RuntimeHost(logbook, around.scheduler, around.timers, around.host.network),
        grants=Grants(around.clock, bus, logbook),
        cancel=cancel,
    )
