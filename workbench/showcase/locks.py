"""Locks with a lease: one holder at a time, waiting in order, and a fencing version that grows with every holder."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor

from workbench.api import Area, Conflict, Payload, Rejected
from workbench.showcase.stage import Stage, milliseconds

ACTOR = "locks_actor.py"
LOCK = "printer"
LEASE_MS = 400
LONG_MS = 600_000
THREADS, ROUNDS = 4, 50


def demonstrate(stage: Stage) -> None:
    for name in ("ada", "bob", "cyd"):
        stage.start(ACTOR, name, grants=("locks",))
    first = _exclusion(stage)
    last = _waiting(stage, first)
    _lease(stage, last)
    _death(stage)
    _contention(stage)


def _exclusion(stage: Stage) -> int:
    version = int(stage.ask("ada", "acquire", {"lock": LOCK, "lease_ms": LONG_MS}))
    lock = stage.node.locks.get(LOCK)
    stage.equal("An actor acquired a lock", lock and (lock.holder, lock.version), ("ada", version))
    stage.fact(f"version {version}")
    stage.equal("Try acquire: another one does not get it", stage.ask("bob", "try_acquire", LOCK), "")
    impatient = {"lock": LOCK, "timeout_ms": 20}
    stage.refused("Acquire waits, but not for ever", Rejected, stage.ask, "bob", "acquire", impatient)
    stage.refused("Who does not hold it cannot release it", Rejected, stage.ask, "bob", "release", LOCK)
    held = stage.node.locks.get(LOCK)
    stage.equal("The holder is still the same", held and held.holder, "ada")
    return version


def _waiting(stage: Stage, first: int) -> int:
    """Two wait in order; each gets the lock when the one before it lets it go."""
    with ThreadPoolExecutor(2) as threads:
        asked: list[Future[Payload]] = []
        for name in ("bob", "cyd"):
            asked.append(
                threads.submit(stage.ask, name, "acquire", {"lock": LOCK, "lease_ms": LONG_MS, "timeout_ms": 5_000})
            )
            stage.until(lambda name=name: name in _queue(stage), Area.LOCKS)  # type: ignore[misc]
        stage.equal("Who waits stands in a queue", _queue(stage), ["bob", "cyd"])
        holders, versions = [], [first]
        for name, answer in zip(("ada", "bob"), asked, strict=True):
            stage.ask(name, "release", LOCK)
            versions.append(int(answer.result(20.0)))
            lock = stage.node.locks.get(LOCK)
            holders.append(lock.holder if lock else "")
    stage.equal("Released, it goes to who waited first", holders, ["bob", "cyd"])
    stage.check("Every holder has a greater version", versions == sorted(set(versions)), found=versions)
    stage.fact(f"versions {', '.join(map(str, versions))}")
    stage.ask("cyd", "release", LOCK)
    stage.equal("Released by the last one, it is free", stage.node.locks.get(LOCK), None)
    return versions[-1]


def _queue(stage: Stage) -> list[str]:
    return [waiter.holder for waiter in stage.node.locks.waiters(LOCK)]


def _lease(stage: Stage, last: int) -> None:
    locks = stage.node.locks
    mine = locks.acquire(LOCK, lease_ms=LEASE_MS, holder="session")
    renewed = locks.renew(LOCK, mine.version, lease_ms=LEASE_MS, holder="session")
    held = (renewed.version, renewed.expires > mine.expires)
    stage.equal("Renewed in its version, the lease is longer", held, (mine.version, True))
    stage.refused("An old version renews nothing", Conflict, _renew, stage, last)
    started = time.perf_counter()
    stage.until(lambda: locks.get(LOCK) is None, Area.LOCKS)
    stage.equal("A lease that is not renewed ends by itself", locks.get(LOCK), None)
    stage.fact(f"after {milliseconds(started)} of {LEASE_MS} ms")
    stage.refused("and its holder cannot renew it any more", Conflict, _renew, stage, mine.version)


def _renew(stage: Stage, version: int) -> object:
    return stage.node.locks.renew(LOCK, version, lease_ms=LEASE_MS, holder="session")


def _death(stage: Stage) -> None:
    stage.ask("ada", "acquire", "leader")
    stage.equal("Leader election: the first one leads", stage.ask("bob", "try_acquire", "leader"), "")
    stage.node.actors.kill("ada")
    stage.until(lambda: stage.node.locks.get("leader") is None, Area.LOCKS, Area.ACTORS)
    stage.check("The leader ended: the next one leads", stage.ask("bob", "try_acquire", "leader") != "")
    leader = stage.node.locks.get("leader")
    stage.equal("and is known to everybody", leader and leader.holder, "bob")


def _contention(stage: Stage) -> None:
    """A counter that only the holder changes, in two steps: without the lock it would lose some."""
    locks, keys = stage.node.locks, stage.node.keyvalue

    def work(thread: int) -> list[int]:
        versions = []
        for _ in range(ROUNDS):
            lock = locks.acquire("sum", holder=f"thread-{thread}", timeout=20.0)
            keys.put("sum", str(int(keys.get("sum") or 0) + 1))
            locks.release("sum", lock.version, holder=f"thread-{thread}")
            versions.append(lock.version)
        return versions

    started = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        versions = [version for found in threads.map(work, range(THREADS)) for version in found]
    total = THREADS * ROUNDS
    rate = total / (time.perf_counter() - started)
    stage.equal(f"{THREADS} threads took turns {total} times, and no change was lost", keys.get("sum"), str(total))
    stage.equal("No version was given twice", len(set(versions)), total)
    stage.fact(f"{rate:,.0f} acquired and released per second")
