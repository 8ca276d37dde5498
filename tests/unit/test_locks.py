"""The locks of a node against naive ones, in a time that stands still: leases, waits, ends, failing disks, restarts."""

from __future__ import annotations

import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from workbench.api import ActorId, Conflict, Exhausted, Lock, Unavailable, WorkbenchError
from workbench.api.events import Area
from workbench.clock import FakeClock
from workbench.runtime.bus import Bus
from workbench.runtime.timers import Timers
from workbench.services.locks import service as module
from workbench.services.locks import store
from workbench.services.locks.service import LockService
from workbench.services.locks.waiting import Holder, Seat, Space
from workbench.services.means import Means
from workbench.storage.database import Database
from workbench.storage.schema import migrate
from workbench.testing import VirtualNode

SCOPE = ("tenant", "namespace")


class Rig:
    """The service on a database of its own, in a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.timers = Timers(self.clock)
        self.database = Database(folder / "workbench.db")
        migrate(self.database)
        self.bus = Bus(self.clock, buffer=1_000)
        self.service = self.started()

    def started(self) -> LockService:
        means = Means(
            self.clock,
            self.timers,
            self.bus,
            self.database,
            tell=lambda *_: None,
            cast=lambda *_: False,
            present=lambda _: True,
        )
        service = LockService(means)
        service.start()
        return service

    @property
    def space(self) -> Space:
        return self.service.space(SCOPE)

    def get(self, name: str) -> Lock | None:
        return self.service.get(self.space, name)

    def take(self, name: str, who: Holder, seconds: float = 10.0) -> Lock | None:
        return self.service.acquire(self.space, name, who, round(seconds * 1000), None)

    def wait(self, name: str, who: Holder, seconds: float = 10.0) -> Seat:
        lease = round(seconds * 1000)
        seat = self.service.seat(name, who, lease_ms=lease, seconds=60.0, cancel=None)
        found = self.service.acquire(self.space, name, who, lease, seat)
        if found is not None:
            seat.set(found)
        return seat

    def release(self, lock: Lock) -> None:
        who = Holder(lock.holder, lock.outside)
        self.service.release(self.space, lock.name, lock.version, who)

    def read_only(self, on: bool) -> None:
        self.database.writer.execute(f"PRAGMA query_only={int(on)}")

    def restart(self) -> None:
        self.service.close()
        self.service = self.started()

    def advance(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.timers.run_due()


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


WHO = [Holder("one", False), Holder("two", False), Holder("one", True), Holder("three", True)]
NAMES = ["a", "b\0", "b"]


@dataclass
class Naive:
    """The same, as a dictionary and a list."""

    held: dict[str, tuple[Holder, int, float]] = field(default_factory=dict)
    waiting: list[tuple[Seat, str, Holder, float]] = field(default_factory=list)
    newest: int = 0

    def give(self, name: str, who: Holder, until: float) -> None:
        self.newest += 1
        self.held[name] = who, self.newest, until

    def free(self, name: str, now: float) -> None:
        del self.held[name]
        for waiter in self.waiting:
            if waiter[1] == name:
                self.waiting.remove(waiter)
                self.give(name, waiter[2], now + waiter[3])
                return


class Model(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.rig = Rig(Path(self.folder.name))
        self.naive = Naive()
        self.seats: list[Seat] = []
        self.told: list[int] = []

    @property
    def now(self) -> float:
        return self.rig.clock.now()

    @rule(name=st.sampled_from(NAMES), who=st.sampled_from(WHO), seconds=st.integers(1, 9), waits=st.booleans())
    def acquire(self, name: str, who: Holder, seconds: int, waits: bool) -> None:
        held = self.naive.held.get(name)
        doubled = held is not None and (held[0] == who or (waits and self._waits(name, who)))
        if doubled and held is not None and held[0] != who and not waits:
            doubled = False
        try:
            if waits:
                seat = self.rig.wait(name, who, seconds)
                self.seats.append(seat)
            else:
                found = self.rig.take(name, who, seconds)
        except Conflict:
            assert doubled
            return
        assert not doubled
        if held is None:
            self.naive.give(name, who, self.now + seconds)
        elif waits:
            self.naive.waiting.append((seat, name, who, float(seconds)))
        else:
            assert found is None

    def _waits(self, name: str, who: Holder) -> bool:
        return any(waiter[1:3] == (name, who) for waiter in self.naive.waiting)

    @rule(name=st.sampled_from(NAMES), who=st.sampled_from(WHO), stale=st.booleans(), renews=st.booleans())
    def let_go(self, name: str, who: Holder, stale: bool, renews: bool) -> None:
        held = self.naive.held.get(name)
        version = (held[1] if held is not None else 1) - stale
        mine = held is not None and held[0] == who and not stale
        try:
            if renews:
                self.rig.service.renew(self.rig.space, name, version, who, 5_000)
            else:
                self.rig.service.release(self.rig.space, name, version, who)
        except Conflict:
            assert not mine
            return
        assert mine and held is not None
        if renews:
            self.naive.held[name] = held[0], held[1], self.now + 5
        else:
            self.naive.free(name, self.now)

    @rule(name=st.sampled_from(["one", "two"]))
    def ended(self, name: str) -> None:
        """An actor that ends waits for nothing any more."""
        for seat, _, who, _ in list(self.naive.waiting):
            if who == Holder(name, False):
                self._leave(seat)
        self.rig.service.ended(ActorId(name, SCOPE[1], SCOPE[0]))
        for lock in sorted(lock for lock, held in self.naive.held.items() if held[0] == Holder(name, False)):
            self.naive.free(lock, self.now)

    @precondition(lambda self: self.seats)
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.seats))
        self._leave(seat)

    def _leave(self, seat: Seat) -> None:
        self.seats.remove(seat)
        waited = [waiter for waiter in self.naive.waiting if waiter[0] is seat]
        self.naive.waiting = [waiter for waiter in self.naive.waiting if waiter[0] is not seat]
        assert (self.rig.service.leave(self.rig.space, seat) is None) is bool(waited)

    @rule(seconds=st.integers(1, 4))
    def time(self, seconds: int) -> None:
        end = self.now + seconds
        while due := [(until, name) for name, (_, _, until) in self.naive.held.items() if until <= end]:
            until, _ = min(due)
            self.rig.advance(until - self.now)
            ready = sorted((when, name) for when, name in due if when == until)
            order = {row[1]: at for at, row in enumerate(self._expiring(until))}
            for _, name in sorted(ready, key=lambda pair: order.get(pair[1], 0)):
                self.naive.free(name, until)
        self.rig.advance(end - self.now)

    def _expiring(self, until: float) -> list[tuple[float, str]]:
        changes = self.rig.service.history(SCOPE, None, 100)
        return [(each.time, each.name) for each in changes if each.change == "expired" and each.time == until]

    @rule()
    def restart(self) -> None:
        for seat in list(self.seats):
            self.seats.remove(seat)
        self.naive.waiting = []
        self.rig.restart()

    @rule(name=st.sampled_from(NAMES))
    def disk(self, name: str) -> None:
        """What the disk refuses has not happened: nobody has got or lost anything."""
        before = [(seat.id, seat.done) for seat in self.seats]
        held = self.naive.held.get(name)
        self.rig.read_only(True)
        try:
            with pytest.raises(WorkbenchError):
                if held is None:
                    self.rig.take(name, WHO[0])
                else:
                    self.rig.service.release(self.rig.space, name, held[1], held[0])
        finally:
            self.rig.read_only(False)
        assert before == [(seat.id, seat.done) for seat in self.seats]

    @invariant()
    def the_same_is_seen(self) -> None:
        for name in NAMES:
            found, held = self.rig.get(name), self.naive.held.get(name)
            seen = (Holder(found.holder, found.outside), found.version, found.expires) if found is not None else None
            assert seen == held
        waiting = [seat.id for seat in self.rig.space.waiting()]
        assert waiting == [waiter[0].id for waiter in self.naive.waiting]
        kept = {lock.name: lock for _, lock in store.load(self.rig.database)}
        assert kept == self.rig.space.held

    def teardown(self) -> None:
        self.rig.database.close()
        self.folder.cleanup()


Model.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestLocksAgainstNaiveOnes = Model.TestCase
ME, YOU, ACTOR = Holder("me", True), Holder("you", True), Holder("actor", False)


def test_a_lease_that_expired_can_be_taken_by_another_also_when_the_timer_is_late(rig: Rig) -> None:
    first = rig.take("a", ME, 1.0)
    assert first is not None
    rig.clock.advance(1.0)
    assert rig.get("a") is None
    with pytest.raises(Conflict, match="no longer held in version 1: its lease is over"):
        rig.service.renew(rig.space, "a", 1, ME, 1_000)
    second = rig.take("a", YOU, 5.0)
    assert second is not None and second.version == 2
    rig.timers.run_due()
    assert rig.get("a") == second
    assert [each.change for each in rig.service.history(SCOPE, "a", 9)] == ["acquired", "expired", "acquired"]


def test_who_waits_for_a_lease_that_ends_comes_before_who_asks_later(rig: Rig) -> None:
    rig.take("a", ME, 1.0)
    seat = rig.wait("a", YOU)
    rig.clock.advance(1.0)
    assert rig.take("a", ACTOR) is None, "the timer is late, but somebody waits"
    rig.timers.run_due()
    assert seat.take().holder == "you" and seat.take().since == rig.clock.now()


def test_leases_end_by_one_timer_with_an_event_each(rig: Rig) -> None:
    with rig.bus.subscribe([Area.LOCKS], SCOPE) as events:
        for seconds in (30.0, 10.0, 20.0):
            rig.take(f"{seconds}", ME, seconds)
        assert rig.timers.next_in() == pytest.approx(10.0)
        rig.service.renew(rig.space, "10.0", 2, ME, 25_000)
        for _ in range(3):
            rig.advance(10.0)
        told = [event.subject for event in events.get(0) if event.kind == "locks.expired"]
    assert told == ["20.0", "10.0", "30.0"] and rig.timers.next_in() is None and not list(store.load(rig.database))


def test_what_the_disk_refuses_at_an_end_is_done_later_and_nobody_sees_the_lock(rig: Rig) -> None:
    rig.take("lease", ME, 10.0)
    rig.take("actor", ACTOR, 600.0)
    seat = rig.wait("actor", YOU, 600.0)
    rig.read_only(True)
    rig.service.ended(ActorId("actor", SCOPE[1], SCOPE[0]))
    rig.advance(10.0)
    assert rig.get("lease") is None and not seat.done
    rig.read_only(False)
    rig.advance(module.RETRY_SECONDS)
    assert seat.take().holder == "you" and not [each for _, each in store.load(rig.database) if each.name == "lease"]


def test_a_lock_that_a_new_life_of_an_actor_took_is_not_freed_for_the_old_one(rig: Rig) -> None:
    rig.take("a", ACTOR, 600.0)
    rig.read_only(True)
    rig.service.ended(ActorId("actor", SCOPE[1], SCOPE[0]))
    rig.read_only(False)
    rig.service.force(rig.space, "a")
    again = rig.take("a", ACTOR, 600.0)
    rig.advance(module.RETRY_SECONDS)
    assert again is not None and rig.get("a") == again


def test_actors_that_end_with_the_node_keep_their_locks(rig: Rig) -> None:
    held = rig.take("a", ACTOR, 10.0)
    rig.service.keep()
    rig.service.ended(ActorId("actor", SCOPE[1], SCOPE[0]))
    rig.restart()
    assert rig.get("a") == held
    rig.service.ended(ActorId("actor", SCOPE[1], SCOPE[0]))
    assert rig.get("a") is None


def test_what_is_given_at_the_last_moment_is_not_lost(rig: Rig) -> None:
    held = rig.take("a", ME)
    assert held is not None
    late, gone, following = rig.wait("a", YOU), rig.wait("a", ACTOR), rig.wait("a", Holder("x", True))
    rig.release(held)
    given = rig.service.leave(rig.space, late)
    assert given is not None and given.holder == "you"
    gone.fail(Unavailable("killed"))
    with pytest.raises(Unavailable):
        rig.service.leave(rig.space, gone)
    rig.release(given)
    assert following.take().holder == "x" and not rig.space.waiting()


def test_who_was_killed_or_cancelled_is_passed_over(rig: Rig) -> None:
    held = rig.take("a", ME)
    assert held is not None
    killed, cancelled, third = rig.wait("a", YOU), rig.wait("a", ACTOR), rig.wait("a", Holder("x", True))
    cancelled.cancel = threading.Event()
    cancelled.cancel.set()
    killed.fail(Unavailable("killed"))
    rig.release(held)
    assert third.take().holder == "x" and not cancelled.done


def test_a_hundred_who_wait_are_served_in_order_with_versions_that_grow(rig: Rig) -> None:
    held = rig.take("a", ME)
    seats = [rig.wait("a", Holder(f"{number}", number % 2 == 0)) for number in range(100)]
    for number, seat in enumerate(seats):
        assert held is not None
        rig.release(held)
        following = seat.take()
        assert following.holder == f"{number}" and following.version == held.version + 1
        held = following
    assert not rig.space.waiting()


def test_too_many_locks_are_refused_with_the_bound(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    rig.take("a", ME)
    rig.take("b", ME)
    with pytest.raises(Exhausted, match="there are 2 locks already, which is the most") as raised:
        rig.take("c", ME)
    assert (raised.value.limit, raised.value.value, raised.value.used) == ("locks", 2, 3)
    assert rig.space.names("", None) == ["a", "b"]


HOLDER = """
from plexspaces import GenServer, locks


class Holder(GenServer):
    def handle_request(self, from_actor, message_type, payload):
        lock = locks.acquire("a", lease_ms=int(payload), timeout_ms=20_000)
        return f"{lock.version}"
"""


def test_an_actor_that_waits_gets_the_lock_when_the_lease_before_it_ends(tmp_path: Path, interpreter: str) -> None:
    (tmp_path / "holder.py").write_text(HOLDER, encoding="utf-8")
    with VirtualNode(tmp_path) as node:
        first, second = (node.start("holder.py", name=name, grants=("locks",)) for name in ("first", "second"))
        assert first.call("acquire", "5000") == "1"
        before = node.now
        assert second.call("acquire", "1000") == "2"
        assert node.now - before == pytest.approx(5.0, abs=0.1)
        node.advance(1.0)
        assert node.locks.get("a") is None and not node.locks.waiters()
        third = node.locks.acquire("a", lease_ms=600_000, holder="outside")
        refused = first.refused("acquire", "5000")
        assert "was not to be had within 20 s: session 'outside' holds it in version 3" in str(refused)
        assert node.locks.get("a") == third
