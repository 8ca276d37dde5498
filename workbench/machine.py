"""The embedded node below its tenants, and the only place where the parts are put together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

from workbench import dialling
from workbench.api.identity import ActorId
from workbench.api.logs import Level
from workbench.api.recordings import Range, RecordedTurn, RecordingLevel, recording_level
from workbench.clock import Clock, FakeClock, SystemClock
from workbench.config import Config
from workbench.debug.timeline.live import RecordedStates
from workbench.runtime import draining, revival
from workbench.runtime.bonds import Bonds
from workbench.runtime.budget import three_quarters
from workbench.runtime.bus import Bus
from workbench.runtime.calls import Calls
from workbench.runtime.changes import Changes
from workbench.runtime.dead_letters import DeadLetters
from workbench.runtime.grants import Grants
from workbench.runtime.host import RuntimeHost
from workbench.runtime.logbook import Logbook
from workbench.runtime.metrics import Metrics
from workbench.runtime.moving.moves import Moves
from workbench.runtime.recorder import Recorder
from workbench.runtime.residents import Residents
from workbench.runtime.returning import Returning
from workbench.runtime.scheduler import Scheduler, default_workers
from workbench.runtime.supervision import kept
from workbench.runtime.supervision.trees import Trees
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.system import ActorSystem
from workbench.runtime.timers import Timers
from workbench.services.all import Services, Views
from workbench.services.blobs.service import BlobService
from workbench.services.blobs.urls import canonical, opener
from workbench.services.channels import queues
from workbench.services.journal.service import JournalService
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.keyvalue.store import Store
from workbench.services.keyvalue.urls import opened as opened_keys
from workbench.services.means import Means
from workbench.services.moves.store import MovesStore
from workbench.services.network import Network
from workbench.services.process_groups import service as groups
from workbench.services.recording.holdings import Holdings
from workbench.services.recording.ring import Bounds
from workbench.services.recording.service import Recording
from workbench.services.roster import NoRoster, StoredRoster
from workbench.services.tokens.store import TokenStore
from workbench.storage.database import Database
from workbench.storage.modules import StoredModules
from workbench.storage.node_log import open_logs
from workbench.storage.workspace import Workspace
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import Engines
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library
from workbench.wasm.linker import Linkers
from workbench.wasm.programs import Programs

TREE_SECONDS = 5.0
KEEP_SECONDS = 5.0
CHECK_SECONDS = 120.0
"""The check of a source is bounded by the limits of a turn; this is for a machine that is very busy."""


class Machine:
    """Everything that runs, started in order and closed in reverse. `folder` None is a temporary workspace.

    With a fake clock nothing runs by itself: whoever waits, or calls `scheduler.run_until_idle()`, runs the turns, and
    time passes when nothing else can happen. Without `revive` nobody is brought back: durable actors stay in their
    journals, others in the roster. Without `keeps` only durable ones that start here come back another time.
    """

    def __init__(
        self,
        folder: Path | None,
        config: Config,
        *,
        clock: Clock | None = None,
        revive: bool = True,
        keeps: bool = True,
    ) -> None:
        self.config, self.clock = config, clock or SystemClock()
        self.stepped = isinstance(clock, FakeClock)
        self.started, self._keeps = self.clock.now(), keeps and folder is not None
        self._closing = ExitStack()
        try:
            self._open(folder)
            self._start(revive=revive)
        except BaseException:
            self._closing.close()
            raise

    def _open(self, folder: Path | None) -> None:
        config, clock, closing = self.config, self.clock, self._closing
        self.artifacts = list[Artifacts]()
        shared = compiled = self._artifacts(config.cache)
        lasts = folder is not None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="workbench-"))
            closing.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            compiled = self._artifacts(folder)
        self.workspace = Workspace(folder)
        closing.callback(self.workspace.close)
        self.tokens = TokenStore(self.workspace.database, clock)
        self.audit, sink = open_logs(self.workspace.logs, config, closing, lasts=lasts)
        self.engines = Engines(tick_ms=config.tick_ms)
        closing.callback(self.engines.close)
        compiler = Compiler(config.compile_jobs)
        closing.callback(compiler.close)
        self.bus = Bus(clock, buffer=config.event_buffer)
        closing.callback(self.bus.close)
        self.logbook = Logbook(clock, self.bus, kept=config.kept_log_lines)
        self.logbook.sink = sink
        self.recording = self._recording()
        closing.callback(self.recording.close)
        self.timers = Timers(clock)
        closing.callback(self.timers.close)
        workers = 0 if self.stepped else config.workers or default_workers()
        self.scheduler = Scheduler(self.timers, clock, workers=workers)
        closing.callback(self.scheduler.close)
        self.library = self._opened_library(shared, compiled, compiler)
        self.calls = Calls()
        self.metrics = Metrics(clock, self.bus, kept=config.kept_samples)
        closing.callback(self.metrics.close)
        means = self._means()
        self.journal = JournalService(means, kept_turns=self.config.journal_turns)
        closing.callback(self.journal.close)
        self.around = around = self._surroundings()
        self.services = self._services(means)
        closing.callback(self.services.close)
        closing.callback(self._keys_recorded)
        self.system = ActorSystem(self.library, around, node_name=config.node_name, most=config.actors)
        self.host.system = self.system
        log = MovesStore(self.workspace.database)
        self.moves = self.system.moves = Moves(self.system, around, self.library, log, dialling.node, dialling.keep)
        self.recorder.renew = self.system.renew
        closing.callback(self.system.close)
        closing.callback(self.moves.close)
        self.states = RecordedStates(around, self.library, self._recorded, self.scheduler.call)
        closing.callback(self.states.close)
        self.trees = Trees(around, self.system)
        closing.callback(self.trees.close, TREE_SECONDS)
        closing.callback(self.services.keep)
        closing.callback(self.store_states, KEEP_SECONDS)

    def _opened_library(self, shared: Artifacts, compiled: Artifacts, compiler: Compiler) -> Library:
        linkers = Linkers()
        builds = self.config.cache / "interpreters"
        self.interpreter = Interpreter(builds, shared, compiler, self.engines, linkers, self._check)
        return Library(
            StoredModules(self.workspace.database, self.workspace.modules),
            Programs(compiled, compiler, self.engines, linkers, used=self._users),
            self.interpreter,
            changed=self.bus.publish,
            users=self._needing,
        )

    def _recording(self) -> Recording:
        config, clock, database = self.config, self.clock, self.workspace.database
        bounds = Bounds(config.recording_bytes, config.recording_seconds, config.recording_pinned_bytes)
        level = recording_level(config.record) if config.record else RecordingLevel.FULL
        self.recorder = Recorder(self.bus, kept=config.kept_turns, level=level)
        self.changes = Changes(self.recorder.levels, self.recorder.queue, clock.now)
        database.watch(self.changes)

        def ended(*, whole: bool) -> None:
            if whole and self.changes.are_whole:
                database.whole()

        queue = self.recorder.queue
        return Recording(database, clock, bounds, queue, lambda *line: self.logbook.note(*line), ended=ended)

    def _start(self, *, revive: bool) -> None:
        self.engines.start()
        self.recording.start()
        if not self.stepped:
            self.timers.start()
            self.metrics.start()
        self.services.start()
        self.journal.start()
        self.logbook.note(Level.INFO, f"node {self.config.node_name} started")
        if revive:
            self.around.returning.load()
            self.moves.revive()
            revival.revive(self.system)
            self.trees.revive()
            revival.refill(self.system, self.trees)
            self.around.returning.settled()

    def _surroundings(self) -> Surroundings:
        self.network = Network()
        self.host = RuntimeHost(self.logbook, self.scheduler, self.timers, self.network)
        bonds = Bonds(
            lambda who, kind, about, text: self.system.inform(who, kind, about, text),
            address=lambda actor: actor.at(self.config.node_name),
            gone=lambda actor, how: self.services.ended(actor, how),
        )
        budget = self.config.memory_bytes or three_quarters()
        return Surroundings(
            self.clock,
            self.bus,
            self.logbook,
            self.recorder,
            self.metrics,
            self.timers,
            self.scheduler,
            self.engines,
            self.host,
            bonds,
            DeadLetters(self.clock, self.bus),
            Residents(self.clock, most=self.config.resident, memory_bytes=budget, settle=self.scheduler.wait),
            Grants(self.clock, self.bus, self.logbook),
            self.journal,
            Returning(StoredRoster(self.workspace.database) if self._keeps else NoRoster()),
        )

    def _means(self) -> Means:
        return Means(
            self.clock,
            self.timers,
            self.bus,
            self.workspace.database,
            tell=lambda *message: self.system.notify(*message),
            cast=lambda *message: self.system.cast(*message),
            present=lambda actor: self.system.lives(actor),
            note=self.changes.note,
        )

    def _services(self, means: Means) -> Services:
        url, keys = canonical(self.config.blobs), opened_keys(self.config.keyvalue, self.workspace.database)
        self.key_database = self._watched(keys)
        services = Services(
            means,
            keys=keys,
            blobs=BlobService(means, url, opener(url, self.workspace.blobs)),
            reap_after=self.config.registry_reap_after,
        )
        self.host.views = partial(Views, services)
        self.recorder.settle = services.queues.ledger.at_turn
        self.holdings = Holdings(
            self.workspace.database,
            self.key_database,
            self.clock,
            self.changes,
            self.recording.base,
            before=services.queues.ledger.settle,
            memory=((groups.TABLE, services.process_groups.rows), (queues.TABLE, services.queues.rows)),
            blobs=services.blobs.id,
        )
        return services

    def _watched(self, keys: Store) -> Database | None:
        """The database of the keys, whose changes are recorded as all others; None when they are in none."""
        if not isinstance(keys, SqliteStore):
            return None
        if keys.database is not self.workspace.database and not keys.database.watch(self.changes):
            self.workspace.database.gap()
        return keys.database

    def _keys_recorded(self) -> None:
        """Keys in a database of their own are closed before the recording is."""
        if self.changes.are_whole and self.key_database not in (None, self.workspace.database):
            self.key_database.whole()

    def _artifacts(self, folder: Path) -> Artifacts:
        made = Artifacts(folder / "compiled", self.config.compiled_bytes)
        self.artifacts.append(made)
        self._closing.callback(made.close)
        return made

    def _check(self, job: Callable[[], Any]) -> Any:
        return self.scheduler.call(job, CHECK_SECONDS)

    def _recorded(self, actor: ActorId, after: int, limit: int) -> Sequence[RecordedTurn]:
        scope = actor.tenant, actor.namespace
        return self.recording.turns(scope, actor, within=Range(after), limit=limit, newest=False)

    def _users(self, module: str) -> list[ActorId]:
        return [actor.id for actor in self.system.all() if actor.info().module == module]

    def _needing(self, module: str) -> list[ActorId]:
        """Who would not live on, or not come back, without it."""
        away = *self.journal.needing(module), *self.around.returning.roster.needing(module)
        return list(dict.fromkeys((*self._users(module), *away, *kept.needing(self.journal, module))))

    def store_states(self, seconds: float) -> tuple[int, Sequence[str]]:
        """Write down, once, where every actor is that is not durable; how many, and why others begin anew."""
        if self.around.returning.ends:
            return 0, ()
        return draining.store(self.system, seconds)

    def end_actors(self) -> None:
        """Stop every tree and actor; whoever waits for one of them is told. They come back with the node."""
        self.services.keep()
        self.trees.close(TREE_SECONDS)
        self.system.close()

    def close(self) -> None:
        self._closing.close()
