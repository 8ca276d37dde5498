"""The tuple spaces of a node: every change is one transaction, and memory follows the file before the next one begins.

A search runs outside of every transaction, on tuples that never change, a few at a time under the lock: the transaction
then sees whether what was found is still there, and goes on from it if not. A tuple is promised to those who wait
before it is committed and given to them afterwards, so that neither a full disk nor a kill loses or doubles one.
"""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Iterator, Sequence
from functools import partial

from workbench.api.errors import Exhausted, Unavailable
from workbench.api.events import Area
from workbench.api.identity import ActorId
from workbench.api.patterns import write_tuple
from workbench.api.tuplespace import Tuple, size_of
from workbench.services.alarm import Alarm
from workbench.services.means import Means, Scope
from workbench.services.tuplespace import store
from workbench.services.tuplespace.history import History
from workbench.services.tuplespace.index import Held, Index
from workbench.services.tuplespace.matching import Matcher
from workbench.services.tuplespace.subscriptions import Subscription, Subscriptions
from workbench.services.tuplespace.waiting import Seat, Waiters, choose
from workbench.storage.database import Transaction

logger = logging.getLogger(__name__)
TUPLE_WRITTEN = "tuple-written"
MOST_TUPLES = 1_000_000
MOST_BYTES = 256 << 20
"""What one tenant and namespace may hold."""
SEARCH_SECONDS = 2.0
"""How long one call may look with a regular expression; a single match is bounded by the length of the text."""
FEW, MANY = 8, 512
EXPIRED_AT_ONCE = 1_000
READ_AT_ONCE = 10_000
"""More tuples than this are read while the node already runs: 100,000 take a second or more."""
SHOWN = 120


class Space:
    """The tuples of one tenant and namespace, and who waits for more. `lock` guards both, for moments only."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.index, self.waiters = Index(), Waiters()
        self.lock = threading.Lock()


class TupleSpaceService:
    """All tuples of a node. Thread-safe."""

    def __init__(self, means: Means) -> None:
        self.means = means
        self.history = History(means.clock)
        self.subscriptions = Subscriptions()
        self._spaces: dict[Scope, Space] = {}
        self._lock = threading.Lock()
        self._ids, self._seats = itertools.count(1), itertools.count(1)
        self._alarm = Alarm(means, "tuples whose time is over could not be removed", self._expire)
        self._loader: threading.Thread | None = None
        self._ready, self._closed = threading.Event(), False
        self._failed: Exception | None = None

    def start(self) -> None:
        """Read what was kept, remove what expired while the node was down, and wait for what is next.

        Many tuples are read on a thread of their own, and who uses tuples waits for it: nobody else does.
        """
        count, last = store.extent(self.means.database)
        self._ids = itertools.count(last + 1)
        if count <= READ_AT_ONCE:
            self._load()
        else:
            self._loader = threading.Thread(target=self._load, name="tuples", daemon=True)
            self._loader.start()

    def restore(self) -> None:
        """Show what the table holds; nothing is decided and nothing is written."""
        for scope, held in store.load(self.means.database):
            self._space(scope).index.add(held)
        self._ready.set()

    def _load(self) -> None:
        try:
            for scope, held in store.load(self.means.database):
                if self._closed:
                    return
                self._space(scope).index.add(held)
            self._alarm.ring()
        except Exception as error:
            logger.exception("the tuples could not be read")
            self._failed = error
        finally:
            self._ready.set()

    def close(self) -> None:
        self._closed = True
        if self._loader is not None:
            self._loader.join()
        self._alarm.close()

    def ended(self, actor: ActorId) -> None:
        self.subscriptions.ended(actor)

    def space(self, scope: Scope) -> Space:
        """The tuples of this tenant and namespace, as soon as they have been read."""
        self._ready.wait()
        if self._failed is not None:
            said = (
                f"the tuples of this workspace could not be read: {self._failed}; the log of the node has the details"
            )
            raise Unavailable(said)
        return self._space(scope)

    def _space(self, scope: Scope) -> Space:
        found = self._spaces.get(scope)
        if found is None:
            with self._lock:
                found = self._spaces.setdefault(scope, Space(scope))
        return found

    # Looking.

    def walk(self, space: Space, matcher: Matcher | None, after: int = 0) -> Iterator[Held]:
        """The tuples that match, oldest first, those beyond the id `after`."""
        now, ends = self.means.clock.now(), self.means.clock.monotonic() + SEARCH_SECONDS
        count, looked = FEW, 0
        while True:
            with space.lock:
                some = space.index.line(matcher).after(after, count)
            for held in some:
                if held.there(now) and (matcher is None or matcher.matches(held.fields)):
                    yield held
                if matcher is not None and matcher.slow:
                    looked += 1
                    if self.means.clock.monotonic() > ends:
                        raise _too_long(matcher, looked)
            if len(some) < count:
                return
            after, count = some[-1].id, min(4 * count, MANY)

    # Changing.

    def write(self, space: Space, fields: Tuple, *, expires: float | None, author: str) -> int:
        known, told = self._wanted(space, fields)
        with self.means.write() as tx:
            held = self._written(tx, space, fields, expires, author, known, told)
            tx.returns(None)
        if expires is not None and held.alive:
            self._alarm.at(expires)
        return held.id

    def take(self, space: Space, matcher: Matcher, seat: Seat | None, by: str) -> Tuple | None:
        """The oldest tuple that matches, out of the space. When there is none, `seat` joins those who wait."""
        after = 0
        while True:
            upto = space.index.newest
            held = next(self.walk(space, matcher, after), None)
            if held is None and seat is None:
                return None
            with self.means.write() as tx:
                if held is None and space.index.newest > upto:
                    held = next(self.walk(space, matcher, upto), None)
                if held is None:
                    self._join(tx, space, seat)
                    return None
                if held.there(self.means.clock.now()):
                    self._taken(tx, space, held, "taken", by)
                    tx.returns(held.fields)
                    return held.fields
            after = held.id

    def read(self, space: Space, matcher: Matcher, seat: Seat | None) -> Tuple | None:
        """The oldest tuple that matches. When there is none, `seat` joins those who wait."""
        upto = space.index.newest
        held = next(self.walk(space, matcher), None)
        if held is None and seat is not None:
            with self.means.write() as tx:
                if space.index.newest > upto:
                    held = next(self.walk(space, matcher, upto), None)
                if held is None:
                    self._join(tx, space, seat)
        return held.fields if held is not None else None

    def swap(self, space: Space, expected: Matcher, replacement: Tuple, by: str) -> bool:
        known, told = self._wanted(space, replacement)
        with self.means.write() as tx:  # what is exact is found at once: there is nothing to do before
            held = next(self.walk(space, expected), None)
            if held is None:
                return False
            self._taken(tx, space, held, "replaced", by)
            self._written(tx, space, replacement, None, by, known, told, freed=held)
            tx.returns(True)
            return True

    def remove(self, space: Space, number: int, by: str) -> bool:
        with self.means.write() as tx:
            held = space.index.get(number)
            if held is None or not held.there(self.means.clock.now()):
                return False
            self._taken(tx, space, held, "removed", by)
            return True

    def _written(
        self, tx: Transaction, space: Space, fields: Tuple, expires: float | None, author: str,
        known: dict[int, bool], told: Sequence[Subscription], *, freed: Held | None = None,
    ) -> Held:  # fmt: skip
        size = sum(map(size_of, fields))
        held = Held(next(self._ids), fields, size, self.means.clock.now(), expires, author)
        with space.lock:
            seats = space.waiters.candidates(fields)
        readers, taker = choose(seats, fields, known) if seats else ([], None)
        tx.settle(partial(self._keep, space, held, readers, taker), partial(_withdraw, readers, taker))
        if taker is None:
            _check_room(space.index, size, freed)
            store.insert(tx, space.scope, held)
        tx.emit(partial(self._tell, space.scope, fields, told))
        return held

    def _keep(self, space: Space, held: Held, readers: Sequence[Seat], taker: Seat | None) -> None:
        """A tuple is committed: it is in the space, or with the one who waited for it."""
        self.history.add(space.scope, "written", held)
        for seat in readers:
            self._give(space, seat, held)
        if taker is None:
            with space.lock:
                space.index.add(held)
        else:
            held.alive = False
            self._give(space, taker, held)
            self.history.add(space.scope, "taken", held, taker.actor)

    def _give(self, space: Space, seat: Seat, held: Held) -> None:
        with space.lock:
            space.waiters.remove(seat)
        seat.keep(held.fields)

    def _taken(self, tx: Transaction, space: Space, held: Held, change: str, by: str) -> None:
        store.delete(tx, held.id)

        def gone() -> None:
            with space.lock:
                space.index.remove(held)
            self.history.add(space.scope, change, held, by)

        tx.settle(gone)
        tx.emit(partial(self.means.events.touch, Area.TUPLESPACE, space.scope))

    def _wanted(self, space: Space, fields: Tuple) -> tuple[dict[int, bool], Sequence[Subscription]]:
        """What may take long about a tuple, found before anybody else has to wait: slow patterns, and who is told."""
        known: dict[int, bool] = {}
        if len(space.waiters):
            with space.lock:
                seats = space.waiters.candidates(fields)
            known = {seat.id: seat.matcher.matches(fields) for seat in seats if seat.matcher.slow}
        return known, self.subscriptions.wanting(space.scope, fields)

    def _tell(self, scope: Scope, fields: Tuple, told: Sequence[Subscription]) -> None:
        self.means.events.touch(Area.TUPLESPACE, scope)
        for each in told:
            self.means.tell(each.actor, TUPLE_WRITTEN, store.subscription_text(each.id, fields))

    # Waiting.

    def seat(
        self, matcher: Matcher, *, takes: bool, actor: str, seconds: float, cancel: threading.Event | None
    ) -> Seat:
        now = self.means.clock.now()
        number = next(self._seats)
        return Seat(number, matcher, takes=takes, actor=actor, since=now, until=now + seconds, cancel=cancel)

    def _join(self, tx: Transaction, space: Space, seat: Seat | None) -> None:
        def join() -> None:
            if seat is not None:
                with space.lock:
                    space.waiters.add(seat)

        tx.settle(join)
        tx.emit(partial(self.means.events.touch, Area.TUPLESPACE, space.scope))

    def leave(self, space: Space, seat: Seat) -> Tuple | None:
        """Who waited goes: with what was given at the last moment, or nothing. It raises what ended the wait."""
        while not seat.done:
            if seat.promise():
                with space.lock:
                    space.waiters.remove(seat)
                self.means.events.touch(Area.TUPLESPACE, space.scope)
                return None
            with self.means.write():
                """Whoever promised it something is inside a transaction: after that it is decided."""
        with space.lock:
            space.waiters.remove(seat)
        return seat.take()

    # Time.

    def _expire(self) -> float | None:
        """Nobody can have them any more: when the disk is full it is soon enough once there is room."""
        while self._removed_expired() == EXPIRED_AT_ONCE:
            pass
        return store.next_expiry(self.means.database)

    def _removed_expired(self) -> int:
        with self.means.write() as tx:
            rows = store.expired(tx, self.means.clock.now(), EXPIRED_AT_ONCE)
            for number, scope in rows:
                space = self._space(scope)
                held = space.index.get(number)
                if held is None:
                    store.delete(tx, number)
                    continue
                self._taken(tx, space, held, "expired", "")
                tx.emit(partial(self._told_expired, scope, held))
        return len(rows)

    def _told_expired(self, scope: Scope, held: Held) -> None:
        text = write_tuple(held.fields)[:SHOWN]
        self.means.events.publish(Area.TUPLESPACE, "tuplespace.expired", str(held.id), text, scope=scope)


def _withdraw(readers: Sequence[Seat], taker: Seat | None) -> None:
    for seat in (*readers, *([taker] if taker is not None else ())):
        seat.withdraw()


def _check_room(index: Index, size: int, freed: Held | None) -> None:
    """Exhausted unless there is room for one more, or for one instead of `freed`."""
    count = len(index) - (freed is not None)
    held = index.size_bytes - (freed.size_bytes if freed is not None else 0)
    said = "take some, or give tuples a time to live; nothing was changed"
    if count >= MOST_TUPLES:
        text = f"there are {count:,} tuples already, which is the most; {said}"
        raise Exhausted(text, limit="tuples", value=MOST_TUPLES, used=count + 1)
    if held + size > MOST_BYTES:
        text = f"the tuples hold {held:,} bytes of at most {MOST_BYTES:,}; {said}"
        raise Exhausted(text, limit="tuple-bytes", value=MOST_BYTES, used=held + size)


def _too_long(matcher: Matcher, looked: int) -> Exhausted:
    said = f"the search for {str(matcher)[:SHOWN]} took more than {SEARCH_SECONDS:g} s and saw {looked:,} tuples"
    return Exhausted(
        f"{said}; name an exact field in the pattern, or a simpler regular expression",
        limit="time", value=int(SEARCH_SECONDS * 1000),
    )  # fmt: skip
