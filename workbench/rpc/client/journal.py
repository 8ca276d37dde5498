"""Journals of durable actors over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import ActorId, CancelToken, Damage, JournalEvent, JournalInfo, Turn
from workbench.api.traces import is_of, trace_id
from workbench.rpc.client.channel import LONG_SECONDS, MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import actor as target
from workbench.rpc.convert import from_message
from workbench.rpc.generated.plexspaces.v1 import journal_pb2 as pb


class RemoteJournal(Facet):
    """Facet `journal` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Journal"])

    def list(self) -> Sequence[JournalInfo]:
        answers = self._stub.stream("List", pb.ListJournalsRequest(), pb.ListJournalsResponse)
        return [from_message(info, JournalInfo) for answer in answers for info in answer.journals]

    def get(self, actor: ActorId | str) -> JournalInfo:
        request = pb.GetJournalRequest(actor=target(actor))
        return from_message(self._stub.call("Get", request, pb.JournalInfo), JournalInfo)

    def entries(self, actor: ActorId | str, *, after: int = 0, limit: int = 100, trace: str = "") -> Sequence[Turn]:
        request = pb.JournalEntriesRequest(actor=target(actor), after=after, limit=limit, trace=trace)
        answers = self._stub.stream("Entries", request, pb.JournalEntriesResponse)
        found = [from_message(turn, Turn) for answer in answers for turn in answer.turns]
        if not trace:
            return found
        return [turn for turn in found if is_of(turn, trace_id(trace))]  # an older node gives those of others too

    def events(self, actor: ActorId | str, *, after: int = 0, limit: int = 1_000) -> Sequence[JournalEvent]:
        request = pb.JournalEventsRequest(actor=target(actor), after=after, limit=limit)
        answers = self._stub.stream("Events", request, pb.JournalEventsResponse)
        return [from_message(event, JournalEvent) for answer in answers for event in answer.events]

    def checkpoint(self, actor: ActorId | str, *, timeout: float = 30.0) -> int:
        request = pb.CheckpointRequest(actor=target(actor), timeout_seconds=timeout)
        answer = self._stub.call("Checkpoint", request, pb.CheckpointResponse, seconds=timeout + MARGIN_SECONDS)
        return answer.seq

    def compact(self, actor: ActorId | str) -> int:
        return self._stub.call("Compact", pb.CompactRequest(actor=target(actor)), pb.CompactResponse).removed

    def verify(self, actor: ActorId | str | None = None, *, cancel: CancelToken | None = None) -> Sequence[Damage]:
        request = pb.VerifyJournalRequest(actor=None if actor is None else target(actor))
        answers = self._stub.stream("Verify", request, pb.VerifyJournalResponse, seconds=LONG_SECONDS, cancel=cancel)
        return [from_message(damage, Damage) for answer in answers for damage in answer.damages]

    def remove(self, actor: ActorId | str) -> None:
        self._stub.call("Remove", pb.RemoveJournalRequest(actor=target(actor)), pb.RemoveJournalResponse)
