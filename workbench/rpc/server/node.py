"""The node itself over gRPC. A watcher costs one thread, so the number of them is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from workbench.api import Area, CancelToken, Invalid, Node, Progress
from workbench.rpc.convert import actor_of, batches, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import node_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.job import reported

BATCH_EVENTS = 500
WATCH_SECONDS = 5.0
T = TypeVar("T")


class NodeService:
    """Service `Node`."""

    long = frozenset({"Prepare"})
    endless = frozenset({"Watch"})

    def info(self, node: Node, _: pb.InfoRequest, __: Context) -> pb.NodeInfo:
        return to_message(node.info(), pb.NodeInfo)

    def prepare(self, node: Node, _: pb.PrepareRequest, context: Context) -> Iterator[pb.PrepareResponse]:
        cancel = CancelToken()
        context.add_callback(cancel.set)
        for part in reported(lambda report: node.prepare(progress=report, cancel=cancel)):
            if isinstance(part, Progress):
                yield pb.PrepareResponse(progress=to_message(part, common.Progress))
            else:
                yield pb.PrepareResponse(node=to_message(part, pb.NodeInfo))

    def logs(self, node: Node, request: pb.LogsRequest, _: Context) -> Iterator[pb.LogsResponse]:
        actor = actor_of(request.actor) if request.HasField("actor") else None
        lines = node.logs(after=request.after, actor=actor, limit=request.limit)
        for batch in batches(to_message(line, pb.LogLine) for line in lines):
            yield pb.LogsResponse(lines=batch)

    def metrics(self, node: Node, request: pb.MetricsRequest, _: Context) -> Iterator[pb.MetricsResponse]:
        series = node.metrics([actor_of(actor) for actor in request.actors], since=request.since)
        for actor, samples in series.items():
            parts = list(batches(to_message(sample, pb.Sample) for sample in samples))
            # A series without samples is there all the same.
            yield from (pb.MetricsResponse(actor=actor, samples=part) for part in parts or [[]])

    def watch(self, node: Node, request: pb.WatchRequest, context: Context) -> Iterator[pb.WatchResponse]:
        with node.subscribe(_areas(request.areas)) as subscription:
            context.add_callback(subscription.close)
            yield pb.WatchResponse()
            while context.is_active():
                for events in _parts(subscription.get(WATCH_SECONDS), BATCH_EVENTS):
                    yield pb.WatchResponse(events=[to_message(x, pb.Event) for x in events], lost=subscription.lost)


def _areas(names: Sequence[str]) -> list[Area]:
    try:
        return [Area(name) for name in names]
    except ValueError as error:
        raise Invalid(f"{error}; there are {', '.join(Area)}") from None


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
