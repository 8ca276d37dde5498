"""The real services, for a node that is none: their storage lies in a folder that goes with the process."""

# ruff: noqa: ARG002  (the protocol has more arguments than are needed here)
from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from workbench.api import ActorId, Area, Conflict, Payload, RecordingLevel
from workbench.clock import SystemClock
from workbench.runtime.callers import Outside
from workbench.runtime.changes import Changes
from workbench.runtime.facets.debugger import LocalDebugger
from workbench.runtime.levels import Levels
from workbench.runtime.scheduler import Scheduler
from workbench.runtime.timers import Timers
from workbench.runtime.turn_queue import TurnQueue
from workbench.services.all import Services, Views
from workbench.services.blobs.service import BlobService
from workbench.services.blobs.urls import opener
from workbench.services.journal.local import LocalJournal
from workbench.services.journal.service import JournalService
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.means import Means, Scope
from workbench.services.recording.holdings import Holdings
from workbench.services.recording.ring import Bounds
from workbench.services.recording.service import Recording
from workbench.storage.database import Database
from workbench.storage.schema import migrate

Told = Callable[[Area, str, str], None]
_folder = tempfile.TemporaryDirectory(prefix="services-")


class _Events:
    def __init__(self, told: Told) -> None:
        self._told = told

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None:
        self._told(area, kind, subject)

    def touch(self, area: Area, scope: Scope | None = None) -> None:
        self._told(area, f"{area}.changed", "")


def debugger(told: Told) -> LocalDebugger:
    """A recording of nothing yet."""
    database = Database(Path(tempfile.mkdtemp(dir=_folder.name)) / "recorded.db")
    migrate(database)
    bounds = Bounds(256 << 20, 7 * 86_400, 256 << 20)
    recording = Recording(database, SystemClock(), bounds, TurnQueue(Lock()), lambda _level, _text: None)
    changes = Changes(Levels(RecordingLevel.FULL), TurnQueue(Lock()), time.time)
    holdings = Holdings(
        database, database, SystemClock(), changes, recording.base, before=lambda: None, memory=(), blobs=""
    )
    return LocalDebugger(
        recording,
        holdings,
        Levels(RecordingLevel.FULL),
        _Events(told),
        ("default", "default"),
        lambda actor: ActorId(str(actor)),
    )


def services(told: Told) -> tuple[Views, LocalJournal]:
    """What somebody outside of the actors may use, and a journal of nobody; `told` is told of events."""
    database = Database(Path(tempfile.mkdtemp(dir=_folder.name)) / "services.db")
    migrate(database)
    clock = SystemClock()
    timers = Timers(clock)

    def nobody(_actor: ActorId, _type: str, _payload: Payload) -> None:
        """There is no actor that could be told."""

    def no_one(_sender: ActorId | None, _actor: ActorId, _type: str, _payload: Payload) -> bool:
        return False

    means = Means(clock, timers, _Events(told), database, nobody, no_one, lambda _actor: True)
    caller = Outside(("default", "default"), Scheduler(timers, clock, workers=1))
    blobs = BlobService(means, "", opener("", database.path.parent / "blobs"))
    made = Services(means, keys=SqliteStore(database), blobs=blobs)
    made.start()
    journal = LocalJournal(JournalService(means), ("default", "default"), take=_no_state, present=lambda _actor: False)
    return Views(made, caller), journal


def _no_state(actor: ActorId, timeout: float) -> int:
    raise Conflict(f"{actor.name} is not durable")
