"""Journals of durable actors over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node
from workbench.rpc.convert import actor_of, batches, to_message
from workbench.rpc.generated.plexspaces.v1 import actors_pb2
from workbench.rpc.generated.plexspaces.v1 import journal_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import gone, wait


class JournalService:
    """Service `Journal`."""

    long = frozenset({"Checkpoint"})
    endless: frozenset[str] = frozenset()

    def list(self, node: Node, _: pb.ListJournalsRequest, __: Context) -> Iterator[pb.ListJournalsResponse]:
        for batch in batches(to_message(info, pb.JournalInfo) for info in node.journal.list()):
            yield pb.ListJournalsResponse(journals=batch)

    def get(self, node: Node, request: pb.GetJournalRequest, _: Context) -> pb.JournalInfo:
        return to_message(node.journal.get(actor_of(request.actor)), pb.JournalInfo)

    def entries(
        self, node: Node, request: pb.JournalEntriesRequest, _: Context
    ) -> Iterator[pb.JournalEntriesResponse]:  # fmt: skip
        found = node.journal.entries(
            actor_of(request.actor), after=request.after, limit=request.limit, trace=request.trace
        )
        for batch in batches(to_message(turn, actors_pb2.Turn) for turn in found):
            yield pb.JournalEntriesResponse(turns=batch)

    def events(self, node: Node, request: pb.JournalEventsRequest, _: Context) -> Iterator[pb.JournalEventsResponse]:
        found = node.journal.events(actor_of(request.actor), after=request.after, limit=request.limit)
        for batch in batches(to_message(event, pb.JournalEvent) for event in found):
            yield pb.JournalEventsResponse(events=batch)

    def checkpoint(self, node: Node, request: pb.CheckpointRequest, _: Context) -> pb.CheckpointResponse:
        seq = node.journal.checkpoint(actor_of(request.actor), timeout=wait(request.timeout_seconds))
        return pb.CheckpointResponse(seq=seq)

    def compact(self, node: Node, request: pb.CompactRequest, _: Context) -> pb.CompactResponse:
        return pb.CompactResponse(removed=node.journal.compact(actor_of(request.actor)))

    def verify(
        self, node: Node, request: pb.VerifyJournalRequest, context: Context
    ) -> Iterator[pb.VerifyJournalResponse]:
        whose = actor_of(request.actor) if request.HasField("actor") else None
        found = node.journal.verify(whose, cancel=gone(context))
        for batch in batches(to_message(damage, pb.Damage) for damage in found):
            yield pb.VerifyJournalResponse(damages=batch)

    def remove(self, node: Node, request: pb.RemoveJournalRequest, _: Context) -> pb.RemoveJournalResponse:
        node.journal.remove(actor_of(request.actor))
        return pb.RemoveJournalResponse()
