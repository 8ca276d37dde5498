"""The yard of the sample system, for an hour of virtual time: every service is used, calmly, and nothing grows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from workbench.api import ActorState, ChildSpec, Health, SupervisorSpec
from workbench.api.tree_file import parse_tree
from workbench.data import directory
from workbench.testing.node import VirtualNode

PATIENT = frozenset({"worker", "inspector", "cashier", "painter-1", "painter-2"})
HOUR = 3_600.0
CALM = 10.0
"""Turns a second, of all together."""


def yard() -> SupervisorSpec:
    """The tree of the sample; nobody waits inside of a call, for in virtual time all of them share one thread."""
    text = (directory("resources") / "systems" / "sample.toml").read_text(encoding="utf-8")
    found = parse_tree(text, "sample.toml").tree
    below = next(child.supervisor for child in found.children if child.name == "yard")
    assert below is not None
    return replace(below, children=tuple(map(_impatient, below.children)))


def _impatient(child: ChildSpec) -> ChildSpec:
    return replace(child, state='{"patience_ms": 0}') if child.name in PATIENT else child


@pytest.fixture(scope="module")
def node() -> Iterator[VirtualNode]:
    with VirtualNode(directory("resources") / "actors") as found:
        found.prepare()
        for name in ("foreman", "worker", "inspector", "cashier", "shop", "painter"):
            found.deploy(f"{name}_actor.py")
        found.supervision.apply(yard())
        yield found


def held(node: VirtualNode) -> dict[str, int]:
    """How much there is of everything that is kept."""
    return {
        "tuples": sum(shape.count for shape in node.tuplespace.shapes()),
        "keys": len(node.keyvalue.keys()),
        "orders": node.channels.queue("orders").waiting + node.channels.queue("orders").leased,
        "dead letters": node.channels.queue("orders.dead").waiting,
        "queues": len(node.channels.queues()),
        "locks": len(node.locks.list()),
        "members": len(node.process_groups.members("crew")),
        "entries": len(node.registry.discover()),
        "blobs": len(node.blobs.list("reports")),
    }  # fmt: skip


def test_in_the_first_minute_every_inspector_has_something_to_show(node: VirtualNode) -> None:
    node.advance(60)
    shapes = {shape.kinds for shape in node.tuplespace.shapes()}
    assert shapes == {("text", "int", "int"), ("text", "int", "float")}
    near = node.tuplespace.near_misses(("job", str, 100), limit=1)
    assert near[0].misses[0].sentence.endswith(", text is wanted")
    found = held(node)
    assert 5 <= found["tuples"] <= 40 and found["keys"] >= 5 and found["locks"] == 1 and found["dead letters"] >= 1
    letter = node.channels.messages("orders.dead")[0]
    assert (letter.payload, letter.origin) == ("84/0", "orders") and "attempt 3 of 3" in letter.reason
    assert {change.holder.partition("@")[0] for change in node.locks.history()} == {"painter-1", "painter-2"}
    assert [topic.topic for topic in node.channels.topics()] == ["sales"]
    assert {each.actor for each in node.process_groups.members("crew")} == {
        "worker",
        "cashier",
        "painter-1",
        "painter-2",
    }
    (entry,) = node.registry.discover()
    assert (entry.id, entry.health, entry.missed) == ("job-worker", Health.HEALTHY, 0)
    report = node.blobs.metadata("reports", "jobs.json")
    assert (report.author.partition("@")[0], report.content_type) == ("foreman", "application/json")
    assert any("foreman says: 5 jobs so far" in line.message.replace("@local", "") for line in node.logs())


def test_for_an_hour_it_goes_on_calmly_and_nothing_grows(node: VirtualNode) -> None:
    node.advance(HOUR / 6)
    before, turns = held(node), _turns(node)
    node.advance(HOUR * 5 / 6)
    after = held(node)
    steady = ("keys", "queues", "locks", "members", "entries", "blobs")
    assert {name: after[name] for name in steady} == {name: before[name] for name in steady}
    assert after["tuples"] <= 45 and after["orders"] <= 3 and after["dead letters"] <= 6
    assert (_turns(node) - turns) / (HOUR * 5 / 6) < CALM
    for info in node.actors.list():
        assert (info.state, info.crashes, info.mailbox) == (ActorState.IDLE, 0, 0), info.id.name
        assert info.turns > 100
    assert not [row for row in node.capabilities.evidence() if row.denied]
    assert not node.actors.dead_letters()


def test_each_holds_what_it_uses_and_no_more(node: VirtualNode) -> None:
    """A grant that nobody has used after an hour is one too many."""
    node.advance(60)
    unused = [(row.actor.name, row.granted) for row in node.capabilities.evidence()
              if row.granted and not row.used and row.capability != "logging"]  # fmt: skip
    assert unused == []
    for info in node.actors.list():
        assert "*" not in "".join(info.grants), info.id.name


def _turns(node: VirtualNode) -> int:
    return sum(info.turns for info in node.actors.list())
