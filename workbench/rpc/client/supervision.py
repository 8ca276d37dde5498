"""Supervision over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import (
    ChildInfo,
    Ending,
    Payload,
    RestartPlan,
    RestartRecord,
    SupervisorInfo,
    SupervisorSpec,
    TreeChange,
)
from workbench.rpc.client.channel import LONG_SECONDS, MARGIN_SECONDS, Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import from_message, to_message
from workbench.rpc.convert import payload as content
from workbench.rpc.generated.plexspaces.v1 import supervision_pb2 as pb


class RemoteSupervision(Facet):
    """Facet `supervision` of a remote node. The node ends every wait itself; the deadline here is a little later."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["Supervision"])

    def apply(self, tree: SupervisorSpec, *, timeout: float = 60.0) -> SupervisorInfo:
        request = pb.ApplyRequest(tree=to_message(tree, pb.SupervisorSpec), timeout_seconds=timeout)
        answer = self._stub.call("Apply", request, pb.SupervisorInfo, seconds=timeout + MARGIN_SECONDS)
        return from_message(answer, SupervisorInfo)

    def diff(self, tree: SupervisorSpec) -> Sequence[TreeChange]:
        request = pb.DiffTreeRequest(tree=to_message(tree, pb.SupervisorSpec))
        answers = self._stub.stream("Diff", request, pb.DiffTreeResponse, seconds=LONG_SECONDS)
        return [from_message(change, TreeChange) for answer in answers for change in answer.changes]

    def get(self, supervisor: str) -> SupervisorInfo:
        request = pb.GetSupervisorRequest(supervisor=supervisor)
        return from_message(self._stub.call("Get", request, pb.SupervisorInfo), SupervisorInfo)

    def remove(self, supervisor: str, *, timeout: float = 60.0) -> None:
        request = pb.RemoveSupervisorRequest(supervisor=supervisor, timeout_seconds=timeout)
        self._stub.call("Remove", request, pb.RemoveSupervisorResponse, seconds=timeout + MARGIN_SECONDS)

    def start_child(
        self, supervisor: str, child: str = "", *, state: Payload | None = None, timeout: float = 30.0
    ) -> ChildInfo:
        given = None if state is None else content(state)
        request = pb.StartChildRequest(supervisor=supervisor, child=child, state=given, timeout_seconds=timeout)
        answer = self._stub.call("StartChild", request, pb.ChildInfo, seconds=timeout + MARGIN_SECONDS)
        return from_message(answer, ChildInfo)

    def stop_child(self, supervisor: str, child: str, *, timeout: float = 30.0) -> ChildInfo:
        request = pb.StopChildRequest(supervisor=supervisor, child=child, timeout_seconds=timeout)
        answer = self._stub.call("StopChild", request, pb.ChildInfo, seconds=timeout + MARGIN_SECONDS)
        return from_message(answer, ChildInfo)

    def restart(self, supervisor: str, child: str = "", *, timeout: float = 60.0) -> SupervisorInfo:
        request = pb.RestartSupervisorRequest(supervisor=supervisor, child=child, timeout_seconds=timeout)
        answer = self._stub.call("Restart", request, pb.SupervisorInfo, seconds=timeout + MARGIN_SECONDS)
        return from_message(answer, SupervisorInfo)

    def preview(self, child: str, *, ending: Ending = Ending.ABNORMAL) -> RestartPlan:
        request = pb.PreviewRequest(child=child, ending=ending.value)
        return from_message(self._stub.call("Preview", request, pb.RestartPlan), RestartPlan)

    def history(self, supervisor: str = "", *, after: int = 0, limit: int = 200) -> Sequence[RestartRecord]:
        request = pb.HistoryRequest(supervisor=supervisor, after=after, limit=limit)
        answers = self._stub.stream("History", request, pb.HistoryResponse)
        return [from_message(record, RestartRecord) for answer in answers for record in answer.records]

    def list(self) -> Sequence[SupervisorInfo]:
        answers = self._stub.stream("List", pb.ListSupervisorsRequest(), pb.ListSupervisorsResponse)
        return [from_message(found, SupervisorInfo) for answer in answers for found in answer.supervisors]
