"""SessionNode: a session bundle as a read-only node without a network; see api.Node and api.session."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import NoReturn

from workbench.api.actors import Actors
from workbench.api.blobs import Blobs
from workbench.api.capabilities import Capabilities
from workbench.api.channels import Channels
from workbench.api.debugger import Debugger
from workbench.api.events import Area, Position
from workbench.api.identity import ActorId
from workbench.api.journal import Journal
from workbench.api.keyvalue import KeyValue
from workbench.api.locks import Locks
from workbench.api.logs import LogLine
from workbench.api.metrics import Sample
from workbench.api.modules import CancelToken, Modules, ProgressCallback
from workbench.api.node import NodeInfo
from workbench.api.process_groups import ProcessGroups
from workbench.api.registry import Registry
from workbench.api.storage import StorageKind, StorageUse
from workbench.api.supervision import Supervision
from workbench.api.tokens import Tokens
from workbench.api.tuplespace import TupleSpace
from workbench.clock import SystemClock
from workbench.debug.bundle.reader import Bundle
from workbench.debug.session.actors import RecordedActors
from workbench.debug.session.modules import library_of
from workbench.debug.session.moves import RecordedSession
from workbench.debug.session.recorded import (
    RecordedCapabilities,
    RecordedDebugger,
    RecordedJournal,
    RecordedSupervision,
)
from workbench.debug.session.sealed import refused, sealed
from workbench.debug.session.services import SessionServices
from workbench.debug.session.workshop import Workshop
from workbench.debug.timeline.samples import Samples
from workbench.debug.timeline.timeline import Timeline
from workbench.runtime.bus import Bus, BusSubscription
from workbench.services.all import Views

EVENTS = 1_000
"""How many events a slow subscriber may be behind."""


class SessionNode:
    """All facets show one moment, at first the end of the session. It owns the bundle, the workshop and the services,
    and closes them."""

    def __init__(self, bundle: Bundle, workshop: Workshop, services: SessionServices) -> None:
        self._bundle, self._services = bundle, services
        self._scope = bundle.manifest.tenant, bundle.manifest.namespace
        self._bus = Bus(SystemClock(), buffer=EVENTS)
        self._timeline = timeline = Timeline(bundle)
        if (first := next(iter(timeline.columns.losses), None)) is not None:
            services.lose(first.at, timeline.total, first.why)
        self._session = RecordedSession(timeline, workshop, services, self._moved)
        self._lock = threading.Lock()
        self._shown: tuple[int, Views] | None = None
        self._closing = ExitStack()
        for close in (bundle.close, workshop.close, services.close, self._session.close, self._bus.close):
            self._closing.callback(close)
        actors = RecordedActors(timeline, self._session, self._at)
        name, library = bundle.path.name, library_of(bundle, actors.users)
        supervision, journal = RecordedSupervision(timeline, actors), RecordedJournal(name)
        capabilities = RecordedCapabilities(timeline, actors, self._at)
        debugger = RecordedDebugger(timeline, self._session, self._at)
        self._samples = Samples(timeline)
        self._actors: Actors = sealed(Actors, name, lambda: actors)
        self._modules: Modules = sealed(Modules, name, lambda: library)
        self._supervision: Supervision = sealed(Supervision, name, lambda: supervision)
        self._capabilities: Capabilities = sealed(Capabilities, name, lambda: capabilities)
        self._debugger: Debugger = sealed(Debugger, name, lambda: debugger)
        self._journal: Journal = sealed(Journal, name, lambda: journal)
        self._tokens: Tokens = sealed(Tokens, name, lambda: None)
        self._keyvalue: KeyValue = sealed(KeyValue, name, lambda: self._views().keyvalue)
        self._locks: Locks = sealed(Locks, name, lambda: self._views().locks)
        self._process_groups: ProcessGroups = sealed(ProcessGroups, name, lambda: self._views().process_groups)
        self._registry: Registry = sealed(Registry, name, lambda: self._views().registry)
        self._tuplespace: TupleSpace = sealed(TupleSpace, name, lambda: self._views().tuplespace)
        self._channels: Channels = sealed(Channels, name, lambda: self._views().channels)
        self._blobs: Blobs = sealed(Blobs, name, lambda: self._views().blobs)

    def _at(self) -> int:
        return self._session.position

    def _views(self) -> Views:
        """What services held at the moment; made anew for another one."""
        position = self._at()
        with self._lock:
            if self._shown is None or self._shown[0] != position:
                self._shown = position, self._services.at(position, self._timeline.time(position))
            return self._shown[1]

    def _moved(self) -> None:
        for area in Area:
            self._bus.touch(area)

    @property
    def session(self) -> RecordedSession:
        return self._session

    @property
    def modules(self) -> Modules:
        return self._modules

    @property
    def actors(self) -> Actors:
        return self._actors

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    @property
    def supervision(self) -> Supervision:
        return self._supervision

    @property
    def keyvalue(self) -> KeyValue:
        return self._keyvalue

    @property
    def locks(self) -> Locks:
        return self._locks

    @property
    def process_groups(self) -> ProcessGroups:
        return self._process_groups

    @property
    def registry(self) -> Registry:
        return self._registry

    @property
    def tuplespace(self) -> TupleSpace:
        return self._tuplespace

    @property
    def channels(self) -> Channels:
        return self._channels

    @property
    def blobs(self) -> Blobs:
        return self._blobs

    @property
    def debugger(self) -> Debugger:
        return self._debugger

    @property
    def journal(self) -> Journal:
        return self._journal

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    def info(self) -> NodeInfo:
        made = self._bundle.manifest
        interpreter = made.interpreters[-1] if made.interpreters and self._session.is_ready else ""
        return NodeInfo(
            name=self._bundle.path.name,
            version=made.program,
            wasmtime=made.wasmtime,
            workspace="",
            started=self._timeline.begins,
            actors=len(self._actors.list()),
            modules=len(self._bundle.modules),
            interpreter=interpreter,
            workers=0,
            platform=made.platform,
        )

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        """Let states be there: until the interpreter is built, everything else can be seen."""
        self._session.prepare(progress, cancel)
        return self.info()

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        time = self._timeline.time(self._at())
        name = None if actor is None else (actor if isinstance(actor, str) else actor.name).partition("@")[0]
        lines = (line for line in self._bundle.log if line.time <= time and line.seq > after)
        mine = [line for line in lines if name is None or line.actor == name]
        return mine[-limit:] if limit > 0 else []

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        known = [actor for actor in actors if self._timeline.knows(actor)]
        return self._samples.read([self._timeline.id_of(actor) for actor in known], self._at(), since=since)

    def subscribe(self, areas: Collection[Area] = (), *, after: Position | None = None) -> BusSubscription:
        return self._bus.subscribe(areas, self._scope, after)

    def storage(self) -> Sequence[StorageUse]:
        return ()

    def clear_storage(self, kind: StorageKind) -> NoReturn:  # noqa: ARG002
        raise refused(self._bundle.path.name, "node.clear_storage")

    def close(self) -> None:
        self._closing.close()

    def __enter__(self) -> SessionNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
