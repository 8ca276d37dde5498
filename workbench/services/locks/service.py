"""The locks of a node: every change is one transaction, and memory follows the file before the next one begins.

A lock that becomes free goes to whoever waits first in that same transaction, so that nobody comes between. It is
promised before it is committed and given afterwards: neither a full disk nor a kill loses it.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from workbench.api.errors import Conflict, Exhausted, NotFound, WorkbenchError
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.locks import Lock, LockChange
from workbench.api.modules import CancelToken
from workbench.api.names import SHOWN
from workbench.services.alarm import RETRY_SECONDS, Alarm
from workbench.services.locks import store
from workbench.services.locks.waiting import Holder, Seat, Space, holder_of
from workbench.services.means import Means, Scope
from workbench.storage.database import Transaction

logger = logging.getLogger(__name__)
MOST = 100_000
"""Locks that may be held in one tenant and namespace."""
KEPT_CHANGES = 10_000
EXPIRED_AT_ONCE = 1_000


class LockService:
    """All locks of a node. Thread-safe."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self._spaces: dict[Scope, Space] = {}
        self._lock = threading.Lock()
        self._seats, self._numbers = itertools.count(1), itertools.count(1)
        self._changes: deque[tuple[Scope, LockChange]] = deque(maxlen=KEPT_CHANGES)
        self._alarm = Alarm(means, "locks whose lease is over could not be freed", self._expire)
        self._kept = False

    def start(self) -> None:
        """Take up the locks that are held, free those whose lease ended meanwhile, and wait for what is next."""
        self.restore()
        self._alarm.ring()

    def restore(self) -> None:
        """Show what the tables hold; nothing is decided and nothing is written."""
        for scope, newest in store.tokens(self.means.database):
            self.space(scope).token = newest
        for scope, lock in store.load(self.means.database):
            self.space(scope).hold(lock)

    def keep(self) -> None:
        """The node ends: the actors that end with it keep their locks until the leases are over."""
        self._kept = True

    def close(self) -> None:
        self._alarm.close()

    def space(self, scope: Scope) -> Space:
        found = self._spaces.get(scope)
        if found is None:
            with self._lock:
                found = self._spaces.setdefault(scope, Space(scope))
        return found

    def get(self, space: Space, name: str) -> Lock | None:
        found = space.held.get(name)
        return found if found is not None and found.expires > self.means.clock.now() else None

    # Changing.

    def acquire(self, space: Space, name: str, holder: Holder, lease_ms: int, seat: Seat | None) -> Lock | None:
        """Take it if it is free, after those who wait already. If it is not, `seat` joins them."""
        held = self.get(space, name)
        if seat is None and held is not None and holder_of(held) != holder:
            return None
        with self.means.write() as tx:
            held = space.held.get(name)
            if held is not None and held.expires <= self.means.clock.now():
                held = self._pass_on(tx, space, held, "expired")
            if held is None:
                lock = self._give(tx, space, name, holder, lease_ms)
                tx.returns(lock)
                return lock
            self._check_new(space, held, holder)
            if seat is not None:
                tx.settle(partial(space.join, seat))
                tx.emit(partial(self.means.events.touch, Area.LOCKS, space.scope))
            return None

    def _check_new(self, space: Space, held: Lock, holder: Holder) -> None:
        who = spoken(holder)
        if holder_of(held) == holder:
            said = f"{who} holds lock {held.name[:SHOWN]!r} already, in version {held.version}; renew or release it"
            raise Conflict(said)
        if any(seat.holder == holder for seat in space.waiting(held.name)):
            raise Conflict(f"{who} waits for lock {held.name[:SHOWN]!r} already; another session needs another name")

    def renew(self, space: Space, name: str, version: int, holder: Holder, lease_ms: int) -> Lock:
        with self.means.write() as tx:
            held = self._mine(space, name, version, holder)
            lock = replace(held, expires=self.means.clock.now() + lease_ms / 1000)
            store.renew(tx, space.scope, lock)
            tx.settle(partial(space.hold, lock))
            self._note(tx, space, "renewed", lock)
            tx.emit(partial(self._alarm.at, lock.expires))
            tx.returns(lock)
        return lock

    def release(self, space: Space, name: str, version: int, holder: Holder) -> None:
        with self.means.write() as tx:
            self._pass_on(tx, space, self._mine(space, name, version, holder), "released")
            tx.returns(None)

    def _mine(self, space: Space, name: str, version: int, holder: Holder) -> Lock:
        """The lock as this holder has it in this version, or Conflict."""
        held, shown = self.get(space, name), name[:SHOWN]
        if held is None:
            raise Conflict(f"lock {shown!r} is no longer held in version {version}: its lease is over, or it was freed")
        if held.version != version:
            who = spoken(holder_of(held))
            raise Conflict(f"lock {shown!r} is no longer held in version {version}: {who} has version {held.version}")
        if holder_of(held) != holder:
            raise Conflict(f"lock {shown!r} is held by {spoken(holder_of(held))}, not by {spoken(holder)}")
        return held

    def force(self, space: Space, name: str) -> Lock:
        with self.means.write() as tx:
            held = self.get(space, name)
            if held is None:
                raise NotFound(f"nobody holds lock {name[:SHOWN]!r}")
            self._pass_on(tx, space, held, "forced")
        return held

    def _give(self, tx: Transaction, space: Space, name: str, holder: Holder, lease_ms: int) -> Lock:
        if len(space.held) >= MOST:
            said = f"there are {len(space.held):,} locks already, which is the most; release some; nothing was changed"
            raise Exhausted(said, limit="locks", value=MOST, used=len(space.held) + 1)
        lock = self._made(space, name, holder, lease_ms)
        tx.settle(partial(space.hold, lock))
        self._taken(tx, space, lock)
        return lock

    def _pass_on(self, tx: Transaction, space: Space, held: Lock, change: str) -> Lock | None:
        """It is taken from its holder; the lock as whoever waits first has it then, None when it is free."""
        self._note(tx, space, change, held)
        if change != "released":
            text = f"{spoken(holder_of(held))} held it in version {held.version}"
            tx.emit(partial(self.means.events.publish, Area.LOCKS, f"locks.{change}", held.name, text, space.scope))
        seat = next((seat for seat in space.waiting(held.name) if seat.wanted() and seat.promise()), None)
        if seat is None:
            tx.settle(partial(space.drop, held.name))
            store.delete(tx, space.scope, held.name)
            return None
        lock = self._made(space, held.name, seat.holder, seat.lease_ms)

        def given() -> None:
            space.hold(lock)
            space.leave(seat)
            seat.keep(lock)

        tx.settle(given, seat.withdraw)
        self._taken(tx, space, lock)
        return lock

    def _made(self, space: Space, name: str, holder: Holder, lease_ms: int) -> Lock:
        now = self.means.clock.now()
        return Lock(name, holder.name, space.token + 1, now, now + lease_ms / 1000, holder.outside)

    def _taken(self, tx: Transaction, space: Space, lock: Lock) -> None:
        store.put(tx, space.scope, lock)
        self._note(tx, space, "acquired", lock)
        tx.emit(partial(self._alarm.at, lock.expires))

    def _note(self, tx: Transaction, space: Space, change: str, lock: Lock) -> None:
        found = LockChange(
            next(self._numbers), self.means.clock.now(), lock.name, change, lock.holder, lock.version, lock.outside
        )
        tx.settle(partial(self._changes.append, (space.scope, found)))
        tx.emit(partial(self.means.events.touch, Area.LOCKS, space.scope))

    def history(self, scope: Scope, name: str | None, limit: int) -> Sequence[LockChange]:
        found = [each for whose, each in tuple(self._changes) if whose == scope and name in (None, each.name)]
        return found[-limit:]

    # Waiting.

    def seat(self, name: str, holder: Holder, *, lease_ms: int, seconds: float, cancel: CancelToken | None) -> Seat:
        now, number = self.means.clock.now(), next(self._seats)
        return Seat(number, name, holder, lease_ms=lease_ms, since=now, until=now + seconds, cancel=cancel)

    def leave(self, space: Space, seat: Seat) -> Lock | None:
        """Who waited goes: with the lock if it was given at the last moment. It raises what ended the wait."""
        while not seat.done:
            if seat.promise():
                space.leave(seat)
                self.means.events.touch(Area.LOCKS, space.scope)
                return None
            with self.means.write():
                """Whoever promised it is inside a transaction: after that it is decided."""
        space.leave(seat)
        return seat.take()

    # Ends.

    def ended(self, actor: ActorId) -> None:
        """An actor is gone: what it held is free."""
        space = self._spaces.get((actor.tenant, actor.namespace))
        if space is not None and not self._kept:
            for lock in space.of_actor(actor.name):
                self._free(space, lock)

    def _free(self, space: Space, lock: Lock) -> None:
        """Free what a dead actor held, now or as soon as the disk allows it."""
        try:
            with self.means.write() as tx:
                held = space.held.get(lock.name)
                if held is not None and held.version == lock.version:
                    self._pass_on(tx, space, held, "ended")
        except WorkbenchError as error:
            logger.warning("lock %r of %s, which has ended, could not be freed: %s", lock.name, lock.holder, error)
            self.means.timers.after(RETRY_SECONDS, partial(self._free, space, lock))

    def _expire(self) -> float | None:
        """Nobody holds them any more: when the disk is full it is soon enough once there is room."""
        while self._expired() == EXPIRED_AT_ONCE:
            pass
        return store.next_expiry(self.means.database)

    def _expired(self) -> int:
        rows = store.expired(self.means.database, self.means.clock.now(), EXPIRED_AT_ONCE)
        for scope, name in rows:
            space = self.space(scope)
            with self.means.write() as tx:
                held = space.held.get(name)
                if held is not None and held.expires <= self.means.clock.now():
                    self._pass_on(tx, space, held, "expired")
        return len(rows)


def spoken(holder: Holder) -> str:
    """A holder in a sentence."""
    return f"session {holder.name[:SHOWN]!r}" if holder.outside else f"actor {holder.name[:SHOWN]!r}"
