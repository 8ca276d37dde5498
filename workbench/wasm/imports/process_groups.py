"""The interface `process-groups`: groups of the actor's tenant and namespace, joined and left by the actor itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.wasm.gate import Context, host_call

ALL = 100_000


@host_call("process-groups", "create")
def create(context: Context, group: str) -> None:
    context.services.process_groups.create(group)


@host_call("process-groups", "delete")
def delete(context: Context, group: str) -> None:
    context.services.process_groups.delete(group)


@host_call("process-groups", "join")
def join(context: Context, group: str, topics: Sequence[str]) -> None:
    context.services.process_groups.join(group, context.actor, topics=topics)


@host_call("process-groups", "leave")
def leave(context: Context, group: str) -> None:
    context.services.process_groups.leave(group, context.actor)


@host_call("process-groups", "members")
def members(context: Context, group: str) -> list[str]:
    return _ids(context, (member.actor for member in context.services.process_groups.members(group)))


@host_call("process-groups", "local-members")
def local_members(context: Context, group: str) -> list[str]:
    return _ids(context, (member.actor for member in context.services.process_groups.members(group)))


@host_call("process-groups", "groups")
def groups(context: Context) -> list[str]:
    return [group.name for group in context.services.process_groups.list(limit=ALL)]


@host_call("process-groups", "publish")
def publish(context: Context, group: str, topic: str | None, message_type: str, payload: Payload) -> list[str]:
    found = context.services.process_groups.publish(group, message_type, payload, topic=topic)
    return _ids(context, found.delivered)


def _ids(context: Context, names: Iterable[str]) -> list[str]:
    actor, messaging = context.actor, context.host.messaging
    return [messaging.self_id(ActorId(name, actor.namespace, actor.tenant)) for name in names]
