"""Of tests that run in several processes, one that must be alone is."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest

from tests.side_by_side import room

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the tests run in one process there")


class Guests:
    """Threads that enter the room and leave it again; `order` is that of their coming in."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.order = folder, list[str]()

    def enter(self, name: str, *, alone: bool) -> threading.Thread:
        def stay() -> None:
            with room(self.folder, alone=alone):
                self.order.append(name)

        thread = threading.Thread(target=stay)
        thread.start()
        return thread

    def doorway_taken(self) -> bool:
        import fcntl

        with (self.folder / "doorway").open("w") as doorway:
            try:
                fcntl.flock(doorway, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            return False


def test_many_are_inside_together(tmp_path: Path) -> None:
    guests = Guests(tmp_path)
    with room(tmp_path, alone=False):
        guests.enter("second", alone=False).join(30)
        assert guests.order == ["second"]


def test_one_that_would_be_alone_waits_and_lets_nobody_past_it(tmp_path: Path) -> None:
    guests = Guests(tmp_path)
    with room(tmp_path, alone=False):
        alone = guests.enter("alone", alone=True)
        while not guests.doorway_taken():
            pass
        late = guests.enter("late", alone=False)
        assert guests.order == []
    alone.join(30)
    late.join(30)
    assert guests.order == ["alone", "late"]


@pytest.mark.parametrize("alone", [True, False])
def test_nobody_enters_while_one_is_alone(tmp_path: Path, alone: bool) -> None:
    guests = Guests(tmp_path)
    with room(tmp_path, alone=True):
        assert guests.doorway_taken()
        other = guests.enter("other", alone=alone)
        assert guests.order == []
    other.join(30)
    assert guests.order == ["other"]
