"""What the services hold, as choices of the palette: keys, tuples by shape, queues, topics, groups, locks, registry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ui import format as show
from workbench.api import Node, WorkbenchError

MOST = 10_000
"""So many names of each kind are offered at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """One thing that the panel `panel` can choose: `name` is its name there, `kind` what it is."""

    panel: str
    name: str
    kind: str
    icon: str
    hint: str


def places(node: Node) -> list[Place]:
    """Off the Qt thread. A service that cannot answer now offers nothing."""
    found: list[Place] = []
    for kind in (_keys, _shapes, _queues, _topics, _groups, _locks, _entries):
        with suppress(WorkbenchError):
            found += kind(node)
    return found


def _keys(node: Node) -> Iterator[Place]:
    for key in node.keyvalue.keys(limit=MOST):
        yield Place("keyvalue", key, "key", "key", "key")


def _shapes(node: Node) -> Iterator[Place]:
    for shape in node.tuplespace.shapes()[:MOST]:
        name = f"({', '.join(shape.kinds)})"
        yield Place("tuplespace", name, "tuples", "tuple", show.plural(shape.count, "tuple"))


def _queues(node: Node) -> Iterator[Place]:
    for queue in node.channels.queues()[:MOST]:
        yield Place("channels", queue.queue, "queue", "queue", f"queue, {queue.waiting:,} waiting")


def _topics(node: Node) -> Iterator[Place]:
    for topic in node.channels.topics()[:MOST]:
        subscribers = show.plural(len(topic.subscribers), "subscriber")
        yield Place("channels", topic.topic, "topic", "topic", f"topic, {subscribers}")


def _groups(node: Node) -> Iterator[Place]:
    for group in node.process_groups.list(limit=MOST):
        yield Place("groups", group.name, "group", "group", f"group, {show.plural(group.members, 'member')}")


def _locks(node: Node) -> Iterator[Place]:
    for lock in node.locks.list(limit=MOST):
        yield Place("locks", lock.name, "lock", "lock", f"lock, {lock.holder}")


def _entries(node: Node) -> Iterator[Place]:
    for entry in node.registry.discover(limit=MOST):
        yield Place("registry", entry.id, "entry", "registry", f"{entry.object_type}, {entry.health.value}")
