"""The recording over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.api import (
    ActorId,
    CancelToken,
    HeldRows,
    RecordedChange,
    RecordedTurn,
    RecordingLevel,
    RecordingSegment,
    RecordingStatistics,
    StateView,
)
from workbench.api.traces import is_of, trace_id
from workbench.rpc.client.channel import MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import actor as target
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import common_pb2 as common
from workbench.rpc.generated.plexspaces.v1 import debugger_pb2 as pb

HOLDINGS_SECONDS = 600.0
"""A gigabyte of what services hold takes a minute or two."""


class RemoteDebugger(Facet):
    """Facet `debugger` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Debugger"])

    def level(self, actor: ActorId | str | None = None) -> RecordingLevel:
        request = pb.DebuggerLevelRequest(actor=_actor(actor))
        return RecordingLevel(self._stub.call("Level", request, pb.DebuggerLevelResponse).level)

    def set_level(self, actor: ActorId | str | None, level: RecordingLevel | None) -> RecordingLevel:
        request = pb.DebuggerSetLevelRequest(actor=_actor(actor), level=level)
        return RecordingLevel(self._stub.call("SetLevel", request, pb.DebuggerSetLevelResponse).level)

    def keep(self, actor: ActorId | str, *, kept: bool = True) -> None:
        request = pb.DebuggerKeepRequest(actor=target(actor), kept=kept)
        self._stub.call("Keep", request, pb.DebuggerKeepResponse)

    def statistics(self) -> RecordingStatistics:
        found = self._stub.call("Statistics", pb.DebuggerStatisticsRequest(), pb.RecordingStatistics)
        return from_message(found, RecordingStatistics)

    def segments(self, *, after: int = 0, limit: int = 1_000) -> Sequence[RecordingSegment]:
        request = pb.DebuggerSegmentsRequest(after=after, limit=limit)
        answers = self._stub.stream("Segments", request, pb.DebuggerSegmentsResponse)
        return [from_message(segment, RecordingSegment) for answer in answers for segment in answer.segments]

    def turns(
        self,
        actor: ActorId | str | None = None,
        *,
        after: int = 0,
        since: float = 0.0,
        limit: int = 1_000,
        newest: bool = False,
        up_to: int = 0,
        until: float = 0.0,
        trace: str = "",
    ) -> Sequence[RecordedTurn]:
        request = pb.DebuggerTurnsRequest(
            actor=_actor(actor),
            after=after,
            since=since,
            limit=limit,
            newest=newest,
            up_to=up_to,
            until=until,
            trace=trace,
        )
        answers = self._stub.stream("Turns", request, pb.DebuggerTurnsResponse)
        found = [from_message(turn, RecordedTurn) for answer in answers for turn in answer.turns]
        if not trace:
            return found
        return [each for each in found if is_of(each.turn, trace_id(trace))]  # an older node gives those of others too

    def changes(self, *, after: int = 0, since: float = 0.0, limit: int = 1_000) -> Sequence[RecordedChange]:
        request = pb.DebuggerChangesRequest(after=after, since=since, limit=limit)
        answers = self._stub.stream("Changes", request, pb.DebuggerChangesResponse)
        return [from_message(change, RecordedChange) for answer in answers for change in answer.changes]

    def holdings(self) -> Iterator[HeldRows]:
        request = pb.DebuggerHoldingsRequest()
        answers = self._stub.stream("Holdings", request, pb.HeldRows, seconds=HOLDINGS_SECONDS)
        return (from_message(piece, HeldRows) for piece in answers)

    def pin(self, segment: int, *, pinned: bool = True) -> RecordingSegment:
        request = pb.DebuggerPinRequest(segment=segment, pinned=pinned)
        return from_message(self._stub.call("Pin", request, pb.RecordingSegment), RecordingSegment)

    def clear(self, *, pinned: bool = False) -> int:
        return self._stub.call("Clear", pb.DebuggerClearRequest(pinned=pinned), pb.DebuggerClearResponse).segments

    def state(
        self, actor: ActorId | str, seq: int, *, timeout: float = 30.0, cancel: CancelToken | None = None
    ) -> StateView:
        request = pb.DebuggerStateRequest(actor=target(actor), seq=seq, timeout=timeout)
        seconds = timeout + MARGIN_SECONDS
        return from_message(self._stub.call("State", request, pb.StateView, seconds=seconds, cancel=cancel), StateView)


def _actor(actor: ActorId | str | None) -> common.ActorId | None:
    return None if actor is None else target(actor)
