"""The node itself over gRPC. A watcher costs one thread, so the number of them is bounded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.api import Area, CancelToken, Event, Invalid, Node, Position, Progress, Subscription
from workbench.api.storage import StorageKind
from workbench.rpc.convert import actor_of, batches, from_message, to_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import node_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.job import reported
from workbench.rpc.server.waits import gone

BATCH_EVENTS = 500
BEAT_SECONDS = 1.0
"""A watcher hears something so often: silence is a connection that is gone."""
GATHER_SECONDS = 0.02
"""Of what comes one after the other, so much goes in one answer."""


class NodeService:
    """Service `Node`."""

    long = frozenset({"ClearStorage", "Prepare", "Storage"})
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

    def storage(self, node: Node, _: pb.StorageRequest, __: Context) -> pb.StorageResponse:
        return pb.StorageResponse(uses=[to_message(use, pb.StorageUse) for use in node.storage()])

    def clear_storage(self, node: Node, request: pb.ClearStorageRequest, _: Context) -> pb.StorageUse:
        try:
            kind = StorageKind(request.name)
        except ValueError:
            raise Invalid(
                f"{request.name[:40]!r} is nothing that is kept; there are {', '.join(StorageKind)}"
            ) from None
        return to_message(node.clear_storage(kind), pb.StorageUse)

    def watch(self, node: Node, request: pb.WatchRequest, context: Context) -> Iterator[pb.WatchResponse]:
        after = from_message(request.after, Position) if request.HasField("after") else None
        left = gone(context)
        with node.subscribe(_areas(request.areas), after=after) as subscription:
            context.add_callback(subscription.close)
            yield pb.WatchResponse(position=to_message(subscription.position, pb.Position))
            while context.is_active():
                # What waits when its reader is slow waits in the subscription, which is bounded.
                yield from _answers(subscription.get(BEAT_SECONDS), subscription)
                left.wait(GATHER_SECONDS)


def _areas(names: Sequence[str]) -> list[Area]:
    try:
        return [Area(name) for name in names]
    except ValueError as error:
        raise Invalid(f"{error}; there are {', '.join(Area)}") from None


def _answers(events: Sequence[Event], subscription: Subscription) -> Iterator[pb.WatchResponse]:
    """In parts, at least one; each says where it ends."""
    end = to_message(subscription.position, pb.Position)
    for start in range(0, len(events) or 1, BATCH_EVENTS):
        part = events[start : start + BATCH_EVENTS]
        is_last = start + BATCH_EVENTS >= len(events)
        position = end if is_last else pb.Position(stream=end.stream, seq=part[-1].seq)
        yield pb.WatchResponse(
            events=[to_message(event, pb.Event) for event in part], lost=subscription.lost, position=position
        )
