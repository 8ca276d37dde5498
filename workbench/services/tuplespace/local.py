"""The tuple space as one caller sees it."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest
from itertools import islice

from workbench.api.errors import Invalid, NotFound, WorkbenchError
from workbench.api.identity import ActorId
from workbench.api.keyvalue import check_ttl
from workbench.api.modules import CancelToken
from workbench.api.names import check_number, check_timeout
from workbench.api.tuplespace import (
    NearMiss,
    Pattern,
    Tuple,
    TupleChange,
    TupleEntry,
    TupleShape,
    TupleValue,
    TupleWaiter,
    WaiterMiss,
    check_tuple,
)
from workbench.services.means import Caller, author, wait_for
from workbench.services.tuplespace.matching import Matcher, distance, gap, misses, reason, sentence
from workbench.services.tuplespace.service import TupleSpaceService
from workbench.services.tuplespace.waiting import Seat

NEAR_AMONG = 20_000
"""Near misses are looked for among so many of the newest tuples."""


class LocalTupleSpace:
    """The tuples of one caller's tenant and namespace. See api.TupleSpace and api.TupleSpaceOfActor."""

    def __init__(self, service: TupleSpaceService, caller: Caller) -> None:
        self._service, self._caller = service, caller
        self._space = service.space(caller.scope)
        self._clock = service.means.clock

    def write(self, fields: Sequence[TupleValue], *, ttl_ms: int | None = None) -> int:
        found = check_tuple(fields)
        expires = None if check_ttl(ttl_ms) is None else self._clock.now() + (ttl_ms or 0) / 1000
        return self._service.write(self._space, found, expires=expires, author=author(self._caller))

    def read(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        matcher = Matcher(pattern)
        seat = self._seat(matcher, timeout, cancel, takes=False)
        found = self._service.read(self._space, matcher, seat)
        return found if found is not None or seat is None else self._wait(seat, timeout)

    def take(self, pattern: Pattern, *, timeout: float = 0.0, cancel: CancelToken | None = None) -> Tuple | None:
        matcher = Matcher(pattern)
        seat = self._seat(matcher, timeout, cancel, takes=True)
        found = self._service.take(self._space, matcher, seat, author(self._caller))
        return found if found is not None or seat is None else self._wait(seat, timeout)

    def _seat(self, matcher: Matcher, timeout: float, cancel: CancelToken | None, *, takes: bool) -> Seat | None:
        """A place among those who wait, None for who does not."""
        if not check_timeout(timeout):
            return None
        by = author(self._caller)
        return self._service.seat(matcher, takes=takes, actor=by, seconds=timeout, cancel=cancel)

    def _wait(self, seat: Seat, seconds: float) -> Tuple | None:
        what = f"{'take' if seat.takes else 'read'} {seat.matcher}"
        try:
            wait_for(self._caller, seat, seconds, what[:200], self._clock, seat.cancel)
        except WorkbenchError:
            found = self._service.leave(self._space, seat)
            if found is None:
                raise
            return found  # it was given at the last moment
        except BaseException:
            self._service.leave(self._space, seat)
            raise
        return self._service.leave(self._space, seat)

    def read_all(self, pattern: Pattern, *, limit: int = 1_000) -> Sequence[Tuple]:
        walk = self._service.walk(self._space, Matcher(pattern))
        return [held.fields for held in islice(walk, _limit(limit))]

    def count(self, pattern: Pattern) -> int:
        return sum(1 for _ in self._service.walk(self._space, Matcher(pattern)))

    def compare_and_swap(self, expected: Sequence[TupleValue], replacement: Sequence[TupleValue]) -> bool:
        wanted = Matcher(check_tuple(expected))
        return self._service.swap(self._space, wanted, check_tuple(replacement), author(self._caller))

    def remove(self, number: int) -> bool:
        return self._service.remove(self._space, check_number(number, "an id"), author(self._caller))

    def list(self, pattern: Pattern | None = None, *, limit: int = 1_000, after: int = 0) -> Sequence[TupleEntry]:
        walk = self._service.walk(self._space, _matcher(pattern), check_number(after, "an id"))
        return [held.entry() for held in islice(walk, _limit(limit))]

    def shapes(self) -> Sequence[TupleShape]:
        with self._space.lock:
            return self._space.index.shapes()

    def waiters(self) -> Sequence[TupleWaiter]:
        with self._space.lock:
            seats = self._space.waiters.all()
        return [seat.info() for seat in seats]

    def near_misses(
        self, pattern: Pattern | None = None, *, waiter: int | None = None, limit: int = 10
    ) -> Sequence[NearMiss]:
        matcher, most, now = self._looked_for(pattern, waiter), _limit(limit), self._clock.now()
        with self._space.lock:
            some = self._space.index.newest_of(matcher.arity, NEAR_AMONG)
            if not some:
                some = self._space.index.newest_of(None, NEAR_AMONG)
        seen = ((gap(matcher, held.fields), held.id, held) for held in some if held.there(now))
        closest = nsmallest(most, (each for each in seen if each[0]))
        told = [(held, misses(matcher, held.fields)) for _, _, held in closest]
        return [NearMiss(held.entry(), why, sentence(matcher, held.fields, why)) for held, why in told]

    def _looked_for(self, pattern: Pattern | None, waiter: int | None) -> Matcher:
        if (pattern is None) == (waiter is None):
            raise Invalid("near misses are those of a pattern or of a waiter: give one of them")
        if pattern is not None:
            return Matcher(pattern)
        with self._space.lock:
            seat = self._space.waiters.get(check_number(waiter or 0, "an id"))
        if seat is None:
            raise NotFound(f"nobody waits under the number {waiter}; it may have been served")
        return seat.matcher

    def why_not(self, number: int, *, limit: int = 100) -> Sequence[WaiterMiss]:
        most, number = _limit(limit), check_number(number, "an id")
        with self._space.lock:
            held, seats = self._space.index.get(number), self._space.waiters.all()
        if held is None or not held.there(self._clock.now()):
            raise NotFound(f"there is no tuple {number}; it may have been taken")
        found = [(seat, misses(seat.matcher, held.fields)) for seat in seats]
        found.sort(key=lambda each: (distance(each[1]), each[0].id))
        return [
            WaiterMiss(seat.info(), why, reason(seat.matcher, held.fields, why) or "it is being given")
            for seat, why in found[:most]
        ]

    def history(self, pattern: Pattern | None = None, *, limit: int = 200) -> Sequence[TupleChange]:
        return self._service.history.newest(self._caller.scope, _matcher(pattern), _limit(limit))

    def subscribe(self, pattern: Pattern) -> str:
        return self._service.subscriptions.add(self._actor(), Matcher(pattern))

    def unsubscribe(self, subscription: str) -> None:
        self._service.subscriptions.remove(self._actor(), subscription)

    def _actor(self) -> ActorId:
        assert self._caller.actor is not None, "only an actor can subscribe"
        return self._caller.actor


def _matcher(pattern: Pattern | None) -> Matcher | None:
    return None if pattern is None else Matcher(pattern)


def _limit(limit: int) -> int:
    if not 1 <= limit <= 100_000:
        raise Invalid(f"a limit is 1 to 100,000, not {limit:,}")
    return limit
