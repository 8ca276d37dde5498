"""The groups of a node as one caller sees them."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.api.names import check_limit, check_name
from workbench.api.process_groups import Group, GroupMember, PublishResult, check_topics
from workbench.services.means import Caller
from workbench.services.process_groups.service import GroupService


class LocalProcessGroups:
    """The groups of one caller's tenant and namespace. See api.ProcessGroups."""

    def __init__(self, service: GroupService, caller: Caller) -> None:
        self._service, self._caller, self._scope = service, caller, caller.scope

    def create(self, group: str) -> bool:
        return self._service.create(self._scope, _group(group))

    def delete(self, group: str) -> None:
        self._service.delete(self._scope, _group(group))

    def join(self, group: str, actor: ActorId | str, *, topics: Sequence[str] = ()) -> None:
        self._service.join(self._scope, _group(group), self._actor(actor), check_topics(topics))

    def leave(self, group: str, actor: ActorId | str) -> None:
        self._service.leave(self._scope, _group(group), self._actor(actor))

    def remove(self, group: str, actor: ActorId | str) -> int:
        return self._service.remove(self._scope, _group(group), self._actor(actor))

    def members(self, group: str) -> Sequence[GroupMember]:
        return self._service.members(self._scope, _group(group))

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Group]:
        return self._service.list(self._scope, prefix, check_limit(limit), after)

    def publish(
        self, group: str, message_type: str, payload: Payload = "", *, topic: str | None = None
    ) -> PublishResult:
        wanted = None if topic is None else check_name(topic, "a topic")
        return self._service.publish(self._scope, _group(group), self._caller.actor, message_type, payload, wanted)

    def _actor(self, actor: ActorId | str) -> ActorId:
        """Of the caller's own tenant and namespace, whatever was said."""
        name = check_name(actor if isinstance(actor, str) else actor.name, "an actor")
        return ActorId(name, self._scope[1], self._scope[0])


def _group(group: str) -> str:
    return check_name(group, "a group")
