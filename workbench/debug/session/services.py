"""What services held at any recorded moment: the picture at the end of the session, and from there by the changes."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from workbench.api.errors import Invalid, Unavailable
from workbench.api.words import plural
from workbench.debug.bundle import layout
from workbench.debug.bundle.history import raw_change
from workbench.debug.bundle.reader import UNRECORDED, Bundle
from workbench.debug.bundle.records import MOST
from workbench.debug.bundle.tables import TABLES, Row, checked
from workbench.debug.session.picture import Picture
from workbench.debug.session.views import Moment, RecordedViews
from workbench.services.all import Views

AT_ONCE_BYTES = 32 << 20
"""So much of changes is put together before it is applied: of a row that changed often only the last one counts."""
Place: TypeAlias = tuple[str, tuple[Any, ...]]
"""A row: its table, and its key there."""
Found: TypeAlias = tuple[list[Any] | None, int]
"""What it is, unchecked, and which change says so."""


class Gap(NamedTuple):
    """Before the change with this number, from 0, some are missing. `note` says which."""

    at: int
    note: str


class SessionServices:
    """Thread-safe. What `at` gave shows that moment until the next `at`. `close` is idempotent, and removes what it
    made; the bundle stays open.

    A moment is that after so many turns were over, before anything else happened: what was changed between them, by
    others than actors too, belongs to the moment behind the next turn.
    """

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._refusal = (
            f"{bundle.path.name} is a recorded session, nothing in it can be changed; do it on a node that runs"
        )
        self._lock = threading.Lock()
        self._picture: Picture | None = None
        self._closed = False
        self._damaged = False
        history, made = bundle.history, bundle.manifest.services
        self._end = len(history) if made is None else bisect_left(history.numbers, made.number + 1)
        self._at = self._end
        self._gaps = list(_gaps(bundle))
        self._lost: tuple[int, int, str] | None = None

    def lose(self, first: int, total: int, why: str) -> None:
        """Behind the first `first` of `total` turns some are missing, so that changes cannot be told to be of a moment
        there: it is known no more, but at the end."""
        self._lost = first, total, why

    def at(self, position: int, time: float) -> Views:
        """What services held after `position` turns were over, or at the end for one that is greater than there are
        turns; it is always the time `time` there.

        Nothing but looking is allowed: Denied otherwise. Unavailable: it is closed, or that is not known.
        """
        with self._lock:
            if self._closed:
                raise Unavailable(f"{self._bundle.path.name} is closed; open it again")
            if why := self._unknown(position):
                raise Unavailable(why)
            picture = self._picture or self._filled()
            self._move(picture, self._index(position))
            scope = self._bundle.scope
            return RecordedViews(Moment(picture, scope, time), scope, self._bundle.path.name)

    def notes(self, position: int) -> tuple[str, ...]:
        """What of this moment is not known, and why."""
        made = self._bundle.manifest.services
        if made is None:
            return (UNRECORDED,)
        found: list[str] = []
        if position < made.first:
            found.append("what services held before the time from which the bundle was exported is not in it")
        if why := self._unknown(position):
            return (*found, why)
        if self._lost is not None and position >= self._lost[1]:
            found.append("what services held is that at the end of the recording")
        index = self._index(position)
        found += [gap.note for gap in self._gaps if min(index, self._end) <= gap.at <= max(index, self._end)]
        if "keyvalue" not in made.tables:
            found.append("keys lay in a store that is not recorded")
        if self._damaged:
            found.append("some of what services held is damaged in the file, and left out")
        return tuple(found)

    def _unknown(self, position: int) -> str:
        """Why it is not known what they held after so many turns; empty: it is."""
        if self._lost is None or not self._lost[0] < position < self._lost[1]:
            return ""
        return f"what services held after {position:,} turns is not known: {self._lost[2]}, and changes count all turns"

    def _index(self, position: int) -> int:
        """How many changes were done by then."""
        turns = self._bundle.history.turns
        at_the_end = self._lost is not None and position >= self._lost[1]
        return len(turns) if at_the_end else bisect_left(turns, position)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            if self._picture is not None:
                self._picture.close()
                self._picture = None

    def _filled(self) -> Picture:
        """The picture at the end of the session."""
        picture = Picture(self._refusal)
        try:
            problems = len(self._bundle.problems)
            left = layout.ROWS_TOTAL
            for table in TABLES:
                counted = _Counted(self._bundle.held(table), left)
                picture.fill(table, counted)
                left -= counted.count
            self._damaged = self._damaged or len(self._bundle.problems) > problems
        except BaseException:
            picture.close()
            raise
        self._picture, self._at = picture, self._end
        return picture

    def _move(self, picture: Picture, index: int) -> None:
        """Let the first `index` changes be done, and no others."""
        while self._at != index:
            rows, upto = self._between(index)
            picture.apply(self._checked(rows))
            self._at = upto

    def _between(self, index: int) -> tuple[dict[Place, Found], int]:
        """What each row is after the changes on the way there, or after so many of them as memory shall hold."""
        history, places = self._bundle.history, {table: found.key_places for table, found in TABLES.items()}
        rows: dict[Place, Found] = {}
        at, size, back = self._at, 0, index < self._at
        while at != index and size < AT_ONCE_BYTES:
            step = at - 1 if back else at
            at += -1 if back else 1
            line = self._bundle.change_line(history.files[step], history.lines[step])
            size += len(line)
            try:
                table, before, after = raw_change(line)
                old, new = (after, before) if back else (before, after)
                for row, left in ((old, None), (new, new)):
                    if row is not None:
                        rows[table, tuple([row[place] for place in places[table]])] = left, step
            except Invalid as error:
                self._refuse(step, error.message)
            except TypeError:  # a list has no hash
                self._refuse(step, "the key of a row is wrong")
        return rows, at

    def _checked(self, rows: Mapping[Place, Found]) -> Iterator[tuple[str, tuple[Any, ...], Row | None]]:
        """Those that go first: another may take their name."""
        for (table, key), (found, _) in rows.items():
            if found is None and all(isinstance(part, str) or (type(part) is int and abs(part) < MOST) for part in key):
                yield table, key, None
        for (table, key), (found, step) in rows.items():
            if found is not None:
                try:
                    yield table, key, checked(table, found, self._bundle.scope)
                except Invalid as error:
                    self._refuse(step, error.message)

    def _refuse(self, step: int, why: str) -> None:
        history = self._bundle.history
        self._bundle.refuse_change(history.files[step], history.lines[step], why)
        self._damaged = True


class _Counted:
    """Rows, up to a number of them. Invalid: there are more."""

    def __init__(self, rows: Iterator[Row], most: int) -> None:
        self._rows, self._most, self.count = rows, most, 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            if self.count > self._most:
                raise Invalid(f"services hold more than {layout.ROWS_TOTAL:,} rows in it")
            yield row


def _gaps(bundle: Bundle) -> Iterator[Gap]:
    """Where numbers are left out: before a change, or between the last one and what was held at the end."""
    history, made = bundle.history, bundle.manifest.services
    if made is None:
        return
    last = 0
    for index, number in enumerate(history.numbers):
        if number > last + 1 and (index or not bundle.manifest.since):
            yield Gap(index, _missing(number - last - 1, history.times, index))
        last = number
    if made.number > last and (len(history) or not bundle.manifest.since):
        yield Gap(len(history), _missing(made.number - last, history.times, len(history)))


def _missing(count: int, times: Sequence[float], index: int) -> str:
    after = f"after {_when(times[index - 1])}" if index else ""
    before = f"before {_when(times[index])}" if index < len(times) else ""
    when = " and ".join(part for part in (after, before) if part)
    said = f"{plural(count, 'change')} or more of what services held {'is' if count == 1 else 'are'} not recorded"
    return f"{said}{f', made {when}' if when else ''}: what is shown before that may be otherwise than it was"


def _when(moment: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))
