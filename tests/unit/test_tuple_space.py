"""The whole tuple space against a naive one: random writes, takes, waits, swaps, expiry and disks that fail."""

from __future__ import annotations

import itertools
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tuple_cases import fields, naive, patterns

from tests.unit.fragile import stepped_node
from workbench.answer import Offer
from workbench.api import ANY, Exhausted, Rejected, SpawnOptions, Unavailable, WorkbenchError, where
from workbench.api.tuplespace import PatternField, Tuple
from workbench.clock import FakeClock
from workbench.runtime.bus import Bus
from workbench.runtime.timers import Timers
from workbench.services.alarm import RETRY_SECONDS
from workbench.services.means import Means
from workbench.services.tuplespace import service as module
from workbench.services.tuplespace import store
from workbench.services.tuplespace.index import COMPACT, Held, Line
from workbench.services.tuplespace.matching import Matcher
from workbench.services.tuplespace.service import TupleSpaceService
from workbench.services.tuplespace.waiting import Seat
from workbench.storage.database import Database
from workbench.storage.schema import migrate

SCOPE = ("tenant", "namespace")
PAIRS = fields(st.sampled_from([0, 1, 1.0, "a", "b"]), most=2)
WANTED = patterns(st.sampled_from([0, 1, 1.0, "a", "b"]), most=2)


class Rig:
    """The service on a database of its own, in a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.timers = Timers(self.clock)
        self.database = Database(folder / "workbench.db")
        migrate(self.database)
        self.told: list[tuple[object, ...]] = []
        self.service = self.started()

    def started(self) -> TupleSpaceService:
        bus = Bus(self.clock, buffer=10)
        tell = self.told.append
        means = Means(
            self.clock,
            self.timers,
            bus,
            self.database,
            tell=lambda *message: tell(message),
            cast=lambda *_: False,
            present=lambda _: False,
        )
        service = TupleSpaceService(means)
        service.start()
        return service

    def write(self, found: Tuple, seconds: float | None = None) -> int:
        expires = None if seconds is None else self.clock.now() + seconds
        return self.service.write(self.space, found, expires=expires, author="w")

    def take(self, pattern: tuple[PatternField, ...]) -> Tuple | None:
        return self.service.take(self.space, Matcher(pattern), None, "t")

    def wait(self, pattern: tuple[PatternField, ...], *, takes: bool = True) -> Seat:
        seat = self.service.seat(Matcher(pattern), takes=takes, actor="a", seconds=60.0, cancel=None)
        found = (
            self.service.take(self.space, seat.matcher, seat, "a")
            if takes
            else self.service.read(self.space, seat.matcher, seat)
        )
        if found is not None:
            seat.set(found)
        return seat

    def leave(self, seat: Seat) -> Tuple | None:
        return self.service.leave(self.space, seat)

    @property
    def space(self) -> module.Space:
        return self.service.space(SCOPE)

    def read_only(self, on: bool) -> None:
        """As a disk that takes nothing more: what is written fails, what is read does not."""
        self.database.writer.execute(f"PRAGMA query_only={int(on)}")

    def held(self) -> list[Tuple]:
        return [each.fields for each in self.service.walk(self.space, None)]


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@dataclass
class Naive:
    """The same, as a list that is looked through."""

    now: float
    held: list[tuple[Tuple, float]] = field(default_factory=list)
    waiting: list[tuple[Seat, tuple[PatternField, ...], bool]] = field(default_factory=list)
    given: dict[int, Tuple] = field(default_factory=dict)

    def there(self) -> list[Tuple]:
        return [found for found, expires in self.held if expires > self.now]

    def write(self, found: Tuple, expires: float = float("inf")) -> None:
        for waiter in list(self.waiting):
            seat, pattern, takes = waiter
            if naive(pattern, found):
                self.waiting.remove(waiter)
                self.given[seat.id] = found
                if takes:
                    return
        self.held.append((found, expires))

    def find(self, pattern: tuple[PatternField, ...], *, out: bool) -> Tuple | None:
        for index, (found, expires) in enumerate(self.held):
            if expires > self.now and naive(pattern, found):
                if out:
                    del self.held[index]
                return found
        return None


class Model(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.rig = Rig(Path(self.folder.name))
        self.naive = Naive(self.rig.clock.now())
        self.seats: list[Seat] = []

    @rule(found=PAIRS, ttl=st.none() | st.integers(1, 5))
    def write(self, found: Tuple, ttl: int | None) -> None:
        self.rig.write(found, ttl)
        self.naive.write(found, float("inf") if ttl is None else self.naive.now + ttl)

    @rule(pattern=WANTED)
    def take(self, pattern: tuple[PatternField, ...]) -> None:
        assert self.rig.take(pattern) == self.naive.find(pattern, out=True)

    @rule(pattern=WANTED, takes=st.booleans())
    def wait(self, pattern: tuple[PatternField, ...], takes: bool) -> None:
        seat = self.rig.wait(pattern, takes=takes)
        found = self.naive.find(pattern, out=takes)
        assert (seat.value if seat.done else None) == found
        if found is None:
            self.seats.append(seat)
            self.naive.waiting.append((seat, pattern, takes))

    @precondition(lambda self: self.seats)
    @rule(data=st.data(), killed=st.booleans())
    def leave(self, data: st.DataObject, killed: bool) -> None:
        seat = self.seats.pop(data.draw(st.integers(0, len(self.seats) - 1)))
        given = self.naive.given.pop(seat.id, None)
        self.naive.waiting = [waiter for waiter in self.naive.waiting if waiter[0] is not seat]
        if killed and given is None:
            seat.fail(Unavailable("killed"))
            with pytest.raises(Unavailable):
                self.rig.leave(seat)
        else:
            assert self.rig.leave(seat) == given

    @rule(expected=PAIRS, replacement=PAIRS)
    def swap(self, expected: Tuple, replacement: Tuple) -> None:
        swapped = self.rig.service.swap(self.rig.space, Matcher(expected), replacement, "s")
        assert swapped is (self.naive.find(expected, out=True) is not None)
        if swapped:
            self.naive.write(replacement)

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        ids = [held.id for held in self.rig.service.walk(self.rig.space, None)]
        index = data.draw(st.integers(0, len(ids)))
        assert self.rig.service.remove(self.rig.space, ids[index] if index < len(ids) else 10**9, "r") is (
            index < len(ids)
        )
        if index < len(ids):
            alive = [at for at, (_, expires) in enumerate(self.naive.held) if expires > self.naive.now]
            del self.naive.held[alive[index]]

    @rule(seconds=st.integers(1, 4), timers=st.booleans())
    def time(self, seconds: int, timers: bool) -> None:
        """Time passes; that the timer is late changes nothing that can be seen."""
        self.rig.clock.advance(seconds)
        self.naive.now += seconds
        if timers:
            self.rig.timers.run_due()
            assert len(self.rig.space.index) == len(self.naive.there())

    @rule(found=PAIRS, expected=PAIRS)
    def disk(self, found: Tuple, expected: Tuple) -> None:
        """What the disk refuses has not happened: nobody has got anything."""
        before = [(seat.id, seat.done) for seat in self.seats]
        self.rig.read_only(True)
        try:
            takes = [seat for seat, pattern, out in self.naive.waiting if out and naive(pattern, found)]
            if not takes:
                with pytest.raises(WorkbenchError):
                    self.rig.write(found)
            if any(naive(expected, each) for each in self.naive.there()):
                with pytest.raises(WorkbenchError):
                    self.rig.service.swap(self.rig.space, Matcher(expected), found, "s")
                with pytest.raises(WorkbenchError):
                    self.rig.take(expected)
        finally:
            self.rig.read_only(False)
        assert before == [(seat.id, seat.done) for seat in self.seats]

    @rule()
    def restart(self) -> None:
        """Another life of the node has the same tuples, and those who waited have gone."""
        for seat in self.seats:
            self.naive.given.pop(seat.id, None)
        self.seats, self.naive.waiting = [], []
        self.rig.service.close()
        self.rig.service = self.rig.started()

    @invariant()
    def the_same_is_seen(self) -> None:
        assert self.rig.held() == self.naive.there()
        waiting = [seat.id for seat in self.rig.space.waiters.all()]
        assert waiting == [seat.id for seat, _, _ in self.naive.waiting]
        for seat in self.seats:
            assert (seat.value if seat.done else None) == self.naive.given.get(seat.id)
        for pattern in ((1,), ("a", ANY), (int, 1.0), (where("!=", 1), str)):
            expected = [found for found in self.naive.there() if naive(pattern, found)]
            assert [each.fields for each in self.rig.service.walk(self.rig.space, Matcher(pattern))] == expected

    def teardown(self) -> None:
        kept = {held.id for _, held in store.load(self.rig.database)}
        assert kept == {held.id for held in self.rig.space.index.newest_of(None, 1_000)}
        shapes = self.rig.space.index.shapes()
        assert sum(shape.count for shape in shapes) == len(self.rig.space.index)
        assert sum(shape.size_bytes for shape in shapes) == self.rig.space.index.size_bytes
        self.rig.database.close()
        self.folder.cleanup()


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestTheWholeSpaceAgainstANaiveOne = Model.TestCase


def test_a_promise_is_kept_or_withdrawn_and_a_kill_waits_for_that() -> None:
    kept: Offer[str] = Offer()
    assert kept.promise() and not kept.promise()
    kept.fail(Unavailable("killed"))
    assert not kept.done
    kept.keep("x")
    assert kept.done and kept.take() == "x"
    withdrawn: Offer[str] = Offer()
    assert withdrawn.promise()
    withdrawn.withdraw()
    assert withdrawn.promise() and not withdrawn.done
    withdrawn.fail(Unavailable("killed"))
    withdrawn.withdraw()
    with pytest.raises(Unavailable):
        withdrawn.take()
    killed: Offer[str] = Offer()
    killed.fail(Unavailable("killed"))
    assert not killed.promise() and killed.wait(0)


def test_what_is_given_at_the_last_moment_is_not_lost(rig: Rig) -> None:
    seat = rig.wait(("job",))
    rig.write(("job",))
    assert rig.leave(seat) == ("job",) and not rig.held()
    gone, following = rig.wait(("job",)), rig.wait(("job",))
    assert rig.leave(gone) is None
    rig.write(("job",))
    assert following.take() == ("job",) and not gone.done


def test_who_was_killed_or_cancelled_is_passed_over(rig: Rig) -> None:
    killed, cancelled, third = rig.wait((int,)), rig.wait((1,)), rig.wait((where(">", 0),))
    cancelled.cancel = threading.Event()
    cancelled.cancel.set()
    killed.fail(Unavailable("killed"))
    rig.write((1,))
    assert third.take() == (1,) and not cancelled.done


def test_many_takers_and_writers_lose_and_double_nothing(rig: Rig) -> None:
    writers, takers, each = 3, 4, 150
    taken: list[Tuple] = []
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(each):
            rig.write(("job", writer, number))

    def take() -> None:
        while not done.is_set() or (rig.space.index.newest and len(rig.space.index)):
            seat = rig.wait(("job", ANY, ANY))
            seat.wait(0.0005)
            found = rig.leave(seat)
            if found is not None:
                taken.append(found)

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    others = [threading.Thread(target=take) for _ in range(takers)]
    for thread in (*threads, *others):
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    for thread in others:
        thread.join()
    taken += list(iter(lambda: rig.take(("job", ANY, ANY)), None))
    assert sorted(taken) == [("job", *pair) for pair in itertools.product(range(writers), range(each))]
    assert not rig.space.waiters.all() and not rig.held()


def test_a_hundred_takers_are_served_in_order(rig: Rig) -> None:
    seats = [rig.wait(("job", ANY) if number % 2 else (str, ANY)) for number in range(100)]
    for number in range(100):
        rig.write(("job", number))
    assert [seat.take() for seat in seats] == [("job", number) for number in range(100)]


def test_expiry_comes_by_timer_and_one_timer_is_enough(rig: Rig) -> None:
    for seconds in (30.0, 10.0, 20.0):
        rig.write(("t", seconds), seconds)
    assert rig.timers.next_in() == pytest.approx(10.0)
    rig.take(("t", 10.0))
    rig.clock.advance(10.0)
    rig.timers.run_due()
    assert rig.timers.next_in() == pytest.approx(10.0)
    rig.clock.advance(20.0)
    rig.timers.run_due()
    assert not len(rig.space.index) and rig.timers.next_in() is None


def test_expiry_that_the_disk_refuses_is_tried_again_and_nobody_sees_the_tuple(rig: Rig) -> None:
    rig.write(("t",), 10.0)
    rig.clock.advance(10.0)
    rig.read_only(True)
    rig.timers.run_due()
    assert not rig.held() and rig.take(("t",)) is None and rig.timers.next_in() == RETRY_SECONDS
    rig.read_only(False)
    rig.clock.advance(RETRY_SECONDS)
    rig.timers.run_due()
    assert not len(rig.space.index) and not list(store.load(rig.database))


def test_a_full_space_refuses_with_the_bound_and_who_waits_still_gets(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_TUPLES", 2)
    rig.write((1,))
    rig.write((2,))
    with pytest.raises(Exhausted, match="there are 2 tuples already, which is the most; take some") as raised:
        rig.write((3,))
    assert (raised.value.limit, raised.value.value, raised.value.used) == ("tuples", 2, 3)
    seat = rig.wait((3,))
    rig.write((3,))
    assert seat.take() == (3,)
    assert rig.service.swap(rig.space, Matcher((1,)), (9,), "")
    monkeypatch.setattr(module, "MOST_TUPLES", 100)
    monkeypatch.setattr(module, "MOST_BYTES", 20)
    with pytest.raises(Exhausted, match="the tuples hold 16 bytes of at most 20"):
        rig.write((3,))
    assert rig.held() == [(2,), (9,)]


def test_a_search_by_expression_ends(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        rig.write((f"{number}",))
    monkeypatch.setattr(module, "SEARCH_SECONDS", -1.0)
    with pytest.raises(Exhausted, match=r"took more than -1 s and saw 1 tuples; name an exact field"):
        rig.take((where("regex:", "x"),))
    assert rig.take((where("contains:", "19"),)) == ("19",)


def test_many_tuples_are_read_while_the_node_runs_and_who_uses_them_waits(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [rig.write((number,), 10.0 if number % 2 else None) for number in range(50)]
    rig.service.close()
    rig.clock.advance(10.0)
    monkeypatch.setattr(module, "READ_AT_ONCE", 10)
    rig.service = rig.started()
    assert rig.held() == [(number,) for number in range(0, 50, 2)] and rig.write(("new",)) == ids[-1] + 1
    rig.service.close()
    assert rig.service._loader is not None and not rig.service._loader.is_alive()


def test_tuples_that_cannot_be_read_are_refused_in_words_and_the_rest_of_the_node_runs(rig: Rig) -> None:
    rig.write(("fine",))
    with rig.database.transaction() as tx:
        tx.execute("UPDATE tuples SET fields = '[1,'")
    rig.service = rig.started()
    with pytest.raises(Unavailable, match="the tuples of this workspace could not be read: Expecting value"):
        rig.held()


TAKER = """
(module
  (import "plexspaces" "tuplespace_take" (func $take (param i32 i32 i64) (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 16) "[\\22job\\22,{\\22typed\\22:\\22int\\22}]")
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "handle_request") (param i32 i32 i32 i32 i32 i32) (result i64)
    (call $take (i32.const 16) (i32.const 23) (i64.const 1500))))
"""


def test_an_actors_wait_ends_with_its_time_with_a_tuple_or_with_its_limits() -> None:
    with stepped_node() as node:
        node.modules.deploy(TAKER.encode(), file_name="taker.wat", alias="taker")
        node.actors.spawn("taker", options=SpawnOptions(name="taker"))
        clock = node._machine.clock
        before = clock.now()
        assert node.actors.ask("taker", "take").payload == ""
        assert clock.now() - before == pytest.approx(1.5) and not node.tuplespace.waiters()
        node._machine.timers.after(1.0, lambda: node.tuplespace.write(("job", 7)))
        assert node.actors.ask("taker", "take").payload == '["job", 7]'
        assert clock.now() - before == pytest.approx(2.5) and not node.tuplespace.list()
        node.actors.spawn("taker", options=SpawnOptions(name="strict", profile="strict", grants=("tuplespace",)))
        with pytest.raises(Rejected, match=r'timeout: strict waited 1 s to take \("job", int\): its limits allow'):
            node.actors.ask("strict", "take")
        assert clock.now() - before == pytest.approx(3.5) and not node.tuplespace.waiters()


def test_an_actor_that_is_stopped_while_it_waits_leaves_its_place() -> None:
    with stepped_node() as node:
        node.modules.deploy(TAKER.encode(), file_name="taker.wat", alias="taker")
        node.actors.spawn("taker", options=SpawnOptions(name="taker"))
        seen: list[str] = []

        def kill() -> None:
            seen.extend(waiter.actor for waiter in node.tuplespace.waiters())
            node.actors.kill("taker")

        node._machine.timers.after(1.0, kill)
        with pytest.raises(WorkbenchError):
            node.actors.ask("taker", "take")
        assert seen == ["taker"] and not node.tuplespace.waiters()
        node.tuplespace.write(("job", 1))
        assert node.tuplespace.count(("job", int)) == 1


def test_a_line_forgets_from_both_ends_and_in_the_middle() -> None:
    line = Line()
    held = [Held(number, (number,), 8, 0.0, None, "") for number in range(1, 6 * COMPACT)]
    for each in held:
        line.add(each)
    for each in (*held[:3], *held[-3:], *held[10 : 5 * COMPACT]):
        each.alive = False
        line.forget()
    left = [each for each in held if each.alive]
    assert [each for each in line.after(0, 1_000) if each.alive] == left and line.live == len(left)
    assert (line.oldest(), line.newest()) == (left[0], left[-1])
    assert [each for each in line.after(left[2].id, 2) if each.alive][:1] == left[3:4]
    assert list(line.newest_first()) == left[::-1]
    assert len(line._held) < 3 * COMPACT
