"""The journals of durable actors, from either end: what is kept of them, and what is said when it is damaged."""

from __future__ import annotations

import json

import pytest
from contract_sources import COUNTER

from workbench.api import (
    ChildSpec,
    Conflict,
    Invalid,
    JournalEvent,
    Node,
    NotFound,
    Outcome,
    Rejected,
    SpawnOptions,
    SupervisorSpec,
)
from workbench.api.turns import BirthReason
from workbench.data import directory
from workbench.node import LocalNode

SAMPLE = (directory("resources") / "actors" / "durability_actor.py").read_bytes()
FORGETFUL = b"""
from plexspaces import GenServer


class Forgetful(GenServer):
    def init(self, state):
        self.count = 0

    def handle_request(self, from_actor, message_type, payload):
        return "done"
"""


@pytest.fixture
def kept(node: Node) -> str:
    """A durable actor that has handled three messages: six of its turns, with births, are in the journal."""
    node.modules.deploy(SAMPLE, file_name="durability_actor.py", alias="durability")
    info = node.actors.spawn("durability", "5", options=SpawnOptions("d", durable=True))
    assert info.durable
    for _ in range(2):
        node.actors.ask("d", "increment")
    node.actors.ask("d", "persist_batch", json.dumps([["a", "1"], ["b", "2"]]))
    return "d"


def damage(embedded: Node, actor: str, seq: int) -> None:
    """Change a byte of an entry behind the node's back."""
    assert isinstance(embedded, LocalNode)
    with embedded._machine.workspace.database.transaction() as tx:
        tx.execute(
            "UPDATE journal SET line = replace(line, 'increment', 'decrement') WHERE seq = ? AND actor = "
            "(SELECT number FROM journal_actors WHERE name = ?)",
            (seq, actor),
        )


def test_what_is_kept_of_a_durable_actor_can_be_read(node: Node, kept: str) -> None:
    info = node.journal.get(kept)
    assert [found.actor for found in node.journal.list()] == [info.actor]
    assert (info.actor.name, info.module) == (kept, node.modules.get("durability").hash)
    assert (info.first, info.last, info.entries, info.events, info.checkpoint) == (1, 4, 4, 4, 0)
    assert info.runs and info.bytes > 0 and info.quarantined == 0 and info.checkpoint_taken == 0
    turns = node.journal.entries(kept)
    assert [(turn.seq, turn.operation, turn.reply) for turn in turns] == [
        (1, "init", ""), (2, "message", "6"), (3, "message", "7"), (4, "message", "4"),
    ]  # fmt: skip
    assert turns[0].birth is not None and (turns[0].birth.reason, turns[0].birth.state) == (BirthReason.SPAWN, "5")
    assert [call.function for call in turns[1].host_calls] == ["persist"]
    assert [turn.seq for turn in node.journal.entries(kept, after=1, limit=2)] == [2, 3]
    events = node.journal.events(kept)
    told = [("incremented", "6"), ("incremented", "7"), ("a", "1"), ("b", "2")]
    assert [(event.sequence, event.type, event.payload) for event in events] == [
        (number, *what) for number, what in enumerate(told, 1)
    ]
    assert all(isinstance(event, JournalEvent) and event.recorded > 0 for event in events)
    assert [event.type for event in node.journal.events(kept, after=2, limit=1)] == ["a"]


def test_a_checkpoint_can_be_taken_and_what_it_makes_needless_removed(node: Node, kept: str) -> None:
    with pytest.raises(Conflict, match="d has no checkpoint, so every entry is needed to bring it back"):
        node.journal.compact(kept)
    seq = node.journal.checkpoint(kept)
    node.actors.ask(kept, "increment")
    info = node.journal.get(kept)
    assert (info.checkpoint, info.last, info.entries) == (seq, seq + 1, seq + 1) and info.checkpoint_taken > 0
    assert node.journal.compact(kept) == seq
    assert [turn.seq for turn in node.journal.entries(kept)] == [seq + 1]
    assert not node.journal.verify(kept)
    node.actors.kill(kept)
    node.actors.restart(kept)
    assert node.actors.ask(kept, "increment").payload == "9"


def test_a_damaged_entry_and_a_missing_one_are_named(node: Node, embedded: Node, kept: str) -> None:
    assert not node.journal.verify() and not node.journal.verify(kept)
    damage(embedded, kept, 2)
    found = node.journal.verify()
    assert [(each.actor.name, each.seq, each.what) for each in found] == [
        (kept, 2, "its checksum does not fit what it says")
    ]
    assert [turn.seq for turn in node.journal.entries(kept)] == [1, 3, 4]
    assert isinstance(embedded, LocalNode)
    with embedded._machine.workspace.database.transaction() as tx:
        tx.execute("DELETE FROM journal WHERE seq = 2")
    assert [(each.seq, each.what) for each in node.journal.verify(kept)] == [(2, "turn 2 is missing")]


def test_a_journal_goes_when_its_actor_has_ended(node: Node, kept: str) -> None:
    with pytest.raises(Conflict, match="d is still there: stop it first, then remove its journal"):
        node.journal.remove(kept)
    node.actors.stop(kept)
    info = node.journal.get(kept)
    assert not info.runs and info.last >= 4
    node.journal.remove(kept)
    assert not node.journal.list()
    with pytest.raises(NotFound, match="d has no journal"):
        node.journal.get(kept)
    node.actors.spawn("durability", options=SpawnOptions("d", durable=True))
    assert node.actors.ask("d", "increment").payload == "1"


def test_who_is_not_durable_has_no_journal(node: Node, counter: str) -> None:
    journal = node.journal
    assert not node.actors.get(counter).durable and not journal.list()
    for refused in (journal.get, journal.entries, journal.events, journal.compact, journal.verify, journal.remove):
        with pytest.raises(NotFound, match="nobody has no journal: it was never durable; spawn it with --durable"):
            refused("nobody")
    with pytest.raises(NotFound, match="tally has no journal"):
        journal.get(counter)
    with pytest.raises(Conflict, match="tally is not durable and has no journal"):
        journal.checkpoint(counter)


def test_numbers_that_cannot_be_are_refused(node: Node, kept: str) -> None:
    for limit in (0, 100_001):
        for call in (node.journal.entries, node.journal.events):
            with pytest.raises(Invalid, match="a limit is 1 to 100,000"):
                call(kept, limit=limit)
    assert not node.journal.entries(kept, after=1_000) and not node.journal.events(kept, after=1_000)


def test_a_state_that_is_not_handed_out_gives_no_checkpoint(node: Node) -> None:
    module = node.modules.deploy(FORGETFUL, file_name="forgetful.py")
    node.actors.spawn(module.hash, options=SpawnOptions("f", durable=True))
    with pytest.raises(Rejected, match="f cannot hand out its state"):
        node.journal.checkpoint("f")


def test_a_durable_child_of_a_tree_comes_back_as_it_was(node: Node) -> None:
    node.modules.deploy(SAMPLE, file_name="durability_actor.py", alias="durability")
    node.modules.deploy(COUNTER.encode(), file_name="counter.py", alias="counter")
    children = (ChildSpec("kept", "durability", durable=True), ChildSpec("anew", "counter"))
    info = node.supervision.apply(SupervisorSpec("tree", intensity=9, children=children))
    assert [child.durable for child in info.spec.children] == [True, False]
    for name in ("kept", "anew"):
        assert node.actors.ask(name, "increment").payload == "1"
        node.actors.kill(name)
    assert node.actors.ask("kept", "increment").payload == "2"
    assert node.actors.ask("anew", "increment").payload == "1"
    assert node.journal.entries("kept")[-1].outcome is Outcome.REPLY


def test_a_journal_is_its_tenants_own(node: Node, embedded: Node, kept: str) -> None:
    assert isinstance(embedded, LocalNode)
    other = embedded.scoped("other", "default")
    assert not other.journal.list() and not other.journal.verify()
    for refused in (other.journal.get, other.journal.entries, other.journal.events, other.journal.compact,
                    other.journal.remove, other.journal.verify):  # fmt: skip
        with pytest.raises(NotFound, match="d has no journal"):
            refused(kept)
    assert node.journal.get(kept).entries == 4
