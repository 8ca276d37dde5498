"""What many callers do at once to locks and keys, written down as it was called and as it returned."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable
from typing import Any, Protocol

from tests.unit.linearizable import Operation
from workbench.api import Conflict, Lock, Locks, Timeout

THINGS_EACH = 100
"""About so many operations come to one thing."""


class Keys(Protocol):
    """The part of api.KeyValue that is used here."""

    def get(self, key: str) -> Any: ...
    def put(self, key: str, value: str) -> None: ...
    def compare_and_swap(self, key: str, expected: Any, replacement: str) -> bool: ...


class Recorder:
    """Thread-safe: the counter is the clock."""

    def __init__(self) -> None:
        self._clock = itertools.count(1)
        self.history: list[Operation] = []

    def call(self, thing: str, name: str, arguments: tuple[Any, ...], job: Callable[[], Any]) -> Any:
        called = next(self._clock)
        result = job()
        self.history.append(Operation(thing, name, arguments, result, called, next(self._clock)))
        return result


def _at_once(callers: int, job: Callable[[int, random.Random], None]) -> None:
    failed: list[BaseException] = []

    def run(number: int) -> None:
        try:
            job(number, random.Random(number))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(callers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def of_locks(locks: Locks, *, operations: int, callers: int = 8, seed: str = "") -> list[Operation]:
    """Callers take, try, look at and release locks, with versions that are right and some that are old."""
    recorder, things = Recorder(), max(2, operations // THINGS_EACH)

    def acquire(name: str, who: str, timeout: float) -> int | None:
        try:
            return locks.acquire(name, lease_ms=600_000, timeout=timeout, holder=who).version
        except Timeout:
            return None

    def release(name: str, who: str, version: int) -> bool:
        try:
            locks.release(name, version, holder=who)
        except Conflict:
            return False
        return True

    def version(found: Lock | None) -> int:
        return found.version if found is not None else 0

    def caller(number: int, chance: random.Random) -> None:
        who, held, left = f"caller {number}", dict[str, int](), operations // callers
        while left > 0 or held:
            name = f"{seed}{chance.randrange(things)}"
            if left <= 0:
                name = next(iter(held))
            left -= 1
            if name in held:
                mine = held.pop(name)
                if chance.random() < 0.2:
                    recorder.call(name, "release", (mine - 1,), lambda: release(name, who, mine - 1))  # noqa: B023
                recorder.call(name, "release", (mine,), lambda: release(name, who, mine))  # noqa: B023
                continue
            kind = chance.random()
            if kind < 0.2:
                recorder.call(name, "get", (), lambda: version(locks.get(name)))  # noqa: B023
                continue
            wait = 0.02 if kind < 0.4 else 0.0
            if wait or kind < 0.6:
                got = recorder.call(name, "acquire", (), lambda: acquire(name, who, wait))  # noqa: B023
            else:
                job = lambda: version(locks.try_acquire(name, lease_ms=600_000, holder=who)) or None  # noqa: B023, E731
                got = recorder.call(name, "try_acquire", (), job)
            if got is not None:
                held[name] = got
                if chance.random() < 0.5:
                    held.pop(name)
                    recorder.call(name, "release", (got,), lambda: release(name, who, got))  # noqa: B023

    _at_once(callers, caller)
    return recorder.history


def of_keys(keys: Keys, *, operations: int, callers: int = 8, seed: str = "") -> list[Operation]:
    """Callers read, set and swap few values of few keys, so that swaps meet."""
    recorder, things = Recorder(), max(2, operations // THINGS_EACH)

    def caller(number: int, chance: random.Random) -> None:
        known: dict[str, Any] = {}
        for turn in range(operations // callers):
            name = f"{seed}{chance.randrange(things)}"
            kind, new = chance.random(), f"{number}.{turn}"
            if kind < 0.3:
                known[name] = recorder.call(name, "get", (), lambda: keys.get(name))  # noqa: B023
            elif kind < 0.4:
                recorder.call(name, "put", (new,), lambda: keys.put(name, new))  # noqa: B023
            else:
                expected = known.get(name)
                job = lambda: keys.compare_and_swap(name, expected, new)  # noqa: B023, E731
                if recorder.call(name, "swap", (expected, new), job):
                    known[name] = new
                else:
                    known[name] = recorder.call(name, "get", (), lambda: keys.get(name))  # noqa: B023

    _at_once(callers, caller)
    return recorder.history


def given(history: list[Operation]) -> list[tuple[str, int]]:
    """Every lock and version that somebody was given."""
    return [(each.thing, each.result) for each in history if each.name.endswith("acquire") and each.result]


def growing(history: list[Operation]) -> bool:
    """Whether each version of a lock is greater than all that were given before it was asked for."""
    events: list[tuple[int, str, int, bool]] = []
    for each in history:
        if each.name.endswith("acquire") and each.result:
            events += [(each.called, each.thing, each.result, False), (each.returned, each.thing, each.result, True)]
    newest: dict[str, int] = {}
    asked: dict[tuple[str, int], int] = {}
    for _, thing, version, returned in sorted(events):
        if not returned:
            asked[thing, version] = newest.get(thing, 0)
        elif version <= asked[thing, version]:
            return False
        else:
            newest[thing] = max(newest.get(thing, 0), version)
    return True
