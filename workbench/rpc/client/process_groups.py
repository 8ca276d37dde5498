"""Process groups over gRPC, the caller's side."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api import ActorId, Group, GroupMember, Payload, PublishResult
from workbench.rpc.client.channel import Connection
from workbench.rpc.client.facet import Facet
from workbench.rpc.convert import actor as named
from workbench.rpc.convert import from_message
from workbench.rpc.convert import payload as content
from workbench.rpc.generated.plexspaces.v1 import process_groups_pb2 as pb


class RemoteProcessGroups(Facet):
    """Facet `process_groups` of a remote node."""

    def __init__(self, connection: Connection) -> None:
        self._stub = connection.stub(pb.DESCRIPTOR.services_by_name["ProcessGroups"])

    def create(self, group: str) -> bool:
        return self._stub.call("Create", pb.GroupCreateRequest(group=group), pb.GroupCreateResponse).created

    def delete(self, group: str) -> None:
        self._stub.call("Delete", pb.GroupDeleteRequest(group=group), pb.GroupDeleteResponse)

    def join(self, group: str, actor: ActorId | str, *, topics: Sequence[str] = ()) -> None:
        request = pb.GroupJoinRequest(group=group, actor=named(actor), topics=topics)
        self._stub.call("Join", request, pb.GroupJoinResponse)

    def leave(self, group: str, actor: ActorId | str) -> None:
        self._stub.call("Leave", pb.GroupLeaveRequest(group=group, actor=named(actor)), pb.GroupLeaveResponse)

    def remove(self, group: str, actor: ActorId | str) -> int:
        request = pb.GroupRemoveRequest(group=group, actor=named(actor))
        return self._stub.call("Remove", request, pb.GroupRemoveResponse).joins

    def members(self, group: str) -> Sequence[GroupMember]:
        answers = self._stub.stream("Members", pb.GroupMembersRequest(group=group), pb.GroupMembersResponse)
        return [from_message(member, GroupMember) for answer in answers for member in answer.members]

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Group]:
        request = pb.GroupListRequest(prefix=prefix, limit=limit, after=after)
        answers = self._stub.stream("List", request, pb.GroupListResponse)
        return [from_message(group, Group) for answer in answers for group in answer.groups]

    def publish(
        self, group: str, message_type: str, payload: Payload = "", *, topic: str | None = None
    ) -> PublishResult:
        request = pb.GroupPublishRequest(group=group, type=message_type, payload=content(payload), topic=topic)
        return from_message(self._stub.call("Publish", request, pb.GroupPublishResponse).result, PublishResult)
