"""What is recorded of actors, from either end."""

from __future__ import annotations

import threading
import time
from typing import cast

import pytest

from workbench.api import (
    Area,
    CancelToken,
    Certainty,
    Conflict,
    Crashed,
    Invalid,
    Node,
    NotFound,
    Outcome,
    Pin,
    RecordingLevel,
    SpawnOptions,
)
from workbench.api.recordings import recording_level
from workbench.api.turns import BirthReason


def test_an_embedded_node_records_in_full_and_what_was_is_read_at_once(node: Node, counter: str) -> None:
    assert node.debugger.level() is node.debugger.level(counter) is RecordingLevel.FULL
    for _ in range(3):
        node.actors.ask(counter, "increment")
    found = node.debugger.turns(counter)
    assert [turn.turn.seq for turn in found] == [1, 2, 3, 4]
    assert [turn.turn for turn in found] == list(node.actors.turns(counter))
    birth = found[0].turn.birth
    assert birth is not None and birth.reason is BirthReason.SPAWN and "keyvalue" in map(str, birth.grants)
    assert [turn.turn.seq for turn in node.debugger.turns(counter, limit=2)] == [1, 2]
    assert [turn.turn.seq for turn in node.debugger.turns(counter, limit=2, newest=True)] == [3, 4]
    assert [turn.turn.seq for turn in node.debugger.turns(counter, after=found[2].position)] == [4]
    assert [turn.turn.seq for turn in node.debugger.turns(since=found[3].turn.started)] == [4]
    assert [turn.turn.seq for turn in node.debugger.turns(until=found[1].turn.started)] == [1, 2]
    assert [turn.turn.seq for turn in node.debugger.turns(counter, up_to=found[2].position, limit=2)] == [1, 2]
    assert [turn.turn.seq for turn in node.debugger.turns(up_to=found[2].position, newest=True, limit=2)] == [2, 3]
    assert not node.debugger.turns("nobody")


def test_levels_are_those_of_the_actor_else_of_all(node: Node, counter: str) -> None:
    assert node.debugger.set_level(counter, RecordingLevel.OFF) is RecordingLevel.OFF
    node.actors.ask(counter, "increment")
    assert [turn.turn.operation for turn in node.debugger.turns(counter)] == ["init"]
    assert node.debugger.set_level(None, RecordingLevel.MESSAGES) is RecordingLevel.MESSAGES
    assert node.debugger.level(counter) is RecordingLevel.OFF
    assert node.debugger.statistics().own == (counter,)
    assert node.debugger.set_level(counter, None) is RecordingLevel.MESSAGES
    assert (node.debugger.statistics().level, node.debugger.statistics().own) == (RecordingLevel.MESSAGES, ())
    with node.subscribe([Area.NODE]) as events:
        assert node.debugger.set_level(None, None) is RecordingLevel.FULL
        assert [(event.kind, event.text) for event in events.get(5.0)] == [("node.recording", "full")]


def test_statistics_and_segments_say_what_is_on_disk(node: Node, counter: str) -> None:
    for _ in range(500):
        node.actors.ask(counter, "increment")
    (segment,) = node.debugger.segments()
    found = node.debugger.statistics()
    assert (found.turns, found.segments, found.waiting, found.dropped, found.stopped) == (501, 1, 0, 0, "")
    assert (segment.turns, segment.actors, segment.pin) == (501, (counter,), Pin.NONE)
    assert found.size_bytes == segment.size_bytes < segment.raw_bytes / 2
    assert found.oldest == segment.first < segment.last
    assert found.pinned_bytes == 0 < found.limit_bytes and found.limit_seconds == 7 * 86_400
    assert not node.debugger.segments(after=segment.id)


def test_a_crash_pins_its_life(node: Node, counter: str) -> None:
    with pytest.raises(Crashed):
        node.actors.ask(counter, "crash", "")
    (segment,) = node.debugger.segments()
    assert segment.pin is Pin.CRASH and node.debugger.statistics().pinned_bytes == segment.size_bytes
    (_, died) = node.debugger.turns(counter)
    assert died.turn.outcome is Outcome.CRASHED and "this kills it" in str(died.turn.cause)
    assert node.debugger.clear() == 0 and node.debugger.clear(pinned=True) == 1
    assert node.debugger.turns() == []


def test_a_segment_is_pinned_by_hand_and_an_actor_kept(node: Node, counter: str) -> None:
    assert node.debugger.segments()[0].pin is Pin.NONE
    assert node.debugger.pin(1).pin is Pin.KEPT
    assert node.debugger.pin(1, pinned=False).pin is Pin.NONE
    node.debugger.keep(counter)
    assert node.debugger.statistics().kept == (counter,)
    node.actors.ask(counter, "increment")
    node.debugger.keep(counter, kept=False)
    assert node.debugger.statistics().kept == ()
    node.actors.ask(counter, "increment")
    assert [segment.pin for segment in node.debugger.segments()] == [Pin.NONE, Pin.KEPT, Pin.NONE]
    assert [turn.turn.seq for turn in node.debugger.turns(counter)] == [1, 2, 3]
    with pytest.raises(NotFound, match="no segment 99 of a recording"):
        node.debugger.pin(99)


def test_nothing_of_it_is_another_tenants(embedded: Node, counter: str) -> None:
    other = embedded.scoped("other", "space")  # type: ignore[attr-defined]
    assert len(embedded.debugger.segments()) == embedded.debugger.statistics().turns == 1
    assert other.debugger.statistics().turns == 0
    assert other.debugger.turns() == other.debugger.turns(counter) == other.debugger.segments() == []
    with pytest.raises(NotFound):
        other.debugger.pin(1)
    assert other.debugger.clear(pinned=True) == 0
    other.debugger.set_level(None, RecordingLevel.OFF)
    other.debugger.set_level(counter, RecordingLevel.OFF)
    embedded.debugger.keep(counter)
    assert (embedded.debugger.statistics().own, other.debugger.statistics().kept) == ((), ())
    assert embedded.debugger.level() is embedded.debugger.level(counter) is RecordingLevel.FULL
    embedded.actors.ask(counter, "increment")
    assert len(embedded.debugger.turns(counter)) == 2


def test_a_level_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(Invalid, match="no level of recording 'all'; there are off, messages, full"):
        recording_level("all")


def test_no_other_level_is_set(node: Node) -> None:
    with pytest.raises(Invalid, match="no level of recording 'bogus'"):
        node.debugger.set_level(None, cast("RecordingLevel", "bogus"))


def test_an_actor_with_bytes_and_calls_is_the_same_from_either_end(node: Node) -> None:
    source = (
        "from plexspaces import GenServer, keyvalue\n"
        "class A(GenServer):\n"
        "    def handle_request(self, sender, kind, payload):\n"
        "        keyvalue.put('k', payload)\n"
        "        return keyvalue.get('k')\n"
    )
    module = node.modules.deploy(source.encode(), file_name="a.py").hash
    node.actors.spawn(module, options=SpawnOptions("a"))
    assert node.actors.ask("a", "any", b"\xff\x00").payload == b"\xff\x00"
    (_, turn) = (found.turn for found in node.debugger.turns("a"))
    assert [call.function for call in turn.host_calls] == ["put", "get"]
    assert (turn.reply, turn.unrepeatable) == (b"\xff\x00", "")


def test_the_state_after_any_recorded_turn_is_there(node: Node, counter: str) -> None:
    for _ in range(3):
        node.actors.ask(counter, "increment")
    seen = {seq: node.debugger.state(counter, seq) for seq in (4, 2, 1, 3)}
    assert {seq: view.state for seq, view in seen.items()} == {1: "0", 2: "1", 3: "2", 4: "3"}
    assert all(view.certainty is Certainty.REPLAYED and view.seq == seq for seq, view in seen.items())
    assert node.actors.snapshot(counter) == "3"
    assert node.debugger.state(counter, 5).certainty is Certainty.RECORDED
    node.actors.ask(counter, "increment")
    assert node.debugger.state(counter, 6).state == "4" and node.actors.ask(counter, "get_count").payload == "4"
    for nobody, seq in ((counter, 99), ("nobody", 1)):
        with pytest.raises(NotFound, match=f"no turn {seq} of '{nobody}' is recorded"):
            node.debugger.state(nobody, seq)


def test_a_search_for_a_state_that_is_cancelled_ends_at_once_and_the_next_one_is_answered(node: Node) -> None:
    source = (
        "from plexspaces import GenServer\n\nclass A(GenServer):\n"
        "    def snapshot_state(self):\n        while True: pass\n"
        "    def handle_request(self, from_actor, message_type, payload):\n        return 'done'\n"
    )
    module = node.modules.deploy(source.encode(), file_name="a.py").hash
    node.actors.spawn(module, options=SpawnOptions("a", "permissive"))
    node.actors.spawn(module, options=SpawnOptions("b", "strict"))
    cancel = CancelToken()
    begun = time.monotonic()
    threading.Timer(0.5, cancel.set).start()
    with pytest.raises(Conflict, match="cancelled"):
        node.debugger.state("a", 1, timeout=30.0, cancel=cancel)
    assert node.debugger.state("b", 1).certainty is Certainty.UNKNOWN
    assert time.monotonic() - begun < 20.0, "or it waited for the search that nobody wants any more"


def test_an_actor_that_was_spawned_anew_has_the_states_of_its_new_life(node: Node, counter: str) -> None:
    node.actors.ask(counter, "increment")
    assert node.debugger.state(counter, 2).state == "1"
    module = node.actors.get(counter).module
    node.actors.stop(counter)
    assert node.debugger.state(counter, 3).certainty is Certainty.UNKNOWN  # its shutdown was a turn, too
    node.actors.spawn(module, "7", options=SpawnOptions(counter))
    assert node.debugger.state(counter, 1).state == "7"
    with pytest.raises(Crashed):
        node.actors.ask(counter, "crash", "")
    gone = node.debugger.state(counter, 2)
    assert gone.certainty is Certainty.UNKNOWN and "there was no instance of it" in gone.note


def test_changes_of_what_services_hold_lie_in_front_of_the_turn_that_made_them(node: Node, counter: str) -> None:
    node.keyvalue.put("k", b"\xff", ttl_ms=60_000)
    node.actors.ask(counter, "increment")
    node.keyvalue.put("k", "text")
    node.tuplespace.write(("job", 1.5, None, "ü"))
    lock = node.locks.acquire("l", holder="me")
    node.locks.release("l", lock.version, holder="me")
    (born, asked), found = node.debugger.turns(counter), node.debugger.changes()
    assert [recorded.change.number for recorded in found] == list(range(1, len(found) + 1))
    assert [recorded.change.table for recorded in found] == [
        "keyvalue", "keyvalue", "tuples", "locks", "lock_versions", "locks"
    ]  # fmt: skip
    places = [recorded.position for recorded in found]
    assert sorted([*places, born.position, asked.position]) == [born.position, places[0], asked.position, *places[1:]]
    put, put_again, written, *_, released = (recorded.change for recorded in found)
    assert put.before is None and put.after is not None and tuple(put.after[2:5]) == ("k", b"\xff", 1)
    assert put_again.before == put.after and put_again.after is not None and put_again.after[6] is None
    assert written.after is not None and written.after[3] == '["job", 1.5, null, "ü"]'
    assert released.after is None and released.before is not None and released.before[2:4] == ("l", "me")
    assert node.debugger.changes(after=places[1], limit=2) == found[2:4]
    assert node.debugger.changes(since=released.time) == found[-1:] and not node.debugger.changes(since=2e9)
    (segment,) = node.debugger.segments()
    assert segment.changes == node.debugger.statistics().changes == len(found)


def test_what_services_hold_is_given_with_the_number_of_the_last_change(node: Node) -> None:
    empty = {piece.table: piece for piece in node.debugger.holdings()}
    assert {len(piece.rows) for piece in empty.values()} == {0} == {piece.number for piece in empty.values()}
    node.keyvalue.put("k", b"\x00")
    node.process_groups.create("g")
    node.channels.send("q", "t", "p")
    delivery = node.channels.receive("q")
    assert delivery is not None
    held = {piece.table: piece for piece in node.debugger.holdings()}
    assert {piece.number for piece in held.values()} == {node.debugger.changes()[-1].change.number}
    assert {table: len(piece.rows) for table, piece in held.items() if piece.rows} == {
        "keyvalue": 1, "process_groups": 1, "queues": 2, "queued": 1, "leases": 1,
    }  # fmt: skip
    assert tuple(held["keyvalue"].rows[0])[2:4] == ("k", b"\x00")
    assert held["leases"].rows[0][2] == delivery.id


def test_a_hundred_thousand_tuples_are_given_in_pieces(node: Node, embedded: Node) -> None:
    scope = ("default", "default")
    with embedded._machine.workspace.database.transaction() as tx:  # type: ignore[attr-defined]
        for number in range(1, 100_001):
            row = (number, *scope, f'["job", {number}]', 1.0, None, "")
            tx.execute("INSERT INTO tuples VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    pieces = [piece for piece in node.debugger.holdings() if piece.table == "tuples"]
    assert len(pieces) > 10 and max(len(piece.rows) for piece in pieces) < 10_000
    assert [row[0] for piece in pieces for row in piece.rows] == list(range(1, 100_001))


def test_only_what_is_recorded_in_full_has_changes_and_what_is_left_out_shows(node: Node) -> None:
    node.keyvalue.put("k", "1")
    node.debugger.set_level(None, RecordingLevel.MESSAGES)
    node.keyvalue.put("k", "2")
    node.debugger.set_level(None, RecordingLevel.FULL)
    (lost,) = {piece.number for piece in node.debugger.holdings()}
    node.keyvalue.put("k", "3")
    assert [recorded.change.number for recorded in node.debugger.changes()] == [1, 3] and lost == 2


def test_changes_are_no_other_tenants(embedded: Node) -> None:
    other = embedded.scoped("other", "space")  # type: ignore[attr-defined]
    other.keyvalue.put("mine", "1")
    other.channels.send("q", "t", "mine")
    other.process_groups.create("g")
    assert not embedded.debugger.changes() and not any(piece.rows for piece in embedded.debugger.holdings())
    assert len(other.debugger.changes()) == 5 and other.debugger.changes()[0].change.number == 1
    assert sum(len(piece.rows) for piece in other.debugger.holdings()) == 5
