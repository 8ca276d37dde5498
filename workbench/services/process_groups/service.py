"""The groups of a node, in memory alone: an actor that ends leaves, and a node that ends forgets them."""

from __future__ import annotations

import itertools
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.api.errors import Exhausted, NotFound
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.messages import Payload
from workbench.api.names import SHOWN
from workbench.api.process_groups import Group, GroupMember, PublishResult
from workbench.services.means import Means, Scope

MOST_GROUPS, MOST_JOINS = 10_000, 1_000
"""Groups of one tenant and namespace; joins of one actor to one group."""
NAMED = 5
"""So many actors are named in an event."""
TABLE = "process_groups"
"""How a recording calls them. A row: tenant, namespace, group, actor, number, since, joins. The row of the group itself
has no actor; numbers are in the order in which actors joined."""
Row = tuple[Any, ...]
Joins = list[frozenset[str]]
"""The topics of each join, oldest first; none is everything."""


@dataclass(slots=True)
class Membership:
    """One actor in one group."""

    since: float
    joins: Joins = field(default_factory=list)
    number: int = 0

    @property
    def topics(self) -> frozenset[str]:
        """Those of all joins together; none is everything."""
        return frozenset() if not all(self.joins) else frozenset().union(*self.joins)

    def wants(self, topic: str | None) -> bool:
        return topic is None or any(not topics or topic in topics for topics in self.joins)


@dataclass(slots=True)
class Members:
    """One group."""

    created: float
    of: dict[ActorId, Membership] = field(default_factory=dict)


class GroupService:
    """All groups of a node. Thread-safe; nothing is told while the lock is held."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._spaces: dict[Scope, dict[str, Members]] = {}
        self._of: dict[ActorId, set[str]] = {}
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)

    def close(self) -> None:
        """They are forgotten with the node."""
        with self._lock:
            for scope, space in self._spaces.items():
                for group, found in space.items():
                    self._note_all(scope, group, found)
            self._spaces.clear()
            self._of.clear()

    def rows(self, scope: Scope, then: Callable[[], None]) -> Sequence[Row]:
        """All that there are, as a recording has them; `then` is called while they cannot change."""
        with self._lock:
            then()
            found: list[Row] = []
            for group, those in self._spaces.get(scope, {}).items():
                found.append(_group_row(scope, group, those))
                found += (_row(scope, group, actor, member) for actor, member in those.of.items())
            return found

    def restore(self, scope: Scope, rows: Sequence[Row]) -> None:
        """Take these up, in place of what there is."""
        space = self._spaces[scope] = {}
        for _, _, group, actor, number, since, joins in sorted(rows, key=lambda row: (bool(row[3]), row[4])):
            if not actor:
                space[group] = Members(since)
            elif group in space:
                who = ActorId(actor, scope[1], scope[0])
                space[group].of[who] = Membership(since, [frozenset(each) for each in json.loads(joins)], number)

    def _note_all(self, scope: Scope, group: str, found: Members) -> None:
        """A group goes, with its members."""
        for actor, member in found.of.items():
            self.means.note(scope, TABLE, _row(scope, group, actor, member), None)
        self.means.note(scope, TABLE, _group_row(scope, group, found), None)

    def create(self, scope: Scope, group: str) -> bool:
        with self._lock:
            space = self._spaces.setdefault(scope, {})
            if group in space:
                return False
            if len(space) >= MOST_GROUPS:
                said = f"there are {len(space):,} groups already, which is the most; delete some"
                raise Exhausted(said, limit="groups", value=MOST_GROUPS, used=len(space) + 1)
            made = space[group] = Members(self.means.clock.now())
            self.means.note(scope, TABLE, None, _group_row(scope, group, made))
        self._tell(scope, "created", group)
        return True

    def delete(self, scope: Scope, group: str) -> None:
        with self._lock:
            found = self._found(scope, group)
            del self._spaces[scope][group]
            self._note_all(scope, group, found)
            for actor in found.of:
                self._forget(actor, group)
        self._tell(scope, "deleted", group, f"it had {len(found.of):,} members")

    def join(self, scope: Scope, group: str, actor: ActorId, topics: frozenset[str]) -> None:
        with self._lock:
            found = self._found(scope, group)
            member = found.of.get(actor)
            if member is not None and len(member.joins) >= MOST_JOINS:
                said = f"{actor.name} has joined group {group[:SHOWN]!r} {MOST_JOINS:,} times, which is the most"
                raise Exhausted(said, limit="joins", value=MOST_JOINS, used=MOST_JOINS + 1)
            before = None if member is None else _row(scope, group, actor, member)
            if member is None:
                member = found.of[actor] = Membership(self.means.clock.now(), number=next(self._numbers))
                self._of.setdefault(actor, set()).add(group)
            member.joins.append(topics)
            self.means.note(scope, TABLE, before, _row(scope, group, actor, member))
            count = len(member.joins)
        if not self.means.present(actor):  # looked at after it is a member, as one that ends leaves after it is gone
            self._drop(scope, group, actor)
            raise NotFound(f"no actor {actor.name[:SHOWN]!r} lives in {actor.tenant}/{actor.namespace}")
        self._tell(scope, "joined", group, actor.name if count == 1 else f"{actor.name}, for the {count:,}. time")

    def leave(self, scope: Scope, group: str, actor: ActorId) -> None:
        with self._lock:
            found = self._found(scope, group)
            member = _member(found, group, actor)
            before = _row(scope, group, actor, member)
            member.joins.pop()
            left = len(member.joins)
            self.means.note(scope, TABLE, before, _row(scope, group, actor, member) if left else None)
            if not left:
                del found.of[actor]
                self._forget(actor, group)
        self._tell(scope, "left", group, f"{actor.name}, and is in it {left:,} times still" if left else actor.name)

    def remove(self, scope: Scope, group: str, actor: ActorId) -> int:
        with self._lock:
            found = self._found(scope, group)
            member = _member(found, group, actor)
            joins = len(member.joins)
            self.means.note(scope, TABLE, _row(scope, group, actor, member), None)
            del found.of[actor]
            self._forget(actor, group)
        self._tell(scope, "left", group, actor.name)
        return joins

    def ended(self, actor: ActorId) -> None:
        """An actor is gone: it is in no group any more."""
        for group in tuple(self._of.get(actor, ())):
            scope = actor.tenant, actor.namespace
            if self._drop(scope, group, actor):
                self._tell(scope, "left", group, f"{actor.name}, which has ended")

    def _drop(self, scope: Scope, group: str, actor: ActorId) -> bool:
        with self._lock:
            self._forget(actor, group)
            found = self._spaces.get(scope, {}).get(group)
            member = None if found is None else found.of.pop(actor, None)
            if member is not None:
                self.means.note(scope, TABLE, _row(scope, group, actor, member), None)
            return member is not None

    def _forget(self, actor: ActorId, group: str) -> None:
        groups = self._of.get(actor)
        if groups is not None:
            groups.discard(group)
            if not groups:
                del self._of[actor]

    def _found(self, scope: Scope, group: str) -> Members:
        found = self._spaces.get(scope, {}).get(group)
        if found is None:
            raise NotFound(f"no group {group[:SHOWN]!r}; create it first")
        return found

    def members(self, scope: Scope, group: str) -> Sequence[GroupMember]:
        with self._lock:
            return [
                GroupMember(actor.name, len(member.joins), tuple(sorted(member.topics)), member.since)
                for actor, member in self._found(scope, group).of.items()
            ]

    def list(self, scope: Scope, prefix: str, limit: int, after: str | None) -> Sequence[Group]:
        with self._lock:
            space = self._spaces.get(scope, {})
            names = sorted(name for name in space if name.startswith(prefix) and (after is None or name > after))
            return [_group(name, space[name]) for name in names[:limit]]

    def publish(
        self, scope: Scope, group: str, sender: ActorId | None, message_type: str, payload: Payload, topic: str | None
    ) -> PublishResult:
        """Deliver to those who are members now."""
        with self._lock:
            wanted = [actor for actor, member in self._found(scope, group).of.items() if member.wants(topic)]
        refused: list[str] = []
        delivered: list[str] = []
        for actor in wanted:
            took = self.means.cast(sender, actor, message_type, payload)
            (delivered if took else refused).append(actor.name)
        if refused:
            names = ", ".join(refused[:NAMED]) + (" …" if len(refused) > NAMED else "")
            said = f"{len(refused):,} of {len(wanted):,} members could not take {message_type[:SHOWN]!r}: {names}"
            self._tell(scope, "refused", group, said)
        return PublishResult(tuple(delivered), tuple(refused))

    def _tell(self, scope: Scope, what: str, group: str, text: str = "") -> None:
        self.means.events.publish(Area.PROCESS_GROUPS, f"process-groups.{what}", group, text, scope)


def _group_row(scope: Scope, group: str, found: Members) -> Row:
    return (*scope, group, "", 0, found.created, "[]")


def _row(scope: Scope, group: str, actor: ActorId, member: Membership) -> Row:
    joins = json.dumps([sorted(topics) for topics in member.joins])
    return (*scope, group, actor.name, member.number, member.since, joins)


def _member(found: Members, group: str, actor: ActorId) -> Membership:
    member = found.of.get(actor)
    if member is None:
        raise NotFound(f"{actor.name[:SHOWN]!r} is no member of group {group[:SHOWN]!r}")
    return member


def _group(name: str, found: Members) -> Group:
    return Group(name, found.created, len(found.of), sum(len(member.joins) for member in found.of.values()))
