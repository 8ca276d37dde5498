"""Named groups of actors, as Erlang's pg2: joins are counted, topics are a union, who ends leaves by itself."""

from __future__ import annotations

from collections.abc import Iterable

from . import bindings
from .arguments import optional_text, payload_of, text, texts
from .payload import Payload


def create(group: str) -> None:
    """Make a group; making one that exists is no error."""
    bindings.call("process_groups", "create", text("group", group))


def delete(group: str) -> None:
    """Remove a group and all memberships in it. Raises NotFound."""
    bindings.call("process_groups", "delete", text("group", group))


def join(group: str, topics: Iterable[str] = ()) -> None:
    """Join a group. Without topics this actor gets everything, until it takes that join back. Raises NotFound."""
    bindings.call("process_groups", "join", text("group", group), texts("topics", topics))


def leave(group: str) -> None:
    """Take the newest join back. Raises NotFound."""
    bindings.call("process_groups", "leave", text("group", group))


def members(group: str) -> list[str]:
    """The ids of all members, each once. Raises NotFound."""
    found: list[str] = bindings.call("process_groups", "members", text("group", group))
    return found


def local_members(group: str) -> list[str]:
    """The ids of the members on this actor's node, each once. Raises NotFound."""
    found: list[str] = bindings.call("process_groups", "local_members", text("group", group))
    return found


def groups() -> list[str]:
    """The names of all groups."""
    found: list[str] = bindings.call("process_groups", "groups")
    return found


def publish(group: str, message_type: str, payload: Payload = "", *, topic: str | None = None) -> list[str]:
    """Send a message (kind cast) to the members that listen to `topic` (None: to all).

    Returns the ids of those who got it: one whose mailbox is full has not. Raises NotFound.
    """
    wit = payload_of("payload", payload)
    subject = optional_text("topic", topic)
    names = text("group", group), subject, text("message_type", message_type)
    reached: list[str] = bindings.call("process_groups", "publish", *names, wit)
    return reached
