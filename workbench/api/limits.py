"""Limits of a turn and the three profiles. Every default number of the system's limits is written here, once.

So are the bounds of what can be asked for: a limit that could never be in force is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from workbench.api.errors import Invalid, NotFound

KIB, MIB = 1 << 10, 1 << 20
STACK_CLASSES = (64 * KIB, 512 * KIB, MIB)
INTERPRETER_CLASS_BYTES = 4 * MIB
"""A module that declares more memory than this at start is of the interpreter class (Python, JavaScript)."""
DECLARED_BYTES = 256 * MIB
"""The most memory that a module may declare at start: it comes on top of every profile's limit."""
MEMORIES = 4
"""The most memories of one actor; each may grow to the limit."""
MAILBOX_BYTES = 64 * MIB
"""The payloads in one mailbox together, and so the most of one of them."""
DAY_MS = 86_400_000
MOST_FUEL = 10**15
BOUNDS: Mapping[str, tuple[int, int]] = {
    "memory_bytes": (1, 4096 * MIB),  # all that 32 bits can address
    "fuel": (1, MOST_FUEL),
    "time_ms": (1, DAY_MS),
    "stack_bytes": (STACK_CLASSES[0], STACK_CLASSES[-1]),
    "table_elements": (1, 10_000_000),  # 80 MB, where the host has them
    "mailbox": (1, 1_000_000),  # about 500 MB of envelopes, however small they are
    "wait_ms": (1, DAY_MS),
    "text_bytes": (1, MAILBOX_BYTES),
    "binary_bytes": (1, MAILBOX_BYTES),
    "lifetime_fuel": (0, MOST_FUEL),
}
"""The least and the most of each limit. The stack is one of STACK_CLASSES, and nothing between them."""
LONG_TURN = 10
"""`init`, `snapshot-state` and `shutdown` get this many times the budget of a turn."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one actor; fuel, time and waiting are per turn.

    `memory_bytes` comes on top of what the module declares at start. `wait_ms` bounds the waiting inside blocking
    host calls, which is neither fuel nor running time. A text or binary payload beyond its size is refused before
    delivery, and so is one larger than a quarter of the free headroom. `lifetime_fuel` bounds all turns of the actor
    together, restarts included (0: no bound); what an ended turn took is then not known and not counted.
    """

    memory_bytes: int
    fuel: int
    time_ms: int
    stack_bytes: int
    table_elements: int
    mailbox: int
    wait_ms: int
    text_bytes: int = 8 * MIB
    binary_bytes: int = MIB
    lifetime_fuel: int = 0

    def __post_init__(self) -> None:
        for field in fields(self):
            value, (least, most) = getattr(self, field.name), BOUNDS[field.name]
            if field.name == "stack_bytes" and value not in STACK_CLASSES:
                *smaller, largest = (f"{size:,} ({size // KIB:,} KiB)" for size in STACK_CLASSES)
                raise Invalid(f"the limit stack_bytes is {', '.join(smaller)} or {largest}, not {value:,}")
            if not least <= value <= most:
                raise Invalid(f"the limit {field.name} must be between {least:,} and {most:,}, not {value:,}")


@dataclass(frozen=True, slots=True)
class Profile:
    """A named set of limits and grants; `interpreter` are the limits for modules of the interpreter class."""

    name: str
    limits: Limits
    interpreter: Limits
    grants: tuple[str, ...]

    def limits_for(self, declared_bytes: int) -> Limits:
        return self.interpreter if declared_bytes > INTERPRETER_CLASS_BYTES else self.limits


_ALL = (
    "logging messaging spawn tuplespace channels keyvalue process-groups locks registry durability blob clocks random"
)
PROFILES = {
    "strict": Profile(
        "strict",
        Limits(MIB, 1_000_000, 100, 64 * KIB, 10_000, 1_000, 1_000),
        Limits(8 * MIB, 50_000_000, 250, 512 * KIB, 10_000, 1_000, 1_000),
        ("logging",),
    ),
    "balanced": Profile(
        "balanced",
        Limits(16 * MIB, 50_000_000_000, 5_000, 512 * KIB, 10_000, 10_000, 30_000),
        Limits(48 * MIB, 50_000_000_000, 5_000, 512 * KIB, 10_000, 10_000, 30_000),
        (
            "logging",
            "messaging",
            "tuplespace",
            "keyvalue",
            "channels",
            "process-groups",
            "durability",
            "clocks",
            "random",
        ),
    ),
    "permissive": Profile(
        "permissive",
        Limits(240 * MIB, 500_000_000_000, 60_000, MIB, 100_000, 100_000, 60_000),
        Limits(240 * MIB, 500_000_000_000, 60_000, MIB, 100_000, 100_000, 60_000),
        tuple(_ALL.split()),
    ),
}
DEFAULT_PROFILE = "balanced"


def profile(name: str) -> Profile:
    """The profile `name`; NotFound lists those there are."""
    if name not in PROFILES:
        raise NotFound(f"no profile {name!r}; there are {', '.join(PROFILES)}")
    return PROFILES[name]
