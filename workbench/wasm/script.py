"""The host calls of a recorded turn, answered by position while the turn is lived through again.

The first call that is not the recorded one ends the guest: what it would do after an answer that it was never given
means nothing. Values from a line of JSON have lists where the host has tuples; those are the same here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workbench.api.turns import HostCall

WASI = "wasi"
"""The interface under which is recorded what WASI gave of the real world."""
SHOWN = 400
"""Characters of a value that a sentence repeats."""


@dataclass(frozen=True, slots=True)
class Difference:
    """At a position (from 1): what was recorded and what came now; None stands for no call at all."""

    position: int
    recorded: HostCall | None
    now: HostCall | None

    @property
    def sentence(self) -> str:
        return f"host call {self.position}: recorded {shown(self.recorded)}; now {shown(self.now)}"


class Script:
    """Used by the one thread that runs the turn. With `goes_on` the turn was cut off: what follows the last recorded
    call is done for real; `live` says when that is so."""

    def __init__(self, calls: Sequence[HostCall], *, goes_on: bool = False) -> None:
        self._calls, self.goes_on, self._at = calls, goes_on, 0
        self.divergence: Difference | None = None

    @property
    def live(self) -> bool:
        return self.goes_on and self._at >= len(self._calls)

    def answer(self, interface: str, function: str, arguments: tuple[Any, ...]) -> HostCall | None:
        """The recorded call at this place; None when this one is to be done for real. See `divergence` afterwards."""
        at, calls = self._at, self._calls
        if at < len(calls):
            call = calls[at]
            if call.interface == interface and call.function == function and same(call.arguments, arguments):
                self._at = at + 1
                return call
        elif self.goes_on:
            return None
        now = HostCall(interface, function, arguments)
        self._differs(calls[at] if at < len(calls) else None, now)
        return now

    def confirm(self, interface: str, function: str, arguments: tuple[Any, ...], result: Any) -> None:
        """The same for a call that was done for real, because its result follows from what was recorded before."""
        recorded = self.answer(interface, function, arguments)
        if recorded is not None and self.divergence is None and not same(recorded.result, result):
            self._differs(recorded, HostCall(interface, function, arguments, result))

    def input(self, name: str) -> HostCall | None:
        """What WASI gave of the real world here; None when it gave nothing."""
        at, calls = self._at, self._calls
        if at < len(calls) and calls[at].interface == WASI and calls[at].function == name:
            self._at = at + 1
            return calls[at]
        return None

    def finish(self) -> None:
        """The turn is over: a recorded call that did not come is a difference too."""
        if self.divergence is None and self._at < len(self._calls):
            self._differs(self._calls[self._at], None)

    def _differs(self, recorded: HostCall | None, now: HostCall | None) -> None:
        self.divergence = Difference(self._at + 1, recorded, now)


def same(one: Any, other: Any) -> bool:
    """Whether two values of the host interfaces are equal. True is not 1 here, and NaN is NaN."""
    if isinstance(one, tuple | list):
        return (
            isinstance(other, tuple | list)
            and len(one) == len(other)
            and all(same(each, its) for each, its in zip(one, other, strict=True))
        )
    return type(one) is type(other) and (one == other or (one != one and other != other))


def shown(call: HostCall | None) -> str:
    """A call as one reads it, cut at a length that can be read."""
    if call is None:
        return "no call"
    arguments = ", ".join(map(_short, call.arguments))
    answer = f"{call.error}: {call.message}" if call.error else _short(call.result)
    return f"{call.interface}.{call.function}({arguments}) -> {answer}"


def _short(value: Any) -> str:
    text = repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
