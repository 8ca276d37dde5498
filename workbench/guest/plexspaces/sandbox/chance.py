"""Python's module `random` without a memory beyond the turn: the first number in a turn takes a seed from the host.

CPython seeds its generator once and goes on from there, which no state of an actor holds: one that was brought back
from its state would draw other numbers than it had drawn. The host knows how far its sequence was used, and gives the
same again. Whoever calls `random.seed` with a seed has a generator that goes on from turn to turn, and has to seed it
again when the state is taken up.
"""

from __future__ import annotations

import os
import random
from typing import Any

SEED_BYTES = 32
_random, _bits = random.Random.random, random.Random.getrandbits  # `super()` takes twice as much fuel


class Chance(random.Random):
    """The generator behind the functions of `random`."""

    def __init__(self) -> None:
        self._seeded = self._stale = False
        super().__init__(0)
        self.seed()

    def seed(self, a: Any = None, version: int = 2) -> None:
        """Without a seed: the host's again, from the next number on."""
        self._seeded, self._stale = a is not None, a is None
        if self._seeded:
            super().seed(a, version)

    def getstate(self) -> tuple[Any, ...]:
        self._draw()
        return super().getstate()

    def setstate(self, state: Any) -> None:
        self._seeded, self._stale = True, False
        super().setstate(state)

    def random(self) -> float:
        if self._stale:
            self._draw()
        return _random(self)

    def getrandbits(self, k: int, /) -> int:
        if self._stale:
            self._draw()
        return _bits(self, k)

    def gauss(self, mu: float = 0.0, sigma: float = 1.0) -> float:
        self._draw()  # or its second number would be left over from a turn before
        return super().gauss(mu, sigma)

    def forget(self) -> None:
        """A turn is over."""
        self._stale = not self._seeded

    def _draw(self) -> None:
        if self._stale:
            self._stale = False
            super().seed(int.from_bytes(os.urandom(SEED_BYTES), "big"))


CHANCE = Chance()


def install() -> None:
    """Let the functions of `random` draw from the host."""
    before = random._inst
    for name, found in list(vars(random).items()):
        if getattr(found, "__self__", None) is before:
            setattr(random, name, getattr(CHANCE, name))
    random._inst = CHANCE
