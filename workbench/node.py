"""LocalNode: the embedded node, and the only place where the parts are put together."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any

from workbench.api.actors import ActorInfo, ActorState, SpawnOptions
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.logs import Level, LogLine
from workbench.api.messages import NO_HEADERS, Kind, Payload, Reply
from workbench.api.metrics import Sample
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.node import NodeInfo
from workbench.api.turns import Turn
from workbench.clock import Clock, SystemClock
from workbench.config import Config
from workbench.runtime.actor import Actor
from workbench.runtime.bonds import Bonds
from workbench.runtime.bus import Bus, BusSubscription
from workbench.runtime.capabilities import LocalCapabilities
from workbench.runtime.grants import Grants
from workbench.runtime.host import RuntimeHost
from workbench.runtime.logbook import Logbook
from workbench.runtime.mailbox import Letter
from workbench.runtime.metrics import Metrics
from workbench.runtime.recorder import Recorder
from workbench.runtime.scheduler import Scheduler, default_workers
from workbench.runtime.surroundings import Surroundings
from workbench.runtime.system import ActorSystem
from workbench.runtime.timers import Timers
from workbench.services.network import Network
from workbench.storage.modules import StoredModules
from workbench.storage.workspace import Workspace
from workbench.wasm.artifacts import Artifacts
from workbench.wasm.compiler import Compiler
from workbench.wasm.engine import WASMTIME, Engines
from workbench.wasm.interpreter import Interpreter
from workbench.wasm.library import Library
from workbench.wasm.linker import Linkers
from workbench.wasm.programs import Programs

Scope = tuple[str, str]
KEPT_NAMES = 1_000
CHECK_SECONDS = 120.0
"""The check of a source is bounded by the limits of a turn; this is for a machine that is very busy."""


class Machine:
    """Everything that runs, started in order and closed in reverse. `folder` None is a temporary workspace."""

    def __init__(self, folder: Path | None, config: Config, *, clock: Clock | None = None) -> None:
        self.config, self.clock = config, clock or SystemClock()
        self.started = self.clock.now()
        self._closing = ExitStack()
        try:
            self._open(folder)
        except BaseException:
            self._closing.close()
            raise

    def _open(self, folder: Path | None) -> None:
        config, clock, closing = self.config, self.clock, self._closing
        shared = compiled = self._artifacts(config.cache)
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="workbench-"))
            closing.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            compiled = self._artifacts(folder)
        self.workspace = Workspace(folder)
        closing.callback(self.workspace.close)
        self.engines = Engines(tick_ms=config.tick_ms)
        closing.callback(self.engines.close)
        compiler = Compiler()
        closing.callback(compiler.close)
        self.bus = Bus(clock, buffer=config.event_buffer)
        closing.callback(self.bus.close)
        self.logbook = Logbook(clock, self.bus, kept=config.kept_log_lines)
        self.recorder = Recorder(self.bus, kept=config.kept_turns)
        self.timers = Timers(clock)
        closing.callback(self.timers.close)
        self.scheduler = Scheduler(self.timers, clock, workers=config.workers or default_workers())
        closing.callback(self.scheduler.close)
        linkers = Linkers()
        builds = config.cache / "interpreters"
        self.interpreter = Interpreter(builds, shared, compiler, self.engines, linkers, self._check)
        self.library = Library(
            StoredModules(self.workspace.database, self.workspace.modules),
            Programs(compiled, compiler, self.engines, linkers, used=self._users),
            self.interpreter,
            changed=self.bus.publish,
            users=self._users,
        )
        self.metrics = Metrics(clock, self.bus, lambda: self.system.counters(), kept=config.kept_samples)
        closing.callback(self.metrics.close)
        self.network = Network()
        host = RuntimeHost(self.logbook, self.scheduler, self.timers, self.network)
        bonds = Bonds(
            lambda who, kind, about, text: self.system.inform(who, kind, about, text),
            address=lambda actor: actor.at(config.node_name),
        )
        self.grants = Grants(clock, self.bus, self.logbook)
        around = Surroundings(
            clock,
            self.bus,
            self.logbook,
            self.recorder,
            self.metrics,
            self.timers,
            self.scheduler,
            self.engines,
            host,
            bonds,
            self.grants,
        )
        self.system = ActorSystem(self.library, around, node_name=config.node_name)
        host.system = self.system
        closing.callback(self.system.close)
        for part in (self.engines, self.timers, self.metrics):
            part.start()
        self.logbook.note(Level.INFO, f"node {config.node_name} started on {folder}")

    def _artifacts(self, folder: Path) -> Artifacts:
        made = Artifacts(folder / "compiled", self.config.compiled_bytes)
        self._closing.callback(made.close)
        return made

    def _check(self, job: Callable[[], Any]) -> Any:
        return self.scheduler.call(job, CHECK_SECONDS)

    def _users(self, module: str) -> list[ActorId]:
        return [actor.id for actor in self.system.all() if actor.info().module == module]

    def close(self) -> None:
        self._closing.close()


class LocalActors:
    """The facet `node.actors` of an embedded node, for one tenant and namespace."""

    def __init__(self, machine: Machine, scope: Scope) -> None:
        self._machine, self._system, self._scope = machine, machine.system, scope
        self._known: dict[str, Actor] = {}  # found once for each name that is used again and again

    def _id(self, actor: ActorId | str) -> ActorId:
        if isinstance(actor, str):
            tenant, namespace = self._scope
            if "@" in actor:
                return self._system.resolve(actor, ActorId("", namespace, tenant))
            return ActorId(actor, namespace, tenant)
        if (actor.tenant, actor.namespace) != self._scope:
            return ActorId(actor.name, self._scope[1], self._scope[0])
        return actor

    def _find(self, actor: ActorId | str) -> Actor:
        if not isinstance(actor, str):
            return self._system.find(self._id(actor))
        found = self._known.get(actor)
        if found is None or found.state is ActorState.STOPPED:
            if len(self._known) >= KEPT_NAMES:
                self._known.clear()
            found = self._known[actor] = self._system.find(self._id(actor))
        return found

    def spawn(
        self, module: str, state: Payload = "", *, options: SpawnOptions | None = None, timeout: float = 30.0
    ) -> ActorInfo:
        return self._system.spawn(self._scope, module, state, options or SpawnOptions(), timeout=timeout)

    def get(self, actor: ActorId | str) -> ActorInfo:
        return self._system.find(self._id(actor)).info()

    def ask(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        kind: Kind = Kind.CALL,
        headers: Mapping[str, str] = NO_HEADERS,
        timeout: float = 60.0,
    ) -> Reply:
        envelope = self._system.envelope(kind, message_type, payload, None, headers)
        return self._system.ask_actor(self._find(actor), envelope, timeout)

    def tell(
        self,
        actor: ActorId | str,
        message_type: str,
        payload: Payload = "",
        *,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> str:
        envelope = self._system.envelope(Kind.CAST, message_type, payload, None, headers)
        self._find(actor).deliver(Letter(envelope))
        return envelope.id

    def stop(self, actor: ActorId | str, *, timeout: float = 5.0) -> None:
        self._system.stop(self._id(actor), timeout)

    def kill(self, actor: ActorId | str) -> None:
        self._system.kill(self._id(actor))

    def restart(self, actor: ActorId | str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.restart(self._id(actor), timeout)

    def upgrade(self, actor: ActorId | str, module: str, *, timeout: float = 30.0) -> ActorInfo:
        return self._system.upgrade(self._id(actor), module, timeout)

    def snapshot(self, actor: ActorId | str, *, timeout: float = 30.0) -> Payload:
        return self._system.snapshot(self._id(actor), timeout)

    def turns(self, actor: ActorId | str | None = None, *, after: int = 0, limit: int = 100) -> Sequence[Turn]:
        who = None if actor is None else self._id(actor)
        return self._machine.recorder.read(self._scope, actor=who, after=after, limit=limit)

    def list(self) -> Sequence[ActorInfo]:
        return sorted((actor.info() for actor in self._mine()), key=lambda info: info.id.name)

    def _mine(self) -> Iterable[Actor]:
        return (actor for actor in self._system.all() if actor.scope == self._scope)


class LocalNode:
    """The embedded node, as one tenant and namespace see it. See api.Node."""

    def __init__(self, machine: Machine, *, tenant: str = "default", namespace: str = "default") -> None:
        self._machine, self._scope = machine, (tenant, namespace)
        self._actors = LocalActors(machine, self._scope)
        self._modules = machine.library.seen_by(tenant)
        self._capabilities = LocalCapabilities(
            machine.grants, self._scope, find=self._actors._find, everyone=self._actors._mine
        )

    @property
    def modules(self) -> Library:
        return self._modules

    @property
    def actors(self) -> LocalActors:
        return self._actors

    @property
    def capabilities(self) -> LocalCapabilities:
        return self._capabilities

    @property
    def workspace(self) -> Path:
        return self._machine.workspace.folder

    def scoped(self, tenant: str, namespace: str) -> LocalNode:
        """The same node for another tenant and namespace."""
        return LocalNode(self._machine, tenant=tenant, namespace=namespace)

    def info(self) -> NodeInfo:
        machine = self._machine
        return NodeInfo(
            name=machine.config.node_name,
            version=program_version(),
            wasmtime=WASMTIME,
            workspace=str(machine.workspace.folder),
            started=machine.started,
            actors=len(self._actors.list()),
            modules=len(machine.library.list()),
            interpreter=machine.interpreter.hash,
            workers=machine.scheduler.workers,
            endpoint="",
        )

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        self._machine.interpreter.ensure(progress=progress, cancel=cancel)
        return self.info()

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        who = None if actor is None else self._actors._id(actor)
        return self._machine.logbook.read(self._scope, after=after, actor=who, limit=limit)

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        return self._machine.metrics.read([self._actors._id(actor) for actor in actors], since=since)

    def subscribe(self, areas: Collection[Area] = ()) -> BusSubscription:
        return self._machine.bus.subscribe(areas, self._scope)

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
