"""The locks of one tenant and namespace, and who waits for them, first come, first served."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import NamedTuple

from workbench.answer import Offer
from workbench.api.locks import Lock, LockWaiter
from workbench.api.modules import CancelToken
from workbench.services.means import Scope


class Holder(NamedTuple):
    """An actor by its name, or a session from outside: not the same with the same name."""

    name: str
    outside: bool


def holder_of(lock: Lock) -> Holder:
    return Holder(lock.holder, lock.outside)


class Seat(Offer[Lock]):
    """Somebody who waits. `cancel` set means that nobody would have the lock."""

    __slots__ = ("cancel", "holder", "id", "lease_ms", "name", "since", "until")

    def __init__(
        self, number: int, name: str, holder: Holder, *, lease_ms: int, since: float, until: float,
        cancel: CancelToken | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.id, self.name, self.holder, self.lease_ms = number, name, holder, lease_ms
        self.since, self.until, self.cancel = since, until, cancel

    def info(self) -> LockWaiter:
        name, outside = self.holder
        return LockWaiter(self.id, self.name, name, self.lease_ms, self.since, self.until, outside)

    def wanted(self) -> bool:
        return self.cancel is None or not self.cancel.is_set()


class Space:
    """`held` by name, changed inside transactions alone; `lock` guards what is looked through, for moments only.

    `token` is the newest version of any of these locks.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.held: dict[str, Lock] = {}
        self.token = 0
        self.lock = threading.Lock()
        self._of_actors: dict[str, set[str]] = {}
        self._waiting: dict[str, dict[int, Seat]] = {}

    def hold(self, lock: Lock) -> None:
        """It is held like this from now on."""
        with self.lock:
            self._forget(lock.name)
            self.held[lock.name] = lock
            self.token = max(self.token, lock.version)
            if not lock.outside:
                self._of_actors.setdefault(lock.holder, set()).add(lock.name)

    def drop(self, name: str) -> None:
        """It is free."""
        with self.lock:
            self._forget(name)
            self.held.pop(name, None)

    def _forget(self, name: str) -> None:
        before = self.held.get(name)
        if before is not None and not before.outside:
            names = self._of_actors[before.holder]
            names.discard(name)
            if not names:
                del self._of_actors[before.holder]

    def of_actor(self, name: str) -> Sequence[Lock]:
        """What an actor holds."""
        if name not in self._of_actors:
            return ()
        with self.lock:
            return [self.held[each] for each in sorted(self._of_actors.get(name, ()))]

    def names(self, prefix: str, after: str | None) -> list[str]:
        """Those that begin with `prefix`, in order."""
        with self.lock:
            found = [name for name in self.held if name.startswith(prefix)]
        return sorted(name for name in found if after is None or name > after)

    def join(self, seat: Seat) -> None:
        with self.lock:
            self._waiting.setdefault(seat.name, {})[seat.id] = seat

    def leave(self, seat: Seat) -> None:
        with self.lock:
            seats = self._waiting.get(seat.name)
            if seats is not None and seats.pop(seat.id, None) is not None and not seats:
                del self._waiting[seat.name]

    def waiting(self, name: str | None = None) -> Sequence[Seat]:
        """Who waits, for one lock or for any, in the order in which they came."""
        if name is not None and name not in self._waiting:
            return ()
        with self.lock:
            if name is not None:
                return tuple(self._waiting.get(name, {}).values())
            return sorted((seat for seats in self._waiting.values() for seat in seats.values()), key=lambda s: s.id)
