"""The locks of a node as one caller sees them."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.api.errors import Invalid, Timeout, WorkbenchError
from workbench.api.locks import LEASE_MS, WAIT_SECONDS, Lock, LockChange, LockWaiter, check_lease
from workbench.api.modules import CancelToken
from workbench.api.names import SHOWN, check_limit, check_name, check_number, check_timeout
from workbench.services.locks.service import LockService, spoken
from workbench.services.locks.waiting import Holder, Seat, holder_of
from workbench.services.means import Caller, wait_for

NO_HOLDER = "somebody outside of the actors holds a lock by a name: give holder (on the command line: --as NAME)"


class LocalLocks:
    """The locks of one caller's tenant and namespace. See api.Locks."""

    def __init__(self, service: LockService, caller: Caller) -> None:
        self._service, self._caller = service, caller
        self._space = service.space(caller.scope)
        self._clock = service.means.clock

    def acquire(
        self, name: str, *, lease_ms: int = LEASE_MS, timeout: float = WAIT_SECONDS, holder: str = "",
        cancel: CancelToken | None = None,
    ) -> Lock:  # fmt: skip
        check_timeout(timeout)
        who, lease = self._holder(holder), check_lease(lease_ms)
        name = check_name(name, "a lock")
        seat = self._service.seat(name, who, lease_ms=lease, seconds=timeout, cancel=cancel) if timeout else None
        found = self._service.acquire(self._space, name, who, lease, seat)
        if found is None and seat is not None:
            found = self._wait(seat, timeout)
        if found is None:
            raise self._too_late(name, timeout)
        return found

    def _wait(self, seat: Seat, seconds: float) -> Lock | None:
        what = f"acquire {seat.name[:SHOWN]!r}"
        try:
            wait_for(self._caller, seat, seconds, what, self._clock, seat.cancel)
        except Timeout:
            found = self._service.leave(self._space, seat)
            if found is None:
                raise
            return found  # it was given at the last moment
        except BaseException:
            self._give_back(seat)
            raise
        return self._service.leave(self._space, seat)

    def _give_back(self, seat: Seat) -> None:
        """Nobody is there any more to hold what was given at the last moment."""
        try:
            found = self._service.leave(self._space, seat)
        except WorkbenchError:
            return  # nothing was given
        if found is not None:
            self._service.release(self._space, found.name, found.version, holder_of(found))

    def _too_late(self, name: str, timeout: float) -> Timeout:
        held = self.get(name)
        who = f": {spoken(holder_of(held))} holds it in version {held.version}" if held is not None else ""
        return Timeout(f"lock {name[:SHOWN]!r} was not to be had within {timeout:g} s{who}")

    def try_acquire(self, name: str, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock | None:
        who, lease = self._holder(holder), check_lease(lease_ms)
        return self._service.acquire(self._space, check_name(name, "a lock"), who, lease, None)

    def renew(self, name: str, version: int, *, lease_ms: int = LEASE_MS, holder: str = "") -> Lock:
        who, lease = self._holder(holder), check_lease(lease_ms)
        return self._service.renew(
            self._space, check_name(name, "a lock"), check_number(version, "a version"), who, lease
        )

    def release(self, name: str, version: int, *, holder: str = "") -> None:
        number = check_number(version, "a version")
        self._service.release(self._space, check_name(name, "a lock"), number, self._holder(holder))

    def force(self, name: str) -> Lock:
        return self._service.force(self._space, check_name(name, "a lock"))

    def get(self, name: str) -> Lock | None:
        return self._service.get(self._space, check_name(name, "a lock"))

    def list(self, prefix: str = "", *, limit: int = 1_000, after: str | None = None) -> Sequence[Lock]:
        most, found = check_limit(limit), []
        for name in self._space.names(prefix, after):
            lock = self._service.get(self._space, name)
            if lock is not None:
                found.append(lock)
                if len(found) == most:
                    break
        return found

    def waiters(self, name: str | None = None) -> Sequence[LockWaiter]:
        return [seat.info() for seat in self._space.waiting(name)]

    def history(self, name: str | None = None, *, limit: int = 200) -> Sequence[LockChange]:
        return self._service.history(self._caller.scope, name, check_limit(limit))

    def _holder(self, holder: str) -> Holder:
        actor = self._caller.actor
        if actor is not None:
            return Holder(actor.name, False)
        if not holder:
            raise Invalid(NO_HOLDER)
        return Holder(check_name(holder, "a holder"), True)
