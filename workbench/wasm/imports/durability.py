"""The interface `durability`: the journal of a durable actor, seen from inside."""

from __future__ import annotations

from typing import Any

from workbench.api.errors import Conflict
from workbench.api.journal import DurabilityOfActor
from workbench.api.messages import Payload
from workbench.wasm.gate import Context, host_call

U32 = (1 << 32) - 1
MOST = (1 << 63) - 1


def _of(context: Context) -> DurabilityOfActor:
    found = context.durability
    if found is None:
        raise Conflict(f"{context.actor.name} is not durable and has no journal; spawn it with --durable")
    return found


@host_call("durability", "persist")
def persist(context: Context, event_type: str, payload: Payload) -> int:
    return _of(context).persist([(event_type, payload)])


@host_call("durability", "persist-batch")
def persist_batch(context: Context, events: list[Any]) -> int:
    return _of(context).persist([(event[0], event[1]) for event in events])


@host_call("durability", "checkpoint")
def checkpoint(context: Context) -> int:
    return _of(context).ask_for_checkpoint()


@host_call("durability", "sequence")
def sequence(context: Context) -> int:
    return _of(context).sequence()


@host_call("durability", "checkpoint-sequence")
def checkpoint_sequence(context: Context) -> int:
    return _of(context).checkpoint_sequence()


@host_call("durability", "is-replaying")
def is_replaying(context: Context) -> bool:
    return _of(context).is_replaying()


@host_call("durability", "side-effect")
def side_effect(context: Context, key: str, value: Payload) -> Payload:
    return _of(context).side_effect(key, value)


@host_call("durability", "read-journal")
def read_journal(context: Context, first: int, last: int, limit: int) -> list[tuple[int, str, Payload, int]]:
    found = _of(context).read(min(first, MOST), min(last, MOST), min(limit, U32))
    return [(event.sequence, event.type, event.payload, round(event.recorded * 1000)) for event in found]


@host_call("durability", "compact")
def compact(context: Context, up_to: int) -> int:
    return _of(context).compact(min(up_to, MOST))
