"""What was due while the disk could not be written is done once it can."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from workbench.api import Area, Node
from workbench.testing import VirtualNode

LEASE_MS = 1_000


def _key(node: Node) -> None:
    node.keyvalue.put("brief", "x", ttl_ms=LEASE_MS)


def _tuple(node: Node) -> None:
    node.tuplespace.write(("brief",), ttl_ms=LEASE_MS)


def _lock(node: Node) -> None:
    node.locks.acquire("brief", lease_ms=LEASE_MS, holder="me")


@pytest.mark.parametrize(
    ("made", "area", "kind"),
    [
        (_key, Area.KEYVALUE, "keyvalue.expired"),
        (_tuple, Area.TUPLESPACE, "tuplespace.expired"),
        (_lock, Area.LOCKS, "locks.expired"),
    ],
    ids=["key", "tuple", "lock"],
)
def test_an_end_that_could_not_be_written_is_written_later(made: Callable[[Node], None], area: Area, kind: str) -> None:
    with VirtualNode() as node, node.subscribe([area]) as events:
        made(node)
        writer = node._machine.workspace.database.writer
        writer.execute("PRAGMA query_only = ON")
        node.advance(LEASE_MS / 1000 + 1)
        writer.execute("PRAGMA query_only = OFF")
        assert kind not in [event.kind for event in events.get(0.0)]
        node.advance(10)
        assert [event.kind for event in events.get(0.0)].count(kind) == 1
