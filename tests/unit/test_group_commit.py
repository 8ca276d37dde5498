"""Whoever writes first writes for all who wait, and a fault does not stop the others for good."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from workbench.api.errors import Exhausted, Internal, WorkbenchError
from workbench.services.journal.group import GroupCommit


class Disk:
    """Writes numbers; `hold` keeps the first group until it is set, `fault` is raised instead of a write."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.begun, self.hold = threading.Event(), threading.Event()
        self.fault: Exception | None = None

    def write(self, numbers: Sequence[int]) -> None:
        self.begun.set()
        assert self.hold.wait(30)
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        self.groups.append(list(numbers))


@pytest.fixture
def disk() -> Disk:
    return Disk()


def test_what_comes_while_the_disk_is_busy_is_written_together(disk: Disk) -> None:
    group = GroupCommit("test", disk.write)
    first = threading.Thread(target=group.commit, args=(0,))
    first.start()
    assert disk.begun.wait(30)
    others = [threading.Thread(target=group.commit, args=(number,)) for number in range(1, 9)]
    for other in others:
        other.start()
    while len(group._waiting) < len(others):
        pass
    disk.hold.set()
    for thread in (first, *others):
        thread.join(30)
    assert disk.groups[0] == [0]
    assert [sorted(found) for found in disk.groups[1:]] == [list(range(1, 9))]


def test_who_does_not_wait_is_told(disk: Disk) -> None:
    group = GroupCommit("test", disk.write)
    disk.hold.set()
    told: list[WorkbenchError | None] = []
    done = threading.Event()
    group.commit_soon(1, lambda error: (told.append(error), done.set()))
    assert done.wait(30)
    assert told == [None]
    group.close()


@pytest.mark.parametrize(
    ("fault", "raised"), [(Exhausted("full", limit="disk"), Exhausted), (ZeroDivisionError(), Internal)]
)
def test_a_group_that_fails_is_told_so_and_the_next_one_is_written(
    disk: Disk, fault: Exception, raised: type[WorkbenchError]
) -> None:
    group = GroupCommit("test", disk.write)
    disk.hold.set()
    disk.fault = fault
    with pytest.raises(raised):
        group.commit(1)
    group.commit(2)
    assert disk.groups == [[2]]
