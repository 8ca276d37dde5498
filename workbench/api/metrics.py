"""Measured series: what an actor or the node took, second by second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One second that ended at `time`. A None was not measured and must not be drawn.

    `fuel_per_second` counts turns whose fuel is known; `turn_ms` is the mean over the second's turns, None without
    any. `memory_bytes` of an actor is its live linear memory after its last turn, of the node the sum of them.
    """

    time: float
    fuel_per_second: float
    messages_per_second: float
    turn_ms: float | None
    memory_bytes: int | None
    mailbox: int
    crashes: int = 0
    resident_bytes: int | None = None  # of the node's process, only in the node's own series
    cpu_percent: float | None = None  # likewise; 100 = one core
