"""The recording of a node, of turns and of what services hold: a thread that writes it, and reading it again.

The thread of a turn only puts it into a queue. What is done with it is done later and in batches, on a thread that
leaves the interpreter to others again and again: who asks for it waits up to 5 ms otherwise.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate
from operator import attrgetter
from threading import Event, Lock, Thread
from typing import Protocol, TypeAlias, TypeVar

from workbench.api.changes import RecordedChange
from workbench.api.errors import Invalid, NotFound
from workbench.api.identity import ActorId
from workbench.api.logs import Level
from workbench.api.recordings import Pin, Range, RecordedTurn, RecordingLevel, RecordingSegment, RecordingStatistics
from workbench.api.turn_row import Row
from workbench.clock import Clock
from workbench.services.recording import store
from workbench.services.recording.ring import Bounds, Held
from workbench.services.recording.segment import PLACES, Scope, changes_of, rows_of, turns_of
from workbench.services.recording.writer import Entry, Writer
from workbench.storage.database import Database

logger = logging.getLogger(__name__)
TAKE_SECONDS = 0.02
"""Turns are taken while they are still in the processor's cache: half a second later they cost three times as much."""
WRITE_SECONDS = 0.5
"""What a kill of the process may cost: the turns of the last half second, and those being written."""
WRITE_BYTES = 512 << 10
"""So much is written in one transaction, for others want to write too."""
RETRY_SECONDS = 5.0
BATCH, PAUSE_SECONDS = 128, 0.0005
Note: TypeAlias = Callable[[Level, str], None]
F = TypeVar("F", RecordedTurn, RecordedChange)


class Queue(Protocol):
    """Turns that are over: `due` when there is something, in a `hurry` when it should not wait any longer."""

    due: Event
    hurry: Event
    dropped: int

    def __len__(self) -> int: ...
    def take(self, most: int) -> list[Entry]: ...
    def rest(self) -> None: ...


class Ended(Protocol):
    """Told that nothing is recorded any more."""

    def __call__(self, *, whole: bool) -> None: ...


class Recording:
    """Thread-safe. `close()` writes what is left, and is idempotent."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        bounds: Bounds,
        queue: Queue,
        note: Note,
        *,
        ended: Ended | None = None,
    ) -> None:
        """`ended` is told at the end whether all that came was recorded."""
        self._ended = ended
        self._database, self._bounds, self._queue, self._note = database, bounds, queue, note
        self._writer = Writer(database, clock, bounds)
        self._thread = Thread(target=self._run, name="recorder", daemon=True)
        self._writing = Lock()  # held by whoever uses the writer
        self._closed = False
        self._ending = Event()
        self._told = 0
        self._stopped = ""
        self._retry_at = self._write_at = 0.0
        self._damaged: set[int] = set()

    def start(self) -> None:
        self._thread.start()

    def _run(self) -> None:
        queue = self._queue
        while not self._closed:
            queue.due.wait()
            if self._stopped:
                self._ending.wait(RETRY_SECONDS)
            else:
                queue.hurry.wait(TAKE_SECONDS)
            queue.hurry.clear()
            if self._closed:
                return  # whoever closes it writes the rest
            try:
                with self._writing:
                    self._flush(gently=True)
            except Exception:
                logger.exception("turns could not be recorded")
                self._ending.wait(RETRY_SECONDS)
            self._rest()

    def _rest(self) -> None:
        """Wait for turns, or until what was taken is to be written."""
        if not self._writer.fresh_bytes:
            self._queue.rest()

    def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        for event in (self._ending, self._queue.hurry, self._queue.due):
            event.set()
        if self._thread.ident is not None:
            self._thread.join()
        with self._writing:
            self._retry_at = 0.0
            self._flush()
            if left := self._waiting:
                self._note(Level.WARN, f"{_counted(left)} could not be recorded before the end: {self._stopped}")
            if self._ended is not None:
                self._ended(whole=not left and not self._dropped)

    @property
    def _waiting(self) -> int:
        return len(self._queue) + self._writer.unwritten

    def _flush(self, *, gently: bool = False) -> None:
        """Take what is queued now, and write it when that is due; `_writing` is held."""
        if self._stopped and time.monotonic() < self._retry_at:
            return
        queue, writer = self._queue, self._writer
        left = len(queue)
        while left > 0:
            batch = queue.take(min(BATCH, left))
            left -= len(batch) or left
            writer.add(batch)
            if writer.fresh_bytes >= WRITE_BYTES and not self._write():
                return
            if gently and not queue.hurry.is_set():
                time.sleep(PAUSE_SECONDS)
        if writer.fresh_bytes and not (gently and time.monotonic() < self._write_at) and not self._write():
            return
        self._tell_dropped("they came faster than they can be written")

    def _write(self) -> bool:
        """Whether all is on disk. It is said once that they cannot be, and once that they can again."""
        error = self._writer.write()
        if error is not None:
            if not self._stopped:
                text = f"the recording stops until there is room, and the actors go on: {error.message}"
                self._note(Level.WARN, text)
            self._stopped, self._retry_at = error.message, time.monotonic() + RETRY_SECONDS
            return False
        self._write_at = time.monotonic() + WRITE_SECONDS
        if self._stopped:
            self._stopped = ""
            self._note(Level.INFO, "the recording goes on")
            self._tell_dropped("the recording had stopped")
        return True

    def _tell_dropped(self, why: str) -> None:
        lost = self._dropped - self._told
        if lost:
            self._told += lost
            self._note(Level.WARN, f"{_counted(lost)} could not be recorded: {why}")

    @property
    def _dropped(self) -> int:
        return self._queue.dropped + self._writer.lost

    # For everybody.

    @contextmanager
    def _written(self) -> Iterator[Writer]:
        """The writer, when everything that was over is on disk."""
        if not self._closed and len(self._queue):
            self._queue.hurry.set()  # no pauses, if it is being written
        with self._writing:
            self._flush()
            yield self._writer

    def flush(self) -> None:
        """Write what has come up to now, unless it is stopped."""
        with self._written():
            pass

    def keep(self, actor: ActorId, *, kept: bool) -> None:
        """What is recorded of this actor from now on outlives the ring, or no longer."""
        with self._written() as writer:
            writer.close((actor.tenant, actor.namespace))  # its turns stay in the order of their segments
            if kept:
                writer.kept.add(actor)
            else:
                writer.kept.discard(actor)

    def totals(self) -> RecordingStatistics:
        """Of all tenants and namespaces."""
        return self.statistics(None, RecordingLevel.OFF)

    def statistics(self, scope: Scope | None, level: RecordingLevel) -> RecordingStatistics:
        with self._writing:
            held = self._writer.ring.of(scope)
            waiting = self._waiting
            kept = sorted(actor.name for actor in self._writer.kept if (actor.tenant, actor.namespace) == scope)
        return RecordingStatistics(
            level=level,
            turns=sum(one.turns for one in held),
            changes=sum(one.changes for one in held),
            segments=len(held),
            size_bytes=sum(one.size for one in held),
            limit_bytes=self._bounds.size_bytes,
            limit_seconds=int(self._bounds.seconds),
            pinned_bytes=sum(one.size for one in held if one.pin is not Pin.NONE),
            pinned_limit_bytes=self._bounds.pinned_bytes,
            waiting=waiting,
            dropped=self._dropped,
            oldest=min((one.first for one in held), default=None),
            stopped=self._stopped,
            kept=tuple(kept),
        )

    def unpinned(self, scope: Scope) -> tuple[int, int]:
        """How many segments `clear` would remove that are not pinned, and their bytes."""
        with self._writing:
            sizes = [one.size for one in self._writer.ring.of(scope) if one.pin is Pin.NONE]
        return len(sizes), sum(sizes)

    def segments(self, scope: Scope, *, after: int, limit: int) -> Sequence[RecordingSegment]:
        with self._written():
            pass
        return store.listed(self._database, scope, after, limit)

    def turns(
        self, scope: Scope, actor: ActorId | None, *, within: Range, limit: int, newest: bool
    ) -> Sequence[RecordedTurn]:
        """Up to `limit` of those within a range, oldest first."""
        with self._written():
            pass
        name = None if actor is None else actor.name
        found = store.find(self._database, scope, name, within.after, within.since)
        if within.up_to:
            found = [segment for segment in found if segment[0] <= within.up_to >> PLACES]

        def read(number: int, rows: list[Row]) -> Iterator[RecordedTurn]:
            return turns_of(number, rows, scope, actor, within)

        return self._newest(found, read, limit) if newest else self._oldest(found, read, limit)

    def changes(self, scope: Scope, *, after: int, since: float, limit: int) -> Sequence[RecordedChange]:
        """Up to `limit` changes behind the place `after` that were made at `since` or later, oldest first."""
        with self._written():
            pass
        found = store.find(self._database, scope, None, after, since, changes=True)

        def read(number: int, rows: list[Row]) -> Iterator[RecordedChange]:
            return changes_of(number, rows, after=after, since=since)

        return self._oldest(found, read, limit)

    def base(self, scope: Scope) -> int:
        """What the numbers of this process's changes are added to."""
        with self._writing:
            return self._writer.base(scope)

    def _oldest(
        self, segments: Sequence[tuple[int, int]], read: Callable[[int, list[Row]], Iterator[F]], limit: int
    ) -> list[F]:
        """Segments that were open at the same time have places among each other's."""
        found: list[F] = []
        for number, _ in segments:
            if len(found) >= limit and (limit <= 0 or found[limit - 1].position < number << PLACES):
                break
            found = _in_order(found, self._read(number, read))
        return found[: max(0, limit)]

    def _newest(
        self, segments: Sequence[tuple[int, int]], read: Callable[[int, list[Row]], Iterator[F]], limit: int
    ) -> list[F]:
        found: list[F] = []
        lasts = list(accumulate((last for _, last in segments), max))
        for (number, _), last in zip(reversed(segments), reversed(lasts), strict=True):
            if limit <= 0 or (len(found) >= limit and found[-limit].position > last):
                break
            found = _in_order(self._read(number, read), found)
        return found[-limit:] if limit > 0 else []

    def _read(self, number: int, read: Callable[[int, list[Row]], Iterator[F]]) -> list[F]:
        """What is wanted of one segment; nothing when it is gone or damaged."""
        stored = store.read(self._database, number)
        if stored is None:
            return []
        try:
            return list(read(number, rows_of(*stored)))
        except Invalid as error:
            if number not in self._damaged:
                self._damaged.add(number)
                self._note(Level.WARN, f"segment {number} of the recording is damaged and passed over: {error.message}")
            return []

    def pin(self, scope: Scope, number: int, *, pinned: bool) -> RecordingSegment:
        with self._written() as writer:
            held: Held | None = writer.ring.get(number)
            if held is None or held.scope != scope:
                raise NotFound(f"no segment {number} of a recording")
            writer.close(scope)
            writer.pin(held, Pin.KEPT if pinned else Pin.NONE)
            found = store.get(self._database, scope, number)
        if found is None:
            raise NotFound(f"no segment {number} of a recording")
        return found

    def clear(self, scope: Scope, *, pinned: bool) -> int:
        with self._written() as writer:
            return writer.remove(scope, pinned=pinned)


def _counted(number: int) -> str:
    return f"{number:,} turns or changes of what services hold"


def _in_order(first: list[F], then: list[F]) -> list[F]:
    """Both together by their places, which most often follow each other."""
    both = first + then
    if first and then and first[-1].position > then[0].position:
        both.sort(key=attrgetter("position"))
    return both
