"""What waits for a subscriber is bounded, and says where something is missing."""

from __future__ import annotations

from workbench.api import GAP, Area, Event, Position
from workbench.api.event_queue import EventQueue
from workbench.clock import FakeClock
from workbench.runtime.bus import TEXT_CHARACTERS, Bus

SCOPE = ("default", "default")


def event(seq: int) -> Event:
    return Event(seq, float(seq), Area.ACTORS, "actors.spawned", str(seq))


def test_the_newest_stay_and_a_marker_stands_before_them_once() -> None:
    queue = EventQueue(3)
    for seq in range(1, 6):
        queue.put(event(seq))
    gap, *kept = queue.take()
    assert (gap.kind, gap.seq) == (GAP, 2) and gap.text.startswith("2 events were lost")
    assert [each.seq for each in kept] == [3, 4, 5]
    queue.put(event(6))
    assert [each.kind for each in queue.take()] == ["actors.spawned"]
    assert (queue.lost, bool(queue), queue.take()) == (2, False, ())


def test_a_bus_remembers_so_much_that_a_short_cut_loses_nothing_and_a_long_one_is_told() -> None:
    bus = Bus(FakeClock(), buffer=10)
    with bus.subscribe((), SCOPE) as first:
        here = first.position
    for number in range(10):
        bus.publish(Area.ACTORS, "actors.spawned", str(number))
    with bus.subscribe((), SCOPE, here) as again:
        assert [each.subject for each in again.get(0.0)] == [str(number) for number in range(10)]
    bus.publish(Area.ACTORS, "actors.spawned", "one too many")
    with bus.subscribe((), SCOPE, here) as again:
        assert [each.kind for each in again.get(0.0)] == [GAP]


def test_what_another_tenant_did_meanwhile_is_not_told_to_who_comes_again() -> None:
    bus = Bus(FakeClock(), buffer=10)
    here = bus.subscribe((), SCOPE).position
    bus.publish(Area.ACTORS, "actors.spawned", "mine", scope=SCOPE)
    bus.publish(Area.ACTORS, "actors.spawned", "secret", scope=("other", "default"))
    with bus.subscribe((), SCOPE, here) as again:
        assert [each.subject for each in again.get(0.0)] == ["mine"]
        assert again.position == Position(here.stream, here.seq + 2)


def test_an_area_that_moved_on_while_nobody_listened_is_told_to_who_comes_again() -> None:
    bus = Bus(FakeClock(), buffer=10)
    here = bus.subscribe((), SCOPE).position
    bus.close()
    bus.touch(Area.TURNS, SCOPE)
    with bus.subscribe((), SCOPE, here) as again:
        assert [each.kind for each in again.get(0.0)] == ["turns.changed"]


def test_the_text_of_an_event_is_bounded() -> None:
    bus = Bus(FakeClock(), buffer=10)
    with bus.subscribe((), SCOPE) as events:
        bus.publish(Area.NODE, "node.said", text="x" * 1_000_000)
        assert len(events.get(0.0)[0].text) == TEXT_CHARACTERS
