"""Durable actors: nothing that was told is lost, nothing is done twice, and what was damaged is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.api import Area, Crashed, NotFound, Rejected, SpawnOptions
from workbench.api.identity import ActorId
from workbench.api.journal import Part
from workbench.api.messages import Envelope, Kind
from workbench.api.turns import BirthReason, HostCall
from workbench.config import load
from workbench.data import directory
from workbench.machine import Machine
from workbench.node import LocalNode
from workbench.runtime import recovery
from workbench.runtime.actor import Actor
from workbench.runtime.body import Spec
from workbench.runtime.mailbox import Letter
from workbench.runtime.outbox import Outbox

SAMPLE = (directory("resources") / "actors" / "durability_actor.py").read_bytes()
FRAGILE = b'''
import random

from plexspaces import GenServer, durability, keyvalue


class Fragile(GenServer):
    """Counts, draws and dies."""

    def init(self, state):
        self.count, self.drawn = int(state or 0), ""

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "add":
            self.count += keyvalue.increment("total", int(payload))
        elif message_type == "once":
            return durability.side_effect("key", payload)
        elif message_type == "die":
            durability.persist("never", "")
            raise ValueError(payload)
        return str(self.count)
'''
Open = Callable[[], LocalNode]


@pytest.fixture
def reopen(tmp_path: Path, interpreter: str) -> Iterator[Open]:
    """The node of one workspace; opened again, the one before is closed."""
    nodes: list[LocalNode] = []

    def start() -> LocalNode:
        if nodes:
            nodes.pop().close()
        nodes.append(LocalNode(Machine(tmp_path, load())))
        return nodes[-1]

    yield start
    if nodes:
        nodes.pop().close()


def spawn(node: LocalNode, name: str = "d", source: bytes = SAMPLE, state: str = "", profile: str = "balanced") -> None:
    module = node.modules.deploy(source, file_name="durable.py")
    node.actors.spawn(module.hash, state, options=SpawnOptions(name, profile, ("durability", "keyvalue"), durable=True))


def ask(node: LocalNode, message: str, payload: str = "", name: str = "d", **headers: str) -> str:
    return str(
        node.actors.ask(name, message, payload, headers={k.replace("_", "-"): v for k, v in headers.items()}).payload
    )


def state(node: LocalNode) -> dict[str, object]:
    found: dict[str, object] = json.loads(ask(node, "get_state"))
    return found


def test_it_goes_on_after_the_end_of_the_node(reopen: Open) -> None:
    node = reopen()
    spawn(node, state="5")
    assert [ask(node, "increment") for _ in range(3)] == ["6", "7", "8"]
    assert ask(node, "persist_batch", '[["a", "1"], ["b", "2"]]') == "5"
    node = reopen()
    assert state(node) == {"count": 8, "sequence": 5, "checkpoint": 0, "replayed": True}
    assert node.actors.get("d").durable
    assert [(event.sequence, event.type, event.payload) for event in node.journal.events("d", after=3)] == [
        (4, "a", "1"),
        (5, "b", "2"),
    ]
    births = [turn.birth.reason for turn in node.journal.entries("d") if turn.birth is not None]
    assert births == [BirthReason.SPAWN, BirthReason.RECOVERY]
    assert ask(reopen(), "increment") == "9"


def test_a_checkpoint_is_where_recovery_begins(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    for _ in range(3):
        ask(node, "increment")
    assert ask(node, "checkpoint") == "3"
    ask(node, "increment")
    info = node.journal.get("d")
    assert (info.entries, info.checkpoint) == (7, 6)
    node = reopen()
    assert state(node) == {"count": 4, "sequence": 4, "checkpoint": 3, "replayed": True}
    assert node.journal.compact("d") == 6
    assert ask(reopen(), "increment") == "5"


def test_a_checkpoint_leaves_as_many_entries_before_it_as_are_to_be_kept(tmp_path: Path, interpreter: str) -> None:
    def kept(node: LocalNode) -> tuple[int, int, int]:
        info = node.journal.get("d")
        return info.first, info.entries, info.checkpoint

    config = replace(load(), journal_turns=4)
    with LocalNode(Machine(tmp_path, config)) as node:
        spawn(node)
        for _ in range(9):
            ask(node, "increment")
        assert kept(node) == (1, 10, 0), "without a checkpoint all are needed"
        assert node.journal.checkpoint("d") == 11
        assert kept(node) == (8, 4, 11)
        for _ in range(2):
            ask(node, "increment")
        node.journal.checkpoint("d")
        assert kept(node) == (11, 4, 14)
        assert [turn.seq for turn in node.journal.entries("d")] == [11, 12, 13, 14]
        assert not node.journal.verify()
    with LocalNode(Machine(tmp_path, config)) as node:
        assert ask(node, "increment") == "12"


def test_after_a_crash_it_is_as_it_was_before_the_message(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=FRAGILE)
    assert ask(node, "add", "2") == "2"
    with pytest.raises(Crashed):
        ask(node, "die")
    node.actors.restart("d")
    assert ask(node, "add", "1") == "5"
    assert node.keyvalue.get("total") == "3"
    assert list(node.journal.events("d")) == []


def test_a_side_effect_is_decided_once(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=FRAGILE)
    assert ask(node, "once", "first") == "first"
    assert ask(node, "once", "second") == "first"
    assert ask(reopen(), "once", "third") == "first"


def test_a_message_that_is_sent_again_with_its_key_is_not_handled_again(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    assert ask(node, "increment", idempotency_key="a") == "1"
    assert ask(node, "increment", idempotency_key="a") == "1"
    assert ask(node, "increment", idempotency_key="b") == "2"
    with pytest.raises(Rejected):
        ask(node, "nothing", idempotency_key="c")
    node = reopen()
    assert ask(node, "increment", idempotency_key="b") == "2"
    with pytest.raises(Rejected, match="unknown message type"):
        ask(node, "nothing", idempotency_key="c")
    assert state(node)["count"] == 2


def test_one_that_was_stopped_does_not_come_back_by_itself(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    ask(node, "increment")
    node.actors.stop("d")
    node = reopen()
    with pytest.raises(NotFound):
        node.actors.get("d")
    assert not node.journal.get("d").runs
    spawn(node)
    assert ask(node, "increment") == "2"


def test_a_damaged_entry_is_named_and_put_aside_and_the_rest_comes_back(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    spawn(node, "other")
    for _ in range(2):
        ask(node, "increment")
        ask(node, "increment", name="other")
    with node._machine.workspace.database.transaction() as tx:
        tx.execute("UPDATE journal SET line = replace(line, 'increment', 'decrement') WHERE actor = 1 AND seq = 3")
    assert [(str(d.actor), d.seq, d.what) for d in node.journal.verify()] == [
        ("d", 3, "its checksum does not fit what it says")
    ]
    node = reopen()
    assert ask(node, "increment", name="other") == "3"
    assert node.journal.get("d").quarantined == 1


TALKER = b'''
from plexspaces import GenServer, durability, messaging


class Talker(GenServer):
    """Sends to `to`, and to itself later."""

    def handle_request(self, from_actor, message_type, payload):
        if message_type == "tell":
            messaging.tell("to", "increment")
        elif message_type == "tell_and_die":
            messaging.tell("to", "increment")
            raise ValueError("after it was sent")
        elif message_type == "later":
            return str(messaging.send_after(int(payload), "due"))
        elif message_type == "cancel":
            return str(messaging.cancel_timer(int(payload)))
        elif message_type == "due":
            durability.persist("due")
        return ""

    def snapshot_state(self):
        return ""
'''


def test_what_waits_in_the_mailbox_outlives_the_node(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    node.actors.suspend("d")
    for _ in range(3):
        node.actors.tell("d", "increment")
    assert state(reopen())["count"] == 3
    assert state(reopen())["count"] == 3


def test_what_waited_is_handled_before_what_comes_while_it_is_brought_back(
    reopen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the sender is back first, and finishes a turn that was cut off."""
    node = reopen()
    spawn(node)
    node.actors.suspend("d")
    for word in ("first", "second"):
        node.actors.tell("d", "persist_batch", json.dumps([["said", word]]))
    recover = recovery.recover

    def slowly(actor: Actor, spec: Spec) -> None:
        recover(actor, spec)
        actor.deliver(Letter(Envelope("x", Kind.CAST, "persist_batch", '[["said", "third"]]', "", 1.0, "x", {})))

    monkeypatch.setattr(recovery, "recover", slowly)
    node = reopen()
    assert state(node)["sequence"] == 3
    assert [event.payload for event in node.journal.events("d")] == ["first", "second", "third"]


def test_the_timers_that_there_were_are_set_before_those_of_a_turn_that_was_cut_off(
    reopen: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two that are due by now are handled in the order in which they became due."""
    node = reopen()
    spawn(node, source=TALKER)
    ask(node, "later", "3600000")
    envelope = Envelope("e", Kind.CAST, "later", "7200000", "", 1.0, "e", {})
    journal, who = node._machine.journal, ActorId("d")
    call = HostCall("messaging", "send-after", (7_200_000, "due", ""), 7)
    journal.add_part(who, Part(0, (call,), envelope, journal.post(who, envelope)))
    hours: list[int] = []
    set_off = Outbox._set_off

    def noted(self: Outbox, number: int, seconds: float) -> None:
        hours.append(round(seconds / 3600))
        set_off(self, number, seconds)

    monkeypatch.setattr(Outbox, "_set_off", noted)
    ask(reopen(), "and wait for what was cut off")
    assert hours == [1, 2]


WAITER = b"""
from plexspaces import GenServer, durability, keyvalue, tuplespace


class Waiter(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        if message_type == "wait":
            keyvalue.increment("begun", 1)
            durability.persist("got", str(tuplespace.take(("seat", int), timeout_ms=20_000)))
        return ""

    def snapshot_state(self):
        return ""
"""


def test_a_turn_that_was_cut_off_while_it_waited_lets_nobody_else_wait(reopen: Open) -> None:
    node = reopen()
    module = node.modules.deploy(WAITER, file_name="waiter.py").hash
    grants = ("durability", "keyvalue", "tuplespace")
    for name in ("d", "other"):
        node.actors.spawn(module, options=SpawnOptions(name, "balanced", grants, durable=True))
    journal, who = node._machine.journal, ActorId("d")
    envelope = Envelope("e", Kind.CAST, "wait", "", "", 1.0, "e", {})
    first, _ = journal.post(who, envelope), journal.post(who, envelope)
    call = HostCall("keyvalue", "increment", ("begun", 1), 1)
    journal.add_part(who, Part(0, (call,), envelope, first))
    node = reopen()
    assert ask(node, "", name="other") == ""
    assert any("goes on with 'wait', which was cut off after 1 host call" in line.message for line in node.logs())
    assert list(node.journal.events("d")) == []
    for place in (4, 5):
        node.tuplespace.write(("seat", place))
    ask(node, "")
    assert [event.payload for event in node.journal.events("d")] == ["('seat', 4)", "('seat', 5)"]
    assert node.keyvalue.get("begun") == "1", "what was done before the cut is not done again, and the other is"


def test_what_it_tells_leaves_with_the_turn_and_not_with_one_that_crashes(reopen: Open) -> None:
    node = reopen()
    spawn(node, "to")
    spawn(node, source=TALKER)
    ask(node, "tell")
    with pytest.raises(Crashed):
        ask(node, "tell_and_die")
    assert ask(node, "increment", name="to") == "2"
    assert [turn.envelope.sender for turn in node.journal.entries("to") if turn.envelope] == ["d@local", ""]


def test_a_timer_outlives_a_crash_and_the_node(reopen: Open) -> None:
    node = reopen()
    spawn(node, source=TALKER)
    for delay in ("1500", "3600000"):
        number = ask(node, "later", delay)
    with pytest.raises(Crashed):
        ask(node, "tell_and_die")
    node = reopen()
    assert ask(node, "cancel", number) == "True"
    assert ask(node, "cancel", number) == "False"
    with node.subscribe([Area.TURNS]) as turns:
        for _ in range(100):  # a turn is told of before it is on disk
            if found := node.journal.events("d"):
                break
            turns.get(0.1)
    assert [event.type for event in found] == ["due"]


def test_a_full_disk_refuses_the_turn_and_when_there_is_room_it_goes_on(small_disk: Path, interpreter: str) -> None:
    assert interpreter
    module = (directory("resources") / "actors" / "tally.wat").read_bytes()
    with LocalNode(Machine(small_disk, load())) as node:
        node.actors.spawn(
            node.modules.deploy(module, file_name="tally.wat").hash, options=SpawnOptions("tally", durable=True)
        )
        ask(node, "increment", name="tally")
        filler = small_disk / "filler"
        filler.write_bytes(bytes(shutil.disk_usage(small_disk).free - 4096))
        count = 1
        with pytest.raises(Crashed, match=r"is full.*; when there is room: workbench actor restart \w+") as caught:
            for _ in range(10_000):
                ask(node, "increment", name="tally")
                count += 1
        assert caught.value.cause is not None
        assert caught.value.cause.limit == "disk"
        filler.unlink()
        node.actors.restart("tally")
        assert ask(node, "get_count", name="tally") == str(count)
        assert list(node.journal.verify()) == []
    with LocalNode(Machine(small_disk, load())) as node:
        assert ask(node, "get_count", name="tally") == str(count)


def test_whose_module_is_gone_stays_in_the_journal_until_it_is_there_again(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    spawn(node, "other", source=FRAGILE)
    ask(node, "increment")
    ask(node, "checkpoint")
    module = node.actors.get("d").module
    with node._machine.workspace.database.transaction() as tx:
        tx.execute("DELETE FROM modules WHERE hash = ?", (module,))
    node = reopen()
    assert [info.id.name for info in node.actors.list()] == ["other"]
    said = [line.message for line in node.logs() if line.actor == "d"]
    assert len(said) == 1
    assert said[0].startswith("it could not be brought back: no module")
    assert node.journal.get("d").checkpoint == 4
    node.modules.deploy(SAMPLE, file_name="durable.py")
    assert state(reopen())["count"] == 1


def test_a_damaged_checkpoint_is_not_used(reopen: Open) -> None:
    node = reopen()
    spawn(node)
    ask(node, "increment")
    ask(node, "checkpoint")
    ask(node, "increment")
    with node._machine.workspace.database.transaction() as tx:
        tx.execute("UPDATE journal_checkpoints SET state = '7'")
    assert state(reopen())["count"] == 2
