"""Named groups of actors, as Erlang's pg2, and the facet `node.process_groups`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.api.names import check_name
from workbench.api.value import value

TOPICS = 64
"""The most topics of one join."""


@value
class Group:
    """A group: how many members it has, and how often they have joined."""

    name: str
    created: float
    members: int
    joins: int


@value
class GroupMember:
    """An actor in a group since `since`. It must leave as often as it has joined.

    `topics` are those of all its joins together; none means everything.
    """

    actor: str
    joins: int
    topics: tuple[str, ...]
    since: float


@value
class PublishResult:
    """Who has a published message in the mailbox, and who could not take it: a mailbox is full, or its actor ended.

    What could not be taken is a dead letter, unless the actor is gone.
    """

    delivered: tuple[str, ...]
    refused: tuple[str, ...] = ()


class ProcessGroups(Protocol):
    """The facet `node.process_groups`, for one tenant and namespace. Thread-safe.

    Groups and topics have names of 1 to 1,024 bytes of any text. Invalid: they have not. NotFound: there is no such
    group. An actor that ends leaves all groups by itself; groups are forgotten when the node ends.
    """

    def create(self, group: str) -> bool:
        """Make a group; whether it is new. Exhausted: there are too many."""
        ...

    def delete(self, group: str) -> None:
        """Remove a group and all memberships in it."""
        ...

    def join(self, group: str, actor: ActorId | str, *, topics: Sequence[str] = ()) -> None:
        """Let an actor join. Without topics it gets everything from then on, until that join is taken back.

        NotFound: no such actor lives. Exhausted: it has joined too often.
        """
        ...

    def leave(self, group: str, actor: ActorId | str) -> None:
        """Take an actor's newest join back. NotFound: it is no member."""
        ...

    def remove(self, group: str, actor: ActorId | str) -> int:
        """Take all joins of an actor back; how many there were. NotFound: it is no member."""
        ...

    def members(self, group: str) -> Sequence[GroupMember]:
        """Each member once, in the order of their first join."""
        ...

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Group]:
        """Up to `limit` groups whose names begin with `prefix`, by name, those after `after` only."""
        ...

    def publish(
        self, group: str, message_type: str, payload: Payload = "", *, topic: str | None = None
    ) -> PublishResult:
        """Send a message (kind cast) to the members that listen to `topic`; without one to all members."""
        ...


def check_topics(topics: Sequence[str]) -> frozenset[str]:
    """The topics of one join, or Invalid."""
    if len(topics) > TOPICS:
        raise Invalid(f"a join has up to {TOPICS} topics, this one has {len(topics):,}")
    return frozenset(check_name(topic, "a topic") for topic in topics)
