"""Segments in the workspace's file: one row each."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from workbench.api.recordings import Pin, RecordingSegment
from workbench.services.recording.ring import Excess, Held
from workbench.services.recording.segment import PLACES, Scope, Segment, needle
from workbench.storage.database import Database, Transaction

_SAVE = (
    "INSERT OR REPLACE INTO recording (id, tenant, namespace, turns, first, last, size, raw_size, pin, checksum, "
    "actors, data, changes, newest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PIN = "UPDATE recording SET pin = ? WHERE id = ?"
_DELETE = "DELETE FROM recording WHERE id = ?"
_HELD = "SELECT id, tenant, namespace, turns, first, last, size, pin, changes FROM recording ORDER BY id"
_LIST = (
    "SELECT id, turns, first, last, size, raw_size, pin, actors, changes FROM recording "
    "WHERE tenant = ? AND namespace = ? AND id > ? ORDER BY id LIMIT ?"
)
_GET = (
    "SELECT id, turns, first, last, size, raw_size, pin, actors, changes FROM recording "
    "WHERE tenant = ? AND namespace = ? AND id = ?"
)
_FIND = (
    "SELECT id, newest FROM recording WHERE tenant = ? AND namespace = ? AND (id >= ? OR newest > ?) AND last >= ? "
    "AND instr(actors, ?) AND {} > 0 ORDER BY id"
)
_LAST_CHANGE = "SELECT last FROM recorded_changes WHERE tenant = ? AND namespace = ?"
_SAVE_LAST_CHANGE = "INSERT OR REPLACE INTO recorded_changes (tenant, namespace, last) VALUES (?, ?, ?)"
_READ = "SELECT data, checksum FROM recording WHERE id = ?"


def save(tx: Transaction, segment: Segment, data: bytes) -> None:
    """A new segment, or one that has grown."""
    tx.execute(
        _SAVE,
        (
            segment.id,
            *segment.scope,
            segment.turns,
            segment.first,
            segment.last,
            len(data),
            segment.raw_bytes,
            segment.pin,
            zlib.crc32(data),
            json.dumps(list(segment.actors)),
            data,
            segment.changes,
            segment.newest,
        ),
    )


def settle(tx: Transaction, excess: Excess) -> None:
    """Do what the ring decided."""
    for number in excess.unpinned:
        pin(tx, number, Pin.NONE)
    for number in excess.gone:
        delete(tx, number)


def delete(tx: Transaction, number: int) -> None:
    tx.execute(_DELETE, (number,))


def pin(tx: Transaction, number: int, how: Pin) -> None:
    tx.execute(_PIN, (how, number))


def held(database: Database) -> Iterator[Held]:
    """All segments, without what is in them."""
    for number, tenant, namespace, turns, first, last, size, how, changes in database.query(_HELD):
        yield Held(number, (tenant, namespace), turns, first, last, size, Pin(how), changes)


def listed(database: Database, scope: Scope, after: int, limit: int) -> Sequence[RecordingSegment]:
    return [_segment(row) for row in database.query(_LIST, (*scope, after, limit))]


def get(database: Database, scope: Scope, number: int) -> RecordingSegment | None:
    rows = database.query(_GET, (*scope, number))
    return _segment(rows[0]) if rows else None


def find(
    database: Database, scope: Scope, name: str | None, after: int, since: float, *, changes: bool = False
) -> list[tuple[int, int]]:
    """The segments, with their last places, in which something lies behind the place `after`, of `since` or later: a
    turn of this actor or of anybody, or else a change."""
    wanted = "" if name is None else needle(name)
    statement = _FIND.format("changes" if changes else "turns")
    found = database.query(statement, (*scope, after >> PLACES, after, since, wanted))
    return [(row[0], row[1]) for row in found]


def last_change(database: Database, scope: Scope) -> int:
    """The number that the changes of a new process count on from."""
    rows = database.query(_LAST_CHANGE, scope) or database.query("SELECT floor FROM recording_state")
    found: int = rows[0][0]
    return found


def save_last_change(tx: Transaction, scope: Scope, number: int) -> None:
    tx.execute(_SAVE_LAST_CHANGE, (*scope, number))


def read(database: Database, number: int) -> tuple[bytes, int] | None:
    """A segment as it is stored and its checksum; None when it is gone."""
    rows = database.query(_READ, (number,))
    return (rows[0][0], rows[0][1]) if rows else None


def _segment(row: Sequence[Any]) -> RecordingSegment:
    number, turns, first, last, size, raw_size, how, actors, changes = row
    return RecordingSegment(number, turns, first, last, size, raw_size, Pin(how), tuple(json.loads(actors)), changes)
