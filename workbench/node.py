"""LocalNode: the embedded node, and the only place where the parts are put together."""

from __future__ import annotations

import platform
import shutil
import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.api.events import Area, Position
from workbench.api.identity import ActorId, check_scope
from workbench.api.logs import Level, LogLine
from workbench.api.metrics import Sample
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.node import NodeInfo
from workbench.api.recordings import Range, RecordedTurn, RecordingLevel, recording_level
from workbench.api.storage import StorageKind, StorageUse
from workbench.clock import Clock, FakeClock, SystemClock
from workbench.config import Config
from workbench.debug.timeline.live import RecordedStates
from workbench.kept import Kept
from workbench.runtime import draining, revival
from workbench.runtime.bonds import Bonds
from workbench.runtime.budget import three_quarters
from workbench.runtime.bus import Bus, BusSubscription
from workbench.runtime.callers import Outside
from workbench.runtime.changes import Changes
from workbench.runtime.dead_letters import DeadLetters
from workbench.runtime.facets.actors import LocalActors
from workbench.runtime.facets.capabilities import LocalCapabilities
from workbench.runtime.facets.debugger import LocalDebugger
from workbench.runtime.facets.supervision import LocalSupervision
from workbench.runtime.grants import Grants
from workbench.runtime.host import RuntimeHost
from workbench.runtime.logbook import Logbook
from workbench.runtime.metrics import Metrics
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
from workbench.services.blobs.local import LocalBlobs
from workbench.services.blobs.service import BlobService
from workbench.services.blobs.urls import canonical, opener
from workbench.services.channels import queues
from workbench.services.channels.views import LocalChannels
from workbench.services.journal.local import LocalJournal
from workbench.services.journal.service import JournalService
from workbench.services.keyvalue.service import LocalKeyValue
from workbench.services.keyvalue.sqlite import SqliteStore
from workbench.services.keyvalue.store import Store
from workbench.services.keyvalue.urls import opened as opened_keys
from workbench.services.locks.local import LocalLocks
from workbench.services.means import Means
from workbench.services.network import Network
from workbench.services.process_groups import service as groups
from workbench.services.process_groups.local import LocalProcessGroups
from workbench.services.recording.holdings import Holdings
from workbench.services.recording.ring import Bounds
from workbench.services.recording.service import Recording
from workbench.services.registry.local import LocalRegistry
from workbench.services.roster import NoRoster, StoredRoster
from workbench.services.tokens.local import LocalTokens
from workbench.services.tokens.store import TokenStore
from workbench.services.tuplespace.local import LocalTupleSpace
from workbench.storage.audit import AuditLog
from workbench.storage.database import Database
from workbench.storage.modules import StoredModules
from workbench.storage.node_log import open_logs
from workbench.storage.workspace import Workspace
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import WASMTIME, Engines
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library
from workbench.wasm.linker import Linkers
from workbench.wasm.programs import Programs

Scope = tuple[str, str]
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
        linkers = Linkers()
        builds = config.cache / "interpreters"
        self.interpreter = Interpreter(builds, shared, compiler, self.engines, linkers, self._check)
        self.library = Library(
            StoredModules(self.workspace.database, self.workspace.modules),
            Programs(compiled, compiler, self.engines, linkers, used=self._users),
            self.interpreter,
            changed=self.bus.publish,
            users=self._needing,
        )
        self.metrics = Metrics(clock, self.bus, kept=config.kept_samples)
        closing.callback(self.metrics.close)
        means = self._means()
        self.journal = JournalService(means)
        closing.callback(self.journal.close)
        self.around = around = self._surroundings()
        self.services = self._services(means)
        closing.callback(self.services.close)
        closing.callback(self._keys_recorded)
        self.system = ActorSystem(self.library, around, node_name=config.node_name, most=config.actors)
        self.host.system = self.system
        self.recorder.renew = self.system.renew
        closing.callback(self.system.close)
        self.states = RecordedStates(around, self.library, self._recorded, self.scheduler.call)
        closing.callback(self.states.close)
        self.trees = Trees(around, self.system)
        closing.callback(self.trees.close, TREE_SECONDS)
        closing.callback(self.services.keep)
        closing.callback(self.store_states, KEEP_SECONDS)

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


class LocalNode:
    """The embedded node, as one tenant and namespace see it. See api.Node."""

    def __init__(self, machine: Machine, *, tenant: str = "default", namespace: str = "default") -> None:
        self._machine, self._scope = machine, (tenant, namespace)
        self._actors = LocalActors(machine.system, machine.around, self._scope)
        self._supervision = LocalSupervision(machine.trees, self._scope)
        self._capabilities = LocalCapabilities(
            machine.around.grants, self._scope, find=self._actors.find, everyone=self._actors.everyone
        )
        self._debugger = LocalDebugger(
            machine.recording,
            machine.holdings,
            machine.recorder.levels,
            machine.bus,
            self._scope,
            self._actors.id_of,
            state=machine.states.at,
        )
        self._modules = machine.library.seen_by(tenant)
        self._tokens = LocalTokens(machine.tokens, self._scope)
        self._services = Views(machine.services, Outside(self._scope, machine.scheduler))
        self._journal = LocalJournal(
            machine.journal, self._scope, take=machine.system.checkpoint, present=machine.system.lives
        )

    @property
    def modules(self) -> Library:
        return self._modules

    @property
    def actors(self) -> LocalActors:
        return self._actors

    @property
    def supervision(self) -> LocalSupervision:
        return self._supervision

    @property
    def capabilities(self) -> LocalCapabilities:
        return self._capabilities

    @property
    def keyvalue(self) -> LocalKeyValue:
        return self._services.keyvalue

    @property
    def locks(self) -> LocalLocks:
        return self._services.locks

    @property
    def process_groups(self) -> LocalProcessGroups:
        return self._services.process_groups

    @property
    def registry(self) -> LocalRegistry:
        return self._services.registry

    @property
    def tuplespace(self) -> LocalTupleSpace:
        return self._services.tuplespace

    @property
    def channels(self) -> LocalChannels:
        return self._services.channels

    @property
    def blobs(self) -> LocalBlobs:
        return self._services.blobs

    @property
    def debugger(self) -> LocalDebugger:
        return self._debugger

    @property
    def journal(self) -> LocalJournal:
        return self._journal

    @property
    def tokens(self) -> LocalTokens:
        return self._tokens

    @property
    def session(self) -> None:
        return None

    @property
    def callers(self) -> TokenStore:
        """The tokens of all tenants, for its listeners."""
        return self._machine.tokens

    @property
    def audit(self) -> AuditLog:
        """Where its listeners write what changed something."""
        return self._machine.audit

    @property
    def machine(self) -> Machine:
        """What all tenants share, for what serves the node and ends it."""
        return self._machine

    @property
    def config(self) -> Config:
        return self._machine.config

    @property
    def workspace(self) -> Path:
        return self._machine.workspace.folder

    def scoped(self, tenant: str, namespace: str) -> LocalNode:
        """The same node for another tenant and namespace. Invalid: one of them is no name."""
        check_scope(tenant, namespace)
        return LocalNode(self._machine, tenant=tenant, namespace=namespace)

    def info(self) -> NodeInfo:
        machine = self._machine
        return NodeInfo(
            name=machine.config.node_name,
            version=program_version(),
            wasmtime=WASMTIME,
            workspace=str(machine.workspace.folder),
            started=machine.started,
            actors=sum(1 for _ in self._actors.everyone()),
            modules=machine.library.count,
            interpreter=machine.interpreter.hash,
            workers=machine.scheduler.workers,
            endpoint="",
            platform=f"{platform.system()} {platform.machine()}",
            time=machine.clock.now(),
        )

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        self._machine.interpreter.ensure(progress=progress, cancel=cancel)
        return self.info()

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        who = None if actor is None else self._actors.id_of(actor)
        return self._machine.logbook.read(self._scope, after=after, actor=who, limit=limit)

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        return self._machine.metrics.read([self._actors.id_of(actor) for actor in actors], since=since)

    def subscribe(self, areas: Collection[Area] = (), *, after: Position | None = None) -> BusSubscription:
        return self._machine.bus.subscribe(areas, self._scope, after)

    def storage(self) -> Sequence[StorageUse]:
        return Kept(self._machine, self._scope, self._journal).list()

    def clear_storage(self, kind: StorageKind) -> StorageUse:
        return Kept(self._machine, self._scope, self._journal).clear(kind)

    def close(self) -> None:
        self._machine.close()

    def __enter__(self) -> LocalNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def program_version() -> str:
    try:
        return version("actor-workbench")
    except PackageNotFoundError:
        return "0 (not installed)"
