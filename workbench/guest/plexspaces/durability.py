"""The actor's own journal: events that outlive it, checkpoints, replay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import bindings
from .arguments import U32, U64, natural, payload_of, text
from .payload import Payload


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A stored event. `sequence` is its place, from 1 and without gaps; times are milliseconds since 1970-01-01 UTC."""

    sequence: int
    event_type: str
    payload: Payload
    recorded_at_ms: int


def persist(event_type: str, payload: Payload = "") -> int:
    """Store an event and return its sequence number."""
    wit = payload_of("payload", payload)
    number: int = bindings.call("durability", "persist", text("event_type", event_type), wit)
    return number


def persist_batch(events: Iterable[tuple[str, Payload]]) -> int:
    """Store events, each a type and a payload, all or none of them; returns the sequence number of the last."""
    event = bindings.interface("durability").Event
    batch = [event(text("event_type", kind), payload_of("payload", payload)) for kind, payload in events]
    number: int = bindings.call("durability", "persist_batch", batch)
    return number


def checkpoint() -> int:
    """Have the actor's snapshot stored when this turn has ended; returns the sequence number it stands for."""
    number: int = bindings.call("durability", "checkpoint")
    return number


def sequence() -> int:
    """The sequence number of the last stored event; 0 when there is none."""
    number: int = bindings.call("durability", "sequence")
    return number


def checkpoint_sequence() -> int:
    """The sequence number of the last checkpoint; 0 when there is none."""
    number: int = bindings.call("durability", "checkpoint_sequence")
    return number


def is_replaying() -> bool:
    """True while `init` brings back what was stored, so that what is done only once can be left out there.

    A turn that is lived through again afterwards gets the answer that it got the first time.
    """
    replaying: bool = bindings.call("durability", "is_replaying")
    return replaying


def side_effect(key: str, value: Payload) -> Payload:
    """Store the result of something that must not be decided twice: the first time `value` is stored under `key` and
    returned, ever after what was stored then, also when the turn of the first time crashed."""
    stored: Payload = bindings.call("durability", "side_effect", text("key", key), payload_of("value", value)).value
    return stored


def read_journal(first: int = 1, last: int = U64, *, limit: int = 1_000) -> list[JournalEntry]:
    """Up to `limit` events from the sequence number `first` to `last`, both included."""
    numbers = natural("first", first), natural("last", last), natural("limit", limit, U32)
    return [
        JournalEntry(entry.sequence, entry.event_type, entry.payload.value, entry.recorded_at_ms)
        for entry in bindings.call("durability", "read_journal", *numbers)
    ]


def compact(up_to: int) -> int:
    """Remove the events up to a number that a checkpoint covers, and return their count. Raises Conflict."""
    count: int = bindings.call("durability", "compact", natural("up_to", up_to))
    return count
