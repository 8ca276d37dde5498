"""Process groups where ends and joins meet."""

from __future__ import annotations

import random
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from workbench.api import ActorId, Exhausted, NotFound
from workbench.clock import FakeClock
from workbench.runtime.bus import Bus
from workbench.runtime.timers import Timers
from workbench.services.means import Means
from workbench.services.process_groups import service as module
from workbench.services.process_groups.service import GroupService
from workbench.storage.database import Database

SCOPE = ("tenant", "namespace")
ONE = ActorId("one", "namespace", "tenant")
EVERYTHING: frozenset[str] = frozenset()


class Rig:
    """The service, and who lives."""

    def __init__(self, folder: Path) -> None:
        self.living = {ONE}
        clock = FakeClock()
        means = Means(
            clock,
            Timers(clock),
            Bus(clock, buffer=10),
            Database(folder / "workbench.db"),
            tell=lambda *_: None,
            cast=lambda _sender, actor, *_: actor in self.living,
            present=lambda actor: actor in self.living,
        )
        self.service = GroupService(means)

    def end(self, actor: ActorId) -> None:
        self.living.discard(actor)
        self.service.ended(actor)


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path)


def test_one_that_ends_while_it_joins_is_no_member(rig: Rig) -> None:
    rig.service.create(SCOPE, "g")
    rig.end(ONE)
    with pytest.raises(NotFound, match="no actor 'one' lives in tenant/namespace"):
        rig.service.join(SCOPE, "g", ONE, EVERYTHING)
    assert not rig.service.members(SCOPE, "g") and not rig.service._of


def test_nobody_who_has_ended_is_left_behind_whatever_comes_first(rig: Rig) -> None:
    actors = [ActorId(f"{number}", "namespace", "tenant") for number in range(30)]
    rig.living = set(actors)
    for group in "abc":
        rig.service.create(SCOPE, group)

    def join() -> None:
        chance = random.Random(1)
        for actor in actors * 20:
            with suppress(NotFound):
                rig.service.join(SCOPE, chance.choice("abc"), actor, EVERYTHING)

    def end() -> None:
        for actor in actors:
            rig.end(actor)

    threads = [threading.Thread(target=job) for job in (join, end, join)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not rig.service._of and not any(rig.service.members(SCOPE, group) for group in "abc")


def test_too_many_groups_are_refused_with_the_bound(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_GROUPS", 1)
    rig.service.create(SCOPE, "a")
    with pytest.raises(Exhausted, match="there are 1 groups already, which is the most; delete some"):
        rig.service.create(SCOPE, "b")
    assert rig.service.create(("other", "namespace"), "b")


def test_a_deleted_group_is_forgotten_with_its_members(rig: Rig) -> None:
    rig.service.create(SCOPE, "a")
    rig.service.join(SCOPE, "a", ONE, EVERYTHING)
    rig.service.delete(SCOPE, "a")
    assert not rig.service._of
    rig.service.create(SCOPE, "a")
    assert not rig.service.members(SCOPE, "a")
