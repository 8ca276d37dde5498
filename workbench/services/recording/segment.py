"""A segment: some hundred turns, compressed together. Pure.

A row of the database for each turn would cost more than the turn; a segment is written whole, and again while it grows.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import TypeAlias

from workbench.api.errors import Invalid
from workbench.api.identity import ActorId
from workbench.api.recordings import Pin, RecordedTurn
from workbench.api.turn_row import DETAILS, NAME, STARTED, Row, from_row
from workbench.services.recording.rows import from_bytes, to_bytes

Scope: TypeAlias = tuple[str, str]
Key: TypeAlias = tuple[str, str, bool]
RAW_BYTES = 128 << 10
"""So much makes a segment: some 1,700 small turns, read in 10 ms."""
COMPRESSION = 3
PLACES = 20
"""Bits of a place that number the turns of one segment."""


class Segment:
    """One that still grows. `actors` says of each whether it was born here; `opened` is on a monotonic clock.

    `key` is the tenant, the namespace, and whether it holds what is to be kept: that lies in segments of its own.
    """

    __slots__ = ("_chunks", "_rows", "actors", "first", "id", "key", "last", "opened", "pin", "raw_bytes", "turns")

    def __init__(self, number: int, key: Key, pin: Pin, first: float, opened: float) -> None:
        self.id, self.key, self.pin, self.opened = number, key, pin, opened
        self.first = self.last = first
        self.raw_bytes = self.turns = 0
        self.actors: dict[str, bool] = {}
        self._chunks: list[bytes] = []
        self._rows: list[Row] = []

    @property
    def scope(self) -> Scope:
        return self.key[0], self.key[1]

    def add(self, row: Row) -> None:
        """`settle` follows after some of them."""
        self._rows.append(row)
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
        try:
            self._keep(rows)
        except TypeError:
            for row in rows:
                try:
                    self._keep([row])
                except TypeError:
                    continue
                rows = rows[1:]
            return len(rows)
        return 0

    def _keep(self, rows: list[Row]) -> None:
        data = to_bytes(rows)
        self._chunks.append(data)
        self.raw_bytes += len(data)
        self.turns += len(rows)

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


def turns_of(
    segment: int, rows: list[Row], scope: Scope, actor: ActorId | None, *, after: int = 0, since: float = 0.0
) -> Iterator[RecordedTurn]:
    """The turns of one actor or of all. Invalid: a row is none."""
    for position, row in enumerate(rows, segment << PLACES):
        if position > after and row[STARTED] >= since and (actor is None or row[NAME] == actor.name):
            yield RecordedTurn(position, from_row(row, *scope))
