"""Why a guest died, from what the engine says. A component's traps carry no code, so the words decide, here alone."""

from __future__ import annotations

import re

from workbench.api.errors import Cause, Location
from workbench.api.limits import MEMORIES, Limits

_TRAP = re.compile(r"wasm trap: (.+)")
_TABLE = re.compile(r"table minimum size of (\d+) elements exceeds table limits")
_MEMORIES = re.compile(r"memory count too high at (\d+)")
_MEMORY_TYPES = ("MemoryError",)
CANCELLED = Cause("crashed", "nobody waits for the end of this turn any more: it was cancelled")


def classify(message: str, limits: Limits, fuel: int, fuel_left: int | None = None) -> Cause:
    """The cause behind an error message of the engine; a limit names its value and, where known, what was used.

    `fuel` is what the turn was given, which is more than the limit in the lifecycle; `fuel_left` is what the actor's
    lifetime had left before it.
    """
    found = _TRAP.search(message)
    trap = found.group(1).strip() if found else message.strip().splitlines()[-1].strip() if message.strip() else ""
    if "all fuel consumed" in message and fuel_left is not None and fuel >= fuel_left:
        total = limits.lifetime_fuel
        text = f"fuel: the actor used all of the {total:,} units of its lifetime; give it more, or spawn it anew"
        return Cause("exhausted", text, limit="lifetime_fuel", limit_value=total, used=total)
    if "all fuel consumed" in message:
        text = f"fuel: the turn used all of its {fuel:,} units"
        return Cause("exhausted", text, limit="fuel", limit_value=limits.fuel, used=fuel)
    if "call stack exhausted" in message:
        text = f"stack: the call stack grew beyond {limits.stack_bytes // 1024} KiB"
        return Cause("exhausted", text, limit="stack", limit_value=limits.stack_bytes)
    if "fuel allocated for hostcalls" in message:
        text = f"size: the binary result is far larger than the {limits.binary_bytes:,} bytes it may have; use a blob"
        return Cause("exhausted", text, limit="size", limit_value=limits.binary_bytes)
    if counted := _TABLE.search(message):
        text = f"table: a table of {int(counted[1]):,} elements, and the actor may have {limits.table_elements:,}"
        return Cause("exhausted", text, limit="table", limit_value=limits.table_elements, used=int(counted[1]))
    if counted := _MEMORIES.search(message):
        text = f"memory: {counted[1]} or more memories, and an actor may have {MEMORIES}"
        return Cause("exhausted", text, limit="memory", limit_value=MEMORIES)
    if "GC heap out of memory" in message:
        return out_of_memory(limits.memory_bytes, None, None, "")
    if "wasm trap: interrupt" in message:
        return out_of_time(limits, limits.time_ms, limits.time_ms)
    return Cause("crashed", f"trap: {trap}" if found else trap or "the engine gave no reason")


def out_of_time(limits: Limits, allowed_ms: int, used_ms: int) -> Cause:
    text = f"time: the turn ran for {used_ms:,} ms of the {allowed_ms:,} ms it may"
    return Cause("exhausted", text, limit="time", limit_value=limits.time_ms, used=used_ms)


def out_of_memory(limit_bytes: int, used: int | None, location: Location | None, traceback: str) -> Cause:
    alive = f", {used / 1048576:,.1f} MiB were in use before the turn" if used else ""
    text = f"memory: the actor may use {limit_bytes / 1048576:,.1f} MiB and asked for more{alive}"
    return Cause("exhausted", text, location, traceback, limit="memory", limit_value=limit_bytes, used=used)


def is_memory_error(exception_type: str) -> bool:
    """Whether the guest language's exception means that memory ran out."""
    return exception_type in _MEMORY_TYPES
