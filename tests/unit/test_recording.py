"""The recording on disk: the ring, pins, what a crash of the process or a full disk leaves, and reading it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.api import (
    ActorId,
    Cause,
    Envelope,
    Figures,
    HostCall,
    Invalid,
    Kind,
    NotFound,
    Outcome,
    Pin,
    RecordingLevel,
    Turn,
    parse_grant,
    profile,
)
from workbench.api.logs import Level
from workbench.api.recordings import EVERYTHING, Range
from workbench.api.turn_row import from_row, to_row
from workbench.api.turns import Birth, BirthReason
from workbench.clock import FakeClock
from workbench.runtime import turn_queue
from workbench.runtime.turn_queue import TurnQueue
from workbench.services.recording import segment as segment_module
from workbench.services.recording import service as service_module
from workbench.services.recording.ring import LOOK_SECONDS, Bounds, Held, Ring
from workbench.services.recording.rows import from_bytes, to_bytes
from workbench.services.recording.service import Recording
from workbench.storage.database import Database
from workbench.storage.schema import migrate

HERE = ("default", "default")
FULL, MESSAGES = RecordingLevel.FULL, RecordingLevel.MESSAGES
BALANCED = profile("balanced")
WIDE = Bounds(1 << 30, 1e12, 1 << 30)


class Deck:
    """A recording on a database of its own, without a thread: it writes when it is read or closed."""

    def __init__(self, folder: Path, bounds: Bounds = WIDE) -> None:
        self.clock = FakeClock()
        self.database = Database(folder / "deck.db")
        migrate(self.database)
        self.lock = Lock()
        self.queue = TurnQueue(self.lock)
        self.said: list[tuple[Level, str]] = []
        self.recording = Recording(
            self.database, self.clock, bounds, self.queue, lambda level, text: self.said.append((level, text))
        )

    def put(self, *turns: Turn, level: RecordingLevel = FULL) -> None:
        with self.lock:
            for one in turns:
                self.queue.put((one.actor, to_row(one, with_calls=level is FULL), 1_000))

    def seqs(self, actor: str | None = None, **more: int) -> list[int]:
        who = None if actor is None else ActorId(actor)
        limit, newest = more.pop("limit", 10_000), bool(more.pop("newest", False))
        found = self.recording.turns(HERE, who, within=Range(**more), limit=limit, newest=newest)
        return [each.turn.seq for each in found]

    def segments(self) -> dict[int, Pin]:
        return {found.id: found.pin for found in self.recording.segments(HERE, after=0, limit=1_000)}

    def close(self) -> None:
        self.recording.close()
        self.database.close()


@pytest.fixture
def deck(tmp_path: Path) -> Iterator[Deck]:
    made = Deck(tmp_path)
    yield made
    made.close()


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each batch is a segment, and a batch is one turn."""
    monkeypatch.setattr(segment_module, "RAW_BYTES", 1)
    monkeypatch.setattr(service_module, "BATCH", 1)


def turn(seq: int, name: str = "a", *, at: float = 1.0, **more: object) -> Turn:
    sent = Envelope(f"m{seq}", Kind.CALL, "increment", "", "", at, f"m{seq}")
    figures = Figures(1, None, 1)
    made = Turn(ActorId(name), seq, "message", sent, Outcome.REPLY, figures, at, "hash", reply=str(seq))
    return replace(made, **more)  # type: ignore[arg-type]


def birth(seq: int, name: str = "a") -> Turn:
    born = Birth(BirthReason.SPAWN, b"\x00", "balanced", tuple(map(parse_grant, BALANCED.grants)), BALANCED.limits)
    return turn(seq, name, operation="init", envelope=None, birth=born)


def crash(seq: int, name: str = "a") -> Turn:
    return turn(seq, name, outcome=Outcome.CRASHED, cause=Cause("crashed", "boom"))


TEXTS = st.text(max_size=5)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | TEXTS | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
ARGUMENTS = st.lists(PLAIN, max_size=3).map(tuple)
CALLS = st.builds(HostCall, TEXTS, TEXTS, ARGUMENTS, PLAIN) | st.builds(
    HostCall, TEXTS, TEXTS, ARGUMENTS, st.none(), st.just("denied"), TEXTS
)


@given(st.lists(CALLS, max_size=3), TEXTS | st.binary(max_size=4), TEXTS)
def test_a_row_is_read_back_as_the_same_turn(calls: list[HostCall], reply: str | bytes, text: str) -> None:
    made = turn(3, text, reply=reply, text=text, host_calls=tuple(calls), host_calls_total=len(calls), state=text)
    found = from_row(from_bytes(to_bytes([to_row(made), to_row(crash(4)), to_row(birth(5))]))[0], *HERE)
    assert repr(found) == repr(made)  # with NaN, which is no other than itself


@pytest.mark.parametrize(
    "made", [crash(4), birth(5), turn(6, unrepeatable="because")], ids=["crash", "birth", "marked"]
)
def test_the_rarer_fields_of_a_turn_are_in_its_row(made: Turn) -> None:
    assert from_row(from_bytes(to_bytes([to_row(made)]))[0], *HERE) == made


def test_a_row_names_nothing_that_could_run() -> None:
    with pytest.raises(Invalid, match=r"it names posix\.system"):
        from_bytes(b"cposix\nsystem\n(S'true'\ntR.")
    with pytest.raises(TypeError, match="a host call carries no object"):
        to_bytes([(object(),)])


def test_turns_are_read_by_actor_place_time_and_number(deck: Deck) -> None:
    deck.put(*(turn(seq, name, at=float(seq)) for seq in range(1, 6) for name in "ab"))
    assert deck.seqs("a") == [1, 2, 3, 4, 5]
    assert deck.seqs() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert deck.seqs("b", limit=2) == [1, 2] and deck.seqs("b", limit=2, newest=True) == [4, 5]
    assert deck.seqs("a", since=4) == [4, 5] and deck.seqs("a", until=2) == [1, 2]
    assert deck.seqs(since=2, until=3) == [2, 2, 3, 3] and deck.seqs("b", until=4, limit=2, newest=True) == [3, 4]
    found = deck.recording.turns(HERE, ActorId("a"), within=EVERYTHING, limit=3, newest=False)
    assert deck.seqs("a", after=found[-1].position) == [4, 5]
    assert deck.seqs("a", after=found[0].position, up_to=found[-1].position) == [2, 3]
    assert deck.seqs("nobody") == [] and not deck.recording.segments(("other", "default"), after=0, limit=9)


def test_the_next_node_on_the_workspace_reads_it_and_goes_on_behind_it(tmp_path: Path) -> None:
    first = Deck(tmp_path)
    first.put(turn(1), turn(2))
    first.close()
    second = Deck(tmp_path)
    second.put(turn(1))
    assert second.seqs("a") == [1, 2, 1]
    assert list(second.segments()) == [1, 2]
    second.close()


def test_messages_are_kept_without_their_host_calls_and_marked_when_there_were_any(deck: Deck) -> None:
    called = turn(2, host_calls=(HostCall("keyvalue", "get", ("k",), "v"),), host_calls_total=1)
    deck.put(turn(1), called, level=MESSAGES)
    deck.put(replace(called, seq=3), level=FULL)
    one, two, three = (
        found.turn for found in deck.recording.turns(HERE, None, within=EVERYTHING, limit=9, newest=True)
    )
    assert one == turn(1) and not one.unrepeatable
    assert (two.host_calls, two.host_calls_total) == ((), 1)
    assert two.unrepeatable == "its host calls were not recorded, only its message and how it ended"
    assert three.host_calls == called.host_calls and not three.unrepeatable


def test_segments_grow_until_they_are_full(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "BATCH", 4)
    monkeypatch.setattr(segment_module, "RAW_BYTES", 1_000)
    for seq in range(1, 101):
        deck.put(turn(seq))
        assert deck.seqs("a", newest=True, limit=1) == [seq]
    found = deck.recording.segments(HERE, after=0, limit=1_000)
    assert 2 < len(found) < 20 and sum(one.turns for one in found) == 100
    assert all(one.raw_bytes >= 1_000 and one.size_bytes < one.raw_bytes for one in found[:-1])
    assert deck.seqs() == list(range(1, 101))


@pytest.mark.usefixtures("small_segments")
def test_the_oldest_go_when_there_is_too_much(tmp_path: Path) -> None:
    deck = Deck(tmp_path, Bounds(1_000, 1e12, 1 << 30))
    for seq in range(1, 51):
        deck.put(turn(seq))
        deck.segments()
    found = deck.recording.statistics(HERE, FULL)
    assert found.size_bytes <= 1_000 and 2 <= found.segments < 20
    assert deck.seqs() == list(range(51 - found.turns, 51))
    deck.close()


@pytest.mark.usefixtures("small_segments")
def test_what_is_too_old_goes_with_the_next_turn(tmp_path: Path) -> None:
    deck = Deck(tmp_path, Bounds(1 << 30, 1_000.0, 1 << 30))
    deck.put(turn(1, at=deck.clock.now()))
    assert deck.seqs() == [1]
    deck.clock.advance(1_000.0 + LOOK_SECONDS)
    deck.put(turn(2, at=deck.clock.now()))
    assert deck.seqs() == [2]
    deck.close()


@pytest.mark.usefixtures("small_segments")
def test_a_crash_pins_the_life_that_it_ended(deck: Deck) -> None:
    deck.put(turn(1, "other"), birth(1), turn(2), birth(3), turn(4), turn(2, "other"), turn(5), crash(6), birth(7))
    assert [number for number, pin in deck.segments().items() if pin] == [4, 5, 7, 8]


@pytest.mark.usefixtures("small_segments")
def test_what_a_crash_pinned_outlives_the_ring_up_to_its_own_bound(tmp_path: Path) -> None:
    deck = Deck(tmp_path, Bounds(300, 1e12, 1_000))
    for life in range(20):
        deck.put(birth(3 * life + 1), crash(3 * life + 2), *(turn(seq, "other") for seq in range(10)))
        deck.segments()
    found = deck.recording.statistics(HERE, FULL)
    assert 0 < found.pinned_bytes <= 1_000 and found.size_bytes - found.pinned_bytes <= 300
    assert deck.seqs("a")[-2:] == [58, 59] and 4 <= len(deck.seqs("a")) < 20
    deck.close()


def test_the_bound_of_what_is_pinned_holds_for_the_segment_that_still_grows(tmp_path: Path) -> None:
    deck = Deck(tmp_path, Bounds(1 << 30, 1e12, 10))
    deck.put(birth(1), crash(2))
    assert deck.segments() == {1: Pin.NONE}
    assert deck.recording.statistics(HERE, FULL).pinned_bytes == 0
    assert [row["pin"] for row in deck.database.query("SELECT pin FROM recording")] == [Pin.NONE.value]
    deck.close()


@pytest.mark.usefixtures("small_segments")
def test_what_is_to_be_kept_lies_apart_and_outlives_the_ring(tmp_path: Path) -> None:
    deck = Deck(tmp_path, Bounds(300, 1e12, 1 << 30))
    deck.put(turn(1))
    deck.recording.keep(ActorId("a"), kept=True)
    deck.put(turn(2), turn(3))
    deck.recording.keep(ActorId("a"), kept=False)
    deck.put(turn(4), *(turn(seq, "other") for seq in range(50)))
    assert deck.seqs("a") == [2, 3]
    assert set(deck.segments().values()) == {Pin.KEPT, Pin.NONE}
    deck.close()


def test_a_segment_is_pinned_and_unpinned_by_hand_and_the_recording_thrown_away(deck: Deck) -> None:
    deck.put(turn(1))
    assert deck.recording.pin(HERE, 1, pinned=True).pin is Pin.KEPT
    deck.put(turn(2))
    assert deck.segments() == {1: Pin.KEPT, 2: Pin.NONE}
    assert deck.recording.clear(HERE, pinned=False) == 1
    assert deck.seqs() == [1]
    deck.put(turn(3))
    assert deck.recording.pin(HERE, 1, pinned=False).pin is Pin.NONE
    assert deck.recording.clear(HERE, pinned=True) == 2 and deck.seqs() == []
    for scope, number in ((HERE, 1), (HERE, 99)):
        with pytest.raises(NotFound, match=f"no segment {number} of a recording"):
            deck.recording.pin(scope, number, pinned=True)


def test_a_damaged_segment_is_named_and_the_others_are_read(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segment_module, "RAW_BYTES", 1)
    monkeypatch.setattr(service_module, "BATCH", 1)
    deck.put(turn(1), turn(2), turn(3), turn(4))
    deck.segments()
    with deck.database.transaction() as tx:
        tx.execute("UPDATE recording SET data = substr(data, 1, 20) WHERE id = 2")
        tx.execute(
            "UPDATE recording SET data = x'00', checksum = 3523407757 WHERE id = 3"
        )  # the right one of that byte
    assert deck.seqs() == [1, 4] and deck.seqs() == [1, 4]
    assert [text.partition(":")[0] for _, text in deck.said] == [
        f"segment {number} of the recording is damaged and passed over" for number in (2, 3)
    ]


def test_when_turns_come_too_fast_the_oldest_are_dropped_and_that_is_said(
    deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn_queue, "QUEUE_BYTES", 10_000)
    deck.put(*(turn(seq) for seq in range(1, 26)))
    assert deck.seqs() == list(range(16, 26))
    assert deck.recording.statistics(HERE, FULL).dropped == 15
    what = "15 turns or changes of what services hold could not be recorded"
    assert deck.said == [(Level.WARN, f"{what}: they came faster than they can be written")]


def test_a_full_disk_stops_the_recording_with_one_warning_until_there_is_room(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_module, "RETRY_SECONDS", 0.0)
    deck = Deck(small_disk)
    deck.put(turn(1))
    assert deck.seqs() == [1]
    (small_disk / "filler").write_bytes(bytes(os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize))
    for seq in range(2, 6):
        deck.put(turn(seq, reply=os.urandom(200_000)))
        assert deck.seqs() == [1]
    assert "the disk" in deck.recording.statistics(HERE, FULL).stopped
    (small_disk / "filler").unlink()
    assert deck.seqs() == [1, 2, 3, 4, 5]
    assert deck.recording.statistics(HERE, FULL).stopped == ""
    (_, stops), (_, goes_on) = deck.said
    assert stops.startswith("the recording stops until there is room, and the actors go on: ")
    assert goes_on == "the recording goes on"
    deck.close()


KILLED = """
import sys
import workbench
from workbench.api import SpawnOptions
from workbench.data import directory

def run():
    with workbench.connect(f"embedded:{sys.argv[1]}") as node:
        module = (directory("resources") / "actors" / "tally.wat").read_bytes()
        node.modules.deploy(module, file_name="tally.wat", alias="tally")
        node.actors.spawn("tally", options=SpawnOptions(name="t"))
        for _ in range(40):
            for _ in range(50):
                node.actors.ask("t", "increment")
            if node._machine.recording._database.query("SELECT count(*) FROM recording")[0][0]:
                break
        seen = node.debugger.statistics().turns
        for _ in range(500):
            node.actors.ask("t", "increment")
        print(seen, node.actors.get("t").turns, flush=True)
        input()

workbench.start_thread("x", run).join()
"""


def test_a_killed_process_leaves_all_but_the_last_moment(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdin=-1, stdout=-1, text=True) as child:
        assert child.stdout is not None
        seen, lived = map(int, child.stdout.readline().split())
        child.send_signal(signal.SIGKILL)
    assert 0 < seen <= lived
    database = Database(tmp_path / "workbench.db")
    left = Recording(database, FakeClock(), WIDE, TurnQueue(Lock()), lambda *_: None)
    seqs = [found.turn.seq for found in left.turns(HERE, None, within=EVERYTHING, limit=10_000, newest=False)]
    assert seqs == list(range(1, len(seqs) + 1)) and seen <= len(seqs) <= lived
    left.close()
    database.close()


@given(
    st.lists(st.tuples(st.integers(1, 50), st.sampled_from(Pin), st.floats(0, 100)), max_size=40),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_the_ring_keeps_the_newest_within_its_bounds(
    made: list[tuple[int, Pin, float]], most: int, pinned: int
) -> None:
    held = [Held(number, HERE, 1, last, last, size, pin) for number, (size, pin, last) in enumerate(made, 1)]
    ring = Ring(Bounds(most, 50.0, pinned), held)
    excess = ring.settle(100.0)
    left = ring.of(HERE)
    assert {one.id for one in held} == {one.id for one in left} | set(excess.gone)
    assert sum(one.size for one in left if one.pin is not Pin.NONE) <= pinned
    assert sum(one.size for one in left if one.pin is Pin.NONE) <= most
    assert not any(one.pin is not Pin.NONE for one in held if one.id in excess.gone and one.id not in excess.unpinned)
    crashes = [one.id for one in held if one.pin is Pin.CRASH]
    kept = [one.id for one in held if one.pin is Pin.KEPT]
    order = [number for number in (*crashes, *kept) if number in excess.unpinned]
    assert (crashes + kept)[: len(order)] == order == list(excess.unpinned), "those of crashes first, the oldest first"
