"""A turn is a value: one envelope handled, with everything that went in and came out.

Metrics, traces, the journal, replay, evidence and sequence diagrams are readings of the stream of turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from workbench.api.capabilities import Grant
from workbench.api.errors import Cause, Figures
from workbench.api.identity import ActorId
from workbench.api.limits import Limits
from workbench.api.messages import Envelope, Payload
from workbench.api.value import value


class Outcome(StrEnum):
    """How a turn ended."""

    REPLY = "reply"
    REJECTED = "rejected"
    CRASHED = "crashed"


@value
class HostCall:
    """One call from the guest to a service: what was asked and what was answered, by position in the turn.

    `arguments` and `result` are plain values of the WIT type (records are tuples in field order, variants are
    pairs of case and value). `error` is the code of the tree when it failed, else empty.
    """

    interface: str
    function: str
    arguments: tuple[Any, ...]
    result: Any = None
    error: str = ""
    message: str = ""


class BirthReason(StrEnum):
    """Why an actor got a new instance."""

    SPAWN = "spawn"
    RESTART = "restart"
    WAKE = "wake"
    UPGRADE = "upgrade"
    CHECKPOINT = "checkpoint"
    RECOVERY = "recovery"
    MIGRATION = "migration"


@value
class Birth:
    """What an instance was made of. With it its turns can be lived through again.

    `state` is what `init` was given. A recovered instance has then lived through the recorded turns after
    `replayed_after`, up to this one, without being heard; for others that is 0. One that carries a state on carries on
    virtual time too (`clock_ns`) and the sequence that stands for chance (`drawn` bytes of it were used).
    """

    reason: BirthReason
    state: Payload
    profile: str
    grants: tuple[Grant, ...]
    limits: Limits
    parent: str = ""
    replayed_after: int = 0
    clock_ns: int = 0
    drawn: int = 0


@value
class Turn:
    """Turn `seq` of `actor` (from 1, gapless since its birth). `reply` is what left the handler, `text` the reason
    of a rejection; `operation` is `message`, or `init`, `snapshot-state`, `shutdown` for the turns of the lifecycle.
    `interpreter` is the hash of the interpreter that a python module ran on, else empty.
    `host_calls_total` counts all of them; `host_calls` keeps the first ones, up to the recorder's bound. What the guest
    was given of the real world by WASI (the clock, chance, the environment) is among them, as interface `wasi`.
    `birth` belongs to the turns of `init`; `clock_ns` and `drawn` to those of `snapshot-state`, as in a birth: with its
    state they say where an instance of it goes on. `unrepeatable` says why the turn cannot be lived through again;
    empty: it can.
    """

    actor: ActorId
    seq: int
    operation: str
    envelope: Envelope | None
    outcome: Outcome
    figures: Figures
    started: float
    module: str
    interpreter: str = ""
    reply: Payload = ""
    text: str = ""
    cause: Cause | None = None
    state: str = ""
    host_calls: Sequence[HostCall] = ()
    host_calls_total: int = 0
    birth: Birth | None = None
    unrepeatable: str = ""
    clock_ns: int = 0
    drawn: int = 0
