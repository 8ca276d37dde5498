"""The tuples of one tenant and namespace in memory: by age, by length, by kinds, and by each value at each place.

Not thread-safe: whoever holds it, locks. A search takes the shortest of the lines that the pattern's exact fields name.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TypeVar

from workbench.api.tuplespace import KINDS, Tuple, TupleEntry, TupleShape
from workbench.services.tuplespace.matching import Key, Matcher, key

K = TypeVar("K")
COMPACT = 32
"""A line with more dead tuples than this is made anew when they are more than half of it."""


class Held:
    """One tuple. `alive` is false once it is out of the space, so that lines can forget it later."""

    __slots__ = ("alive", "author", "expires", "fields", "id", "size_bytes", "written")

    def __init__(
        self, number: int, fields: Tuple, size_bytes: int, written: float, expires: float | None, author: str
    ) -> None:
        self.id, self.fields, self.size_bytes = number, fields, size_bytes
        self.written, self.expires, self.author = written, expires, author
        self.alive = True

    def there(self, now: float) -> bool:
        """Whether it can still be had."""
        return self.alive and (self.expires is None or self.expires > now)

    def entry(self) -> TupleEntry:
        return TupleEntry(self.id, self.fields, self.written, self.size_bytes, self.expires, self.author)


class Line:
    """Tuples by age. Taking one out of it is a mark; marks are cleared away from both ends, and when they are many."""

    __slots__ = ("_first", "_held", "live")

    def __init__(self) -> None:
        self._held: list[Held] = []
        self._first = 0
        self.live = 0

    def add(self, held: Held) -> None:
        self._held.append(held)
        self.live += 1

    def forget(self) -> None:
        """One of its tuples is dead."""
        self.live -= 1
        held, first = self._held, self._first
        if not self.live:
            held.clear()
            self._first = 0
            return
        while first < len(held) and not held[first].alive:
            first += 1
        while len(held) > first and not held[-1].alive:
            held.pop()
        self._first = first
        if len(held) - self.live > max(COMPACT, self.live):
            self._held, self._first = [each for each in held[first:] if each.alive], 0

    def oldest(self) -> Held:
        return self._held[self._first]

    def newest(self) -> Held:
        return self._held[-1]

    def after(self, number: int, count: int) -> list[Held]:
        """Up to `count` tuples with an id beyond this, dead ones among them."""
        start = self._first
        if number and start < len(self._held) and self._held[start].id <= number:
            start = bisect_right(self._held, number, lo=start, key=_id)
        return self._held[start : start + count]

    def newest_first(self) -> Iterator[Held]:
        return (held for held in reversed(self._held) if held.alive)


def _id(held: Held) -> int:
    return held.id


_NONE = Line()


class Index:
    """All tuples of one tenant and namespace."""

    def __init__(self) -> None:
        self._all: dict[int, Held] = {}
        self._age = Line()
        self._arities: dict[int, Line] = {}
        self._shapes: dict[tuple[type, ...], tuple[Line, list[int]]] = {}
        self._values: dict[tuple[int, int, Key], Line] = {}
        self.size_bytes = 0
        self.newest = 0

    def __len__(self) -> int:
        return len(self._all)

    def get(self, number: int) -> Held | None:
        return self._all.get(number)

    def add(self, held: Held) -> None:
        """Put in the youngest tuple."""
        arity = len(held.fields)
        self._all[held.id] = held
        self._age.add(held)
        _line(self._arities, arity).add(held)
        for index, field in enumerate(held.fields):
            _line(self._values, (arity, index, key(field))).add(held)
        kinds = tuple(map(type, held.fields))
        if kinds not in self._shapes:
            self._shapes[kinds] = Line(), [0]
        line, size = self._shapes[kinds]
        line.add(held)
        size[0] += held.size_bytes
        self.size_bytes += held.size_bytes
        self.newest = held.id

    def remove(self, held: Held) -> None:
        """Take a tuple out."""
        held.alive = False
        arity = len(held.fields)
        del self._all[held.id]
        self._age.forget()
        _forget(self._arities, arity)
        for index, field in enumerate(held.fields):
            _forget(self._values, (arity, index, key(field)))
        kinds = tuple(map(type, held.fields))
        line, size = self._shapes[kinds]
        line.forget()
        size[0] -= held.size_bytes
        if not line.live:
            del self._shapes[kinds]
        self.size_bytes -= held.size_bytes

    def line(self, matcher: Matcher | None) -> Line:
        """The shortest line in which all tuples are that match."""
        if matcher is None:
            return self._age
        best = self._arities.get(matcher.arity, _NONE)
        for index, wanted in matcher.exact:
            found = self._values.get((matcher.arity, index, wanted), _NONE)
            if found.live < best.live:
                best = found
        return best

    def shapes(self) -> Sequence[TupleShape]:
        found = [
            TupleShape(
                tuple(KINDS[kind] for kind in kinds), line.live, size[0], line.oldest().written, line.newest().written
            )
            for kinds, (line, size) in self._shapes.items()
        ]
        return sorted(found, key=lambda shape: (-shape.count, shape.kinds))

    def newest_of(self, arity: int | None, count: int) -> list[Held]:
        """Up to `count` of the newest tuples, of this length alone when one is given."""
        line = self._age if arity is None else self._arities.get(arity, _NONE)
        return [held for held, _ in zip(line.newest_first(), range(count), strict=False)]


def _line(lines: dict[K, Line], name: K) -> Line:
    found = lines.get(name)
    if found is None:
        found = lines[name] = Line()
    return found


def _forget(lines: dict[K, Line], name: K) -> None:
    line = lines[name]
    line.forget()
    if not line.live:
        del lines[name]
