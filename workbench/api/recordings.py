"""What a node keeps of its turns on disk: levels, segments, and what they take."""

from __future__ import annotations

from enum import StrEnum

from workbench.api.errors import Invalid
from workbench.api.turns import Turn
from workbench.api.value import value


class RecordingLevel(StrEnum):
    """How much of a turn is kept.

    `messages`: the envelope and how the turn ended. `full`: the host calls with their results as well, and what WASI
    gave of the real world, so that the turn can be lived through again. `exact`: in full, and every 1,000 turns the
    instance is replaced by one that is made of its state, so that from there on its fuel can be compared too.
    """

    OFF = "off"
    MESSAGES = "messages"
    FULL = "full"
    EXACT = "exact"

    @property
    def has_calls(self) -> bool:
        """Whether the host calls are kept, so that turns can be lived through again."""
        return self in (RecordingLevel.FULL, RecordingLevel.EXACT)


class Pin(StrEnum):
    """Why a segment outlives the ring: it does not, an actor crashed in it, or somebody wants it to be kept."""

    NONE = ""
    CRASH = "crash"
    KEPT = "kept"


@value
class RecordedTurn:
    """A turn and its place in the recording: what was over later has a greater one."""

    position: int
    turn: Turn


@value
class Range:
    """Which turns of a recording: behind the place `after`, up to the place `up_to`, begun at `since` or later, by
    `until`. 0 is no bound. With a `trace`, only those of messages that belong to it."""

    after: int = 0
    up_to: int = 0
    since: float = 0.0
    until: float = 0.0
    trace: str = ""

    def has(self, position: int, started: float) -> bool:
        return (
            position > self.after
            and (not self.up_to or position <= self.up_to)
            and started >= self.since
            and (not self.until or started <= self.until)
        )


EVERYTHING = Range()


@value
class RecordingSegment:
    """A piece of the recording as it lies on disk.

    `first` and `last` are when the first of its turns began and the last one, or when the first of its changes was
    made and the last one. `raw_bytes` is what `size_bytes` is compressed from. `actors` are the names of those whose
    turns are in it, `changes` how many changes of what services hold.
    """

    id: int
    turns: int
    first: float
    last: float
    size_bytes: int
    raw_bytes: int
    pin: Pin
    actors: tuple[str, ...]
    changes: int = 0


@value
class RecordingStatistics:
    """What is recorded of a tenant and namespace, and the bounds, which all of a node's share.

    `changes` are those of what services hold. `waiting` turns and changes are not on disk yet. `dropped` ones are lost
    since the node started: they came faster than they could be written, or the disk was full. `stopped` says why
    nothing can be written now; empty: it can. `oldest` is when the oldest turn began that is still there, None when
    there is none. `size_bytes` is all that is on disk, `pinned_bytes` the part of it that outlives the ring. `own` are
    the names of the actors that have a level of their own, `kept` of those whose turns outlive it from now on.
    """

    level: RecordingLevel
    turns: int
    segments: int
    size_bytes: int
    limit_bytes: int
    limit_seconds: int
    pinned_bytes: int
    pinned_limit_bytes: int
    waiting: int
    dropped: int
    oldest: float | None = None
    stopped: str = ""
    changes: int = 0
    own: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def ring_bytes(self) -> int:
        """What goes when newer turns come and the bounds are reached."""
        return self.size_bytes - self.pinned_bytes


def recording_level(text: str) -> RecordingLevel:
    """The level of this name, or Invalid."""
    try:
        return RecordingLevel(text)
    except ValueError:
        raise Invalid(f"no level of recording {text!r}; there are {', '.join(RecordingLevel)}") from None
