"""Who holds an instance, how many may, and who becomes passive when there are more.

Three budgets of a node are kept here: resident actors, private memory, and the mappings of the process, of which each
instance takes a few and which the kernel bounds (`vm.max_map_count`): beyond it not even a thread can be started, so it
is checked before it is hit.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from workbench.answer import Answer
from workbench.api.actors import ActorState
from workbench.api.errors import Exhausted
from workbench.api.words import plural
from workbench.clock import Clock

MAPPINGS_FILE, MAPPINGS_LIMIT = Path("/proc/self/maps"), Path("/proc/sys/vm/max_map_count")
STATUS_FILE = Path("/proc/self/status")
PER_INSTANCE = 4
"""Mappings of one instance at most; a Python actor takes 4, a small core module 2."""
SPARE_MAPPINGS = 2_000
"""Left for threads, files and the libraries."""
COUNT_AGAIN = 1_000
"""Births after which the mappings are counted anew: counting 65,000 takes 30 ms."""
LOOK_SECONDS = 0.2
"""How old the number of private bytes may be."""
SOON = 90
"""At so many hundredths of the budget of memory, idle actors begin to become passive."""
ROOM_SECONDS = 0.5
"""How long a birth waits for others to become passive."""
LOOKED_AT = 32
"""How many of the longest resident are looked at to find one that is idle."""


class Resident(Protocol):
    """What is asked of an actor here."""

    id: Any
    state: ActorState

    @property
    def last_used(self) -> float: ...
    @property
    def may_sleep(self) -> bool: ...
    def put_to_sleep(self) -> Answer[Any]: ...


class Machine(Protocol):
    """What the machine says of this process; None where it does not."""

    def mappings(self) -> int | None: ...
    def mappings_limit(self) -> int | None: ...
    def private_bytes(self) -> int | None: ...


class LinuxMachine:
    """Read from /proc; on other systems nothing is known, and the budgets that need it are not kept."""

    def mappings(self) -> int | None:
        with suppress(OSError):
            return MAPPINGS_FILE.read_bytes().count(b"\n")
        return None

    def mappings_limit(self) -> int | None:
        with suppress(OSError, ValueError):
            return int(MAPPINGS_LIMIT.read_text())
        return None

    def private_bytes(self) -> int | None:
        """Anonymous memory: what the process holds alone. The resident size counts shared pages once per actor."""
        with suppress(OSError, ValueError):
            for line in STATUS_FILE.read_text().splitlines():
                if line.startswith("RssAnon:"):
                    return int(line.split()[1]) << 10
        return None


class Residents:
    """Thread-safe. `most` resident actors (0: as many as the mappings allow), `memory_bytes` (0: no bound).

    `settle(answer, seconds)` waits for one who is put to sleep.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        most: int = 0,
        memory_bytes: int = 0,
        machine: Machine | None = None,
        settle: Callable[[Answer[Any], float], object] = Answer.wait,
    ) -> None:
        self._settle = settle
        self._clock, self._most, self._memory = clock, most, memory_bytes
        self._machine = machine or LinuxMachine()
        self._limit = self._machine.mappings_limit()
        self._actors: OrderedDict[Any, tuple[Resident, float]] = OrderedDict()
        self._counted = self._at_count = 0
        self._private, self._looked = 0, float("-inf")
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._actors)

    def admit(self) -> None:
        """Before an instance is made. Exhausted: there is no room, and nobody who could become passive."""
        self._check_mappings()
        if self._memory:
            self._check_memory()

    def _check_mappings(self) -> None:
        if self._limit is None:
            return
        if not self._counted or abs(len(self._actors) - self._at_count) >= COUNT_AGAIN:
            self._counted, self._at_count = self._machine.mappings() or 0, len(self._actors)
        expected = self._counted + (len(self._actors) - self._at_count) * PER_INSTANCE
        if expected + PER_INSTANCE + SPARE_MAPPINGS <= self._limit:
            return
        self._wait(self._make_room(1 + COUNT_AGAIN // 10))
        counted = self._counted = self._machine.mappings() or 0
        self._at_count = len(self._actors)
        if counted + PER_INSTANCE + SPARE_MAPPINGS > self._limit:
            raise Exhausted(
                f"mappings: the node has {plural(len(self._actors), 'resident actor')}, and the process has "
                f"{counted:,} of the {self._limit:,} memory mappings that the system allows it; stop some actors, let "
                "idle ones become passive (the setting `resident`), or raise vm.max_map_count",
                limit="mappings",
                value=self._limit,
                used=counted,
            )

    def _check_memory(self) -> None:
        now = self._clock.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._private, self._looked = self._machine.private_bytes() or 0, now
        if self._private > self._memory * SOON // 100:
            made = self._make_room(len(self._actors) // 10 + 1)
            if self._private > self._memory:
                self._wait(made)
                self._private = self._machine.private_bytes() or 0
        if self._private > self._memory:
            raise Exhausted(
                f"memory: the node holds {self._private:,} bytes of the {self._memory:,} of its budget; "
                "stop some actors, or raise the setting `memory_bytes`",
                limit="memory",
                value=self._memory,
                used=self._private,
            )

    def _wait(self, answers: Sequence[Answer[Any]]) -> None:
        """Until those who were put to sleep are, all of them within ROOM_SECONDS."""
        end = self._clock.monotonic() + ROOM_SECONDS
        for answer in answers:
            self._settle(answer, max(0.0, end - self._clock.monotonic()))

    def enter(self, actor: Resident) -> None:
        """It has an instance now."""
        with self._lock:
            self._actors[actor.id] = (actor, self._clock.now())
            surplus = len(self._actors) - self._most if self._most else 0
        if surplus > 0:
            self._make_room(surplus)

    def leave(self, actor: Resident) -> None:
        with self._lock:
            self._actors.pop(actor.id, None)

    def _make_room(self, wanted: int) -> list[Answer[Any]]:
        """Put some to sleep: of those resident the longest, who did nothing since they were looked at."""
        with self._lock:
            chosen = [
                found for _ in range(min(wanted, len(self._actors))) if (found := self._longest_idle()) is not None
            ]
        return [actor.put_to_sleep() for actor in chosen]

    def _longest_idle(self) -> Resident | None:
        """The lock is held. Who was used meanwhile, or cannot sleep, goes to the end of the line (second chance)."""
        fallback: Resident | None = None
        for _ in range(min(LOOKED_AT, len(self._actors))):
            key, (actor, seen) = self._actors.popitem(last=False)
            self._actors[key] = (actor, self._clock.now())
            if actor.may_sleep:
                if actor.last_used <= seen:
                    return actor
                fallback = fallback or actor
        return fallback
