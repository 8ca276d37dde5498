"""Who waits for a tuple, first come, first served. Not thread-safe: whoever holds it, locks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from workbench.answer import Offer
from workbench.api.modules import CancelToken
from workbench.api.tuplespace import Tuple, TupleWaiter
from workbench.services.tuplespace.matching import Key, Matcher, key

_Place: TypeAlias = tuple[int, int, Key]


class Seat(Offer[Tuple]):
    """Somebody who waits. `cancel` set means that nobody would have what is given."""

    __slots__ = ("actor", "cancel", "id", "matcher", "since", "takes", "until")

    def __init__(
        self, number: int, matcher: Matcher, *, takes: bool, actor: str, since: float, until: float,
        cancel: CancelToken | None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.id, self.matcher, self.takes, self.actor = number, matcher, takes, actor
        self.since, self.until, self.cancel = since, until, cancel

    def info(self) -> TupleWaiter:
        kind = "take" if self.takes else "read"
        return TupleWaiter(self.id, kind, str(self.matcher), self.actor, self.since, self.until)

    def wanted(self) -> bool:
        return self.cancel is None or not self.cancel.is_set()


class Waiters:
    """Everybody who waits for tuples of one tenant and namespace, by the first value that their patterns name."""

    def __init__(self) -> None:
        self._places: dict[_Place, dict[int, Seat]] = {}
        self._seats: dict[int, Seat] = {}

    def __len__(self) -> int:
        return len(self._seats)

    def add(self, seat: Seat) -> None:
        self._seats[seat.id] = seat
        self._places.setdefault(_place(seat.matcher), {})[seat.id] = seat

    def remove(self, seat: Seat) -> None:
        if self._seats.pop(seat.id, None) is not None:
            place = _place(seat.matcher)
            del self._places[place][seat.id]
            if not self._places[place]:
                del self._places[place]

    def get(self, number: int) -> Seat | None:
        return self._seats.get(number)

    def all(self) -> Sequence[Seat]:
        return tuple(self._seats.values())

    def candidates(self, fields: Tuple) -> Sequence[Seat]:
        """Those who may want a tuple, in their order."""
        arity = len(fields)
        found = list(self._places.get((arity, -1, None), {}).values())
        alone = True
        for index, field in enumerate(fields):
            more = self._places.get((arity, index, key(field)))
            if more:
                alone = alone and not found
                found.extend(more.values())
        return found if alone else sorted(found, key=lambda seat: seat.id)


def choose(seats: Sequence[Seat], fields: Tuple, known: Mapping[int, bool]) -> tuple[list[Seat], Seat | None]:
    """Promise a tuple: to every reader up to the first taker, and to that one. `known` are answers found before."""
    readers: list[Seat] = []
    for seat in seats:
        wants: Any = known.get(seat.id)
        if (seat.matcher.matches(fields) if wants is None else wants) and seat.wanted() and seat.promise():
            if seat.takes:
                return readers, seat
            readers.append(seat)
    return readers, None


def _place(matcher: Matcher) -> _Place:
    index, wanted = matcher.exact[0] if matcher.exact else (-1, None)
    return matcher.arity, index, wanted
