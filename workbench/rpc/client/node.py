"""`RemoteNode`: the whole protocol of a node over one connection."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import Any

from workbench.api import (
    ActorId,
    Area,
    CancelToken,
    Internal,
    LogLine,
    NodeInfo,
    Position,
    Progress,
    ProgressCallback,
    Sample,
    Subscription,
)
from workbench.api.storage import StorageKind, StorageUse
from workbench.rpc.client.actors import RemoteActors
from workbench.rpc.client.blobs import RemoteBlobs
from workbench.rpc.client.capabilities import RemoteCapabilities
from workbench.rpc.client.channel import LONG_SECONDS, PLAIN, Connection, Manner
from workbench.rpc.client.channels import RemoteChannels
from workbench.rpc.client.debugger import RemoteDebugger
from workbench.rpc.client.facet import Facet
from workbench.rpc.client.journal import RemoteJournal
from workbench.rpc.client.keyvalue import RemoteKeyValue
from workbench.rpc.client.locks import RemoteLocks
from workbench.rpc.client.modules import RemoteModules
from workbench.rpc.client.process_groups import RemoteProcessGroups
from workbench.rpc.client.registry import RemoteRegistry
from workbench.rpc.client.subscription import RemoteSubscription
from workbench.rpc.client.supervision import RemoteSupervision
from workbench.rpc.client.tls import ClientTls
from workbench.rpc.client.tokens import RemoteTokens
from workbench.rpc.client.tuplespace import RemoteTupleSpace
from workbench.rpc.convert import actor, from_message, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import node_pb2 as pb
from workbench.rpc.security import Caller


class RemoteNode(Facet):
    """The node at `address` (HOST:PORT), bound to one tenant and namespace: those of the token, or the default ones,
    where none is named. Connects with the first call."""

    def __init__(
        self,
        address: str,
        *,
        token: str = "",
        tenant: str | None = None,
        namespace: str | None = None,
        tls: ClientTls | None = None,
        manner: Manner = PLAIN,
    ) -> None:
        self._connection = Connection(address, token=token, caller=Caller(tenant, namespace), tls=tls, manner=manner)
        self._stub = self._connection.stub(pb.DESCRIPTOR.services_by_name["Node"])
        self._modules = RemoteModules(self._connection)
        self._actors = RemoteActors(self._connection)
        self._capabilities = RemoteCapabilities(self._connection)
        self._supervision = RemoteSupervision(self._connection)
        self._keyvalue = RemoteKeyValue(self._connection)
        self._locks = RemoteLocks(self._connection)
        self._process_groups = RemoteProcessGroups(self._connection)
        self._registry = RemoteRegistry(self._connection)
        self._tuplespace = RemoteTupleSpace(self._connection)
        self._channels = RemoteChannels(self._connection)
        self._blobs = RemoteBlobs(self._connection)
        self._debugger = RemoteDebugger(self._connection)
        self._journal = RemoteJournal(self._connection)
        self._tokens = RemoteTokens(self._connection)

    @property
    def modules(self) -> RemoteModules:
        return self._modules

    @property
    def actors(self) -> RemoteActors:
        return self._actors

    @property
    def capabilities(self) -> RemoteCapabilities:
        return self._capabilities

    @property
    def supervision(self) -> RemoteSupervision:
        return self._supervision

    @property
    def keyvalue(self) -> RemoteKeyValue:
        return self._keyvalue

    @property
    def locks(self) -> RemoteLocks:
        return self._locks

    @property
    def process_groups(self) -> RemoteProcessGroups:
        return self._process_groups

    @property
    def registry(self) -> RemoteRegistry:
        return self._registry

    @property
    def tuplespace(self) -> RemoteTupleSpace:
        return self._tuplespace

    @property
    def channels(self) -> RemoteChannels:
        return self._channels

    @property
    def blobs(self) -> RemoteBlobs:
        return self._blobs

    @property
    def debugger(self) -> RemoteDebugger:
        return self._debugger

    @property
    def tokens(self) -> RemoteTokens:
        return self._tokens

    @property
    def session(self) -> None:
        return None

    @property
    def journal(self) -> RemoteJournal:
        return self._journal

    def info(self) -> NodeInfo:
        return from_message(self._stub.call("Info", pb.InfoRequest(), pb.NodeInfo), NodeInfo)

    def prepare(self, *, progress: ProgressCallback | None = None, cancel: CancelToken | None = None) -> NodeInfo:
        for part in self._stub.stream(
            "Prepare", pb.PrepareRequest(), pb.PrepareResponse, seconds=LONG_SECONDS, cancel=cancel
        ):
            if part.HasField("node"):
                return from_message(part.node, NodeInfo)
            if progress is not None:
                progress(from_message(part.progress, Progress))
        raise Internal(f"the node at {self._connection.address} ended the preparation without an answer")

    def logs(self, *, after: int = 0, actor: ActorId | str | None = None, limit: int = 1000) -> Sequence[LogLine]:
        request = pb.LogsRequest(after=after, limit=limit, actor=_actor(actor))
        answers = self._stub.stream("Logs", request, pb.LogsResponse)
        return [from_message(line, LogLine) for answer in answers for line in answer.lines]

    def metrics(self, actors: Sequence[ActorId | str] = (), *, since: float = 0.0) -> Mapping[str, Sequence[Sample]]:
        request = pb.MetricsRequest(actors=map(actor, actors), since=since)
        series: dict[str, list[Sample]] = {}
        for part in self._stub.stream("Metrics", request, pb.MetricsResponse):
            series.setdefault(part.actor, []).extend(from_message(sample, Sample) for sample in part.samples)
        return series

    def storage(self) -> Sequence[StorageUse]:
        answer = self._stub.call("Storage", pb.StorageRequest(), pb.StorageResponse)
        return [from_message(use, StorageUse) for use in answer.uses]

    def clear_storage(self, kind: StorageKind) -> StorageUse:
        return from_message(
            self._stub.call("ClearStorage", pb.ClearStorageRequest(name=kind), pb.StorageUse), StorageUse
        )

    def subscribe(self, areas: Collection[Area] = (), *, after: Position | None = None) -> Subscription:
        def watch(position: Position | None) -> Any:
            here = None if position is None else to_message(position, pb.Position)
            request = pb.WatchRequest(areas=[area.value for area in areas], after=here)
            return self._stub.open("Watch", request, pb.WatchResponse, seconds=None)

        return RemoteSubscription(watch, after, self._connection.address, self._connection.failure)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> RemoteNode:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _actor(value: ActorId | str | None) -> common.ActorId | None:
    return None if value is None else actor(value)
