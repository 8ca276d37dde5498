"""What cannot be read of the turns of a bundle, and whom it may concern: files that were refused, lines that are none.

Whose turns those were is not known. A gap in the numbers of an actor's turns tells that it is concerned, numbers that
go on tell that it is not; behind an actor's last turn there is nothing to tell by.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.api.words import plural
from workbench.debug.bundle.index import Order


class Loss(NamedTuple):
    """`at` is how many turns that can be read lie before it."""

    at: int
    why: str


class Losses:
    """In their order; losses with no turn between them are one."""

    def __init__(self) -> None:
        self._found: list[Loss] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Loss]:
        return iter(self._found)

    def add(self, at: int, why: str) -> None:
        if not self._found or self._found[-1].at != at:
            self._found.append(Loss(at, why))

    def add_file(self, at: int, name: str) -> None:
        """A file of which nothing can be read."""
        self.add(at, f"{name} cannot be read")

    def add_lines(self, at: int, name: str, order: Order, lines: int) -> None:
        """Those of `lines` lines of a file that are not in its order, which begins at this position."""
        if len(order) == lines:
            return
        expected = 0
        for number, line in enumerate((*order.line, lines)):
            if line > expected:
                named = f"line {expected + 1:,}" if line == expected + 1 else f"lines {expected + 1:,} to {line:,}"
                self.add(at + number, f"{named} of {name} cannot be read")
            expected = line + 1

    def between(self, first: int, last: int) -> Sequence[Loss]:
        """Those behind the first `first` turns, up to the first `last`."""
        begin = bisect_left(self._found, first, key=_at)
        return self._found[begin : bisect_right(self._found, last, key=_at)]


def said(losses: Sequence[Loss], last: int, follows: int | None, *, anew: bool) -> str:
    """Why an actor may have had turns between `last` and a moment that these losses lie before; empty: it had none.

    `follows` is the number of its next turn, None when there is none, `anew` whether another life begins with that.
    """
    more = f", and {plural(len(losses) - 1, 'more place')}" if len(losses) > 1 else ""
    why = f"{losses[0].why}{more}" if losses else "when they ended is not recorded"
    if follows is not None and follows > last + 1 and not anew:
        one = follows == last + 2
        return f"its turn{'' if one else 's'} {_range(last + 1, follows - 1)} {'is' if one else 'are'} missing: {why}"
    if not losses or (follows == last + 1 and not anew):
        return ""
    return f"whether it had turns after its turn {last:,} cannot be told: {why}"


def _range(first: int, last: int) -> str:
    return f"{first:,}" if first == last else f"{first:,} to {last:,}"


def _at(loss: Loss) -> int:
    return loss.at
