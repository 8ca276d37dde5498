"""LocalNode: the embedded node, as one tenant and namespace see it."""

from __future__ import annotations

import platform
from collections.abc import Collection, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

from workbench.api.events import Area, Position
from workbench.api.identity import ActorId, check_scope
from workbench.api.logs import LogLine
from workbench.api.metrics import Sample
from workbench.api.modules import CancelToken, ProgressCallback
from workbench.api.node import NodeInfo
from workbench.api.storage import StorageKind, StorageUse
from workbench.config import Config
from workbench.kept import Kept
from workbench.machine import Machine
from workbench.runtime.bus import BusSubscription
from workbench.runtime.callers import Outside
from workbench.runtime.calls import Calls
from workbench.runtime.facets.actors import LocalActors
from workbench.runtime.facets.capabilities import LocalCapabilities
from workbench.runtime.facets.debugger import LocalDebugger
from workbench.runtime.facets.supervision import LocalSupervision
from workbench.services.all import Views
from workbench.services.blobs.local import LocalBlobs
from workbench.services.channels.views import LocalChannels
from workbench.services.journal.local import LocalJournal
from workbench.services.keyvalue.service import LocalKeyValue
from workbench.services.locks.local import LocalLocks
from workbench.services.process_groups.local import LocalProcessGroups
from workbench.services.registry.local import LocalRegistry
from workbench.services.tokens.local import LocalTokens
from workbench.services.tokens.store import TokenStore
from workbench.services.tuplespace.local import LocalTupleSpace
from workbench.storage.audit import AuditLog
from workbench.wasm.engine import WASMTIME
from workbench.wasm.library import Library

Scope = tuple[str, str]


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
    def calls(self) -> Calls:
        """Where its listeners count what they answered."""
        return self._machine.calls

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
