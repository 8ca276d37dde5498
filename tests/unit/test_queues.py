"""Queues in a time of the test's own: leases, delays, times to live, who comes first, and what a wait leaves behind."""

# ruff: noqa: ARG002  (the protocols have more arguments than are needed here)
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.answer import Answer
from workbench.api import ActorId, Area, Conflict, Delivery, Exhausted, NotFound, Payload, Unavailable
from workbench.api.channels import MessageState
from workbench.clock import FakeClock
from workbench.runtime.timers import Timers
from workbench.services.channels.queues import QueueService
from workbench.services.channels.topics import TopicService
from workbench.services.channels.views import LocalChannels
from workbench.services.means import Means, Scope
from workbench.storage.database import Database
from workbench.storage.schema import migrate

SCOPE = ("one", "space")


class Told:
    """Remembers the events."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def publish(self, area: Area, kind: str, subject: str = "", text: str = "", scope: Scope | None = None) -> None:
        self.kinds.append(f"{kind} {subject}")

    def touch(self, area: Area, scope: Scope | None = None) -> None:
        """That something has changed is not looked at here."""


class Somebody:
    """A caller that waits by doing something else: `meanwhile` runs once, then time passes to the end of the wait."""

    def __init__(self, place: Place, name: str = "") -> None:
        self.actor = ActorId(name, SCOPE[1], SCOPE[0]) if name else None
        self.scope: Scope = SCOPE
        self.meanwhile: Callable[[], object] = lambda: None
        self.late = False
        self._place = place

    def wait(self, answer: Answer[Any], seconds: float, _what: str) -> bool:
        self.meanwhile()
        if not answer.done:
            self._place.pass_time(seconds)
        return answer.done and not self.late


class Place:
    """The services over a database of their own, and a clock that the test moves."""

    def __init__(self, path: Path) -> None:
        self.path, self.clock, self.told = path, FakeClock(), Told()
        self.casts: list[tuple[ActorId, str, Payload]] = []
        self.open()

    def open(self) -> None:
        """As a node that starts does."""
        self.database = Database(self.path)
        migrate(self.database)
        self.timers = Timers(self.clock)
        means = Means(self.clock, self.timers, self.told, self.database, lambda *_: None, self._cast, lambda _: True)
        self.service, self.topics = QueueService(means), TopicService(means)
        self.service.start()

    def _cast(self, _sender: ActorId | None, to: ActorId, message_type: str, payload: Payload) -> bool:
        self.casts.append((to, message_type, payload))
        return True

    def of(self, caller: Somebody) -> LocalChannels:
        return LocalChannels(self.service, self.topics, caller)

    def pass_time(self, seconds: float) -> None:
        """Timer by timer, as time itself does it."""
        end = self.clock.now() + seconds
        while (following := self.timers.next_in()) is not None and self.clock.now() + following <= end:
            self.clock.advance(following)
            self.timers.run_due()
        self.clock.advance(max(0.0, end - self.clock.now()))
        self.timers.run_due()

    def kill(self) -> None:
        """The process is gone, and what was not written with it."""
        self.database.close()

    def close(self) -> None:
        self.service.close()
        self.database.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "queues.db")
    yield made
    made.close()


@pytest.fixture
def channels(place: Place) -> LocalChannels:
    return place.of(Somebody(place))


def received(channels: LocalChannels, queue: str = "work") -> Delivery:
    found = channels.receive(queue)
    assert found is not None
    return found


def types(channels: LocalChannels, queue: str = "work") -> list[str]:
    return [each.message_type for each in channels.messages(queue)]


def test_a_lease_that_ends_gives_the_message_back_in_time_and_counts(place: Place, channels: LocalChannels) -> None:
    channels.create_queue("work", visibility_ms=5_000, max_attempts=2)
    channels.send("work", "a")
    first = received(channels)
    place.pass_time(4.999)
    assert channels.receive("work") is None
    place.pass_time(0.001)
    with pytest.raises(NotFound, match="its lease has ended"):
        channels.ack(first.id)
    with pytest.raises(NotFound, match="its lease has ended"):
        channels.nack(first.id)
    second = received(channels)
    assert (second.message, second.attempt) == (first.message, 2)
    place.pass_time(5)
    (letter,) = channels.messages("work.dead")
    assert letter.reason == "the lease of somebody outside ended after 5,000 ms (attempt 2 of 2)"
    assert "channels.dead work" in place.told.kinds


def test_at_the_very_end_of_a_lease_nobody_can_settle_it_any_more(place: Place, channels: LocalChannels) -> None:
    channels.create_queue("work", visibility_ms=1)
    channels.send("work", "a")
    found = received(channels)
    place.clock.advance(0.001)  # the timer has not run yet
    with pytest.raises(NotFound):
        channels.ack(found.id)
    place.timers.run_due()
    assert received(channels).attempt == 2


def test_a_delayed_message_is_had_when_its_time_has_come_and_wakes_who_waits(place: Place) -> None:
    waiting = Somebody(place, "consumer")
    channels = place.of(waiting)
    channels.send("work", "later", delay_ms=3_000)
    assert channels.receive("work") is None and channels.queue_depth("work") == 0
    began = place.clock.now()
    found = channels.receive("work", timeout=10)
    assert found is not None and found.message_type == "later"
    assert place.clock.now() - began == pytest.approx(10), "this caller looks when its time is over"
    assert place.service.book.find(SCOPE, "work").counts[MessageState.LEASED] == 1


def test_order_is_that_of_becoming_visible(place: Place, channels: LocalChannels) -> None:
    channels.send("work", "second", delay_ms=2_000)
    channels.send("work", "third", delay_ms=3_000)
    channels.send("work", "first")
    place.pass_time(2.5)
    channels.send("work", "between")
    place.pass_time(1)
    assert [received(channels).message_type for _ in range(4)] == ["first", "second", "between", "third"]


def test_a_message_goes_away_unread_when_its_time_is_over(place: Place, channels: LocalChannels) -> None:
    channels.send("work", "short", ttl_ms=1_000)
    channels.send("work", "delayed", ttl_ms=2_000, delay_ms=1_500)
    channels.send("work", "stays")
    place.pass_time(1)
    assert types(channels) == ["delayed", "stays"]
    place.pass_time(1)
    assert types(channels) == ["stays"] and channels.queue_depth("work") == 1
    assert place.told.kinds.count("channels.expired work") == 2


def test_a_time_to_live_does_not_end_while_somebody_works_on_it(place: Place, channels: LocalChannels) -> None:
    channels.send("work", "short", ttl_ms=1_000)
    first = received(channels)
    place.pass_time(2)
    channels.ack(first.id)
    channels.send("work", "short", ttl_ms=1_000)
    second = received(channels)
    place.pass_time(2)
    channels.nack(second.id)
    assert channels.receive("work") is None and types(channels) == []


def test_who_waited_first_is_served_first(place: Place) -> None:
    one, other, sender = Somebody(place, "one"), Somebody(place, "other"), place.of(Somebody(place))
    got: dict[str, Delivery | None] = {}

    def both_wait() -> None:
        sender.send("work", "a")
        sender.send("work", "b")
        assert sender.receive("work") is None, "who only looks does not go before those who wait"

    def second_waits() -> None:
        other.meanwhile = both_wait
        got["other"] = place.of(other).receive("work", timeout=5)

    one.meanwhile = second_waits
    got["one"] = place.of(one).receive("work", timeout=5)
    assert [(name, found and found.message_type) for name, found in got.items()] == [("other", "b"), ("one", "a")]


def test_a_message_that_comes_at_the_end_of_a_wait_is_taken_and_not_lost(place: Place) -> None:
    late = Somebody(place, "late")
    late.late = True
    late.meanwhile = lambda: place.of(Somebody(place)).send("work", "a")
    found = place.of(late).receive("work", timeout=5)
    assert found is not None and found.message_type == "a"


def test_a_message_for_somebody_who_is_killed_goes_to_the_next_and_was_no_attempt(place: Place) -> None:
    class Killed(Somebody):
        def wait(self, answer: Answer[Any], seconds: float, what: str) -> bool:
            super().wait(answer, seconds, what)
            raise Unavailable("stopped")

    doomed = Killed(place, "doomed")
    doomed.meanwhile = lambda: place.of(Somebody(place)).send("work", "a")
    with pytest.raises(Unavailable):
        place.of(doomed).receive("work", timeout=5)
    assert received(place.of(Somebody(place, "next"))).attempt == 1
    assert not place.service._waiters


def test_one_who_was_killed_while_waiting_gets_nothing(place: Place) -> None:
    class Ending(Somebody):
        def wait(self, answer: Answer[Any], seconds: float, what: str) -> bool:
            answer.fail(Unavailable("actor ending was killed while it waited"))
            place.of(Somebody(place)).send("work", "a")
            return True

    with pytest.raises(Unavailable, match="was killed while it waited"):
        place.of(Ending(place, "ending")).receive("work", timeout=5)
    assert received(place.of(Somebody(place))).attempt == 1


def test_a_wait_that_was_in_vain_leaves_nothing_behind(place: Place, channels: LocalChannels) -> None:
    assert channels.receive("nowhere", timeout=5) is None
    assert not place.service._waiters and list(channels.queues()) == []


def test_a_consumer_that_ends_gives_all_back_at_once(place: Place, channels: LocalChannels) -> None:
    worker = Somebody(place, "worker")
    for name in "abc":
        channels.send("work", name)
    mine = [received(place.of(worker)) for _ in range(3)]
    assert channels.message("work", mine[0].message).holder == "worker"
    assert worker.actor is not None
    place.service.ended(worker.actor, "crashed: ValueError")
    assert [received(channels).attempt for _ in range(3)] == [2, 2, 2]
    with pytest.raises(NotFound):
        place.of(worker).ack(mine[0].id)


def test_a_deleted_queue_tells_those_who_wait(place: Place, channels: LocalChannels) -> None:
    waiting = Somebody(place, "worker")
    waiting.meanwhile = lambda: channels.delete_queue("work")
    channels.create_queue("work")
    with pytest.raises(NotFound, match="queue 'work' was deleted while a message of it was waited for"):
        place.of(waiting).receive("work", timeout=5)


def test_what_is_leased_or_being_resent_is_left_alone(place: Place, channels: LocalChannels) -> None:
    message = channels.send("work", "a")
    received(place.of(Somebody(place, "worker")))
    for deed in (channels.delete_message, channels.resend):
        with pytest.raises(Conflict, match=f"message {message} of queue 'work' is leased to worker"):
            deed("work", message)
    assert channels.purge_queue("work") == 0


def test_a_resend_that_fails_leaves_the_message_where_it_was(place: Place, channels: LocalChannels) -> None:
    channels.create_queue("work", max_length=1)
    message = channels.send("work", "a")
    channels.nack(received(channels).id, requeue=False)
    channels.send("work", "b")
    with pytest.raises(Exhausted):
        channels.resend("work.dead", message)
    assert types(channels, "work.dead") == ["a"]
    assert received(channels, "work.dead").message == message
    second = channels.messages("work")[0].id
    assert channels.resend("work", second, message_type="c") != second, "in its own queue it needs no more room"
    assert types(channels) == ["c"]


def test_a_node_that_is_killed_loses_no_message(place: Place, channels: LocalChannels) -> None:
    for name in "abc":
        channels.send("work", name)
    done = received(channels)
    channels.ack(done.id)
    received(channels)
    place.kill()
    place.open()
    again = place.of(Somebody(place))
    assert {"b", "c"} <= set(types(again)), "what was done a moment before may come once more"


def test_what_was_done_is_written_within_a_moment(place: Place, channels: LocalChannels) -> None:
    for name in "abc":
        channels.send("work", name)
    channels.ack(received(channels).id)
    channels.nack(received(channels).id, requeue=False)
    received(channels)
    place.pass_time(0.1)
    place.kill()
    place.open()
    again = place.of(Somebody(place))
    assert types(again) == ["c"] and types(again, "work.dead") == ["b"]
    assert received(again).attempt == 2


def test_on_a_full_disk_a_send_changes_nothing_and_what_is_done_is_written_later(
    place: Place, channels: LocalChannels
) -> None:
    channels.send("work", "a")
    before = channels.queues()
    pages = place.database.writer.execute("PRAGMA page_count").fetchone()[0]
    place.database.writer.execute(f"PRAGMA max_page_count = {pages}")
    for queue in ("work", "new"):
        with pytest.raises(Exhausted, match="is full; nothing was changed") as full:
            for _ in range(20):
                channels.send(queue, "b", "x" * 100_000)
        assert full.value.limit == "disk"
    assert channels.queue("work") == before[0]
    channels.ack(received(channels).id)
    assert channels.queue_depth("work") == 0
    place.database.writer.execute("PRAGMA max_page_count = 1000000")
    place.pass_time(2)
    place.kill()
    place.open()
    assert types(place.of(Somebody(place))) == []


def test_a_dead_letter_finds_a_home_though_that_was_deleted(place: Place, channels: LocalChannels) -> None:
    channels.send("work", "a")
    channels.delete_queue("work.dead")
    channels.nack(received(channels).id, requeue=False)
    place.pass_time(0.1)
    place.kill()
    place.open()
    assert types(place.of(Somebody(place)), "work.dead") == ["a"]


def test_topics_deliver_casts(place: Place) -> None:
    actor = Somebody(place, "reader")
    place.of(actor).subscribe("news", "a[bc]?*")
    for name in ("abx", "ab", "acxyz", "adx", "Abx"):
        place.of(Somebody(place)).publish("news", name)
    assert [message_type for _, message_type, _ in place.casts] == ["abx", "acxyz"]


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.integers(0, 3)),
        st.tuples(st.sampled_from(["receive", "ack", "nack", "dead", "redrive", "end"]), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 4)),
        st.tuples(st.just("restart"), st.just(0)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_whatever_happens_every_message_is_done_once_or_still_there(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    place = Place(tmp_path_factory.mktemp("queues") / "queues.db")
    worker = Somebody(place, "worker")
    mine = place.of(worker)
    mine.create_queue("work", visibility_ms=2_000, max_attempts=2)
    sent: set[str] = set()
    done: list[str] = []
    held: list[Delivery] = []
    for step, number in steps:
        if step == "send":
            sent.add(mine.send("work", "x", delay_ms=number * 1_000))
        elif step == "receive" and (found := mine.receive("work")) is not None:
            held.append(found)
        elif step in ("ack", "nack", "dead") and held:
            delivery = held.pop(0)
            try:
                mine.ack(delivery.id) if step == "ack" else mine.nack(delivery.id, requeue=step == "nack")
            except NotFound:
                continue
            if step == "ack":
                done.append(delivery.message)
        elif step == "redrive":
            mine.redrive("work.dead")
        elif step == "end":
            assert worker.actor is not None
            place.service.ended(worker.actor, "crashed: on purpose")
        elif step == "wait":
            place.pass_time(number)
        elif step == "restart":
            place.close()
            place.open()
            mine = place.of(worker)
    there = [each.id for queue in ("work", "work.dead") for each in mine.messages(queue)]
    assert len(there) == len(set(there)) and len(done) == len(set(done))
    assert set(there) | set(done) == sent and not set(there) & set(done)
    for info in mine.queues():
        assert info.waiting + info.delayed + info.leased == len(mine.messages(info.queue))
    place.close()
