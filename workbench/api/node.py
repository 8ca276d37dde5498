"""The one protocol with several ends: embedded, remote over gRPC, a recorded session. Callers cannot tell which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol

from workbench.api.actors import Actors
from workbench.api.blobs import Blobs
from workbench.api.capabilities import Capabilities
from workbench.api.channels import Channels
from workbench.api.debugger import Debugger
from workbench.api.events import Area, Position, Subscription
from workbench.api.identity import ActorId
from workbench.api.journal import Journal
from workbench.api.keyvalue import KeyValue
from workbench.api.locks import Locks
from workbench.api.logs import LogLine
from workbench.api.metrics import Sample
from workbench.api.modules import CancelToken, Modules, ProgressCallback
from workbench.api.process_groups import ProcessGroups
from workbench.api.registry import Registry
from workbench.api.session import Session
from workbench.api.storage import StorageKind, StorageUse
from workbench.api.supervision import Supervision
from workbench.api.tokens import Tokens
from workbench.api.tuplespace import TupleSpace


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What a node says of itself. `interpreter` is the hash of its Python interpreter, empty until it is built;
    `platform` are the system and the processor that it runs on; `time` is what its clock says, 0 where it does not
    tell."""

    name: str
    version: str
    wasmtime: str
    workspace: str
    started: float
    actors: int
    modules: int
    interpreter: str
    workers: int
    endpoint: str = ""
    platform: str = ""
    time: float = 0.0


class Node(Protocol):
    """A running node. Thread-safe; every wait has a timeout; `close()` is idempotent."""

    @property
    def modules(self) -> Modules: ...

    @property
    def actors(self) -> Actors: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def supervision(self) -> Supervision: ...

    @property
    def keyvalue(self) -> KeyValue: ...

    @property
    def locks(self) -> Locks: ...

    @property
    def process_groups(self) -> ProcessGroups: ...

    @property
    def registry(self) -> Registry: ...

    @property
    def tuplespace(self) -> TupleSpace: ...

    @property
    def channels(self) -> Channels: ...

    @property
    def blobs(self) -> Blobs: ...

    @property
    def debugger(self) -> Debugger: ...

    @property
    def journal(self) -> Journal: ...

    @property
    def tokens(self) -> Tokens: ...

    @property
    def session(self) -> Session | None:
        """Where in a recorded session this node is; None: it runs."""
        ...

    def info(self) -> NodeInfo: ...

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        """Build and compile the Python interpreter if this machine has none yet (10 to 45 s, once).

        Setting `cancel` ends it with Conflict, and nothing half-built is left.
        """
        ...

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        """The newest lines still kept with seq > `after`, oldest first."""
        ...

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        """Samples newer than `since`, by actor name; the node's own series has the empty name."""
        ...

    def storage(self) -> Sequence[StorageUse]:
        """What is kept on disk, one of each kind: what it takes now, what bounds it, what clearing it would remove."""
        ...

    def clear_storage(self, kind: StorageKind) -> StorageUse:
        """Remove what `storage` says of this kind, and say what it takes after that. Invalid: nothing of it can be
        cleared. Denied: it is the node's, and the caller is bound to a tenant."""
        ...

    def subscribe(self, areas: Collection[Area] = (), *, after: Position | None = None) -> Subscription:
        """Events of these areas from now on (all of them when none is given), or from a position on; see GAP."""
        ...

    def close(self) -> None: ...

    def __enter__(self) -> Node: ...

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None: ...
