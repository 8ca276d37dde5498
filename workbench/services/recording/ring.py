"""Which segments stay: those of the last bytes and days, and beside them the pinned ones. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.api.recordings import Pin
from workbench.services.recording.segment import Scope

LOOK_SECONDS = 60.0
"""How often it is looked for segments that are too old."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`size_bytes` and `seconds` bound what is not pinned, `pinned_bytes` what is."""

    size_bytes: int
    seconds: float
    pinned_bytes: int


@dataclass(frozen=True, slots=True)
class Held:
    """A segment on disk."""

    id: int
    scope: Scope
    turns: int
    first: float
    last: float
    size: int
    pin: Pin
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Excess:
    """What has to go: first some are not pinned any more, then some are thrown away."""

    unpinned: Sequence[int]
    gone: Sequence[int]


class Ring:
    """All segments of a node. Used by one thread at a time."""

    def __init__(self, bounds: Bounds, held: Iterable[Held]) -> None:
        self._bounds = bounds
        self._all: dict[int, Held] = {}
        self._loose_bytes = self._pinned_bytes = 0
        self._next_look = 0.0
        for one in held:
            self.put(one)

    def put(self, held: Held) -> None:
        """A new segment, or one that has changed."""
        self.drop(held.id)
        self._all[held.id] = held
        self._count(held, 1)

    def drop(self, number: int) -> None:
        if (found := self._all.pop(number, None)) is not None:
            self._count(found, -1)

    def _count(self, held: Held, sign: int) -> None:
        if held.pin is Pin.NONE:
            self._loose_bytes += sign * held.size
        else:
            self._pinned_bytes += sign * held.size

    def get(self, number: int) -> Held | None:
        return self._all.get(number)

    @property
    def newest(self) -> int:
        """The greatest id; 0 when there is no segment."""
        return max(self._all, default=0)

    def of(self, scope: Scope | None) -> list[Held]:
        """Those of a tenant and namespace, or all of them."""
        return [held for held in self._all.values() if scope is None or held.scope == scope]

    def pin(self, number: int, pin: Pin) -> bool:
        """Pin or unpin one; whether that changed anything. What is kept by hand is no crash's any more."""
        found = self._all.get(number)
        if found is None or found.pin is pin or (found.pin is Pin.KEPT and pin is Pin.CRASH):
            return False
        self.put(replace(found, pin=pin))
        return True

    def settle(self, now: float) -> Excess:
        """Let go of what is beyond the bounds: of the pinned ones those of crashes first, and always the oldest."""
        bounds = self._bounds
        unpinned: list[int] = []
        if self._pinned_bytes > bounds.pinned_bytes:
            pinned = [held for held in self._all.values() if held.pin is not Pin.NONE]
            for held in sorted(pinned, key=lambda held: (held.pin is Pin.KEPT, held.id)):
                if self._pinned_bytes <= bounds.pinned_bytes:
                    break
                self.pin(held.id, Pin.NONE)
                unpinned.append(held.id)
        gone: list[int] = []
        if self._loose_bytes > bounds.size_bytes or now >= self._next_look:
            self._next_look = now + LOOK_SECONDS
            for number in sorted(self._all):
                held = self._all[number]
                if held.pin is not Pin.NONE:
                    continue
                if self._loose_bytes <= bounds.size_bytes and held.last >= now - bounds.seconds:
                    break
                self.drop(number)
                gone.append(number)
        return Excess(unpinned, gone)
