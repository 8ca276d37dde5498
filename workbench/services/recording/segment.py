"""A segment: up to 1,700 small turns, with the changes of what services hold among them, compressed together. Pure.

A row of the database for each turn would cost more than the turn; a segment is written whole, and again while it grows.
Its rows are those of turns, those of changes, and marks: a row of one number, the place of the row behind it. Without a
mark a place is that of the row before and one; the first is that of the segment.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from workbench.api.changes import RecordedChange, ServiceChange
from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.recordings import EVERYTHING, Pin, Range, RecordedTurn
from workbench.api.turn_row import DETAILS, NAME, STARTED, Row, from_row, trace_of_row
from workbench.services.recording.rows import from_bytes, to_bytes

Scope: TypeAlias = tuple[str, str]
Key: TypeAlias = tuple[str, str, bool]
RAW_BYTES = 128 << 10
"""So much makes a segment, read in 10 ms."""
COMPRESSION = 3
PLACES = 20
"""Bits of a place that number what came after one segment was begun and before the next one was."""
MARK_FIELDS, CHANGE_FIELDS = 1, 5
NUMBER, TIME = 0, 4
"""Where in the row of a change stand its number and its time."""


class Segment:
    """One that still grows. `actors` says of each whether it was born here; `opened` is on a monotonic clock.

    `key` is the tenant, the namespace, and whether it holds what is to be kept: that lies in segments of its own.
    """

    __slots__ = (
        "_chunks", "_rows", "actors", "changes", "first", "id", "key", "last", "newest", "opened", "pin", "raw_bytes",
        "turns",
    )  # fmt: skip

    def __init__(self, number: int, key: Key, pin: Pin, first: float, opened: float) -> None:
        self.id, self.key, self.pin, self.opened = number, key, pin, opened
        self.first = self.last = first
        self.raw_bytes = self.turns = self.changes = 0
        self.newest = (number << PLACES) - 1
        """The place of its last row."""
        self.actors: dict[str, bool] = {}
        self._chunks: list[bytes] = []
        self._rows: list[Row] = []

    @property
    def scope(self) -> Scope:
        return self.key[0], self.key[1]

    def _place(self, row: Row, place: int) -> None:
        if place != self.newest + 1:
            self._rows.append((place,))
        self.newest = place
        self._rows.append(row)

    def add_change(self, row: Row, place: int) -> None:
        """A change. `settle` follows after some of them."""
        self._place(row, place)
        time = row[TIME]
        if time > self.last:
            self.last = time
        elif time < self.first:
            self.first = time

    def add(self, row: Row, place: int) -> None:
        """A turn. `settle` follows after some of them."""
        self._place(row, place)
        started, name = row[STARTED], row[NAME]
        if started > self.last:  # turns are put in when they are over, in whatever order they began
            self.last = started
        elif started < self.first:
            self.first = started
        details = row[DETAILS]
        if details is not None and "birth" in details:
            self.actors[name] = True
        elif name not in self.actors:
            self.actors[name] = False

    def settle(self) -> int:
        """Make bytes of what was added; how many turns of it cannot be recorded, because of what they carry."""
        rows, self._rows = self._rows, []
        lost = 0
        try:
            self._keep(rows)
        except TypeError:
            for row in rows:
                try:
                    self._keep([row])
                except TypeError:
                    lost += 1
        return lost

    def _keep(self, rows: list[Row]) -> None:
        data = to_bytes(rows)
        self._chunks.append(data)
        self.raw_bytes += len(data)
        for row in rows:
            fields = len(row)
            if fields > CHANGE_FIELDS:
                self.turns += 1
            elif fields == CHANGE_FIELDS:
                self.changes += 1

    @property
    def full(self) -> bool:
        return self.raw_bytes >= RAW_BYTES

    def packed(self) -> bytes:
        return zlib.compress(b"".join(self._chunks), COMPRESSION)

    def forget(self) -> None:
        """It is on disk and does not grow any more: who was in it is still known."""
        self._chunks.clear()


def needle(name: str) -> str:
    """What the list of actors of a segment holds when this one is among them."""
    return json.dumps(name)


def rows_of(data: bytes, checksum: int) -> list[Row]:
    """The rows of a packed segment. Invalid: it is damaged."""
    if zlib.crc32(data) != checksum:
        raise Invalid("its checksum is another")
    try:
        return from_bytes(zlib.decompress(data))
    except zlib.error as error:
        raise Invalid(str(error)) from None


def placed(segment: int, rows: Sequence[Row]) -> Iterator[tuple[int, Row]]:
    """The rows with their places, without the marks."""
    place = segment << PLACES
    for row in rows:
        if len(row) == MARK_FIELDS:
            place = row[0]
        else:
            yield place, row
            place += 1


def turns_of(
    segment: int, rows: Sequence[Row], scope: Scope, actor: ActorId | None, within: Range = EVERYTHING
) -> Iterator[RecordedTurn]:
    """The turns of one actor or of all. Invalid: a row is none."""
    for position, row in placed(segment, rows):
        if (
            len(row) > CHANGE_FIELDS
            and within.has(position, row[STARTED])
            and (actor is None or row[NAME] == actor.name)
            and (not within.trace or trace_of_row(row).startswith(within.trace))
        ):
            yield RecordedTurn(position, from_row(row, *scope))


def changes_of(segment: int, rows: Sequence[Row], *, after: int = 0, since: float = 0.0) -> Iterator[RecordedChange]:
    """The changes of what services hold."""
    for position, row in placed(segment, rows):
        if len(row) == CHANGE_FIELDS and position > after and row[TIME] >= since:
            yield RecordedChange(position, ServiceChange(*row))
