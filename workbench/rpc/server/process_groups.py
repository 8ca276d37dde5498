"""Process groups over gRPC."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.api import Node
from workbench.rpc.convert import actor_of, batches, optional, payload_of, to_message
from workbench.rpc.generated.plexspaces.v1 import process_groups_pb2 as pb
from workbench.rpc.server.handler import Context


class ProcessGroupsService:
    """Service `ProcessGroups`."""

    long: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()

    def create(self, node: Node, request: pb.GroupCreateRequest, _: Context) -> pb.GroupCreateResponse:
        return pb.GroupCreateResponse(created=node.process_groups.create(request.group))

    def delete(self, node: Node, request: pb.GroupDeleteRequest, _: Context) -> pb.GroupDeleteResponse:
        node.process_groups.delete(request.group)
        return pb.GroupDeleteResponse()

    def join(self, node: Node, request: pb.GroupJoinRequest, _: Context) -> pb.GroupJoinResponse:
        node.process_groups.join(request.group, actor_of(request.actor), topics=tuple(request.topics))
        return pb.GroupJoinResponse()

    def leave(self, node: Node, request: pb.GroupLeaveRequest, _: Context) -> pb.GroupLeaveResponse:
        node.process_groups.leave(request.group, actor_of(request.actor))
        return pb.GroupLeaveResponse()

    def remove(self, node: Node, request: pb.GroupRemoveRequest, _: Context) -> pb.GroupRemoveResponse:
        return pb.GroupRemoveResponse(joins=node.process_groups.remove(request.group, actor_of(request.actor)))

    def members(self, node: Node, request: pb.GroupMembersRequest, _: Context) -> Iterator[pb.GroupMembersResponse]:
        found = node.process_groups.members(request.group)
        for batch in batches(to_message(member, pb.GroupMember) for member in found):
            yield pb.GroupMembersResponse(members=batch)

    def list(self, node: Node, request: pb.GroupListRequest, _: Context) -> Iterator[pb.GroupListResponse]:
        found = node.process_groups.list(request.prefix, limit=request.limit, after=optional(request, "after"))
        for batch in batches(to_message(group, pb.Group) for group in found):
            yield pb.GroupListResponse(groups=batch)

    def publish(self, node: Node, request: pb.GroupPublishRequest, _: Context) -> pb.GroupPublishResponse:
        found = node.process_groups.publish(
            request.group, request.type, payload_of(request.payload), topic=optional(request, "topic")
        )
        return pb.GroupPublishResponse(result=to_message(found, pb.PublishResult))
