"""Supervision over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Ending, Invalid, Node, SupervisorSpec
from workbench.rpc.convert import batches, from_message, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import supervision_pb2 as pb
from workbench.rpc.server.handler import Context
from workbench.rpc.server.waits import wait


class SupervisionService:
    """Service `Supervision`."""

    long = frozenset({"Apply", "Diff", "Remove", "StartChild", "StopChild", "Restart"})
    endless: frozenset[str] = frozenset()

    def apply(self, node: Node, request: pb.ApplyRequest, _: Context) -> pb.SupervisorInfo:
        tree = from_message(request.tree, SupervisorSpec)
        return to_message(node.supervision.apply(tree, timeout=wait(request.timeout_seconds)), pb.SupervisorInfo)

    def list(self, node: Node, _: pb.ListSupervisorsRequest, __: Context) -> Iterator[pb.ListSupervisorsResponse]:
        for batch in batches(to_message(found, pb.SupervisorInfo) for found in node.supervision.list()):
            yield pb.ListSupervisorsResponse(supervisors=batch)

    def diff(self, node: Node, request: pb.DiffTreeRequest, _: Context) -> Iterator[pb.DiffTreeResponse]:
        changes = node.supervision.diff(from_message(request.tree, SupervisorSpec))
        for batch in batches(to_message(change, pb.TreeChange) for change in changes):
            yield pb.DiffTreeResponse(changes=batch)

    def get(self, node: Node, request: pb.GetSupervisorRequest, _: Context) -> pb.SupervisorInfo:
        return to_message(node.supervision.get(request.supervisor), pb.SupervisorInfo)

    def remove(self, node: Node, request: pb.RemoveSupervisorRequest, _: Context) -> pb.RemoveSupervisorResponse:
        node.supervision.remove(request.supervisor, timeout=wait(request.timeout_seconds))
        return pb.RemoveSupervisorResponse()

    def start_child(self, node: Node, request: pb.StartChildRequest, _: Context) -> pb.ChildInfo:
        state = payload_of(request.state) if request.HasField("state") else None
        seconds = wait(request.timeout_seconds)
        info = node.supervision.start_child(request.supervisor, request.child, state=state, timeout=seconds)
        return to_message(info, pb.ChildInfo)

    def stop_child(self, node: Node, request: pb.StopChildRequest, _: Context) -> pb.ChildInfo:
        seconds = wait(request.timeout_seconds)
        return to_message(node.supervision.stop_child(request.supervisor, request.child, timeout=seconds), pb.ChildInfo)

    def restart(self, node: Node, request: pb.RestartSupervisorRequest, _: Context) -> pb.SupervisorInfo:
        seconds = wait(request.timeout_seconds)
        info = node.supervision.restart(request.supervisor, request.child, timeout=seconds)
        return to_message(info, pb.SupervisorInfo)

    def preview(self, node: Node, request: pb.PreviewRequest, _: Context) -> pb.RestartPlan:
        return to_message(node.supervision.preview(request.child, ending=_ending(request.ending)), pb.RestartPlan)

    def history(self, node: Node, request: pb.HistoryRequest, _: Context) -> Iterator[pb.HistoryResponse]:
        records = node.supervision.history(request.supervisor, after=request.after, limit=request.limit)
        for batch in batches(to_message(record, pb.RestartRecord) for record in records):
            yield pb.HistoryResponse(records=batch)


def _ending(text: str) -> Ending:
    try:
        return Ending(text or Ending.ABNORMAL)
    except ValueError:
        raise Invalid(f"no ending {text!r}; there are {', '.join(Ending)}") from None
