"""The recording over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import ActorId, Node
from workbench.api.recordings import recording_level
from workbench.rpc.convert import actor_of, batches, to_message
from workbench.rpc.generated.plexspaces.v1 import debugger_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import gone


class DebuggerService:
    """Service `Debugger`."""

    long: frozenset[str] = frozenset({"Holdings", "State"})
    endless: frozenset[str] = frozenset()

    def level(self, node: Node, request: pb.DebuggerLevelRequest, _: Context) -> pb.DebuggerLevelResponse:
        return pb.DebuggerLevelResponse(level=node.debugger.level(_actor(request)))

    def set_level(self, node: Node, request: pb.DebuggerSetLevelRequest, _: Context) -> pb.DebuggerSetLevelResponse:
        wanted = recording_level(request.level) if request.HasField("level") else None
        return pb.DebuggerSetLevelResponse(level=node.debugger.set_level(_actor(request), wanted))

    def keep(self, node: Node, request: pb.DebuggerKeepRequest, _: Context) -> pb.DebuggerKeepResponse:
        node.debugger.keep(actor_of(request.actor), kept=request.kept)
        return pb.DebuggerKeepResponse()

    def statistics(self, node: Node, _: pb.DebuggerStatisticsRequest, __: Context) -> pb.RecordingStatistics:
        return to_message(node.debugger.statistics(), pb.RecordingStatistics)

    def segments(
        self, node: Node, request: pb.DebuggerSegmentsRequest, _: Context
    ) -> Iterator[pb.DebuggerSegmentsResponse]:
        found = node.debugger.segments(after=request.after, limit=request.limit)
        for batch in batches(to_message(segment, pb.RecordingSegment) for segment in found):
            yield pb.DebuggerSegmentsResponse(segments=batch)

    def turns(self, node: Node, request: pb.DebuggerTurnsRequest, _: Context) -> Iterator[pb.DebuggerTurnsResponse]:
        found = node.debugger.turns(
            _actor(request), after=request.after, since=request.since, limit=request.limit, newest=request.newest,
            up_to=request.up_to, until=request.until, trace=request.trace,
        )  # fmt: skip
        for batch in batches(to_message(turn, pb.RecordedTurn) for turn in found):
            yield pb.DebuggerTurnsResponse(turns=batch)

    def changes(
        self, node: Node, request: pb.DebuggerChangesRequest, _: Context
    ) -> Iterator[pb.DebuggerChangesResponse]:
        found = node.debugger.changes(after=request.after, since=request.since, limit=request.limit)
        for batch in batches(to_message(change, pb.RecordedChange) for change in found):
            yield pb.DebuggerChangesResponse(changes=batch)

    def holdings(self, node: Node, _: pb.DebuggerHoldingsRequest, __: Context) -> Iterator[pb.HeldRows]:
        for piece in node.debugger.holdings():
            yield to_message(piece, pb.HeldRows)

    def pin(self, node: Node, request: pb.DebuggerPinRequest, _: Context) -> pb.RecordingSegment:
        return to_message(node.debugger.pin(request.segment, pinned=request.pinned), pb.RecordingSegment)

    def clear(self, node: Node, request: pb.DebuggerClearRequest, _: Context) -> pb.DebuggerClearResponse:
        return pb.DebuggerClearResponse(segments=node.debugger.clear(pinned=request.pinned))

    def state(self, node: Node, request: pb.DebuggerStateRequest, context: Context) -> pb.StateView:
        found = node.debugger.state(actor_of(request.actor), request.seq, timeout=request.timeout, cancel=gone(context))
        return to_message(found, pb.StateView)


def _actor(
    request: pb.DebuggerLevelRequest | pb.DebuggerSetLevelRequest | pb.DebuggerTurnsRequest,
) -> ActorId | str | None:
    return actor_of(request.actor) if request.HasField("actor") else None
