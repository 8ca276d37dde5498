"""Entries of the registry in a time that stands still: health, removal, restarts, disks that fail."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.api import ActorId, Exhausted, Health, Invalid, NotFound
from workbench.api.events import Area
from workbench.clock import FakeClock
from workbench.runtime.bus import Bus
from workbench.runtime.timers import Timers
from workbench.services.means import Means
from workbench.services.registry import service as module
from workbench.services.registry import store
from workbench.services.registry.entries import Entry, Space
from workbench.services.registry.service import RegistryService
from workbench.storage.database import Database
from workbench.storage.schema import migrate

SCOPE = ("tenant", "namespace")
ACTOR = ActorId("actor", "namespace", "tenant")


class Rig:
    """The service on a database of its own, in a time of its own."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.timers = Timers(self.clock)
        self.database = Database(folder / "workbench.db")
        migrate(self.database)
        self.bus = Bus(self.clock, buffer=1_000)
        self.living: set[ActorId] = set()
        self.service = self.started()
        self.events = self.bus.subscribe([Area.REGISTRY], SCOPE)

    def started(self, reap_after: int = 6) -> RegistryService:
        means = Means(
            self.clock,
            self.timers,
            self.bus,
            self.database,
            tell=lambda *_: None,
            cast=lambda *_: False,
            present=lambda actor: actor in self.living,
        )
        service = RegistryService(means, reap_after=reap_after)
        service.start()
        return service

    @property
    def space(self) -> Space:
        return self.service.space(SCOPE)

    def add(self, identity: str, ttl_ms: int | None = None, *, owner: str = "", outside: bool = True) -> Entry:
        return self.service.register(self.space, identity, "service", "x", {}, ttl_ms, owner, outside)

    def health(self, identity: str) -> Health | None:
        found = self.service.find(self.space, identity)
        return found.health(self.clock.now()) if found is not None else None

    def told(self) -> list[str]:
        found = self.events.get(0)
        return [f"{event.kind.partition('.')[2]} {event.subject}" for event in found if event.subject]

    def advance(self, seconds: float) -> None:
        """A step from timer to timer, as the node's own thread would see them."""
        end = self.clock.now() + seconds
        while (following := self.timers.next_in()) is not None and self.clock.now() + following <= end:
            self.clock.advance(following)
            self.timers.run_due()
        self.clock.advance(end - self.clock.now())

    def read_only(self, on: bool) -> None:
        self.database.writer.execute(f"PRAGMA query_only={int(on)}")

    def restart(self) -> None:
        self.service.close()
        self.service = self.started()


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


@pytest.mark.parametrize("ttl_ms", [1, 7, 100, 333, 10_000])
def test_health_follows_missed_heartbeats_to_the_millisecond(rig: Rig, ttl_ms: int) -> None:
    entry = rig.add("a", ttl_ms)
    for missed, health in ((0, "healthy"), (1, "healthy"), (2, "degraded"), (3, "unhealthy"), (5, "unhealthy")):
        rig.clock.advance(entry.due(missed) - rig.clock.now())
        assert (entry.missed(rig.clock.now()), rig.health("a")) == (missed, health)
        assert entry.missed(rig.clock.now() - 0.0005) == max(0, missed - 1)
    rig.clock.advance(entry.due(6) - rig.clock.now())
    assert rig.health("a") is None, "also while the timer is late"
    with pytest.raises(NotFound):
        rig.service.heartbeat(rig.space, "a", Health.HEALTHY)
    rig.timers.run_due()
    assert not rig.space.entries and not list(store.load(rig.database, 0.0))


def test_every_step_is_told_once_and_a_heartbeat_heals(rig: Rig) -> None:
    rig.add("a", 1_000)
    rig.add("stays")
    rig.advance(2.0)
    assert rig.told() == ["registered a", "registered stays", "degraded a"]
    rig.advance(1.5)
    assert rig.told() == ["unhealthy a"]
    rig.service.heartbeat(rig.space, "a", Health.HEALTHY)
    assert rig.told() == ["healthy a"] and rig.health("a") is Health.HEALTHY
    for _ in range(20):
        rig.advance(0.9)
        rig.service.heartbeat(rig.space, "a", Health.HEALTHY)
    assert rig.told() == []
    rig.advance(6.0)
    assert rig.told() == ["degraded a", "unhealthy a", "reaped a"] and rig.health("stays") is Health.HEALTHY


def test_what_an_entry_says_of_itself_counts_until_it_says_otherwise(rig: Rig) -> None:
    rig.add("a", 1_000)
    rig.service.heartbeat(rig.space, "a", Health.UNHEALTHY)
    rig.advance(1.0)
    assert rig.health("a") is Health.UNHEALTHY
    rig.service.heartbeat(rig.space, "a", Health.DEGRADED)
    assert rig.health("a") is Health.DEGRADED
    rig.advance(3.0)
    assert rig.health("a") is Health.UNHEALTHY, "missed heartbeats make it worse, never better"


def test_a_thousand_entries_are_looked_at_by_one_timer(rig: Rig) -> None:
    for number in range(1_000):
        rig.add(f"{number}", 1_000 + number)
    assert len(rig.timers._jobs) == 1
    for _ in range(5):
        for number in range(1_000):
            rig.service.heartbeat(rig.space, f"{number}", Health.HEALTHY)
        rig.clock.advance(0.5)
        rig.timers.run_due()
    assert len(rig.service._heap) == 1_000
    rig.advance(60.0)
    assert not rig.space.entries and not rig.service._heap and rig.timers.next_in() is None


def test_the_time_without_a_node_is_nobodys_fault(rig: Rig) -> None:
    rig.add("a", 1_000)
    rig.clock.advance(3_600.0)
    rig.restart()
    assert rig.health("a") is Health.HEALTHY
    rig.advance(6.0)
    assert rig.health("a") is None and rig.told()[-1] == "reaped a"


def test_what_belongs_to_an_actor_waits_for_it_after_a_restart_but_not_for_ever(rig: Rig) -> None:
    back = ActorId("back", "namespace", "tenant")
    rig.add("of actor", owner="actor", outside=False)
    rig.add("of back", owner="back", outside=False)
    rig.add("of a session of its name", owner="actor")
    rig.service.keep()
    rig.service.ended(ACTOR)
    rig.restart()
    rig.living.add(back)
    rig.advance(module.GRACE_SECONDS - 1)
    assert rig.health("of actor") is Health.HEALTHY
    rig.advance(1)
    assert sorted(rig.space.entries) == ["of a session of its name", "of back"]


def test_what_the_disk_refuses_at_an_end_is_done_later(rig: Rig) -> None:
    rig.add("a", owner="actor", outside=False)
    rig.add("b", 1_000)
    rig.read_only(True)
    rig.service.ended(ACTOR)
    rig.advance(6.0)
    assert rig.health("b") is None and "a" in rig.space.entries
    rig.read_only(False)
    rig.add("b", 60_000)
    rig.advance(module.RETRY_SECONDS * 2)
    assert sorted(rig.space.entries) == ["b"], "what was registered anew meanwhile stays"


def test_too_many_entries_are_refused_with_the_bound(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 1)
    rig.add("a")
    rig.add("a")
    with pytest.raises(Exhausted, match="there are 1 entries already, which is the most; unregister some"):
        rig.add("b")


def test_when_entries_are_removed_is_a_setting(rig: Rig) -> None:
    with pytest.raises(Invalid, match="the setting registry_reap_after is more than 3, not 3"):
        rig.started(3)
    rig.service = rig.started(4)
    rig.add("a", 1_000)
    rig.advance(4.0)
    assert rig.told()[-1] == "reaped a"


def test_many_entries_are_walked_by_pages_while_they_change(rig: Rig) -> None:
    for number in range(600):
        rig.add(f"{number:04}")
    walk = rig.space.walk("0099")
    first = next(walk)
    rig.service.unregister(rig.space, "0400")
    rest = [entry.id for entry in walk]
    assert first.id == "0100" and "0400" not in rest and rest == sorted(rest) and len(rest) == 498
